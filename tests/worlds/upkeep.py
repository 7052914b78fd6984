"""A court at its publisher whose lists are kept, and somebody who writes into them what they like."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from liandong.producers.acts.acts import Acts, CourtRuling
from liandong.producers.court import Court, open_court
from liandong.producers.intake.rows.model import IntakeContext, RawRow
from liandong.producers.publishing.publication import Listeners, Publication
from liandong.producers.register.rows import Batch, new_batch
from liandong.producers.synthetic.rows import SyntheticRequest, list_rows
from liandong.producers.upkeep.book import UpkeepFinding
from liandong.producers.upkeep.findings import FILLED
from liandong.producers.upkeep.giving_back import GivingBack
from liandong.producers.upkeep.keeper import LogKeeper
from liandong.producers.upkeep.recovering import Recovery, RegisterRecovery
from liandong.producers.upkeep.resending import Resending, Resent
from liandong.producers.upkeep.resigning import Resigning
from liandong.producers.upkeep.strangers import Strangers
from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.relays import drain
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT
from liandong.tests.worlds.waiting import PATIENCE
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import Message, OutgoingRecord, TopicPartition
from liandong.topics.workers.threads import work_until
from liandong.topics.workers.worker import AT_ONCE, Part

LIST, RELIEF = names.debtor_list("js"), names.relief("js")
AT = TopicPartition(LIST, 0)


class KeptLists:
    """One process of a publisher: a court, and the keeper of its lists."""

    def __init__(self, town: Town, court: str = COURT) -> None:
        self.town = town
        self.court_id = court
        self._open = ExitStack()
        self.start()

    def start(self) -> None:
        """Start the process; nothing is compared yet."""
        self.court: Court = self._open.enter_context(
            open_court(self.town.settings, self.court_id, self.town.clock, CHANCE)
        )
        self.directory = self.town.key_directory()
        self.keeper: LogKeeper = self.court.keeper(
            self.directory, self.town.wire.subscriber(), relief=self.town.wire.subscriber()
        )

    def stop(self) -> None:
        """Stop it gracefully."""
        self.keeper.close()
        self._open.close()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def lose_key(self, ago_ms: int = 0) -> None:
        """Find out that the court's key has been in wrong hands for so long: revoke it, start again, compare."""
        town = self.town
        town.participants.rotate(COURT, compromised_since=town.clock.now() - ago_ms)
        town.publish(COURT)
        self.restart()
        town.until(lambda: town.is_revoked(self.directory, COURT))
        self.compare()

    # -- what it does by itself ---------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Let the keeper compare the register with the log."""
        part = Part("keeper", self.keeper, self.keeper.wait)
        assert work_until(part, lambda: self.keeper.compared, PATIENCE), self.keeper.failure

    def keep(self, seconds: float = 2.0) -> int:
        """Let time pass and the keeper read everything, and send what it wants sent; how many records that were."""
        before = self.keeper.sent_again
        self.town.clock.time += int(seconds * 1000)
        self.directory.refresh()
        deadline = time.monotonic() + PATIENCE
        while not self._has_read():
            assert time.monotonic() < deadline, self.keeper.failure
            if self.keeper.step() != AT_ONCE:
                self.keeper.wait(0.1)
        while self.keeper.step() == AT_ONCE:
            pass
        self.send()
        return self.keeper.sent_again - before

    def until(self, happened: Callable[[], bool]) -> bool:
        """Let time pass and the keeper work until something has happened; return whether it has."""
        deadline = time.monotonic() + PATIENCE
        while not happened() and time.monotonic() < deadline:
            self.keep()
        return happened()

    def _has_read(self) -> bool:
        marks = self.keeper._lists.marks
        return self.keeper.compared and all(
            mark.next_offset >= self.town.count(lane.topic) for lane, mark in marks.items()
        )

    def send(self) -> None:
        """Send what waits in the outbox."""
        drain(self.court.register.outbox, self.town.publisher)

    # -- what clerks do -----------------------------------------------------------------------------------------------

    def publish(self, rows: Sequence[dict[str, str]], listeners: Listeners | None = None) -> Batch:
        """Publish rows and send them."""
        court = self.court
        identity, now = court.identity, self.town.clock.now()
        context = IntakeContext(date_of_ms(now), identity.court, identity.court_name)
        batch = new_batch(identity.court, "export.csv", "", now, CHANCE)
        publication = Publication(court.register, identity, self.town.clock, batch, context)
        raw = [RawRow(number, dict(row), tuple(row.values())) for number, row in enumerate(rows, start=2)]
        done = publication.run(raw, listeners)
        self.send()
        return done

    def rows(self, count: int, seed: int = 1) -> list[dict[str, str]]:
        """Fictitious list entries of this court."""
        day = date_of_ms(self.town.clock.now())
        return list(list_rows(SyntheticRequest(seed, count, day, "苏0505")))

    def listed(self, count: int = 1, seed: int = 1) -> list[bytes]:
        """Publish fictitious entries; their ids, oldest first."""
        known = set(self.entries())
        assert self.publish(self.rows(count, seed)).accepted == count
        return [each for each in self.entries() if each not in known]

    def entries(self) -> list[bytes]:
        """All entries of the register, oldest first."""
        return [whole.entry.entry_id for whole in self.court.register.find(self.court_id)]

    @property
    def acts(self) -> Acts:
        """Single acts of the court."""
        return self.court.acts

    def end(self, entry_id: bytes) -> None:
        """Revoke an entry and send it."""
        self.acts.revoke(entry_id, CourtRuling("WRONG_PERSON"))
        self.send()

    def recover(self) -> Recovery:
        """Bring the register level with the log, and send."""
        recovery = RegisterRecovery(self.court.guard.book, self.directory, CHANCE).run()
        self.send()
        return recovery

    def resend(self, *, dry_run: bool = False) -> Resent:
        """Send again what the log lacks."""
        subscriber = self.town.wire.subscriber()
        resent = Resending(self.court.guard.book, subscriber, self.town.clock).run(None, dry_run=dry_run)
        subscriber.close()
        self.send()
        return resent

    def resigning(self) -> Resigning:
        """What must be signed again."""
        return Resigning(self.court.guard.book, self.court.identity, self.directory, self.town.clock)

    def giving_back(self) -> GivingBack:
        """What was taken with this court's key from the courts below it."""
        return GivingBack(self.court.guard.book, self.court.identity, self.directory, self.town.clock)

    def strangers(self) -> Strangers:
        """What was invented in the court's name."""
        return Strangers(self.court.guard.book, self.court.identity, self.town.clock)

    # -- what somebody else does --------------------------------------------------------------------------------------

    def highest(self, participant: str) -> int:
        """The highest version a participant's key may say, by docs/wire.md."""
        key = self.directory.key(self.town.participants.signer(participant).key_id)
        assert key is not None
        return 1000 * key.valid_from + 999

    def write(self, key: bytes, value: bytes | None, topic: str = LIST) -> None:
        """Write anything under a key."""
        self.town.send(OutgoingRecord(topic, key, value, (), 0))

    def under(self, key: bytes, topic: str = LIST) -> list[Message]:
        """Everything that stands under a key, in its order."""
        return [message for message in self.town.messages(topic) if message.key() == key]

    def versions(self, key: bytes, topic: str = LIST) -> list[int | None]:
        """The versions that stand under a key; None where nobody can read any."""
        return [_version(message.value()) for message in self.under(key, topic)]

    def findings(self) -> list[tuple[str, bytes]]:
        """What the keeper has found: kinds and entries."""
        found: list[UpkeepFinding] = self.court.guard.book.findings()
        return [(each.kind, each.entry_id) for each in found if each.kind != FILLED]

    def changes(self, key: bytes) -> list[Change]:
        """What the register says was done to an entry."""
        return [update.change for update in self.court.register.updates_of_entry(key)]


def _version(value: bytes | None) -> int | None:
    try:
        return int(from_wire(value or b"")["version"])
    except Exception:  # noqa: BLE001  whatever somebody wrote
        return None
