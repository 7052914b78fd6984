"""Watches of an agency whose clock is an hour off, while the barriers of its lists tell the time."""

from dataclasses import dataclass, replace

import pytest

from liandong.consumers.events.intake import publish_events
from liandong.producers.commands.files import StopRequest
from liandong.schemas.dates import rfc3339
from liandong.schemas.law.watch_kinds import DAY_MS
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.people import Person, invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, TownAgency, caught_up
from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.workers.clock import Clock

HOUR_MS = 3_600_000
BARRIER_MS = 3_000
"""So long ago the newest barrier was issued that has passed everywhere."""


@dataclass(frozen=True)
class WrongClock:
    """The town's clock, and so much off."""

    town: Clock
    off_ms: int

    def now(self) -> int:
        return self.town.now() + self.off_ms

    def monotonic(self) -> float:
        return self.town.monotonic()


def wrong(agency: TownAgency, off_ms: int, *, barriers: bool = True) -> TownAgency:
    """Let an agency's clock be so much off; its keys are older than that."""
    clock = agency.town.clock
    clock.time += 2 * HOUR_MS
    agency.context = replace(
        agency.context,
        clock=WrongClock(clock, off_ms),
        barrier_at=lambda _: clock.now() - BARRIER_MS if barriers else 0,
    )
    agency.effects = agency.new_effects()
    return agency


def met(agency: TownAgency, person: Person, source: str = "") -> int:
    """The agency meets somebody now, by its own clock; how many courts are told."""
    return len(agency.meet(person, at=agency.context.clock.now() - 5, source=source))


def taken(town: Town) -> list[int]:
    """When the court's inbox has it that people were met, as many as it takes."""
    inbox = town.court.inbox()
    caught_up(inbox)
    events = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
    assert [each.item.refused for each in events] == [""] * len(events)
    return [each.content["occurred_at"] for each in events]


class WatchClocksSuite(TownSuite):
    """What begins is not missed, what ends ends by the later of the own clock and the newest barrier."""

    @pytest.mark.parametrize("off_ms", [-HOUR_MS, HOUR_MS, 0])
    def test_who_is_met_after_a_watch_came_is_told_and_taken(
        self, town: Town, railway: TownAgency, off_ms: int
    ) -> None:
        wrong(railway, off_ms)
        debtor, begun = invented(1), town.clock.now()
        town.court.watch(debtor)
        railway.settle()
        assert town.codes() == ["00"]
        town.clock.time += 1_000  # the newest barrier is older than the watch
        assert met(railway, debtor, "at once") == 1
        town.clock.time += 60_000
        assert met(railway, debtor, "a minute later") == 1
        assert all(begun <= each for each in taken(town))
        assert len(taken(town)) == 2

    def test_what_a_slow_clock_says_was_long_before_a_watch_is_not_told(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, -HOUR_MS)
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        town.clock.time += 60_000
        own = railway.context.clock.now()
        assert railway.meet(debtor, at=own - 120_000) == []
        assert len(railway.meet(debtor, at=own - 30_000)) == 1

    def test_a_slow_clock_takes_what_its_system_says_happened_now(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, -HOUR_MS)
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        certificates = [{"type": "CN_ID", "number": debtor.certificate.number}]
        event = {
            "domain": "whereabouts",
            "kind": "TRAVEL",
            "occurred_at": rfc3339(town.clock.now()),
            "subject": {"name": debtor.name, "certificates": certificates},
        }
        assert len(publish_events(railway.engine, railway.context, event)["event_ids"]) == 1

    def test_a_watch_ends_by_the_newest_barrier(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, -HOUR_MS)
        debtor, end = invented(1), town.clock.now() + DAY_MS
        town.court.watch(debtor, until=end)
        railway.settle()
        town.clock.time = end + BARRIER_MS - 1
        assert met(railway, debtor, "last") == 1
        town.clock.time = end + BARRIER_MS
        assert met(railway, debtor, "late") == 0
        railway.effects.step()
        assert railway.rows()["watch_subjects"] == 0

    def test_a_watch_ends_by_a_clock_that_is_ahead(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, HOUR_MS)
        debtor, end = invented(1), town.clock.now() + DAY_MS
        town.court.watch(debtor, until=end)
        railway.settle()
        town.clock.time = end - HOUR_MS
        assert met(railway, debtor) == 0
        railway.effects.step()
        assert railway.rows()["watch_subjects"] == 0

    def test_a_slow_clock_stops_a_watch_when_its_court_says_so(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, -HOUR_MS)
        debtor = invented(1)
        command = town.court.watch(debtor)
        railway.settle()
        town.court.commands.give(StopRequest(command, 1_000))
        town.court.relay()
        railway.settle()
        assert (town.codes(), met(railway, debtor)) == (["00", "00"], 0)

    def test_without_a_barrier_the_watch_itself_tells_the_time(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, -60_000, barriers=False)
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        assert met(railway, debtor) == 1
        assert len(taken(town)) == 1

    def test_a_slow_clock_takes_no_command_under_a_revoked_key(self, town: Town, railway: TownAgency) -> None:
        wrong(railway, -HOUR_MS)
        debtor = invented(1)
        town.court.watch(debtor)
        town.clock.time += 1_000
        town.participants.rotate(COURT, compromised_since=town.clock.now())
        publish_keys(town.publisher, town.participants, COURT)
        town.until(lambda: town.is_revoked(railway.context.directory, COURT))
        town.clock.time += BARRIER_MS
        railway.settle()
        assert (met(railway, debtor), town.count(names.feedback("js"))) == (0, 0)
