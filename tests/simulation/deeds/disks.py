"""What befalls files on a disk, and what operators do about it: backups, older ones put back, bits that flip, files cut short."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from liandong.tests.simulation.harms import End, Harm, end, harm
from liandong.tests.simulation.process import DAMAGES
from liandong.tests.simulation.stores import KEY_FILES, Store, stores, tally_of
from liandong.tests.worlds.chance import SeededChance

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


DATABASE_DAMAGED = "DATABASE_DAMAGED"


@dataclass(frozen=True)
class BacksUp:
    """An operator copies a store that is in use."""

    store: str

    def __str__(self) -> str:
        return f"{self.store} is backed up"

    def do(self, world: "World") -> None:
        world.count("backups")
        world.backups.append((self.store, stores(world)[self.store].backup()))


@dataclass(frozen=True)
class PutsBack:
    """An operator stops a process, puts the backup of this number in the place of its store, and starts it."""

    backup: int

    def __str__(self) -> str:
        return f"backup {self.backup} is put back"

    def do(self, world: "World") -> None:
        name, copy = world.backups[self.backup]
        store = stores(world)[name]
        world.harmed.add(store.process.name)
        world.count(f"backups put back: {name.split()[0]}")
        store.process.stop()
        store.put_back(copy)
        if name.startswith("list"):
            world.forget_trust(store.process.name)  # what is trusted stands beside the copy, and went back with it
        if store.process is world.publisher:
            world.publisher.was_put_back()
        store.process.start()


@dataclass(frozen=True)
class Damages:
    """A process stops; meanwhile a bit of its store flips, or the file is cut short. Whoever starts it follows the runbook."""

    store: str
    cut: bool
    number: int

    def __str__(self) -> str:
        return f"{self.store} {'is cut short' if self.cut else 'has a bit flipped'} while nobody uses it"

    def do(self, world: "World") -> None:
        store = stores(world)[self.store]
        world.harmed.add(store.process.name)
        store.process.stop()
        if damaged := store.is_closed:
            _damage(store, world, cut=self.cut, number=self.number)
        store.process.start()
        store.process.work(steps=2)
        if damaged and store.process.refused in DAMAGES:
            world.count(f"stores removed: {self.store.split()[0]}")
            store.remove()
            store.process.start()


@dataclass(frozen=True)
class DiskFills:
    """The disk of a process's machine becomes full, or is emptied."""

    process: str
    full: bool = True

    def __str__(self) -> str:
        return f"the disk under {self.process} {'is full' if self.full else 'has room again'}"

    def do(self, world: "World") -> None:
        world.count("disks filled", self.full)
        world.processes[self.process].machine.disk.full = self.full


@dataclass(frozen=True)
class Copies:
    """An operator copies the file of a store alone."""

    store: str

    def __str__(self) -> str:
        return f"the file of {self.store} is copied"

    def do(self, world: "World") -> None:
        store = stores(world)[self.store]
        if store.path.exists():
            world.copies[self.store] = store.machine.disk.backup(store.path)


@dataclass(frozen=True)
class Harms:
    """A process ends, the file of a store is harmed, and the process starts; whoever is told of damage follows the runbook."""

    store: str
    harm: Harm
    end: End
    number: int

    def __str__(self) -> str:
        owner = self.store.partition(" of ")[2] or "its process"
        return f"{owner} {self.end.value}, and the file of {self.store} {self.harm.value}"

    def do(self, world: "World") -> None:
        store = stores(world)[self.store]
        world.harmed.add(store.process.name)
        end(store, self.end, self.number)
        kind = self.store.split()[0]
        world.count(
            f"{self.harm.name.lower()}, {self.end.name.lower()}: {kind}", harm(world, store, self.harm, self.number)
        )
        if kind == "list" and self.end is End.KILLED:
            world.forget_trust(store.process.name)  # beside a copy that is begun anew stands what was last synced
        store.process.start()
        store.process.work(steps=2)
        if kind in KEY_FILES:
            world.administrator.give_again(store.machine, world.nodes[store.process.name].agency)
        elif store.process.refused == DATABASE_DAMAGED:
            world.count(f"stores removed: {kind}")
            store.remove()
        store.process.start()


@dataclass(frozen=True)
class DamagesTally:
    """As `Damages` the tally of a notary: it refuses to start, and its operator ends it."""

    notary: str
    cut: bool
    number: int

    def __str__(self) -> str:
        return f"the tally of {self.notary} {'is cut short' if self.cut else 'has a bit flipped'}; the notary ends"

    def do(self, world: "World") -> None:
        store = tally_of(world, self.notary)
        store.process.stop()
        if store.is_closed and world.broker.up:
            _damage(store, world, cut=self.cut, number=self.number)
            store.process.start()
            store.process.work(steps=5)
            if store.process.refused != "NOTARY_TALLY_DAMAGED":
                world.count("damaged tallies nobody looked at")  # without the broker it does not come to that
            world.administrator.retire(self.notary)
            world.part_with(store.machine)
        else:
            store.process.start()


def _damage(store: Store, world: "World", *, cut: bool, number: int) -> None:
    world.count(f"{'cut short' if cut else 'bits flipped'}: {store.name.split()[0]}")
    disk, chance = store.machine.disk, SeededChance(Random(number), world.time)
    (disk.cut if cut else disk.flip)(store.path, chance)
