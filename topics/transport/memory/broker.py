"""Kafka's behaviour in memory, proven by the suite that proves the real one.

A `MemoryBroker` serves any number of publishers and subscribers in any threads of one process, or all of a simulated
system. What goes wrong is done to it by hand: `stop` and `start` are an outage, `cut` and `heal` part one client from it,
`acknowledge` holds back or loses the answers to appends, `hold` and `release` delay a partition for its readers, `expire`
and `vanish` end members of groups, `delete` and `create` make a topic again. It never reorders a partition and never
loses an acknowledged record, since Kafka does not.
"""

import math
import threading
from collections.abc import Iterable, Mapping

from ....schemas.dates import start_of_today_ms
from ...workers.chance import Chance, SystemChance
from ...workers.clock import Clock, SystemClock
from ..errors import AuthorizationFailed, BrokerUnreachable, RecordTooLarge, TopicMissing, TransportFailed, right_to
from ..partitioner import partition_of
from ..ports import Delivered, OutgoingRecord, TopicPartition
from .access import Access, OpenAccess
from .group import Group
from .log import CREATE_TIME, MemoryMessage
from .network import Acknowledgements, Client, Network
from .policy import FUTURE_MS, MOST_BYTES, size_of
from .publisher import MemoryPublisher
from .subscriber import MemorySubscriber
from .topics import Topics


class MemoryBroker:
    """Logs by topic and partition, consumer groups, and the network to all of them."""

    def __init__(
        self,
        partitions: int = 3,
        *,
        topics: Iterable[str] | None = None,
        clock: Clock | None = None,
        chance: Chance | None = None,
        access: Access | None = None,
    ) -> None:
        """Take the `topics` that exist; without them every topic comes into being when it is first named."""
        self.clock = clock or SystemClock()
        self.topics = Topics(partitions, chance or SystemChance(), creating=topics is None)
        self.access = access or OpenAccess()
        self.network = Network(self.clock)
        self.changed = threading.Condition(threading.RLock())
        self.version = 0
        """Grows whenever readers may find something new."""
        self._groups: dict[str, Group] = {}
        for topic in topics or ():
            self.create(topic)

    def publisher(
        self, client_id: str = "memory", *, principal: str | None = None, clock: Clock | None = None
    ) -> MemoryPublisher:
        """Make a publisher; without a `principal` its name is its user, without a `clock` it has the broker's."""
        return MemoryPublisher(self, Client(client_id, principal or client_id, clock or self.clock))

    def subscriber(
        self, group: str | None = None, client_id: str = "memory", *, principal: str | None = None
    ) -> MemorySubscriber:
        """Make a subscriber, a member of the group once it subscribes."""
        return MemorySubscriber(self, Client(client_id, principal or client_id, self.clock), group)

    def create(self, topic: str, partitions: int | None = None, configuration: Mapping[str, str] | None = None) -> None:
        """Make a topic unless it exists, with the broker's number of partitions unless told.

        A `configuration` is in Kafka's names, as `TopicFamily.state` has it; without one everything stays for ever.
        """
        with self.changed:
            if self.topics.create(topic, partitions, configuration):
                for group in self._groups.values():
                    group.changed()
                self.notify()

    def delete(self, topic: str) -> None:
        """Delete a topic, its records and what groups committed for it. Raises TopicMissing."""
        with self.changed:
            self.topics.delete(topic)
            for group in self._groups.values():
                group.forget(topic)
            self.notify()

    def topic_id(self, topic: str) -> bytes:
        """Return the 16 bytes that tell a topic from one of the same name before it. Raises TopicMissing."""
        with self.changed:
            return self.topics.named(topic).id

    def committed(self, group: str, at: TopicPartition) -> int:
        """Return where a group goes on in a partition; 0 if it never committed it."""
        with self.changed:
            known = self._groups.get(group)
            return 0 if known is None else known.offsets.get(at, 0)

    def stop(self) -> None:
        """Stop answering; publishers keep what they are given."""
        with self.changed:
            self.network.stop()
            self.notify()

    def start(self) -> None:
        """Answer again."""
        with self.changed:
            self.network.start()
            self.notify()

    def cut(self, client_id: str) -> None:
        """Part one client from the broker; after a session's time its group puts it out."""
        with self.changed:
            self.network.cut(client_id)
            self.notify()

    def heal(self, client_id: str) -> None:
        """Connect a client again."""
        with self.changed:
            self.network.heal(client_id)
            self.notify()

    def acknowledge(self, client_id: str, how: Acknowledgements) -> None:
        """Say what becomes of the answers to a client's appends, those it still waits for included."""
        with self.changed:
            self.network.answer(client_id, how)
            self.notify()

    def hold(self, at: TopicPartition, until: float = math.inf) -> None:
        """Keep what is appended from now on from readers, until `release` or a monotonic time; watermarks count it."""
        with self.changed:
            self.topics.log(at).hold(until)

    def release(self, at: TopicPartition) -> None:
        """Let readers have what was held."""
        with self.changed:
            self.topics.log(at).release()
            self.notify()

    def expire(self, client_id: str) -> None:
        """Put a client's members out of their groups, as after a session without heartbeats; they learn when they poll."""
        with self.changed:
            for group in self._groups.values():
                for member in [one for one in group.members if one.client == client_id]:
                    group.leave(member)
            self.notify()

    def vanish(self, client_id: str) -> None:
        """Tell that a client's process was killed: nothing is said to its groups, which put it out after a session."""
        with self.changed:
            now = self.clock.monotonic()
            for group in self._groups.values():
                for member in group.members:
                    if member.client == client_id and member.gone_since is None:
                        member.gone_since = now

    def truncate(self, at: TopicPartition, before: int) -> None:
        """Drop what stands before an offset, as retention does."""
        with self.changed:
            self.topics.log(at).truncate(before)
            self.notify()

    def compact(self, topic: str) -> None:
        """Keep of every key the newest record, as compaction does."""
        with self.changed:
            for log in self.topics.named(topic).logs:
                log.compact()
            self.notify()

    def clean(self, now: int | None = None) -> None:
        """Apply every topic's retention and compaction at a time (ms UTC), the broker's own unless told."""
        with self.changed:
            self.topics.clean(self.clock.now() if now is None else now)
            self.notify()

    def records(self, topic: str) -> list[MemoryMessage]:
        """Return everything a topic holds, partition by partition."""
        with self.changed:
            return [message for log in self.topics.named(topic).logs for message in log.records]

    @property
    def up(self) -> bool:
        """Whether the broker answers."""
        return self.network.up

    def require(self, client: Client) -> None:
        """Raise BrokerUnreachable while it is stopped, or a client cut off."""
        if not self.network.reaches(client.name):
            raise BrokerUnreachable(f"the broker in memory does not answer {client.name}")

    def append(self, record: OutgoingRecord, client: Client) -> Delivered | Exception:
        """Write a record where its partition or its key says; return where, or why the broker refuses it."""
        if not self.access.may_write(client.principal, record.topic):
            return AuthorizationFailed(
                f"{client.principal} may not write to {record.topic}", right_to("WRITE", record.topic)
            )
        try:
            topic = self.topics.named(record.topic)
            at = TopicPartition(record.topic, self._choose(record, len(topic.logs)))
            log = self.topics.log(at)
        except TopicMissing as missing:
            return missing
        policy = topic.policy
        if size_of(record) > MOST_BYTES:
            return RecordTooLarge(f"{record.topic}: the record is over {MOST_BYTES} bytes")
        now = time = self.clock.now()
        if policy.compacts and record.key is None:
            return TransportFailed(f"{record.topic} is compacted, a record without a key cannot be validated")
        if policy.time_type == CREATE_TIME and client.clock is not self.clock:
            time = client.clock.now()
            if time > now + FUTURE_MS:
                return TransportFailed(
                    f"{record.topic}: the record's timestamp is {time - now} ms ahead of the broker's"
                )
        if policy.time_type == CREATE_TIME and record.day_only:
            time = start_of_today_ms(time)
        message = log.append(at, record, time, policy.time_type)
        self.notify()
        return Delivered(at.topic, at.partition, message.position, time)

    def group(self, name: str) -> Group:
        """Return a consumer group, made when first named."""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group(self.topics.counts)
        return group

    def notify(self) -> None:
        """Wake who waits: something has changed."""
        self.version += 1
        self.changed.notify_all()

    def _choose(self, record: OutgoingRecord, count: int) -> int:
        if record.partition is not None:
            return record.partition
        return self.topics.chance.below(count) if record.key is None else partition_of(record.key, count)
