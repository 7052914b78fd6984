"""One performance: the stage, the cast, what was promised and whether it held."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
from rich.console import Console

from .cast import Cast, Person
from .stage import SceneFailed, Stage


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the demo shows, and whether it held."""

    what: str
    held: bool
    shown: str


@dataclass
class CheckClient:
    """One agency's check API, as its own systems call it."""

    agency: str
    port: int
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        """One request with the caller's token."""
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", json=body, headers=headers, timeout=10)

    def check(self, transaction: str, person: Person, **attributes: object) -> dict[str, Any]:
        """One decision."""
        answer = self.call(
            "POST", "/v1/checks", {"transaction": transaction, "subject": person.subject(), "attributes": attributes}
        )
        if answer.status_code != 200:
            raise SceneFailed(
                f"{self.agency} answered {answer.status_code}: {answer.text[:300]}", "look into the agency's log"
            )
        decision: dict[str, Any] = answer.json()
        return decision

    def ready(self) -> bool:
        """Whether the agency serves by a list."""
        try:
            return self.call("GET", "/readyz").status_code == 200
        except httpx.TransportError:
            return False


@dataclass
class Play:
    """What the scenes share."""

    stage: Stage
    console: Console
    cast: Cast
    counters: dict[str, CheckClient]
    count: int
    monitor_port: int
    promises: list[Promise] = field(default_factory=list)
    updates: int = 0
    """How many updates the courts published."""
    facts: dict[str, Any] = field(default_factory=dict)
    begun: float = field(default_factory=monotonic)

    def promise(self, what: str, held: bool, shown: object = "") -> None:
        """Notes and shows whether something held."""
        self.promises.append(Promise(what, held, str(shown)))
        mark = "[green]✓[/]" if held else "[red]✗[/]"
        self.console.print(f"  {mark} {what}" + (f"  [dim]{shown}[/]" if shown != "" else ""))

    def fact(self, what: str, shown: str) -> None:
        """Shows what happened; had it not, the demo would have ended."""
        self.console.print(f"  · {what}  [dim]{shown}[/]")

    @contextmanager
    def scene(self, title: str) -> Iterator[None]:
        """A scene with its title; while it runs, a spinner says so."""
        self.console.print(f"[bold cyan]{monotonic() - self.begun:6.1f} s[/] [bold]{title}[/]")
        with self.console.status(title):
            yield

    def status(self, **scope: str) -> dict[str, Any]:
        """What the monitor knows now: the document of `liandong status --json`."""
        answer = httpx.get(f"http://127.0.0.1:{self.monitor_port}/v1/status", params=scope, timeout=30)
        document: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            return {"batches": [], "agencies": [], "jurisdictions": [], "problem": document}
        return document

    @property
    def held(self) -> bool:
        """Whether every promise held."""
        return bool(self.promises) and all(promise.held for promise in self.promises)
