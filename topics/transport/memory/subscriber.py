"""`ports.Subscriber` on the broker in memory."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..callbacks import Callbacks
from ..errors import (
    AuthorizationFailed,
    BrokerUnreachable,
    CommitRefused,
    OffsetOutOfRange,
    right_in_group,
    right_to,
)
from ..ports import BEGINNING, END, Message, TopicPartition, Watermarks
from .access import OpenAccess
from .group import Listener, Member
from .membership import Membership
from .network import Client

if TYPE_CHECKING:
    from .broker import MemoryBroker
    from .log import Log


class MemorySubscriber:
    """Reads by hand-assigned partitions or in a group, and waits for topics that are not there, as Kafka's clients do."""

    def __init__(self, broker: "MemoryBroker", client: Client, group: str | None) -> None:
        self._broker = broker
        self._client = client
        self._group = group
        self._positions: dict[TopicPartition, int] = {}
        self._outside: dict[TopicPartition, OffsetOutOfRange] = {}
        """Positions found outside their log: an error until partitions are assigned anew."""
        self._membership: Membership | None = None
        self._callbacks = Callbacks()
        self._guarded = not isinstance(broker.access, OpenAccess)
        self._idle_at = -1
        """The broker's version at which there was nothing to read."""

    def topic_of(self, message: Message) -> str:
        """Return the topic; names have no prefix in memory."""
        return message.topic()

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises TopicMissing, BrokerUnreachable, AuthorizationFailed."""
        with self._reachable():
            self._may_see(topic)
            return list(range(len(self._broker.topics.named(topic).logs)))

    def topic_id(self, topic: str) -> bytes:
        """Return the topic's id. Raises TopicMissing, BrokerUnreachable, AuthorizationFailed."""
        with self._reachable():
            self._may_see(topic)
            return self._broker.topics.named(topic).id

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read these partitions from these offsets; END means behind what is there now and has to be asked for."""
        with self._broker.changed:
            resolved = {at: self.watermarks(at).high if offset == END else offset for at, offset in positions.items()}
            self._positions, self._outside, self._idle_at = resolved, {}, -1

    def subscribe(
        self, topics: Sequence[str], assigned: Listener | None = None, revoked: Listener | None = None
    ) -> None:
        """Join the group; partitions come and go in `poll`."""
        if self._group is None:
            raise ValueError("subscribe needs a group; use assign without one")
        for topic in topics:
            self.partitions(topic)
        with self._broker.changed:
            now = self._broker.clock.monotonic()
            member = Member(tuple(topics), self._client.name, assigned, revoked, now)
            self._membership = Membership(self._broker, self._group, member, self._client)
            self._membership.join()

    def move(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read partitions the group gave on from these offsets."""
        with self._broker.changed:
            own = {at: offset for at, offset in positions.items() if at in self._positions}
            self._positions.update(own)
            for at in own:
                self._outside.pop(at, None)
            self._idle_at = -1

    def poll(self, limit: int, timeout: float) -> list[Message]:
        """Wait for one record, then take what is there up to `limit`."""
        batch = self._turn(limit)
        # partitions that come or go end a wait too
        while not batch and timeout > 0 and self.wait(timeout):
            batch = self._turn(limit)
        return batch

    def wait(self, seconds: float) -> bool:
        """Wait until there is something for `poll` to do, at most so many seconds; return whether there is."""
        with self._broker.changed:
            return self._has_news() or (seconds > 0 and self._broker.changed.wait_for(self._has_news, seconds))

    def commit(self, positions: Mapping[TopicPartition, int], note: str = "") -> None:
        """Commit next offsets. Raises CommitRefused for partitions another member has."""
        if self._group is None:
            raise ValueError("commit needs a group")
        if not positions:
            return
        with self._reachable():
            if not self._broker.access.may_join(self._client.principal, self._group):
                # the refusal itself comes with `poll`; a commit waits for the group's coordinator and hears of none
                raise BrokerUnreachable(f"{self._client.principal} is told no coordinator of {self._group}")
            group = self._broker.group(self._group)
            member = None if self._membership is None else self._membership.member
            for at in positions:
                if not group.may_commit(member, at):
                    raise CommitRefused(f"{at.topic} [{at.partition}] belongs to another member of {self._group}")
            for at in positions:
                self._may_read(at.topic)
                self._broker.topics.log(at)
            group.offsets.update(positions)
            group.notes.update(dict.fromkeys(positions, note))

    def note(self, at: TopicPartition) -> str:
        """Return the note that was committed to the group last for a partition. Raises BrokerUnreachable."""
        if self._group is None:
            raise ValueError("a note needs a group")
        with self._reachable():
            if not self._broker.access.may_join(self._client.principal, self._group):
                raise BrokerUnreachable(f"{self._client.principal} is told no coordinator of {self._group}")
            return self._broker.group(self._group).notes.get(at, "")

    def watermarks(self, at: TopicPartition) -> Watermarks:
        """Return the low and the high watermark of a partition."""
        with self._reachable():
            self._may_see(at.topic)
            log = self._broker.topics.log(at)
            return Watermarks(log.low, log.high)

    def watermarks_aside(self, at: TopicPartition) -> Watermarks:
        """Return the same: nobody holds the broker in memory up."""
        return self.watermarks(at)

    def close(self) -> None:
        """Leave the group; its partitions are free at once, or after a session if the broker does not hear it."""
        membership, self._membership = self._membership, None
        self._positions, self._outside, self._idle_at = {}, {}, -1
        if membership is not None:
            membership.close(self._callbacks)
            self._callbacks.check()

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        with self._broker.changed:
            self._broker.require(self._client)
            yield

    def _may_see(self, topic: str) -> None:
        """Raise AuthorizationFailed unless we may read or write: either lets a client ask about a topic."""
        access, principal = self._broker.access, self._client.principal
        if not access.may_read(principal, topic) and not access.may_write(principal, topic):
            raise AuthorizationFailed(f"{principal} may neither read nor write {topic}", right_to("READ", topic))

    def _may_read(self, topic: str) -> None:
        if not self._broker.access.may_read(self._client.principal, topic):
            raise AuthorizationFailed(f"{self._client.principal} may not read {topic}", right_to("READ", topic))

    def _may_use_group(self) -> None:
        """Raise AuthorizationFailed unless our group's name is ours to use; without a group Kafka's clients have one too."""
        name = self._group or f"{self._client.name}-ungrouped"
        if not self._broker.access.may_join(self._client.principal, name):
            raise AuthorizationFailed(f"{self._client.principal} may not use the group {name}", right_in_group(name))

    def _turn(self, limit: int) -> list[Message]:
        """Do what can be done now: partitions that come or go, then records."""
        if self._membership is not None:
            self._change(self._membership)
        self._callbacks.check()
        if self._idle_at == self._broker.version:
            return []
        with self._broker.changed:
            for error in self._outside.values():
                raise error
            if not self._broker.network.reaches(self._client.name):
                return []
            if self._guarded:
                self._may_use_group()
            return self._read(limit)

    def _change(self, membership: Membership) -> None:
        for at in membership.give_up(self._callbacks):
            self._positions.pop(at, None)
            self._outside.pop(at, None)
        gained = membership.take()
        if gained:
            self._positions.update(gained)
            self._idle_at = -1
            membership.tell(self._callbacks, gained)

    def _read(self, limit: int) -> list[Message]:
        version = self._broker.version
        messages: list[Message] = []
        timed, forbidden = False, ""
        for at in list(self._positions):
            log = self._broker.topics.known(at)
            if log is None:
                continue
            if self._guarded and not self._broker.access.may_read(self._client.principal, at.topic):
                forbidden = at.topic
                continue
            timed = timed or log.held_from is not None
            position = self._inside(at, log)
            if position is None or position == log.high:
                continue
            batch = log.read(position, limit - len(messages))
            if batch:
                messages += batch
                # to the back of the line, so that a full partition does not starve the others
                del self._positions[at]
                self._positions[at] = batch[-1].position + 1
            if len(messages) >= limit:
                break
        if not messages:
            if forbidden:
                self._may_read(forbidden)
            for error in self._outside.values():
                raise error
            self._idle_at = -1 if timed else version
        return messages

    def _inside(self, at: TopicPartition, log: "Log") -> int | None:
        """Return where to read on, None if the log does not hold the position; a hold whose time is over ends."""
        if log.held_from is not None and self._broker.clock.monotonic() >= log.held_until:
            log.release()
        position = self._positions[at]
        if log.low <= position <= log.high:
            return position
        if position == BEGINNING or (self._membership is not None and self._membership.unplaced(at)):
            # the group never committed it: it starts at the beginning, also of a topic made again
            self._positions[at] = log.low
            return log.low
        message = f"{at.topic} [{at.partition}] holds {log.low} to {log.high}, not {position}"
        self._outside[at] = OffsetOutOfRange(at, message)
        return None

    def _has_news(self) -> bool:
        """Whether `poll` would do anything: records, a position outside the log, partitions that come or go."""
        if self._outside or (self._membership is not None and self._membership.has_news()):
            return True
        if not self._broker.network.reaches(self._client.name):
            return False
        return any(self._attracts(at) for at in self._positions)

    def _attracts(self, at: TopicPartition) -> bool:
        log = self._broker.topics.known(at)
        if log is None:
            return False
        if not self._broker.access.may_read(self._client.principal, at.topic):
            return True
        position = self._inside(at, log)
        return position is None or (position != log.high and log.unread(position))
