"""List heads: what goes into one, and where a notary's chain of them goes on."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FINGERPRINT_HEADER, FramingError, unframe
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.signatures import RefreshingKeyring, Verifier
from ...topics.transport.ports import Message, Subscriber
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
        """Who signed it."""
        return str(self.content["notary"])

    @property
    def number(self) -> int:
        """Its barrier."""
        return int(self.content["number"])


def read_head(message: Message, keyring: RefreshingKeyring) -> SignedHead:
    """The head in a message, signed by a notary of its jurisdiction; Undecodable, FramingError or SignatureInvalid if there is none to be trusted."""
    value = message.value() or b""
    fingerprint, body = unframe(value, dict(message.headers() or ()).get(FINGERPRINT_HEADER))
    if not is_version_of(fingerprint, "list-head"):
        raise Undecodable("the message is no list head")
    content = decode(fingerprint, body)
    who = content["notary"], content["jurisdiction"]
    Verifier(keyring).notary(body, "list-head", *who, content["issued_at"])
    return SignedHead(content, sha256(body).hexdigest())


@dataclass(slots=True)
class LastHeads:
    """The newest heads in the log when a notary starts."""

    own: SignedHead | None = None
    any: SignedHead | None = None

    def court_floors(self) -> Iterable[tuple[str, str, int]]:
        """(list, court, contiguous) of the newest head of anybody."""
        for row in self.any.content["courts"] if self.any else ():
            yield row["list"], row["court"], row["contiguous"]


def last_heads(subscriber: Subscriber, jurisdiction: str, notary: str, keyring: RefreshingKeyring) -> LastHeads:
    """The newest heads of a jurisdiction, looked for from the end; heads that do not verify count for nothing.

    A notary silent for more than the last `_WINDOWS` heads starts a new chain; its numbers go on all the same, since the
    lists keep its newest markers.
    """
    lanes = topic_lanes(subscriber, names.heads(jurisdiction))
    found = LastHeads()
    for window in _WINDOWS:
        starts = {lane: max(0, subscriber.watermarks(lane)[1] - window) for lane in lanes}
        for _, message in read_to_end(subscriber, starts):
            with suppress(Undecodable, FramingError, SignatureInvalid):
                _note(found, read_head(message, keyring), jurisdiction, notary)
        if found.own is not None or not any(starts.values()):
            break
    return found


def _note(found: LastHeads, head: SignedHead, jurisdiction: str, notary: str) -> None:
    if head.content["jurisdiction"] != jurisdiction:
        return
    if found.any is None or head.content["issued_at"] > found.any.content["issued_at"]:
        found.any = head
    if head.notary == notary and (found.own is None or head.number > found.own.number):
        found.own = head
