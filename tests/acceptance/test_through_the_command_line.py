"""I-2, I-3 and I-4 as they are typed: one rehearsal over two years, whose days pass when the file of the clock says so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liandong.producers.intake.rows.columns import COLUMN_NAMES
from liandong.tests.worlds.acceptance import JIA, YI, row_of
from liandong.tests.worlds.court import Row, people
from liandong.tests.worlds.installation import Installation
from liandong.topics.embedded import cluster
from liandong.topics.embedded.ports import some_free
from liandong.topics.settings import load_settings
from liandong.topics.transport import cluster_heard

pytestmark = [pytest.mark.broker, pytest.mark.long, pytest.mark.slow, pytest.mark.timeout(240)]
RULING = ("--decision", "（2024）苏0505执1234号之二", "--signed-by", "示例院长")
ASKED = (
    "--transaction",
    "rail-ticket",
    "--certificate",
    "CN_ID",
    "--attribute",
    "train_type=G",
    "--attribute",
    "seat_class=second",
)


class Rehearsal(Installation):
    """A court, a railway, a notary and a publisher on a cluster made by `kafka up --trial`; their clock is a file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        settings = load_settings(state_dir=folder / "state", trial_clock=self.file)
        super().__init__(settings, LIANDONG_TRIAL_CLOCK=str(self.file), LIANDONG_KEY_REGISTER_DAYS="2000")
        self.entry_ids: dict[str, str] = {}
        [port] = some_free(1)
        self.run("kafka", "up", "--trial", "--port", str(port))

    @property
    def variables(self) -> dict[str, str]:
        return {"LIANDONG_STATE_DIR": str(self.settings.state_dir)} | self.more

    def goes_to(self, moment: str) -> None:
        beside = self.file.with_name("clock.next")
        beside.write_text(f"{moment}+08:00\n", encoding="ascii")
        beside.replace(self.file)
        if self.processes:
            self.fresh()

    def publish(self, *rows: Row, code: int = 0, options: tuple[str, ...] = ()) -> dict[str, Any]:
        path = self.settings.state_dir / "export.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        done: dict[str, Any] = json.loads(self.run("court", "publish", str(path), "--json", *options, code=code))
        return done

    def entry(self, row: Row) -> dict[str, Any]:
        """The newest entry of a row's case, as the court finds it."""
        found: list[dict[str, Any]] = json.loads(self.run("court", "find", row["case_number"], "--json"))
        return found[-1]

    def act(self, verb: str, row: Row, *options: str, refused: str = "") -> dict[str, Any]:
        """Act on a row's entry; `refused` is the code it must be refused with."""
        case = row["case_number"]
        if case not in self.entry_ids:
            self.entry_ids[case] = self.entry(row)["entry"]
        told = self.run("court", verb, self.entry_ids[case], *options, "--json", code=int(bool(refused)))
        document: dict[str, Any] = json.loads(told)
        assert document.get("error", {}).get("code", "") == refused
        return document

    def railway_says(self, row: Row) -> str:
        words = ("check", "--agency", "railway-js", "--name", row["name"], *ASKED, "--json")
        answer = json.loads(self.run(*words, typed=row["certificate_number"]))
        assert not answer["list"]["stale"]
        return str(answer["decision"])

    def fresh(self) -> None:
        """Wait until notary and railway are of this hour: before the next barrier a clock that jumped is off theirs."""
        self.until(
            lambda status: (
                status["at"][:13] >= self.file.read_text()[:13]
                and bool(status["agencies"])
                and all(
                    node["proof"]["state"] == "equal" and not node["stale"] for node in status["agencies"][0]["nodes"]
                )
                and {each["kind"] for each in status["findings"]} <= {"keys-run-out"}  # two years have passed
            )
        )


@pytest.fixture
def rehearsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    monkeypatch.setattr(cluster_heard, "_heard", [])
    try:
        made = Rehearsal(tmp_path)
        yield made
        made.close()
    finally:
        cluster.down(tmp_path / "state" / "kafka", patience=0)


def listed(row: Row, day: str, **columns: str) -> Row:
    """A new list entry with everything its intake asks for, decided on a day."""
    begun = {"signed_by": "示例院长", "initiated_by": "EX_OFFICIO"} | dict.fromkeys(
        ("signed_on", "served_on", "warned_on"), day
    )
    return row | {name: value for name, value in begun.items() if name in COLUMN_NAMES} | {"publish_date": ""} | columns


def joins(rehearsal: Rehearsal) -> None:
    """Everybody has keys, and the topics are there, two years before most of it."""
    rehearsal.goes_to("2024-09-29T09:00:00")
    for words in (
        ("court-su0505", "--kind", "court", "--name", "示例区人民法院", "--court-token", "苏0505"),
        ("railway-js", "--kind", "agency", "--name", "示例铁路", "--agency-kind", "railway"),
        ("notary-js-1", "--kind", "notary"),
        ("publisher-js", "--kind", "publisher"),
    ):
        rehearsal.run("participant", "new", *words, "--jurisdiction", "js")
    rehearsal.run("topics", "apply")
    rehearsal.run("topics", "check")


def ends_early(rehearsal: Rehearsal, e2: Row, e3: Row) -> None:
    """I-2.4 to 6: with a term, and on ground one."""
    rehearsal.act("delete", e2, "--reason", "EARLY", refused="EARLY_DECISION_MISSING")
    rehearsal.act("delete", e2, "--reason", "D1", refused="DELETION_REASON_TERMED")
    done = rehearsal.act("delete", e2, "--reason", "EARLY", *RULING, "--cause", "PERFORMED_ACTIVELY")
    assert (done["status"], done["sent"]) == ("DELETED", True)
    rehearsal.act("delete", e3, "--reason", "TERM", refused="DELETION_REASON_UNTERMED")
    rehearsal.act("delete", e3, "--reason", "D1")


def is_extended(rehearsal: Rehearsal, g4: Row, g2: Row, several: Row) -> None:
    """I-3: by what the grounds allow, three years in all."""
    for row, reason, months, refused in (
        (g4, "SEVERAL", "12", "EXTENSION_CAUSE_UNLAWFUL"),
        (g2, "SEVERAL", "12", "EXTENSION_GRAVITY_UNSTATED"),
        (g2, "SERIOUS", "12", ""),
        (several, "SEVERAL", "37", "EXTENSION_UNLAWFUL"),
        (several, "SEVERAL", "36", ""),
        (several, "SEVERAL", "12", "EXTENSION_TOO_LONG"),
    ):
        rehearsal.act("extend", row, "--reason", reason, "--months", months, *RULING, refused=refused)
    assert [rehearsal.entry(row)["term_end"] for row in (g2, several)] == ["2029-03-02", "2031-03-02"]


def test_terms_extensions_and_bars_as_days_pass(rehearsal: Rehearsal) -> None:
    one, two, three, four, five, six, seven, eight = people(8)
    two_years = {"term_start": "2024-09-29", "term_end": "2026-09-29"}
    e1 = listed(row_of(JIA), "2024-09-29", grounds="G3", **two_years)
    e1_late = listed(row_of(YI, case_number="（2024）苏0505执8号"), "2024-09-29", grounds="G3", **two_years)
    joins(rehearsal)
    assert rehearsal.publish(e1, e1_late)["accepted"] == 2

    # I-4: listed on 10 January; the creditor has two of them deleted on 31 March
    rehearsal.goes_to("2026-01-10T09:00:00")
    case = "（2025）苏0505执77号"
    barred, asked = listed(one | {"case_number": case}, "2026-01-10"), listed(two, "2026-01-10")
    assert rehearsal.publish(barred, asked)["accepted"] == 2

    # I-2.4 to 6 and I-3, on 2 March
    rehearsal.goes_to("2026-03-02T09:00:00")
    termed = {"term_start": "2026-03-02", "term_end": "2028-03-02"}
    e2, e3 = listed(three, "2026-03-02", grounds="G3", **termed), listed(four, "2026-03-02")
    g4, g2 = (listed(each, "2026-03-02", grounds=ground, **termed) for each, ground in ((five, "G4"), (six, "G2")))
    several = listed(seven, "2026-03-02", grounds="G3;G4", **termed)
    assert rehearsal.publish(e2, e3, g4, g2, several)["accepted"] == 5
    ends_early(rehearsal, e2, e3)
    is_extended(rehearsal, g4, g2, several)
    rehearsal.goes_to("2026-03-31T16:00:00")
    for row in (barred, asked):
        rehearsal.act("delete", row, "--reason", "D3")

    # I-2.1 and 2: the last day, and the moment it is over, with no message in between
    rehearsal.goes_to("2026-09-29T22:00:00")
    rehearsal.start("monitor", "serve", "--port", str(rehearsal.ports[0]))
    rehearsal.start("agency", "run", "railway-js", "--port", str(rehearsal.ports[1]))
    rehearsal.fresh()
    rehearsal.act("delete", e1, "--reason", "TERM", refused="TERM_NOT_OVER")
    rehearsal.goes_to("2026-09-29T23:59:00")
    assert rehearsal.railway_says(e1) == "BLOCK"
    rehearsal.goes_to("2026-09-30T00:00:30")
    assert rehearsal.railway_says(e1) == "ALLOW"
    assert rehearsal.railway_says(several) == "BLOCK"
    assert [each["change"] for each in rehearsal.entry(e1)["updates"]] == ["INCLUDE"]

    # I-2.3: the third working day after National Day, and the working Saturday behind it
    rehearsal.goes_to("2026-10-09T17:00:00")
    done = rehearsal.act("delete", e1, "--reason", "TERM")
    assert (done["due_on"], done["due_estimated"], done["late"]) == ("2026-10-09", False, False)
    rehearsal.goes_to("2026-10-10T09:00:00")
    assert rehearsal.act("delete", e1_late, "--reason", "TERM")["late"]

    # I-4: the creditor's application decides, not the day it is published
    rehearsal.goes_to("2026-10-15T09:00:00")
    again = {"initiated_by": "CREDITOR", "decision_number": "（2025）苏0505执77号之二"}
    refused = listed(one | {"case_number": case}, "2026-10-15", applied_on="2026-09-30", **again)
    for options in (("--dry-run",), ()):
        counted = rehearsal.publish(refused, code=3, options=options)
        assert (counted["accepted"], counted["rejected"]) == (0, 1)
        assert "RELIST_BARRED" in json.dumps(counted)
    rehearsal.publish(refused | {"applied_on": ""}, code=3)
    assert rehearsal.publish(refused | {"applied_on": "2026-10-01"})["accepted"] == 1
    assert rehearsal.entry(barred)["previous_entry"].startswith("ent_")
    ex_officio = listed(two, "2026-10-15", decision_number="（2025）苏0505执2号之二", initiated_by="EX_OFFICIO")
    assert rehearsal.publish(ex_officio, listed(eight, "2026-10-15"))["accepted"] == 2
    rehearsal.fresh()
