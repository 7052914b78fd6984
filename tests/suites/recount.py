"""Counting again with the escrow's key, on whichever transport."""

from dataclasses import replace
from datetime import date

import pytest

from liandong.schemas.dates import end_of_day_ms
from liandong.schemas.errors import WrongUsage
from liandong.schemas.law.supervision import ActKind, SupervisionAct
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.enforcement import SCHEMA
from liandong.schemas.wire.sealing import SealingKey
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.enforcement import CountingOffice, escrow_keys, interception, recounted
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.topics.catalogue import names
from liandong.topics.keys.recounting import Compared, Found, Recount, month_of, require_opening
from liandong.topics.transport.envelope import outgoing

TUESDAY = "2026-12-01"
CLOSED = end_of_day_ms(date(2026, 12, 6)) + 86_400_000
DECEMBER = month_of("2026-12")


class Auditor:
    """Who holds the escrow's key, or another one."""

    def __init__(self, town: Town, key: SealingKey | None = None) -> None:
        self.town = town
        self.again = Recount("js", DECEMBER, town.key_directory(), (key,) if key else escrow_keys(town))

    def found(self) -> Found:
        return self.again.open(self.town.messages(names.interceptions("js")))

    def compared(self) -> list[Compared]:
        counts = self.town.messages(names.enforcement_counts("js"))
        return self.again.compare(counts, self.found(), self.town.clock.now())


class RecountSuite(TownSuite):
    """A court cannot publish another number than its interceptions make."""

    def counted(self, town: Town, railway: TownAgency) -> CountingOffice:
        town.send(*(interception(railway, TUESDAY) for _ in range(7)))
        town.send(*(interception(railway, "2026-12-02", measure="rail-soft-sleeper") for _ in range(3)))
        town.send(*(interception(railway, "2026-11-30") for _ in range(6)))
        town.clock.time = CLOSED
        office = CountingOffice(town)
        office.work()
        return office

    def say(self, town: Town, signer: str = COURT, **changes: object) -> None:
        """Publish a further revision of the count of seven, as a court that lies does."""
        (said,) = (
            one
            for one in town.records(names.enforcement_counts("js"))
            if (one["measure"], one["from_day"], one["revision"]) == ("rail-gd-all", TUESDAY, 1)
        )
        body = encode_signed(SCHEMA, {**said, **changes}, SCHEMA, town.participants.signer(signer))
        topic, now = names.enforcement_counts("js"), town.clock.now()
        town.send(outgoing(SCHEMA, body, topic, b"k", event_id="evt_x", source=signer, time_ms=now))

    def test_what_an_honest_court_published_is_equal_and_as_a_stranger_counts_it(
        self, town: Town, railway: TownAgency
    ) -> None:
        office = self.counted(town, railway)
        compared = Auditor(town).compared()
        assert [(one.place.measure, one.revision, one.found, dict(one.differs)) for one in compared] == [
            ("rail-gd-all", 1, 7, {}),
            ("rail-soft-sleeper", 1, 3, {}),
        ]
        strangers = recounted(town, *escrow_keys(town))
        for record in office.published():
            stranger = strangers[COURT, RAILWAY, record["measure"], record["from_day"]]
            assert record["root"] == stranger.root(record)
        assert {each.place: each.found for each in compared} == {
            one.place: strangers[COURT, RAILWAY, one.place.measure, one.place.from_day].number for one in compared
        }

    def test_a_court_that_says_less_is_found_out_and_by_what(self, town: Town, railway: TownAgency) -> None:
        self.counted(town, railway)
        self.say(town, revision=2, count=5)
        lied, honest = Auditor(town).compared()
        assert (lied.revision, lied.differs["count"]) == (2, (5, 7))
        assert lied.differs.keys() == {"count", "root"}  # a root of a revision is of no other
        assert not honest.differs

    def test_one_that_came_after_the_revision_and_one_never_published_are_told(
        self, town: Town, railway: TownAgency
    ) -> None:
        self.counted(town, railway)
        town.send(interception(railway, TUESDAY), interception(railway, TUESDAY, measure="air-ticket"))
        compared = {one.place.measure: one for one in Auditor(town).compared()}
        assert compared["rail-gd-all"].differs["count"] == (7, 8)
        never = compared["air-ticket"]
        assert (never.revision, set(never.differs)) == (0, {"record"})

    def test_a_count_of_nothing_and_counts_of_others_tell_nothing(self, town: Town, railway: TownAgency) -> None:
        self.counted(town, railway)
        self.say(town, signer=RAILWAY, revision=9, count=99)
        self.say(town, measure="nobody-was-refused", folded=True, count=0)
        compared = {one.place.measure: one for one in Auditor(town).compared()}
        assert not compared["rail-gd-all"].differs
        assert "record" in compared["nobody-was-refused"].differs

    def test_another_key_opens_nothing_and_other_months_stay_closed(self, town: Town, railway: TownAgency) -> None:
        self.counted(town, railway)
        found = Auditor(town, SealingKey(bytes(32))).found()
        assert (found.unopened, found.counted) == (10, {})
        days = [from_wire(each.value() or b"")["day"] for each in town.messages(names.interceptions("js"))]
        assert days.count("2026-11-30") == 6
        assert sum(map(len, Auditor(town).found().counted.values())) == 10

    def test_nothing_is_opened_without_an_act_that_says_so(self) -> None:
        act = SupervisionAct(
            CHANCE.random_id(), "js", "supervisor-js", ActKind.ESCROW_OPENED, "苏政法〔2026〕12号", b"", 1,
            from_day="2026-12-01", until_day="2026-12-31", retention_kind="interception", reason="RECOUNT",
        )  # fmt: skip
        require_opening([act], act.act_id, DECEMBER)
        others = (
            replace(act, act_id=CHANCE.random_id()), replace(act, kind=ActKind.MEASURE_ON), replace(act, until_day="2026-12-30"),
            replace(act, from_day="2026-12-02"), replace(act, retention_kind="asset"), replace(act, until_day="some day"),
        )  # fmt: skip
        for acts in ([], *([one] for one in others)):
            with pytest.raises(WrongUsage, match="no act") as refused:
                require_opening(acts, act.act_id, DECEMBER)
            assert refused.value.code == "ESCROW_NOT_OPENED"
