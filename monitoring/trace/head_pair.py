"""The newest snapshot of the live entries in the log: the head that carries it, and the head of the barrier it shows."""

from collections import OrderedDict
from contextlib import suppress
from typing import NamedTuple

from ...schemas.errors import LiandongError
from ...schemas.wire.codec import Undecodable
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message, Subscriber
from ...topics.transport.reading import ReadToEnd, topic_lanes
from ...topics.transport.received import Framed, unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.worker import AT_ONCE
from ..log.heads import SignedHead, read_head

_WINDOWS: tuple[int | None, ...] = (10_000, None)
"""How many of the newest heads are looked through, then all: of two notaries ten thousand are more than an hour."""
_REMEMBERED = 2_000
"""Heads of a notary kept while reading; a snapshot is made within some minutes of its barrier."""
_WAIT = 0.5


class SnapshotMissing(LiandongError):
    """No head in the log shows the live entries."""

    def __init__(self, jurisdiction: str) -> None:
        super().__init__(
            "TRACE_SNAPSHOT_MISSING",
            f"no list head of {jurisdiction} shows the live entries yet",
            "notaries show them with their second head and then once an hour: see that one runs, and try again",
            f"{jurisdiction} 尚无载明有效条目的名单签名摘要",
            "见证节点自第二份名单签名摘要起载明有效条目，此后每小时一次：请确认有见证节点在运行，再重试",
        )


class KeptHead(NamedTuple):
    """A verified head with its bytes."""

    head: SignedHead
    framed: Framed


class HeadPair(NamedTuple):
    """Both heads of one snapshot."""

    barrier: KeptHead
    snapshot: KeptHead


class HeadPairSearch:
    """Finds the newest snapshot signed by a notary whose key is not revoked; a `Worker`."""

    def __init__(self, subscriber: Subscriber, jurisdiction: str, keyring: RefreshingKeyring, clock: Clock) -> None:
        """Begin with the newest heads. Raises TransportError."""
        self._subscriber, self._jurisdiction, self._clock = subscriber, jurisdiction, clock
        self._keyring, self._verifier = keyring, Verifier(keyring)
        self._lanes = topic_lanes(subscriber, names.heads(jurisdiction))
        self._windows = list(_WINDOWS)
        self._found: HeadPair | None = None
        self._open_window()

    def done(self) -> bool:
        """Return whether `found` is final."""
        return self._reading.done and (self._found is not None or not self._windows)

    def found(self) -> HeadPair:
        """Return the pair. Raises TRACE_SNAPSHOT_MISSING."""
        if self._found is None:
            raise SnapshotMissing(self._jurisdiction)
        return self._found

    def step(self) -> float:
        """Read what is there now. Raises TransportError, LOG_STALLED."""
        messages = self._reading.read()
        for message in messages:
            with suppress(Undecodable, FramingError, SignatureInvalid):
                self._take(message)
        if self._reading.done and not self.done():
            self._open_window()
        return AT_ONCE if messages else _WAIT

    def close(self) -> None:
        """Do nothing: a reading that is done holds nothing."""

    def _open_window(self) -> None:
        window = self._windows.pop(0)
        self._kept: dict[str, OrderedDict[int, KeptHead]] = {}
        starts = {
            lane: 0 if window is None else max(0, self._subscriber.watermarks(lane).high - window)
            for lane in self._lanes
        }
        if not any(starts.values()):
            self._windows.clear()
        self._reading = ReadToEnd(self._subscriber, starts, self._clock)

    def _take(self, message: Message) -> None:
        kept = KeptHead(read_head(message, self._verifier, self._jurisdiction), unwrap(message))
        signer = self._keyring.key(kept.framed.body[:8])
        if signer is None or signer.revoked_at:
            return
        own = self._kept.setdefault(kept.head.notary, OrderedDict())
        own[kept.head.number] = kept
        if len(own) > _REMEMBERED:
            own.popitem(last=False)
        barrier = own.get(kept.head.content["snapshot_barrier"])
        if barrier is not None and self._is_newer(barrier):
            self._found = HeadPair(barrier, kept)

    def _is_newer(self, barrier: KeptHead) -> bool:
        known = self._found
        return known is None or barrier.head.content["issued_at"] > known.barrier.head.content["issued_at"]
