"""One run of the demo: its processes, its people, what was promised and whether it held."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.console import Console

from ...schemas.phrases import Phrase, quoted
from ...topics.settings import Settings
from ...topics.workers.clock import SystemClock
from .cast import Cast, Person
from .setting import Files
from .stage import SceneFailed, Stage
from .texts import DemoTexts


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the demo shows, and whether it held."""

    claim: str
    fulfilled: bool
    shown: str
    """What was seen, in a few words."""


@dataclass
class CheckClient:
    """One agency's check API, as its own systems call it."""

    agency: str
    port: int
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        """Send one request with the caller's token."""
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", json=body, headers=headers, timeout=10)

    def check(self, transaction: str, person: Person, **attributes: object) -> dict[str, Any]:
        """Ask for one decision; the demo ends if the answer is an error."""
        answer = self.call(
            "POST", "/v1/checks", {"transaction": transaction, "subject": person.subject(), "attributes": attributes}
        )
        if answer.status_code != 200:
            raise SceneFailed(
                Phrase(
                    f"{self.agency} answered {answer.status_code}: {answer.text[:300]}",
                    f"{self.agency} 返回 {answer.status_code}：{quoted(answer.text[:300]).zh}",
                ),
                Phrase("look into the agency's log", "请查看该单位的进程日志"),
            )
        decision: dict[str, Any] = answer.json()
        return decision

    def ready(self) -> bool:
        """Return whether the agency serves with a proven copy of the list."""
        try:
            return self.call("GET", "/readyz").status_code == 200
        except httpx.TransportError:
            return False


@dataclass
class Play:
    """What the scenes share."""

    stage: Stage
    console: Console
    settings: Settings
    files: Files
    cast: Cast
    counters: dict[str, CheckClient]
    count: int
    """How many debtors the court publishes first."""
    monitor_port: int
    texts: DemoTexts
    promises: list[Promise] = field(default_factory=list)
    updates: int = 0
    """How many updates the courts published."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What one scene leaves for later ones: the newest status, the latencies."""
    begun: float = field(default_factory=SystemClock().monotonic)

    def promise(self, text: str, /, fulfilled: bool, shown: object = "", **places: object) -> None:
        """Note and print whether a promise held; `text` is one of the demo's texts, with its places."""
        claim = self.texts(text, **places)
        self.promises.append(Promise(claim, fulfilled, str(shown)))
        mark = "[green]✓[/]" if fulfilled else "[red]✗[/]"
        self.console.print(f"  {mark} {claim}" + (f"  [dim]{shown}[/]" if shown != "" else ""))

    def fact(self, event: str, shown: str) -> None:
        """Print what happened; had it not, the demo would have ended."""
        self.console.print(f"  · {self.texts(event)}  [dim]{shown}[/]")

    @contextmanager
    def scene(self, text: str, /, **places: object) -> Iterator[None]:
        """Print the title of a scene, with a spinner while it runs."""
        title = self.texts(text, **places)
        self.console.print(f"[bold cyan]{SystemClock().monotonic() - self.begun:6.1f} s[/] [bold]{title}[/]")
        with self.console.status(title):
            yield

    def status(self, **query: str) -> dict[str, Any]:
        """Ask the monitor for the document of `liandong status --json`."""
        answer = httpx.get(f"http://127.0.0.1:{self.monitor_port}/v1/status", params=query, timeout=30)
        document: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            return {"batches": [], "agencies": [], "jurisdictions": [], "problem": document}
        return document

    @property
    def all_fulfilled(self) -> bool:
        """Whether every promise held, and there was one."""
        return bool(self.promises) and all(promise.fulfilled for promise in self.promises)
