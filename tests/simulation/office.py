"""The publisher's machine: two courts on one register, and the relay. The world hears what was accepted from the register."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.acts.correction import correct
from liandong.producers.commands.commands import CommandingCourt, Commands, GivenCommand
from liandong.producers.commands.files import StopRequest, WatchRequest
from liandong.producers.court import Court, open_court
from liandong.producers.intake.rows.model import IntakeContext
from liandong.producers.publishing.publication import Publication
from liandong.producers.register.reader import RegisterReader
from liandong.producers.register.register import register_as_it_is
from liandong.producers.register.rows import Batch, new_batch
from liandong.producers.upkeep.giving_back import GivingBack
from liandong.producers.upkeep.recovering import RegisterRecovery
from liandong.producers.upkeep.resending import Resending
from liandong.producers.upkeep.resigning import Resigning
from liandong.producers.upkeep.strangers import Strangers
from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import RELIEF, Change
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.framing import unframe
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.people import COURTS, Listing, townspeople
from liandong.tests.simulation.process import Process
from liandong.topics.keys.opening import open_directory
from liandong.topics.workers.worker import AT_ONCE, Part

if TYPE_CHECKING:
    from liandong.tests.simulation.machine import SimulatedMachine
    from liandong.tests.simulation.world import World

_DAY_MS = 86_400_000


class PublisherProcess(Process):
    """The publisher of the jurisdiction: whatever its clerks do happens in it, and its relay sends what they did."""

    part_names = ("register of keys", "relay", "keeper")
    roles = ("publisher", "court")
    unhurried: Mapping[str, float] = {"relay": 1, "keeper": 1}

    def __init__(self, world: "World", name: str, machine: "SimulatedMachine") -> None:
        super().__init__(world, name, machine)
        self.courts = {court: SimulatedCourt(self, court) for court in COURTS}
        self._open = ExitStack()
        self._auditor: RegisterReader | None = None
        self._heard = 0

    def open(self) -> Sequence[Part]:
        machine, stack = self.machine, ExitStack()
        self._open = stack
        register = self.subscriber(None, "register")
        self.directory = open_directory(machine.settings, register, machine.clock)
        for court in self.courts.values():
            court.opened = stack.enter_context(open_court(machine.settings, court.name, machine.clock, machine.chance))
        self.outbox = self.courts[COURTS[0]].opened.register.outbox
        checkpoints = self.courts[COURTS[0]].opened.checkpoints
        relay = self.relay(self.outbox, self.publisher("relay"), machine.folder, checkpoints)
        first, *others = (court.opened for court in self.courts.values())
        keeper = first.keeper(
            self.directory, self.subscriber(None, "keeper"), frozenset(COURTS), self.subscriber(None, "relief keeper")
        )
        for each in others:
            each.guard.keeper = keeper
        self.directory.step()
        while keeper.failure is None and not keeper.compared and keeper.step() == AT_ONCE:
            pass
        return [
            Part("register of keys", self.directory, self.directory.wait),
            Part("relay", relay, relay.wait),
            Part("keeper", keeper, keeper.wait),
        ]

    def let_go(self) -> None:
        self._open.close()

    def forget(self) -> None:
        if self._auditor is not None:
            self._auditor.close()
            self._auditor = None

    def was_put_back(self) -> None:
        """Take note that the register is an older one: the world goes on listening behind what it holds now."""
        self.forget()
        self._heard = 0
        self.listen(heard_before=True)

    def recover(self) -> int:
        """Bring the register level with the log; return how many updates were taken over."""
        taken: list[int] = []
        with self.clerk():
            first = next(iter(self.courts.values())).opened
            recovery = RegisterRecovery(first.guard.book, self.directory, self.machine.chance).run()
            taken.append(recovery.updates.total())
        return sum(taken)

    def resend(self) -> int:
        """Send again what the lists lack; return how many records. Raises whatever the product refuses it with."""
        sent: list[int] = []
        with self.clerk():
            subscriber = self.subscriber(None, "resend")
            book = next(iter(self.courts.values())).opened.guard.book
            resent = Resending(book, subscriber, self.machine.clock).run(None, dry_run=False)
            subscriber.close()
            sent.append(resent.missing + resent.replaced)
        return sum(sent)

    def give_back(self, above: str, court: str) -> int:
        """Give back to a court what was taken with the key of the one above it, which comes to this machine for that; return how
        many entries. Raises whatever the product refuses it with.
        """
        given: list[int] = []
        with self._visiting(above) as opened:
            giving = GivingBack(opened.guard.book, opened.identity, self.directory, self.machine.clock)
            given.append(giving.sign(court, giving.found(court)))
        return sum(given)

    def acknowledge_of(self, above: str) -> None:
        """Say that a court above knows of what was signed under its stolen key."""
        with self._visiting(above) as opened:
            Resigning(opened.guard.book, opened.identity, self.directory, self.machine.clock).take_note()

    @contextmanager
    def _visiting(self, above: str) -> Iterator[Court]:
        """Open a court that is not of this machine, with its keys of now."""
        self.world.administrator.give_again(self.machine, above)
        machine = self.machine
        with self.clerk(), open_court(machine.settings, above, machine.clock, machine.chance) as opened:
            opened.guard.keeper = next(iter(self.courts.values())).opened.guard.keeper
            yield opened

    @contextmanager
    def clerk(self) -> Iterator[None]:
        """Let a clerk work here: the publisher is started if it is away, and may die under the work.

        What the product refuses comes out; the world listens whatever happened.
        """
        self.start()
        try:
            with self.life.running():
                yield
        except BaseException:
            if self.life.alive:
                raise
        finally:
            self.notice()
            self.listen()

    def listen(self, *, heard_before: bool = False) -> None:
        """Let the world hear what was accepted since it last listened, whatever became of the clerk's process."""
        if self._auditor is None:
            found = register_as_it_is(self.machine.settings, JURISDICTION, self.machine.clock)
            self._auditor = found
        auditor = self._auditor
        updates = auditor._updates(auditor.tables.updates.c.state_row > self._heard, None)
        with auditor.engine.connect() as connection:
            for update in () if heard_before else updates:
                if self.world.truth.knows(update.entry_id, update.version, update.content_hash):
                    continue  # taken over from the log
                whole = auditor.whole_entry(connection, update.entry_id)
                assert whole is not None
                record, (_, body) = from_wire(whole.body), unframe(whole.body)
                self.world.hold(self._is_next(record), "a court gave a version twice")
                self.world.truth.hear(record, body, frees=update.change in RELIEF)
        self._heard = max([self._heard, *(update.state_row for update in updates)])

    def _is_next(self, record: dict[str, Any]) -> bool:
        """Whether a version follows on the last one, or outbids one that a thief has signed."""
        history = self.world.truth.versions.get(record["entry_id"])
        last = history[-1].version if history else 0
        stolen = (
            one.fields["version"]
            for one in self.world.log.by_schema.get("list-record", ())
            if self.world.is_forged(one) and one.fields["entry_id"] == record["entry_id"]
        )
        version = int(record["version"])
        return version == last + 1 or (version > last and version - 1 in stolen)


class SimulatedCourt:
    """One court at that publisher: what its clerk does, and what the clerk keeps on the desk."""

    opened: Court

    def __init__(self, publisher: PublisherProcess, name: str) -> None:
        self._publisher, self.name = publisher, name
        self.exports: list[tuple[Listing, ...]] = []
        self.watches: list[bytes] = []
        self.stops: list[bytes] = []

    def publish(self, listings: Sequence[Listing]) -> Batch | None:
        """Publish an export; None if the publisher was not there, or died over it."""
        batch: list[Batch] = []
        with self._publisher.clerk():
            court, clock = self.opened, self._publisher.machine.clock
            identity, now = court.identity, clock.now()
            context = IntakeContext(date_of_ms(now), identity.court, identity.court_name)
            begun = new_batch(identity.court, "export.csv", "", now, identity.chance)
            publication = Publication(court.register, identity, clock, begun, context)
            batch.append(publication.run([each.row(number) for number, each in enumerate(listings, start=1)]))
        return batch[0] if batch else None

    def act(self, change: Change, entry_id: bytes, reason: str) -> None:
        """Act on an entry. Raises whatever the product refuses it with."""
        with self._publisher.clerk():
            acts = self.opened.acts
            act = {
                Change.REVOKE: acts.revoke,
                Change.DELETE: acts.delete,
                Change.LIFT: acts.lift,
                Change.SHIELD: acts.shield,
                Change.UNSHIELD: acts.unshield,
            }[change]
            act(entry_id, CourtRuling(reason, objection="（2026）苏0505执异7号"))

    def correct(self, entry_id: bytes, values: Mapping[str, str]) -> None:
        """Correct an entry. Raises whatever the product refuses it with."""
        with self._publisher.clerk():
            correct(self.opened.acts, entry_id, values, CourtRuling("DATA_WRONG"))

    def end_strangers(self) -> int:
        """End what was invented in the court's name; return how many entries. Raises whatever the product refuses it with."""
        ended: list[int] = []
        with self._publisher.clerk():
            court = self.opened
            ended.append(Strangers(court.guard.book, court.identity, self._publisher.machine.clock).end())
        return sum(ended)

    def resign(self) -> int:
        """Sign again what needs it; return how many entries. Raises whatever the product refuses it with."""
        signed: list[int] = []
        with self._publisher.clerk():
            court, clock = self.opened, self._publisher.machine.clock
            resigning = Resigning(court.guard.book, court.identity, self._publisher.directory, clock)
            signed.append(resigning.sign(resigning.needed()))
        return sum(signed)

    def acknowledge(self) -> None:
        """Say that it knows of what was signed under its stolen key and is outbid by now."""
        with self._publisher.clerk():
            court, clock = self.opened, self._publisher.machine.clock
            Resigning(court.guard.book, court.identity, self._publisher.directory, clock).take_note()

    def watch(self, agency: str, person: int, document: int) -> GivenCommand | None:
        """Have an agency watch for a debtor."""
        order = watch_order(person, document, self._publisher.machine.clock.now())
        given: list[GivenCommand] = []
        with self._publisher.clerk():
            given.append(self._commands().give(WatchRequest(agency, order, 3_600_000)))
            if given[0].new:
                self.watches.append(given[0].command.command_id)
        return given[0] if given else None

    def stop_watch(self, watch: int) -> None:
        """End a watch."""
        with self._publisher.clerk():
            given = self._commands().give(StopRequest(self.watches[watch], 3_600_000))
            if given.new:
                self.stops.append(given.command.command_id)

    def send_again(self) -> int:
        """Send again what is not answered; return how many commands that are."""
        sent: list[int] = []
        with self._publisher.clerk():
            sent.append(len(self._commands().resend()))
        return sum(sent)

    def _commands(self) -> Commands:
        court, publisher = self.opened, self._publisher
        identity = court.identity
        commanding = CommandingCourt(
            identity.court,
            identity.jurisdiction,
            identity.signer,
            publisher.directory,
            identity.matching_keys,
            publisher.machine.clock,
            identity.chance,
        )
        return Commands(commanding, court.register)


def watch_order(person: int, document: int, now: int) -> WatchOrder:
    """An order to watch for a debtor for a month."""
    debtor = townspeople().debtors[person]
    return WatchOrder(
        case_number=f"（2026）苏0505执{1 + document}号",
        document_number=f"（2026）苏0505执{1 + document}号之一",
        document_hash=bytes([1 + document]) * 32,
        judge="王明远",
        purpose="LOCATE_DEBTOR",
        kinds=("TRAVEL",),
        until=now // _DAY_MS * _DAY_MS + 30 * _DAY_MS,
        name=debtor.name,
        certificates=(debtor.certificate,),
    )
