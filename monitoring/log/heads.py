"""List heads: reading one whose signature holds, and finding where a notary's chain of them goes on."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...schemas.phrases import Phrase
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import suite_of
from ...topics.catalogue import names
from ...topics.keys.entitlement import Reading
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message, Subscriber
from ...topics.transport.reading import ReadToEnd, topic_lanes
from ...topics.transport.received import unwrap
from ...topics.workers.clock import Clock

_WINDOWS = (200, 20_000)
"""How many of the newest heads are looked through; the second only if the first does not hold the notary's own."""
NUMBER_LIMIT = 1 << 62
"""No barrier has this number or a higher one: whoever has a notary's key could use up all there are with one."""
NO_HEAD = bytes(32)
"""`previous` of a notary's first head."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A verified list head and the hash the next one of its notary refers to."""

    content: dict[str, Any]
    hash: str
    """Of the body, hex, of the suite it names."""

    @property
    def notary(self) -> str:
        """The notary that signed it."""
        return str(self.content["notary"])

    @property
    def number(self) -> int:
        """The number of its barrier."""
        return int(self.content["number"])


def read_head(message: Message, verifier: Verifier, jurisdiction: str) -> SignedHead:
    """Return the head in a message of the topic with a jurisdiction's heads, signed by a notary of that jurisdiction.

    Raises Undecodable, FramingError or SignatureInvalid if there is none to be trusted.
    """
    fingerprint, body = unwrap(message)
    if not is_version_of(fingerprint, "list-head"):
        raise Undecodable(Phrase("the message is no list head", "消息不是名单签名摘要"))
    content = decode(fingerprint, body)
    verifier.signed("list-head", body, content, Reading((jurisdiction,)))
    return SignedHead(content, suite_of(content["suite"]).content_hash(body).hex())


class NotaryName(NamedTuple):
    """A notary, and a jurisdiction it signs for."""

    jurisdiction: str
    name: str

    def __str__(self) -> str:
        return f"notary {self.name} of {self.jurisdiction}"


class CourtFloor(NamedTuple):
    """Up to which number a signed head has counted a court's sequence in a list without a gap."""

    topic: str
    court: str
    contiguous: int


@dataclass(slots=True)
class LastHeads:
    """The newest heads in the log when a notary starts."""

    own: SignedHead | None = None
    """Of the notary itself."""
    any: SignedHead | None = None
    """Of any notary of the jurisdiction, itself included."""

    def court_floors(self) -> Iterable[CourtFloor]:
        """List the court sequences of the newest head of any notary."""
        for row in self.any.content["courts"] if self.any else ():
            yield CourtFloor(row["list"], row["court"], row["contiguous"])

    def note(self, head: SignedHead, notary: str) -> None:
        """Keep a head if it is newer than what is kept; `notary` is whose heads are `own`."""
        if self.any is None or head.content["issued_at"] > self.any.content["issued_at"]:
            self.any = head
        if head.notary == notary and (self.own.number if self.own else -1) < head.number < NUMBER_LIMIT:
            self.own = head


class LastHeadsSearch:
    """Finds, in steps, the newest heads of a jurisdiction from the end of the log; what does not verify counts for nothing.

    A notary silent for more than the last `_WINDOWS` heads starts a new chain; its numbers go on all the same, since the
    lists keep its newest markers.
    """

    def __init__(self, subscriber: Subscriber, notary: NotaryName, keyring: RefreshingKeyring, clock: Clock) -> None:
        """Begin with the smallest window. Raises TransportError."""
        self._subscriber, self._notary, self._clock = subscriber, notary, clock
        self._verifier = Verifier(keyring)
        self._lanes = topic_lanes(subscriber, names.heads(notary.jurisdiction))
        self._windows = list(_WINDOWS)
        self.newest = LastHeads()
        self._open_window()

    @property
    def done(self) -> bool:
        """Whether `newest` is final."""
        return self._reading.done and (self.newest.own is not None or self._is_whole or not self._windows)

    def step(self) -> bool:
        """Read what is there now; return whether anything was. Raises TransportError, LOG_STALLED."""
        messages = self._reading.read()
        for message in messages:
            with suppress(Undecodable, FramingError, SignatureInvalid):
                self.newest.note(read_head(message, self._verifier, self._notary.jurisdiction), self._notary.name)
        if self._reading.done and not self.done:
            self._open_window()
        return bool(messages)

    def _open_window(self) -> None:
        window = self._windows.pop(0)
        starts = {lane: max(0, self._subscriber.watermarks(lane).high - window) for lane in self._lanes}
        self._is_whole = not any(starts.values())
        self._reading = ReadToEnd(self._subscriber, starts, self._clock)
