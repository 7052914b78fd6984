"""Consumer groups of the broker in memory: who owns which partition, and what was committed.

Partitions move cooperatively, as in Kafka: the old owner gives up in its own `poll`, then the new one takes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..ports import TopicPartition

Listener = Callable[[Iterable[TopicPartition]], None]


@dataclass(eq=False, slots=True)
class Member:
    """A subscriber in a group; equal only to itself."""

    wanted: frozenset[TopicPartition]
    assigned: Listener | None
    revoked: Listener | None


@dataclass(slots=True)
class Group:
    """Members in order of joining, owners of partitions, committed offsets. The broker's lock guards it."""

    members: list[Member] = field(default_factory=list)
    owners: dict[TopicPartition, Member] = field(default_factory=dict)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)

    def join(self, member: Member) -> None:
        """Add a member."""
        self.members.append(member)

    def leave(self, member: Member) -> None:
        """Remove a member and free its partitions."""
        self.members.remove(member)
        self.release(self.owned(member))

    def owned(self, member: Member) -> list[TopicPartition]:
        """Return what a member has now."""
        return sorted(at for at, owner in self.owners.items() if owner is member)

    def to_give_up(self, member: Member) -> list[TopicPartition]:
        """Return what a member has and should not have any more."""
        due = self._share(member)
        return [at for at in self.owned(member) if at not in due]

    def release(self, partitions: Iterable[TopicPartition]) -> None:
        """Make partitions free."""
        for at in partitions:
            del self.owners[at]

    def may_take(self, member: Member) -> list[TopicPartition]:
        """Return the free partitions of a member's share."""
        return sorted(at for at in self._share(member) if at not in self.owners)

    def take(self, member: Member) -> list[TopicPartition]:
        """Give a member the free partitions of its share."""
        taken = self.may_take(member)
        self.owners.update(dict.fromkeys(taken, member))
        return taken

    def may_commit(self, member: Member | None, at: TopicPartition) -> bool:
        """Whether a member may commit a partition: it owns it; with no member anywhere anybody may, as in Kafka."""
        return not self.members if member is None else self.owners.get(at) is member

    def _share(self, member: Member) -> set[TopicPartition]:
        """Return the partitions that fall to a member: each goes round those who want it."""
        everything = sorted({at for one in self.members for at in one.wanted})
        share = set()
        for number, at in enumerate(everything):
            takers = [one for one in self.members if at in one.wanted]
            if takers[number % len(takers)] is member:
                share.add(at)
        return share
