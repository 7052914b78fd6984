"""What time it is at least, as notaries sign it: the newest head of some jurisdictions, for processes that copy no list."""

import math
from collections.abc import Iterable

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase
from ...schemas.wire.codec import decode
from ..catalogue import names
from ..transport.errors import BrokerUnreachable, TransportError
from ..transport.ports import Message, Subscriber, TopicPartition
from ..transport.received import unwrap
from ..workers.clock import Clock
from ..workers.threads import Doorbell, work_until
from ..workers.worker import AT_ONCE, Part
from .entitlement import Reading
from .keyrings import RefreshingKeyring
from .signatures import Verifier

_BACK = 50
"""So many records before the end reading begins: what stands there last may be nothing a notary signed."""
_BATCH = 500
_LOOK_SECONDS = 5.0
_RETRY_SECONDS = 1.0


class BarrierTimes:
    """Follows the heads of jurisdictions from shortly before their end; a `Worker`."""

    def __init__(
        self, subscriber: Subscriber, keyring: RefreshingKeyring, jurisdictions: Iterable[str], clock: Clock
    ) -> None:
        """Take a subscriber without a group, which its owner closes. Nothing is read before the first step."""
        self._subscriber, self._clock = subscriber, clock
        self._verifier = Verifier(keyring)
        self._places = {names.heads(each): each for each in jurisdictions}
        self._pause = Doorbell()
        self._unread: dict[TopicPartition, int] | None = None
        self._following = False
        self._newest = 0
        self.failure: TransportError | None = None
        """Why nothing can be read now."""

    @property
    def caught_up(self) -> bool:
        """Whether everything was read that stood there when reading began."""
        return self._unread is not None and not self._unread

    def newest(self) -> int:
        """Return when the newest signed head read so far was issued, ms UTC; 0: none was read."""
        return self._newest

    def step(self) -> float:
        """Read what has come; return when to be called again."""
        try:
            if not self._following:
                self._follow()
            messages = self._subscriber.poll(_BATCH, 0)
        except TransportError as failed:
            self.failure, self._following = failed, False
            return _RETRY_SECONDS
        self.failure = None
        for message in messages:
            self._take(message)
            at = TopicPartition(self._subscriber.topic_of(message), message.partition())
            if self._unread is not None and message.offset() + 1 >= self._unread.get(at, math.inf):
                del self._unread[at]
        return AT_ONCE if messages else _LOOK_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait for a record, after a failure for the time to try again; return whether there is a record."""
        return (self._pause if self.failure else self._subscriber).wait(seconds)

    def close(self) -> None:
        """Do nothing: the subscriber is its owner's."""

    def _follow(self) -> None:
        partitions = [
            TopicPartition(topic, number) for topic in self._places for number in self._subscriber.partitions(topic)
        ]
        ends = {at: self._subscriber.watermarks(at) for at in partitions}
        self._subscriber.assign({at: max(end.low, end.high - _BACK) for at, end in ends.items()})
        self._unread = {at: end.high for at, end in ends.items() if end.high > end.low}
        self._following = True

    def _take(self, message: Message) -> None:
        """Believe a head that a notary of the jurisdiction signed; whatever else stands there says nothing about the time."""
        try:
            fingerprint, body = unwrap(message)
            head = decode(fingerprint, body)
            place = self._places[self._subscriber.topic_of(message)]
            self._verifier.signed("list-head", body, head, Reading((place,)))
        except (LiandongError, KeyError):
            return
        self._newest = max(self._newest, head["issued_at"])


def newest_barrier(times: BarrierTimes, seconds: float = 30.0) -> int:
    """Read to the end and return when the newest head was issued, ms UTC, 0 without any. Raises TransportError."""
    part = Part("barrier times", times, times.wait)
    work_until(part, lambda: times.caught_up or times.failure is not None, seconds)
    if times.failure is not None:
        raise times.failure
    if not times.caught_up:
        raise BrokerUnreachable(
            Phrase(
                f"the heads were not read to their end in {seconds:.0f} s",
                f"{seconds:.0f} 秒内未能读完名单签名摘要",
            )
        )
    return times.newest()
