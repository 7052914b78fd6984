"""Consumer groups of the broker in memory: who owns which partition, and what was committed.

Partitions move cooperatively, as in Kafka: the old owner gives up in its own `poll`, then the new one takes. A member
that was silent too long is put out: others take its partitions while it still believes it has them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..ports import TopicPartition
from .network import Network

Listener = Callable[[Iterable[TopicPartition]], None]
SESSION_SECONDS = 10.0
"""After so much silence a member is put out (`session.timeout.ms`, as the Kafka subscriber sets it)."""
MAX_POLL_SECONDS = 300.0
"""A member that does not poll leaves after this (`max.poll.interval.ms`, Kafka's default)."""


@dataclass(eq=False, slots=True)
class Member:
    """A subscriber in a group; equal only to itself."""

    topics: tuple[str, ...]
    client: str
    assigned: Listener | None
    revoked: Listener | None
    polled_at: float
    """Monotonic time of its last poll."""
    held: set[TopicPartition] = field(default_factory=set)
    """What it believes it has; what it has indeed is in `Group.owners`."""
    gone_since: float | None = None
    """Monotonic time since when its process is gone; nobody told the group."""
    settled: int = -1
    """The group's generation at which it had its share and nothing else."""

    def silent_since(self, network: Network) -> float | None:
        """Return since when the group hears nothing of it."""
        return network.silent_since(self.client) if self.gone_since is None else self.gone_since

    def overdue(self, now: float, network: Network) -> bool:
        """Whether it was silent, or did not poll, for too long."""
        silent = self.silent_since(network)
        if silent is not None and now - silent >= SESSION_SECONDS:
            return True
        return now - self.polled_at >= MAX_POLL_SECONDS


@dataclass(slots=True)
class Group:
    """Members in order of joining, owners of partitions, committed offsets. The broker's lock guards it."""

    counts: Mapping[str, int]
    """How many partitions each topic has, or had before it was deleted; the broker keeps it."""
    members: list[Member] = field(default_factory=list)
    owners: dict[TopicPartition, Member] = field(default_factory=dict)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    notes: dict[TopicPartition, str] = field(default_factory=dict)
    """What was noted beside the newest offset."""
    generation: int = 0
    """Grows with every change of members, owners or partitions."""
    _shares: dict[Member, set[TopicPartition]] | None = None

    def join(self, member: Member) -> None:
        """Add a member."""
        self.members.append(member)
        self.changed()

    def leave(self, member: Member) -> None:
        """Remove a member, if it is one, and free its partitions."""
        if member in self.members:
            self.members.remove(member)
            self.release(self.owned(member))
            self.changed()

    def expire(self, now: float, network: Network) -> bool:
        """Put out the members that are overdue; return whether there were any."""
        overdue = [member for member in self.members if member.overdue(now, network)]
        for member in overdue:
            self.leave(member)
        return bool(overdue)

    def changed(self) -> None:
        """Share the partitions out anew: members or partitions have come or gone."""
        self.generation += 1
        self._shares = None

    def owned(self, member: Member) -> list[TopicPartition]:
        """Return what a member has now."""
        return sorted(at for at, owner in self.owners.items() if owner is member)

    def to_give_up(self, member: Member) -> list[TopicPartition]:
        """Return what a member has and should not have any more; all it believes to have if it was put out."""
        if member not in self.members:
            return sorted(member.held)
        share = self.share(member)
        return sorted(at for at in member.held if at not in share)

    def release(self, partitions: Iterable[TopicPartition]) -> None:
        """Make partitions free."""
        for at in partitions:
            del self.owners[at]
        self.generation += 1

    def may_take(self, member: Member) -> list[TopicPartition]:
        """Return the free partitions of a member's share."""
        return sorted(at for at in self.share(member) if at not in self.owners)

    def take(self, member: Member) -> list[TopicPartition]:
        """Give a member the free partitions of its share."""
        taken = self.may_take(member)
        if taken:
            self.owners.update(dict.fromkeys(taken, member))
            self.generation += 1
        return taken

    def may_commit(self, member: Member | None, at: TopicPartition) -> bool:
        """Whether a member may commit a partition: it owns it; with no member anywhere anybody may, as in Kafka."""
        return not self.members if member is None else self.owners.get(at) is member

    def forget(self, topic: str) -> None:
        """Drop what was committed for a topic that is deleted."""
        for at in [one for one in self.offsets if one.topic == topic]:
            del self.offsets[at]
            self.notes.pop(at, None)

    def share(self, member: Member) -> set[TopicPartition]:
        """Return the partitions that fall to a member: each goes round those who want it."""
        if self._shares is None:
            self._shares = {one: set() for one in self.members}
            everything = sorted(
                TopicPartition(topic, number)
                for topic in {topic for one in self.members for topic in one.topics}
                for number in range(self.counts.get(topic, 0))
            )
            for number, at in enumerate(everything):
                takers = [one for one in self.members if at.topic in one.topics]
                self._shares[takers[number % len(takers)]].add(at)
        return self._shares.get(member, set())
