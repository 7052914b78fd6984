"""A subscriber's part in a group: what it is given, what it gives up, what it learns too late."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..callbacks import Callbacks
from ..ports import BEGINNING, TopicPartition
from .group import SESSION_SECONDS, Group, Member
from .network import Client

if TYPE_CHECKING:
    from .broker import MemoryBroker


class Membership:
    """One member of one group on the broker in memory. Its listeners are called outside the broker's lock."""

    def __init__(self, broker: "MemoryBroker", name: str, member: Member, client: Client) -> None:
        self._broker = broker
        self._name = name
        self._client = client
        self._group: Group = broker.group(name)
        self.member = member

    def join(self) -> None:
        """Become a member; who may not use the group learns it from the subscriber's `poll`."""
        if self._broker.access.may_join(self._client.principal, self._name):
            self._group.join(self.member)
            self._broker.notify()

    def unplaced(self, at: TopicPartition) -> bool:
        """Whether the group gave a partition it never committed."""
        return at in self.member.held and at not in self._group.offsets

    def has_news(self) -> bool:
        """Whether a poll would give up or take partitions."""
        member, group = self.member, self._group
        if member not in group.members:
            return self._reaches() or (bool(member.held) and self._knows())
        if member.settled == group.generation or not self._reaches():
            return False
        return bool(group.to_give_up(member) or group.may_take(member))

    def give_up(self, callbacks: Callbacks) -> list[TopicPartition]:
        """Give back what the group wants back, all if it put us out; return it."""
        with self._broker.changed:
            now = self._broker.clock.monotonic()
            group, member = self._group, self.member
            if group.expire(now, self._broker.network):
                self._broker.notify()
            member.polled_at = now
            if member.settled == group.generation:
                return []
            if not (self._reaches() if member in group.members else self._knows()):
                return []
            leaving = group.to_give_up(member)
        if leaving and member.revoked is not None:
            callbacks.run(member.revoked, leaving)
        with self._broker.changed:
            if leaving:
                member.held.difference_update(leaving)
                group.release([at for at in leaving if group.owners.get(at) is member])
                self._broker.notify()
            if member not in group.members and self._reaches():
                self.join()
        return leaving

    def take(self) -> dict[TopicPartition, int]:
        """Take what is free of our share; return where to read it on."""
        group, member = self._group, self.member
        if member.settled == group.generation:
            return {}
        with self._broker.changed:
            if member not in group.members or not self._reaches():
                return {}
            gained = group.take(member)
            if gained:
                member.held.update(gained)
            elif not group.to_give_up(member):
                member.settled = group.generation
            return {at: group.offsets.get(at, BEGINNING) for at in gained}

    def tell(self, callbacks: Callbacks, gained: Iterable[TopicPartition]) -> None:
        """Tell the listener what was taken."""
        if self.member.assigned is not None:
            callbacks.run(self.member.assigned, list(gained))

    def close(self, callbacks: Callbacks) -> None:
        """Give everything up and leave; unheard, the group learns of it after a session."""
        member = self.member
        if member.held and member.revoked is not None:
            callbacks.run(member.revoked, sorted(member.held))
        with self._broker.changed:
            member.held.clear()
            if self._reaches():
                self._group.leave(member)
                self._broker.notify()
            else:
                member.gone_since = self._broker.clock.monotonic()

    def _reaches(self) -> bool:
        return self._broker.network.reaches(self._client.name)

    def _knows(self) -> bool:
        """Whether a member that was put out knows: it hears of it, or has heard nothing for a session."""
        silent = self._broker.network.silent_since(self._client.name)
        return silent is None or self._broker.clock.monotonic() - silent >= SESSION_SECONDS
