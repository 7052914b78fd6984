"""A counter that asks its node over the check API: its token, how often it may ask, and what it is to be answered."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from liandong.consumers.acts_db.agency_home import agency_folder
from liandong.consumers.api.app import Api
from liandong.consumers.api.problems import MAX_BODY
from liandong.consumers.api.tokens import Grant, TokenFile
from liandong.consumers.node.assembly import OpenAgency
from liandong.consumers.node.node import open_api
from liandong.tests.simulation.calling import Call, InPlace, Reply, call
from liandong.tests.simulation.founding import CHECKS_BURST, CHECKS_PER_SECOND
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.settings import Settings

if TYPE_CHECKING:
    from liandong.tests.simulation.process import Process

GOOD, NONE, WRONG, REVOKED = "its token", "no token", "a wrong token", "a token that was revoked"
ANOTHERS, NARROW = "another agency's token", "a token for events alone"
TOKENS = {GOOD: 75, NONE: 5, WRONG: 5, REVOKED: 5, ANOTHERS: 5, NARROW: 5}
"""What a counter may show, and how often it does."""
WHOLE, LARGE, ENDLESS, CUT_SHORT = "whole", "too large", "too large and comes in pieces", "cut short"
SPOILT = "a batch with a check in another encoding"
_UNREADABLE = '{"ref": "核查"}'.encode("gb18030")
KEYED = "keyed-"
"""So begins the Idempotency-Key of a request, and the site it is asked from, by which a court's record tells of it."""
BODIES = {WHOLE: 85, SPOILT: 5, LARGE: 3, ENDLESS: 2, CUT_SHORT: 5}
"""What a body may be, and how often it is."""


def trace_at(now: int) -> str:
    """The traceparent of a request that is made at an instant, ms UTC."""
    return f"00-{now:032x}-{1:016x}-01"


class ApiCounter:
    """A counter of one node. It lives on when the node is started again, and so does its token."""

    def __init__(self, process: "Process", agency: str, node: str) -> None:
        self._process, self._agency, self._node = process, agency, node
        self._chance = SeededChance(Random(f"tokens of {process.name}"), process.machine.clock)
        self._tokens = TokenFile(agency_folder(process.machine.settings, agency) / "tokens.yaml")
        self._shown: dict[str, str] = {}
        """What it can show, by kind."""
        self._api: Api
        self._allowance = Allowance(0.0)
        self.unanswered: tuple[str, int] | None = None
        """The key and the person of a request that is to be sent until it is answered."""
        self._keys = 0

    def new_key(self) -> str:
        """A key no request came with before."""
        self._keys += 1
        return f"{KEYED}{self._process.name.replace(' ', '-')}.{self._keys}"

    def opened(self, settings: Settings, opened: OpenAgency) -> None:
        """Hear that the node was started: its limits begin anew."""
        self._api = open_api(settings, opened, _Node(opened), InPlace())
        self._allowance = Allowance(self._process.machine.clock.monotonic())

    def token(self, kind: str = GOOD) -> str:
        """Something of this kind to show, had from the agency's operator where it is genuine."""
        if kind == REVOKED:
            old = self.token()
            self._tokens.revoke(self._caller())
            del self._shown[GOOD]
            return old
        if kind == WRONG:
            return "ldt_" + self._chance.raw(32).hex()
        if kind not in self._shown:
            scopes = ("events",) if kind == NARROW else ("check",)
            self._shown[kind] = self._tokens.add(
                Grant(self._caller(kind), scopes), clock=self._process.machine.clock, chance=self._chance
            )
        return self._shown[kind]

    def expected(self, kind: str, body: str, checks: int) -> int:
        """The status it is to be answered now; what it may ask is counted."""
        if kind != GOOD:
            return 403 if kind == NARROW else 401
        if body not in (WHOLE, SPOILT):
            return 400 if body == CUT_SHORT else 413
        return 200 if self._allowance.take(checks + (body == SPOILT), self._process.machine.clock.monotonic()) else 429

    def post(self, checks: list[dict[str, Any]], token: str, body: str, language: str, key: str = "") -> Reply:
        """Ask, with an Idempotency-Key if one is given; to be called while the process runs something of its own."""
        sent = msgspec.json.encode(checks[0] if len(checks) == 1 else {"checks": checks})
        if body == SPOILT:
            sent = b'{"checks": [%s, %s]}' % (b", ".join(map(msgspec.json.encode, checks)), _UNREADABLE)
        elif body in (LARGE, ENDLESS):
            sent += b" " * MAX_BODY
        elif body == CUT_SHORT:
            sent = sent[: len(sent) // 2]
        headers = {"content-type": "application/json", "accept-language": language}
        headers["traceparent"] = trace_at(self._process.machine.clock.now())
        if key:
            headers["idempotency-key"] = key
        if token:
            headers["authorization"] = f"Bearer {token}"
        if body != ENDLESS:
            headers["content-length"] = str(len(sent))
        return call(self._api, Call("/v1/checks", headers, sent))

    def _caller(self, kind: str = GOOD) -> str:
        return f"counter-{self._node}" + "-events" * (kind == NARROW)


@dataclass
class Allowance:
    """How many checks a caller may still ask, counted apart from the product."""

    at: float
    level: float = CHECKS_BURST

    def take(self, checks: int, now: float) -> bool:
        """Whether so many may be asked now; then they are."""
        self.level = min(CHECKS_BURST, self.level + (now - self.at) * CHECKS_PER_SECOND)
        self.at = now
        if self.level < min(checks, CHECKS_BURST):
            return False
        self.level -= checks
        return True


@dataclass(frozen=True)
class _Node:
    """What the API asks of its node besides the gate."""

    opened: OpenAgency

    def status(self) -> dict[str, object]:
        return {}

    def ready(self) -> dict[str, object] | None:
        return {} if self.opened.copy_status.synced() else None

    def alive(self) -> bool:
        return True

    def publish_events(self, payload: Any, keyed: Any, traceparent: str, lang: Any) -> Any:
        return self.opened.desk.publish_events(payload, keyed, traceparent, lang)
