"""List heads: reading one whose signature holds, and finding where a notary's chain of them goes on."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.directory import RefreshingKeyring
from ...topics.keys.signatures import Reading, Verifier
from ...topics.transport.ports import Message, Subscriber
from ...topics.transport.received import unwrap
from .reading import read_to_end, topic_lanes

_WINDOWS = (200, 20_000)
"""How many of the newest heads are looked through; the second only if the first does not hold the notary's own."""
NO_HEAD = bytes(32)
"""`previous` of a notary's first head."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A verified list head and the hash the next one of its notary refers to."""

    content: dict[str, Any]
    hash: str
    """SHA-256 of the body, hex."""

    @property
    def notary(self) -> str:
        """The notary that signed it."""
        return str(self.content["notary"])

    @property
    def number(self) -> int:
        """The number of its barrier."""
        return int(self.content["number"])


def read_head(message: Message, keyring: RefreshingKeyring, jurisdiction: str) -> SignedHead:
    """Return the head in a message of the topic with a jurisdiction's heads, signed by a notary of that jurisdiction.

    Raises Undecodable, FramingError or SignatureInvalid if there is none to be trusted.
    """
    fingerprint, body = unwrap(message)
    if not is_version_of(fingerprint, "list-head"):
        raise Undecodable("the message is no list head")
    content = decode(fingerprint, body)
    Verifier(keyring).signed("list-head", body, content, Reading((jurisdiction,)))
    return SignedHead(content, sha256(body).hexdigest())


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
        if head.notary == notary and (self.own is None or head.number > self.own.number):
            self.own = head


def last_heads(subscriber: Subscriber, jurisdiction: str, notary: str, keyring: RefreshingKeyring) -> LastHeads:
    """Find the newest heads of a jurisdiction from the end of the log; heads that do not verify count for nothing.

    A notary silent for more than the last `_WINDOWS` heads starts a new chain; its numbers go on all the same, since the
    lists keep its newest markers.
    """
    lanes = topic_lanes(subscriber, names.heads(jurisdiction))
    newest = LastHeads()
    for window in _WINDOWS:
        starts = {lane: max(0, subscriber.watermarks(lane)[1] - window) for lane in lanes}
        for _, message in read_to_end(subscriber, starts):
            with suppress(Undecodable, FramingError, SignatureInvalid):
                newest.note(read_head(message, keyring, jurisdiction), notary)
        if newest.own is not None or not any(starts.values()):
            break
    return newest
