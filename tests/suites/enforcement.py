"""What courts publish of enforcement, on whichever transport."""

from datetime import date
from typing import Any

from liandong.schemas.dates import end_of_day_ms
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.enforcement import CountingOffice, escrow_keys, interception, recounted
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency

DAY_MS = 86_400_000
TUESDAY, WEDNESDAY, NEXT_MONDAY = "2026-12-01", "2026-12-02", "2026-12-07"
MONDAY_BEFORE = "2026-11-30"
CLOSED = end_of_day_ms(date(2026, 12, 6)) + DAY_MS
SETTLED = CLOSED + 30 * DAY_MS


def told(town: Town, railway: TownAgency, count: int, day: str = TUESDAY, **changes: Any) -> None:
    town.send(*(interception(railway, day, **changes) for _ in range(count)))


def brief(records: list[dict[str, Any]]) -> list[tuple[str, str, int, bool, int]]:
    return [(one["from_day"], one["measure"], one["revision"], one["folded"], one["count"]) for one in records]


class EnforcementSuite(TownSuite):
    """A week is counted once it is over, by one who holds the key to it."""

    def test_a_week_is_published_a_day_after_its_end_and_split_where_the_month_ends(
        self, town: Town, railway: TownAgency
    ) -> None:
        told(town, railway, 6, MONDAY_BEFORE)
        told(town, railway, 3, TUESDAY)
        told(town, railway, 4, WEDNESDAY)
        told(town, railway, 2, NEXT_MONDAY)
        told(town, railway, 2, measure="rail-soft-sleeper")
        office = CountingOffice(town)
        town.clock.time = CLOSED - 1
        office.work()
        assert brief(office.published()) == [(MONDAY_BEFORE, "rail-gd-all", 1, False, 6)]
        town.clock.time = CLOSED
        office.work()
        assert brief(office.published()) == [
            (MONDAY_BEFORE, "rail-gd-all", 1, False, 6),
            (TUESDAY, "rail-gd-all", 1, False, 7),
            (TUESDAY, "rail-soft-sleeper", 1, True, 0),
        ]
        records = office.published()
        assert {(one["week"], one["until_day"]) for one in records} == {
            ("2026-W49", "2026-11-30"),
            ("2026-W49", "2026-12-06"),
        }

    def test_an_independent_recount_with_the_escrow_key_gives_the_same_numbers_and_roots(
        self, town: Town, railway: TownAgency
    ) -> None:
        told(town, railway, 9)
        told(town, railway, 3, outcome="HELD", measure="air-ticket")
        told(town, railway, 4, outcome="RELEASED")
        told(town, railway, 5, record_class=1)
        town.clock.time = CLOSED
        office = CountingOffice(town)
        office.work()
        again = recounted(town, *escrow_keys(town))
        records = office.published()
        assert len(records) == len(again) == 2
        for record in records:
            other = again[COURT, RAILWAY, record["measure"], record["from_day"]]
            assert record["root"] == other.root(record)
            assert record["folded"] == (other.number < 5)
            assert record["count"] == (0 if record["folded"] else other.number)

    def test_nothing_is_published_twice_over_restarts(self, town: Town, railway: TownAgency) -> None:
        told(town, railway, 7)
        town.clock.time = CLOSED
        for _ in range(3):
            CountingOffice(town).work()
        assert brief(CountingOffice(town).published()) == [(TUESDAY, "rail-gd-all", 1, False, 7)]

    def test_few_that_come_late_wait_for_the_last_planned_count_and_five_do_not(
        self, town: Town, railway: TownAgency
    ) -> None:
        told(town, railway, 7)
        town.clock.time = CLOSED
        office = CountingOffice(town)
        office.work()
        told(town, railway, 4)
        office.work()
        assert len(office.published()) == 1
        told(town, railway, 1)
        office.work()
        assert brief(office.published())[1:] == [(TUESDAY, "rail-gd-all", 2, False, 12)]
        told(town, railway, 1)
        town.clock.time = SETTLED
        office.work()
        assert brief(office.published())[2:] == [(TUESDAY, "rail-gd-all", 3, False, 13)]
        again = recounted(town, *escrow_keys(town))[COURT, RAILWAY, "rail-gd-all", TUESDAY]
        assert office.published()[2]["root"] == again.root(office.published()[2])

    def test_a_folded_count_has_two_revisions_whether_anything_came_late_or_not(
        self, town: Town, railway: TownAgency
    ) -> None:
        told(town, railway, 2, measure="one-more-came")
        told(town, railway, 2, measure="nothing-came")
        town.clock.time = CLOSED
        office = CountingOffice(town)
        office.work()
        told(town, railway, 1, measure="one-more-came")
        for moment in (CLOSED + DAY_MS, SETTLED, SETTLED + DAY_MS):
            town.clock.time = moment
            office.work()
        seen: dict[str, list[dict[str, Any]]] = {}
        for record in office.published():
            hidden = {"proof", "root", "measure"}
            seen.setdefault(record["measure"], []).append({k: v for k, v in record.items() if k not in hidden})
        assert seen["one-more-came"] == seen["nothing-came"]
        assert [one["revision"] for one in seen["nothing-came"]] == [1, 2]
        roots = [one["root"] for one in office.published()]
        assert len(set(roots)) == 4

    def test_who_cannot_open_the_interceptions_cannot_try_which_of_them_a_root_is_made_of(
        self, town: Town, railway: TownAgency
    ) -> None:
        told(town, railway, 1)
        town.clock.time = CLOSED
        office = CountingOffice(town)
        office.work()
        (record,) = office.published()
        ((event_id, check_id),) = recounted(town, *escrow_keys(town))[COURT, RAILWAY, "rail-gd-all", TUESDAY].events
        clear = b"".join(message.value() or b"" for message in town.messages("agency.interceptions.js.v1"))
        assert event_id in clear
        assert check_id.encode() not in clear
        assert check_id.encode() not in repr(record).encode()

    def test_what_nobody_admitted_signed_and_what_names_no_measure_or_day_counts_nowhere(
        self, town: Town, railway: TownAgency
    ) -> None:
        town.join("stranger-js", "agency", jurisdictions=("js",), publish=False)
        told(town, railway, 6)
        for bad in ("2026-13-01", "today", "", "2026-12-01T00:00", "0001-01-01"):
            told(town, railway, 1, bad)
        told(town, railway, 1, measure="王某某 320501199001011234")
        forged = TownAgency(town, RAILWAY)
        object.__setattr__(forged.context, "signer", town.participants.signer("stranger-js"))
        told(town, forged, 3)
        town.clock.time = SETTLED
        office = CountingOffice(town)
        office.work()
        assert brief(office.published()) == [(TUESDAY, "rail-gd-all", 1, False, 6)]
