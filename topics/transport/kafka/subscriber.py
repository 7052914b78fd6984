"""`ports.Subscriber` on a consumer whose positions are the caller's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from typing import cast

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import Message as KafkaMessage
from confluent_kafka import TopicPartition as KafkaPartition

from ....schemas.phrases import Phrase
from ...settings import Settings
from ..errors import BrokerUnreachable, CommitRefused, OffsetOutOfRange, TopicMissing, right_in_group, right_to
from ..ports import BEGINNING, END, Message, TopicPartition, Watermarks
from . import config
from .admin import KafkaAdmin
from .failures import ANSWER_SECONDS, MOVING, Failures, answered, logger, translated
from .metadata import partitions_of

Listener = Callable[[Iterable[TopicPartition]], None]

_BATCH_LIMIT = 1_000_000
"""librdkafka's largest batch."""
_PASSING = {"_MAX_POLL_EXCEEDED", "_PARTITION_EOF", *MOVING}
_OUT_OF_RANGE = {"_AUTO_OFFSET_RESET", "OFFSET_OUT_OF_RANGE"}


class KafkaSubscriber:
    """Reads by hand-assigned partitions or in a group; nothing is committed, skipped or reset by itself."""

    def __init__(self, settings: Settings, *, group: str | None = None, client_id: str) -> None:
        """Take a `group` for `subscribe` and `commit`; nothing else needs one."""
        self._failures = Failures(client_id, right_in_group(group or client_id))
        self._group = group
        self._settings, self._prefix = settings, settings.topic_prefix
        self._waiting: KafkaMessage | None = None
        """What `wait` was woken by; the next `poll` hands it out."""
        self._admin: KafkaAdmin | None = None
        """Made when first asked for: most readers never need it."""
        self._lost: set[TopicPartition] = set()
        self._outside: dict[TopicPartition, OffsetOutOfRange] = {}
        self._subscribed = False
        self._from_group: set[TopicPartition] = set()
        """Partitions the group gave; hand-assigned ones are not among them."""
        self._unplaced: dict[TopicPartition, OffsetOutOfRange] = {}
        """Partitions the group gave that cannot start where it committed, and why."""
        self._config = {**config.consumer(settings, client_id, group), "logger": logger, "error_cb": self._failures}
        self._consumer = Consumer(self._config)

    def topic_of(self, message: Message) -> str:
        """Return the logical topic of a message."""
        return message.topic().removeprefix(self._prefix)

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises TopicMissing, BrokerUnreachable."""
        return partitions_of(self._consumer, self._prefix + topic, self._settings)

    def topic_id(self, topic: str) -> bytes:
        """Return the topic's id, which only the admin client tells. Raises TopicMissing, BrokerUnreachable."""
        if self._admin is None:
            self._admin = KafkaAdmin(self._settings)  # kept: who reads the register of keys asks again and again
        return self._admin.topic_id(self._prefix + topic)

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read these partitions from these offsets; END means behind what is there now."""
        self._forget(set(self._from_group))
        self._outside.clear()
        self._waiting = None
        # librdkafka would resolve END at its first fetch and miss what is written until then
        resolved = {at: self.watermarks(at)[1] if offset == END else offset for at, offset in positions.items()}
        self._consumer.assign(self._outbound(resolved))

    def subscribe(
        self, topics: Sequence[str], assigned: Listener | None = None, revoked: Listener | None = None
    ) -> None:
        """Join the group; `assigned` and `revoked` are called from `poll`."""
        group = self._group
        if group is None:
            raise ValueError("subscribe needs a group; use assign without one")
        for topic in topics:
            self.partitions(topic)

        def on_assign(consumer: Consumer, partitions: list[KafkaPartition]) -> None:
            try:
                consumer.incremental_assign(partitions)
            except KafkaException as failed:
                # not out of the callback: a record that `poll` already holds would be lost with it
                about = Phrase(f"taking partitions of {self._group}", f"领取 {self._group} 的分区")
                self._failures.callbacks.keep(translated(failed.args[0], about, right_in_group(group)))
            gained = self._inbound(partitions)
            self._from_group.update(gained)
            if assigned is not None:
                self._failures.callbacks.run(assigned, gained)

        def on_revoke(_: Consumer, partitions: list[KafkaPartition]) -> None:
            lost = self._inbound(partitions)
            if revoked is not None:
                self._failures.callbacks.run(revoked, lost)
            self._forget(lost)

        self._subscribed = True
        self._consumer.subscribe([self._prefix + topic for topic in topics], on_assign=on_assign, on_revoke=on_revoke)

    def move(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read partitions the group gave on from these offsets."""
        own = {at: offset for at, offset in positions.items() if at in self._from_group}
        if not own:
            return
        moved = self._outbound(own)
        self._consumer.incremental_unassign(moved)
        self._consumer.incremental_assign(moved)
        if self._waiting is not None and self._at(self._waiting) in own:
            self._waiting = None
        for at in own:
            self._outside.pop(at, None)
            self._unplaced.pop(at, None)

    def poll(self, limit: int, timeout: float) -> list[Message]:
        """Wait up to `timeout` seconds for one record, then drain what is there up to `limit`."""
        self._check()
        if self._waiting is None:
            self._lost.clear()
        if self._unplaced:
            self._place()
        # a message without a value counts as false
        first = self._waiting if self._waiting is not None else self._consumer.poll(timeout)
        self._waiting = None
        if first is None:
            self._failures.callbacks.check()
            return []
        batch = [first]
        if limit > 1:
            batch += self._consumer.consume(min(limit - 1, _BATCH_LIMIT), 0)
        good = [message for message in batch if message.error() is None]
        if len(good) < len(batch):
            for message in batch:
                self._keep(message)
        if self._lost:
            # read before the partition went to another member, who reads it again
            good = [one for one in good if self._at(one) not in self._lost]
        if not good:
            self._check()
        return cast("list[Message]", good)

    def wait(self, seconds: float) -> bool:
        """Wait until there is something for the next `poll`, at most so many seconds; return whether there is."""
        if self._waiting is None:
            self._lost.clear()
            self._waiting = self._consumer.poll(seconds)
        return self._waiting is not None

    def commit(self, positions: Mapping[TopicPartition, int], note: str = "") -> None:
        """Commit next offsets to the group, synchronously. Raises CommitRefused if the partitions moved away."""
        if self._group is None:
            raise ValueError("commit needs a group")
        if not positions:
            return
        about = Phrase(f"committing for {self._group}", f"为 {self._group} 提交消费位置")
        right = right_in_group(self._group)
        # the broker asks only whether a member is alive: one could take back what the partition's new owner committed
        foreign = positions.keys() - self._from_group if self._subscribed else ()
        for at in foreign:
            raise CommitRefused(
                Phrase(
                    f"{about}: {at.topic} [{at.partition}] is not this member's",
                    f"{about.zh}：{at.topic} [{at.partition}] 不归本成员",
                )
            )
        offsets = [
            KafkaPartition(self._prefix + at.topic, at.partition, offset, note) for at, offset in positions.items()
        ]
        answers = answered(lambda: self._consumer.commit(offsets=offsets, asynchronous=False) or [], about, right)
        for answer in answers:
            if answer.error is not None:
                raise translated(answer.error, _at(about, answer), right)

    def note(self, at: TopicPartition) -> str:
        """Return the note that was committed to the group last for a partition."""
        about = Phrase(f"asking what {self._group} committed", f"查询 {self._group} 已提交的位置")
        right = right_in_group(self._group or "")
        asked = self._outbound({at: 0})
        answers = answered(lambda: self._consumer.committed(asked, timeout=ANSWER_SECONDS), about, right)
        for answer in answers:
            if answer.error is not None:
                raise translated(answer.error, _at(about, answer), right)
        return answers[0].metadata or ""

    def watermarks(self, at: TopicPartition) -> Watermarks:
        """Return the low and the high watermark of a partition."""
        return _watermarks(self._consumer, KafkaPartition(self._prefix + at.topic, at.partition), self._settings)

    def watermarks_aside(self, at: TopicPartition) -> Watermarks:
        """Return the same, asked for on a connection of its own.

        The client library does one thing at a time, and who polls again and again lets nobody else have their turn.
        """
        with closing(Consumer(self._config)) as aside:
            return _watermarks(aside, KafkaPartition(self._prefix + at.topic, at.partition), self._settings)

    def close(self) -> None:
        """Leave the group; partitions are given up through `revoked`."""
        self._admin = None
        self._consumer.close()
        self._failures.callbacks.check()

    def _place(self) -> None:
        """Start partitions the group never committed at the beginning; the others are outside the log indeed."""
        waiting = dict(self._unplaced)
        try:
            committed = self._consumer.committed(self._outbound(dict.fromkeys(waiting, 0)), timeout=1.0)
        except KafkaException as failed:
            logger.warning("asking for the offsets of %s: %s; asked again", self._group, failed.args[0].str())
            return
        self._unplaced.clear()
        for one in committed:
            at = TopicPartition(one.topic.removeprefix(self._prefix), one.partition)
            if one.offset >= 0:
                self._outside[at] = waiting[at]
            else:
                one.offset = BEGINNING
                self._consumer.incremental_unassign([one])
                self._consumer.incremental_assign([one])

    def _forget(self, partitions: Iterable[TopicPartition]) -> None:
        self._lost.update(partitions)
        self._from_group.difference_update(partitions)
        for at in partitions:
            self._outside.pop(at, None)
            self._unplaced.pop(at, None)

    def _keep(self, message: KafkaMessage) -> None:
        """Keep the error a message stands for; it is raised when the records before it have been handed out."""
        error = message.error()
        if error is None:
            return
        at = self._at(message)
        if error.name() in _OUT_OF_RANGE:
            outside = OffsetOutOfRange(at, f"{message.topic()} [{at.partition}]: {error.str()}")
            (self._unplaced if at in self._from_group else self._outside)[at] = outside
        elif error.name() in _PASSING or error.retriable():
            logger.warning("reading: %s", error.str())
        else:
            topic = message.topic()
            right = right_to("READ", topic) if topic else right_in_group(self._group or "")
            self._failures.callbacks.keep(translated(error, f"reading {topic or ''}".strip(), right))

    def _at(self, message: KafkaMessage) -> TopicPartition:
        topic, partition = message.topic() or "", message.partition()
        return TopicPartition(topic.removeprefix(self._prefix), -1 if partition is None else partition)

    def _check(self) -> None:
        """Raise what is kept; a position outside the log is raised until partitions are assigned anew."""
        self._failures.callbacks.check()
        for error in self._outside.values():
            raise error

    def _outbound(self, positions: Mapping[TopicPartition, int]) -> list[KafkaPartition]:
        return [KafkaPartition(self._prefix + at.topic, at.partition, offset) for at, offset in positions.items()]

    def _inbound(self, partitions: Iterable[KafkaPartition]) -> list[TopicPartition]:
        return [TopicPartition(one.topic.removeprefix(self._prefix), one.partition) for one in partitions]


def _at(about: Phrase, place: KafkaPartition) -> Phrase:
    where = f"{place.topic} [{place.partition}]"
    return Phrase(f"{about} for {where}", f"{about.zh}（{where}）")


def _watermarks(consumer: Consumer, at: KafkaPartition, settings: Settings) -> Watermarks:
    about = Phrase(
        f"asking for the ends of {at.topic} [{at.partition}]", f"查询 {at.topic} [{at.partition}] 的首尾位置"
    )
    try:
        right = right_to("READ", at.topic)
        offsets = answered(lambda: consumer.get_watermark_offsets(at, timeout=ANSWER_SECONDS), about, right)
    except TopicMissing:
        # the client library says this also when no broker answers, or does not tell: asking for the topic says which
        if at.partition in partitions_of(consumer, at.topic, settings):
            raise BrokerUnreachable(Phrase(f"{about}: no leader is known", f"{about.zh}：分区没有主节点")) from None
        raise
    if offsets is None:
        raise BrokerUnreachable(
            Phrase(f"{about}: no answer in {ANSWER_SECONDS:.0f} s", f"{about.zh}：{ANSWER_SECONDS:.0f} 秒内无应答")
        )
    return Watermarks(*offsets)
