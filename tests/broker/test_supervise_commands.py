"""Acts of supervisors as they are typed, on a real Kafka, in both languages."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from liandong.schemas.dates import date_of_ms
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.commands import Ended
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_commands import typed
from liandong.topics.catalogue import names
from liandong.topics.workers.clock import SystemClock

SUPERVISOR, NUMBER = "supervisor-js", "苏政法〔2026〕12号"
TODAY = date_of_ms(SystemClock().now())
LATER = TODAY + timedelta(days=30)
TERM = ("--from", TODAY.isoformat(), "--until", LATER.isoformat())
ENGLISH = ("error ", "what to do", "is no ", "there is no", "measure on", "decision", "holds today")
"""Words of English texts that no Chinese line may hold."""


class TestSupervising(TownSuite):
    """What is typed is signed and in the log when the command ends."""

    @pytest.fixture(autouse=True)
    def _supervisor(self, town: Town, tmp_path: Path) -> None:
        town.join(SUPERVISOR, "supervisor", jurisdictions=("js",))
        self.site, self.document = town, tmp_path / "decision.pdf"
        self.document.write_bytes(b"the decision")

    def act(self, *words: str, lang: str = "en", place: str = "js") -> Ended:
        return typed(self.site, "supervise", *words, "--jurisdiction", place, lang=lang)

    def switch_on(self, lang: str = "en", *more: str) -> Ended:
        signed = ("--as", SUPERVISOR, "--decision", NUMBER, "--document", str(self.document))
        return self.act("measure-on", "subsidy", *TERM, *signed, *more, lang=lang)

    def test_a_measure_is_switched_on_and_off_and_everybody_can_read_by_whom(self) -> None:
        assert "没有监督决定" in self.act("list", lang="zh").out
        assert self.act("list").out == "no acts in js\n"
        on = json.loads(self.switch_on("en", "--json").out)
        assert (on["kind"], on["measure"], on["decision"]) == ("MEASURE_ON", "subsidy", NUMBER)
        english, chinese = self.act("list"), self.act("list", lang="zh")
        days = f"{TODAY}…{LATER}", f"{TODAY} 至 {LATER}"
        assert f"* {on['act']}  measure on  subsidy  {days[0]}  by {SUPERVISOR}, decision {NUMBER}\n" in english.out
        assert (
            f"* {on['act']}  启用措施  subsidy  {days[1]}  {SUPERVISOR}，决定书 {NUMBER}\n* 今日生效\n" == chinese.out
        )
        off = ("measure-off", on["act"], "--as", SUPERVISOR, "--decision", NUMBER, "--document", str(self.document))
        told = self.act(*off, lang="zh")
        assert (told.code, "js 停用措施：已写入消息日志\n" in told.out) == (0, True)
        listed = json.loads(self.act("list", "--json").out)["acts"]
        assert [(one["kind"], one["in_force"]) for one in listed] == [("MEASURE_ON", False), ("MEASURE_OFF", False)]
        assert f"自 签发之日 起终止 {on['act']}" in self.act("list", lang="zh").out
        assert len(self.site.records(names.supervision_acts("js"))) == 2

    def test_the_catalogue_shows_which_measure_is_on_by_whose_act_and_for_which_days(self) -> None:
        on = json.loads(self.switch_on("en", "--json").out)
        places = ("--jurisdiction", "js", "--jurisdiction", "cq")
        listed = json.loads(typed(self.site, "measures", "list", *places, "--json").out)["measures"]
        subsidy, honour = (next(one for one in listed if one["id"] == name) for name in ("subsidy", "honor-title"))
        assert (subsidy["effect"], honour["effect"], honour["acts"]) == ("REVIEW", "OFF", [])
        assert subsidy["acts"] == [
            {
                "act": on["act"], "jurisdiction": "js", "supervisor": SUPERVISOR, "decision": NUMBER,
                "from_day": TODAY.isoformat(), "until_day": LATER.isoformat(), "in_force": True,
            }
        ]  # fmt: skip
        assert all(one["acts"] is None for one in listed if one["basis"]["verified"])
        english = typed(self.site, "measures", "list", *places).out
        told = f"by {on['act']} of {SUPERVISOR}, decision {NUMBER}"
        assert f"subsidy: on in js {TODAY}…{LATER} {told}\nsubsidy: off in cq, no act switches it on\n" in english
        chinese = typed(self.site, "measures", "list", *places, lang="zh").out
        told = f"{SUPERVISOR} 决定 {on['act']}，决定书 {NUMBER}"
        assert f"subsidy：js {TODAY} 至 {LATER} 启用，{told}\nsubsidy：cq 未启用，没有决定\n" in chinese
        signed = ("--as", SUPERVISOR, "--decision", NUMBER, "--document", str(self.document))
        tomorrow = (TODAY + timedelta(days=1)).isoformat()
        assert self.act("measure-off", on["act"], "--from", tomorrow, *signed).code == 0
        assert f"subsidy: on in js {TODAY}…{TODAY} by" in typed(self.site, "measures", "list", *places).out

    def test_opening_the_escrow_says_for_what_and_why(self) -> None:
        told = self.act("escrow", "--as", SUPERVISOR, *TERM, "--decision", NUMBER, "--reason", "DRILL", lang="zh")
        assert (told.code, "启用托管密钥：已写入消息日志" in told.out) == (0, True), told.err
        assert "启用托管密钥  interception 演练" in self.act("list", lang="zh").out
        assert "escrow opened  interception drill" in self.act("list").out

    @pytest.mark.parametrize(
        ("words", "code", "chinese"),
        [
            (("measure-on", "air-ticket", *TERM), "MEASURE_NOT_SWITCHED", "air-ticket 不是须经决定启用的措施"),
            (("measure-on", "subsidy", "--from", "soon", "--until", "later"), "TERM_OF_ACT", "soon 至 later 不能作为"),
            (("measure-off", f"act_{'0' * 32}"), "ACT_UNKNOWN", "没有编号为 act_0"),
            (("measure-off", "act_1"), "ID_INVALID", "'act_1' 不是 act_ 类编号"),
            (("measure-off", f"act_{'0' * 32}", "--from", "soon"), "DAY_OF_ACT", "'soon' 不是日期"),
        ],
    )
    def test_what_cannot_be_done_is_said_in_both_languages_and_signs_nothing(
        self, words: tuple[str, ...], code: str, chinese: str
    ) -> None:
        signed = ("--as", SUPERVISOR, "--decision", NUMBER, "--document", str(self.document))
        self.refused(self.act(*words, *signed, lang="zh"), code, chinese)
        assert f"error {code}: " in self.act(*words, *signed).err

    @pytest.mark.parametrize(
        ("words", "code", "chinese"),
        [
            (("--reason", "CURIOSITY", *TERM), "ESCROW_REASON", "'CURIOSITY' 不是启用托管密钥的事由"),
            (("--reason", "DRILL", "--what", "all", *TERM), "ESCROW_KIND", "托管密钥不涉及 'all' 类记录"),
            (("--reason", "DRILL", "--from", "2026-12-02", "--until", "2026-12-01"), "DAYS_OF_ACT", "早于"),
        ],
    )
    def test_an_opening_without_reason_kind_or_days_is_refused(
        self, words: tuple[str, ...], code: str, chinese: str
    ) -> None:
        self.refused(self.act("escrow", "--as", SUPERVISOR, "--decision", NUMBER, *words, lang="zh"), code, chinese)

    def test_who_acts_elsewhere_or_is_no_supervisor_or_nobody_is_refused(self) -> None:
        common = ("escrow", *TERM, "--decision", NUMBER, "--reason", "DRILL")
        self.refused(self.act(*common, "--as", SUPERVISOR, lang="zh", place="cq"), "NOT_A_SUPERVISOR", "cq 的监督方")
        self.refused(self.act(*common, "--as", self.site.court.id, lang="zh"), "NOT_A_SUPERVISOR", "的身份是 法院")
        self.refused(self.act(*common, "--as", "nobody", lang="zh"), "PARTICIPANT_UNKNOWN", "本机没有参与方 nobody")
        (self.site.directory / "participants" / "escrow" / "sealing.key").unlink(missing_ok=True)
        recount = ("recount", "--as", SUPERVISOR, "--period", "2026-12", "--decision", NUMBER)
        self.refused(self.act(*recount, lang="zh"), "KEY_FILE_MISSING", "没有所需密钥")
        month = ("recount", "--as", SUPERVISOR, "--period", "12", "--decision", NUMBER)
        self.refused(self.act(*month, lang="zh"), "PERIOD_INVALID", "'12' 不是月份")
        self.document.unlink()
        self.refused(self.switch_on("zh"), "DOCUMENT_MISSING", "没有文件")

    def refused(self, ended: Ended, code: str, chinese: str) -> None:
        assert ended.code == (1 if code == "ID_INVALID" else 2)
        assert (ended.out, chinese in ended.err, f"错误 {code}：" in ended.err) == ("", True, True), ended.err
        assert not [word for word in ENGLISH if word in ended.err.replace(str(self.document), "")]
        assert self.site.records(names.supervision_acts("js")) == []
