"""One simulated process: its parts are stepped by the world, it may end at any call of a port, and its supervisor starts it again."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from liandong.producers.relay.checkpoints import Checkpoints
from liandong.schemas.errors import LiandongError
from liandong.tests.simulation.counting import TownRelay
from liandong.tests.simulation.crashing import Life
from liandong.tests.simulation.mortal_transport import MortalPublisher, MortalSubscriber
from liandong.tests.simulation.promises import PromiseBroken
from liandong.tests.simulation.reach import DatabaseReach
from liandong.topics.catalogue.families import Role
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.network import Acknowledgements
from liandong.topics.transport.ports import Publisher, Subscriber
from liandong.topics.workers.worker import Part

if TYPE_CHECKING:
    from liandong.tests.simulation.machine import SimulatedMachine
    from liandong.tests.simulation.world import World

DAMAGES = ("DATABASE_DAMAGED", "STORE_DAMAGED", "STORE_TRUST_DAMAGED", "NOTARY_TALLY_DAMAGED")
"""Codes a process may end with: of its own files, not of what others wrote or asked."""
_MOST_AT_ONCE = 50
"""Steps of one part in one tick, so that one that is never done does not stop the town."""


class Process(ABC):
    """A process on a machine. Subclasses say what it is made of."""

    part_names: Sequence[str] = ()
    roles: Sequence[Role] = ()
    """What it is to the cluster."""
    agency = ""
    """Of which agency, if of one."""
    unhurried: Mapping[str, float] = {}
    """Parts that come late on this busy machine: not before so many seconds have passed, unless something wakes them."""

    def __init__(self, world: "World", name: str, machine: "SimulatedMachine") -> None:
        self.world, self.name, self.machine = world, name, machine
        self.database = DatabaseReach(world.time, world.count)
        self.life = Life(name, machine.disk, self.database)
        self.is_cut_off = False
        self._parts: dict[str, Part] = {}
        self._due: dict[str, float] = {}
        self.runs = False
        self.refused = ""
        """The code it refused to start with when it last was to."""
        self._gone = True
        """Whether its supervisor knows that it does not run."""

    @abstractmethod
    def open(self) -> Sequence[Part]:
        """Make everything anew from what is on the disk; return the parts."""

    @abstractmethod
    def let_go(self) -> None:
        """Close what `open` made, after the parts were closed."""

    def look(self) -> None:  # noqa: B027  most have nothing to look at
        """Look at what was just opened. Raises PromiseBroken."""

    def start(self) -> None:
        """Start it, if it does not run. What it refuses to start with is counted; its supervisor tries again."""
        if self.runs:
            return
        self.life = Life(self.name, self.machine.disk, self.database)
        self._gone, self.refused = False, ""
        try:
            with self.mortal():
                self._parts = {part.name: part for part in self.open()}
                self._due = dict.fromkeys(self._parts, 0.0)
                self.runs = True
        except _Refused as refused:
            self.world.count(f"start refused: {refused.code}")
            self.refused = refused.code
            self.die()
        if self.runs:
            self.look()

    def stop(self) -> None:
        """End it gracefully, if it runs."""
        if self.runs:
            self.runs = False
            try:
                with self.mortal():
                    for part in self._parts.values():
                        part.worker.close()
                    self.let_go()
            except _Refused as unwell:
                self.world.count(f"stopped with {unwell.code}")
            self.die()

    def forget(self) -> None:  # noqa: B027  most have nothing
        """Let go of what the world itself keeps open of it."""

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def die(self) -> None:
        """Be gone, without any last word."""
        self.runs, self._gone = False, True
        self.life.kill()
        self.world.broker.vanish(self.name)

    def work(self, part: str = "", steps: int = 1) -> None:
        """Step one part, or all of them in turn; a process that is gone is started instead."""
        if not self.runs:
            self.start()
            return
        for _ in range(steps):
            for name in [part] if part else list(self._parts):
                self._step(name)

    def tick(self) -> None:
        """Step what is due, or woken."""
        for name, part in self._parts.items():
            for _ in range(_MOST_AT_ONCE):
                if not self.runs or not (self._due[name] <= self.world.time.monotonic() or self._woken(part)):
                    break
                self._step(name)

    def cut_off(self, *, cut: bool) -> None:
        """Reach the broker or not."""
        self.is_cut_off = cut
        self.world.cut_off(self.name, cut=cut)

    def answers(self, how: Acknowledgements) -> None:
        """Hear of what it appended at once, late or never."""
        self.world.broker.acknowledge(self.name, how)

    def subscriber(self, group: str | None, _client_id: str) -> Subscriber:
        """A subscriber of this process."""
        return MortalSubscriber(self.world.broker.subscriber(group, client_id=self.name), self.life)

    def publisher(self, _client_id: str) -> Publisher:
        """A publisher of this process."""
        return MortalPublisher(self.world.broker.publisher(client_id=self.name, clock=self.machine.clock), self.life)

    def relay(
        self, outbox: SqlOutbox, publisher: Publisher, folder: Path, checkpoints: Checkpoints | None = None
    ) -> TownRelay:
        """Make a relay; the name it takes the lease under tells nothing of where the simulation itself runs."""
        owner = f"{self.name}:{self.machine.chance.raw(4).hex()}"
        heard = partial(self.world.hear_of_lease, folder)
        return TownRelay(outbox, publisher, self.machine.clock, (owner, heard), checkpoints)

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """Run something of the process, in which it may die; nothing else may come out of it. Raises PromiseBroken."""
        assert self.life.alive, f"{self.name} is gone and was not told"
        try:
            with self.life.running():
                yield
        except PromiseBroken:
            raise
        except BaseException as error:  # noqa: BLE001  whatever the last words of a process that was killed are
            if self.life.alive:
                self._was_ended(error)
        self.notice()

    def notice(self) -> None:
        """Be gone, if it was killed."""
        if not self.life.alive and not self._gone:
            self.world.count("kills")
            self.die()

    def _was_ended(self, error: BaseException) -> None:
        if isinstance(error, LiandongError) and not self.runs:
            raise _Refused(error.code) from error
        if not isinstance(error, Exception):
            raise error
        if isinstance(error, LiandongError) and error.code in DAMAGES:
            self.world.count(f"ended by {error.code}")
            self.refused = error.code
            self.die()
            return
        name = error.code if isinstance(error, LiandongError) else type(error).__name__
        raise PromiseBroken(f"{self.name} was ended by {name}: {error}") from error

    def _woken(self, part: Part) -> bool:
        woken = [False]
        with self.mortal():
            woken[0] = part.wait(0)
        return woken[0]

    def _step(self, name: str) -> None:
        if self.runs:
            with self.mortal():
                wish = self._parts[name].worker.step()
                self._due[name] = self.world.time.monotonic() + (wish and max(wish, self.unhurried.get(name, 0)))


class _Refused(Exception):
    """A process that would not start."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
