"""`liandong court enforcement` as a clerk types it, on a real Kafka: numbers, folding, revisions, languages, exit codes."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from liandong.monitoring.status.enforcement import last_week
from liandong.schemas.dates import date_of_ms
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.commands import Ended
from liandong.tests.worlds.enforcement import ENTRY, first_day, interception
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_commands import typed
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.topics.catalogue import names
from liandong.topics.workers.clock import SystemClock

TODAY = date_of_ms(SystemClock().now())
CLOSED = first_day(TODAY - timedelta(days=15))
"""Of a cut that was closed more than a day ago and is not settled yet."""
ID = f"ent_{ENTRY.hex()}"


class TestEnforcementTyped(TownSuite):
    """What a court's clerk sees of who enforced its entries."""

    @pytest.fixture(autouse=True)
    def _place(self, town: Town, railway: TownAgency) -> None:
        self.site, self.agency = town, railway

    def told(self, number: int, day: date = CLOSED, measure: str = "rail-gd-all", **changes: Any) -> None:
        said = (interception(self.agency, day.isoformat(), measure, **changes) for _ in range(number))
        self.site.send(*said)

    def read(self) -> None:
        ended = typed(self.site, "court", "inbox", "--court", COURT)
        assert (ended.code, ended.err) == (0, "")

    def shown(self, *words: str, lang: str = "en", day: date = CLOSED) -> Ended:
        about = words or ("--period", f"{day:%Y-%m}")
        return typed(self.site, "court", "enforcement", "--court", COURT, *about, lang=lang)

    def rows(self) -> dict[str, Any]:
        ended = self.shown("--period", f"{CLOSED:%Y-%m}", "--json")
        assert ended.code == 0
        told = json.loads(ended.out)
        assert (told["court"], told["period"]) == (COURT, f"{CLOSED:%Y-%m}")
        found = {row["measure"]: row for row in told["enforcement"] if row["from_day"] == CLOSED.isoformat()}
        assert {row["agency"] for row in found.values()} <= {RAILWAY}
        return found

    def test_nothing_is_told_before_anything_was_enforced(self) -> None:
        self.read()
        assert self.shown().out == "nothing was enforced\n"
        assert self.shown(lang="zh").out == "没有拦截记录\n"
        assert self.shown("--entry", ID, lang="zh").out == "没有拦截记录\n"
        assert self.rows() == {}

    def test_the_court_sees_exact_numbers_and_what_others_see_of_them(self) -> None:
        self.told(7)
        self.told(3, measure="rail-soft-sleeper")
        self.told(2, outcome="RELEASED")
        self.told(2, record_class=1)
        self.told(4, TODAY)
        self.read()
        rows = self.rows()
        assert {name: row["counted"] for name, row in rows.items()} == {"rail-gd-all": 7, "rail-soft-sleeper": 3}
        assert [(row["published"]["folded"], row["published"]["revision"]) for row in rows.values()] == [
            (False, 1),
            (True, 1),
        ]
        week = CLOSED.isocalendar()
        assert rows["rail-gd-all"]["week"] == f"{week.year}-W{week.week:02}"
        published = {one["measure"]: (one["count"], one["folded"]) for one in self.published()}
        assert published == {"rail-gd-all": (7, False), "rail-soft-sleeper": (0, True)}
        english, chinese = self.shown().out, self.shown(lang="zh").out
        assert [line.split("  ")[-1] for line in english.splitlines()[:2]] == [
            "revision 1 says 7",
            "revision 1 says fewer than five",
        ]
        assert "第1版已公布：7" in chinese
        assert "第1版已公布：少于五次" in chinese
        assert "not closed yet" in self.shown(day=TODAY).out
        assert "本期尚未截止" in self.shown(day=TODAY, lang="zh").out

    def test_what_came_late_is_told_until_five_of_them_make_a_revision(self) -> None:
        self.told(7)
        self.read()
        self.told(2)
        self.read()
        assert "revision 1 says 7, 2 came since" in self.shown().out
        assert "第1版已公布：7，此后又收到 2 次" in self.shown(lang="zh").out
        self.told(3)
        self.read()
        assert self.rows()["rail-gd-all"]["published"].items() >= {("revision", 2), ("counted", 12)}
        assert "revision 2 says 12\n" in self.shown().out
        assert [one["revision"] for one in self.published()] == [1, 2]

    def test_one_entry_is_shown_with_who_enforced_it_and_when(self) -> None:
        self.told(1)
        self.told(1, measure="rail-soft-sleeper", entry_id=bytes(16))
        self.read()
        (row,) = json.loads(self.shown("--entry", ID, "--json").out)["enforcement"]
        assert (row["agency"], row["measure"], row["day"]) == (RAILWAY, "rail-gd-all", CLOSED.isoformat())
        assert self.shown("--entry", ID, lang="zh").out.startswith(f"{CLOSED}  {RAILWAY}")
        assert self.shown("--entry", f"ent_{'f' * 32}").out == "nothing was enforced\n"

    def test_status_shows_what_was_published_of_an_agency_and_no_more(self) -> None:
        self.site.wire.create(names.RECEIPTS, partitions=1)
        week = last_week(SystemClock().now())
        self.told(7, week.last)
        self.told(3, week.last, "rail-soft-sleeper")
        self.told(9, TODAY)
        self.read()
        (row,) = json.loads(typed(self.site, "status", "--json").out)["enforcement"]
        assert (row["agency"], row["jurisdiction"]) == (RAILWAY, "js")
        assert (row["week"]["counted"], row["week"]["folded"], len(row["week"]["from"])) == (7, 1, 2)
        assert [(one["court"], one["counted"]) for one in row["week"]["from"]] == [(COURT, 7), (COURT, None)]
        english, chinese = typed(self.site, "status").out, typed(self.site, "status", lang="zh").out
        assert "7 + fewer than five" in english
        assert "7 + 少于五次" in chinese
        assert json.loads(typed(self.site, "status", "--agency", "police-js", "--json").out)["enforcement"] == []

    @pytest.mark.parametrize(
        ("words", "code", "exit_code", "chinese"),
        [
            (("--court", COURT), "PERIOD_OR_ENTRY", 2, "每次显示一个月份或一个条目"),
            (("--court", COURT, "--period", "2026-13"), "PERIOD_OR_ENTRY", 2, "每次显示一个月份或一个条目"),
            (("--court", COURT, "--period", "2026-12", "--entry", ID), "PERIOD_OR_ENTRY", 2, "请填写 --period"),
            (("--court", RAILWAY, "--period", "2026-12"), "COURT_UNKNOWN", 2, f"{RAILWAY} 的身份是 协助单位，不是法院"),
            (("--court", "nobody", "--period", "2026-12"), "PARTICIPANT_UNKNOWN", 2, "本机没有参与方 nobody"),
            (("--court", COURT, "--entry", "upd_1"), "ID_INVALID", 1, "'upd_1' 不是 ent_ | ord_ 类编号"),
        ],
    )
    def test_what_cannot_be_shown_is_said_in_both_languages(
        self, words: tuple[str, ...], code: str, exit_code: int, chinese: str
    ) -> None:
        ended = typed(self.site, "court", "enforcement", *words, lang="zh")
        assert (ended.code, ended.out, f"错误 {code}：" in ended.err) == (exit_code, "", True)
        assert chinese in ended.err
        english = typed(self.site, "court", "enforcement", *words)
        assert (english.code, f"error {code}: " in english.err) == (exit_code, True)

    def published(self) -> list[dict[str, Any]]:
        return self.site.records(names.enforcement_counts("js"))
