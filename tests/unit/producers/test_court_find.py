"""`liandong court find` lists, filters, pages and exports a court's own entries, in both languages and without a raw number."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from liandong.__main__ import main
from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.court import open_court
from liandong.schemas.law.beginnings import ALL, Fact
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.court import people
from liandong.tests.worlds.intake_rows import begun
from liandong.tests.worlds.sent_files import COURT, SendingClerk

COUNT = 6


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> SendingClerk:
    """One for all tests here: they only read."""
    return SendingClerk.new(tmp_path_factory.mktemp("court"))


@pytest.fixture(autouse=True)
def _at_the_court(clerk: SendingClerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_STATE_DIR", str(clerk.settings.state_dir))


@pytest.fixture(scope="module")
def batches(clerk: SendingClerk) -> list[str]:
    """Six entries on different grounds, the last ones stock; the first is deleted, another is to end in ten years."""
    rows = people(COUNT)
    terms = {"term_start": "2026-11-22", "term_end": "2028-11-22"}
    whole = [begun(rows[0]), begun(rows[1] | terms | {"grounds": "G4"}), begun(rows[2] | terms | {"grounds": "G3"})]
    stock = [rows[3], rows[4] | {"decision_number": ""}, rows[5]]
    sent = [clerk.send(written(clerk, name, some)).report.batch.batch_id for name, some in (("a", whole), ("b", stock))]
    with open_court(clerk.settings, COURT, clerk.clock, CHANCE) as court:
        court.acts.delete(court.register.find(COURT)[0].entry.entry_id, CourtRuling("D1"))
    return sent


def written(clerk: SendingClerk, name: str, rows: list[dict[str, str]]) -> Path:
    path = clerk.folder / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def ran(capsys: pytest.CaptureFixture[str], *options: str, code: int = 0, lang: str = "en") -> str:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", lang, "court", "find", "--court", COURT, *options])
    said = capsys.readouterr()
    assert ended.value.code == code, said
    return said.out if code == 0 else said.err


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    return list(json.loads(ran(capsys, *options, "--json"))["entries"])


@pytest.mark.usefixtures("batches")
class TestFilters:
    def test_live(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert [each["status"] for each in listed(capsys, "--live")] == ["ACTIVE"] * (COUNT - 1)
        assert len(listed(capsys, "--limit", "50")) == COUNT

    def test_ground(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert [each["grounds"] for each in listed(capsys, "--ground", "g4")] == ["G4"]
        assert listed(capsys, "--ground", "G6") == []

    def test_the_end_of_the_term(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert [each["grounds"] for each in listed(capsys, "--ends-before", "2028-11-23")] == ["G4", "G3"]
        assert listed(capsys, "--ends-before", "2028-11-22") == []
        assert len(listed(capsys, "--ends-within", "3650")) == 2
        assert listed(capsys, "--ends-within", "0") == []

    def test_together(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert [each["grounds"] for each in listed(capsys, "--live", "--ground", "G3", "--ends-within", "3650")] == [
            "G3"
        ]
        assert listed(capsys, "--instrument", "EXIT_BAN", "--live") == []

    def test_incomplete_is_counted_by_what_is_missing(self, capsys: pytest.CaptureFixture[str]) -> None:
        document = json.loads(ran(capsys, "--incomplete", "--json"))
        assert [each["stock"] for each in document["entries"]] == ["stock"] * 3
        others = {fact.column: 3 for fact in Fact if fact is not Fact.DECISION_NUMBER}
        assert document["incomplete"] == {"entries": 3, "decision_number": 1} | others
        [one] = listed(capsys, "--incomplete", "--lacking", "decision_number")
        assert one["missing"].split(";") == [fact.column for fact in Fact if ALL & fact]

    def test_pages(self, capsys: pytest.CaptureFixture[str]) -> None:
        seen, after = list[str](), list[str]()
        while True:
            page = json.loads(ran(capsys, "--limit", "4", *after, "--json"))
            seen += [each["entry"] for each in page["entries"]]
            if page["next"] is None:
                break
            after = ["--after", page["next"]]
        assert len(seen) == len(set(seen)) == COUNT


def test_by_batch(batches: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert [len(listed(capsys, "--batch", batch)) for batch in batches] == [3, 3]
    assert "FIND_BATCH" in ran(capsys, "--batch", "bat_0", code=2)


@pytest.mark.usefixtures("batches")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "xlsx"])
def test_exports_say_the_same_and_hold_no_number(
    clerk: SendingClerk, capsys: pytest.CaptureFixture[str], lang: str, suffix: str
) -> None:
    path = clerk.folder / f"out-{lang}.{suffix}"
    said = ran(capsys, "--live", "--export", str(path), lang=lang)
    assert "5" in said
    if suffix == "xlsx":
        table = [[str(cell or "") for cell in row] for row in load_workbook(path).active.values]  # type: ignore[union-attr]
    elif suffix == "csv":
        table = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    else:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if suffix == "json" else [json.loads(line) for line in text.splitlines()]
        table = [list(found[0]), *(list(row.values()) for row in found)]
    assert len(table) == COUNT
    is_chinese = lang == "zh" and suffix in ("csv", "xlsx")
    assert table[0][:3] == (["条目", "文书种类", "状态"] if is_chinese else ["entry", "instrument", "status"])
    assert table[1][1:3] == (["失信名单", "有效"] if is_chinese else ["LIST_ENTRY", "ACTIVE"])
    whole = "\n".join(" ".join(row) for row in table)
    assert not any(row["certificate_number"] in whole or row["name"] in whole for row in people(COUNT))
    assert "EXPORT_UNWRITABLE" in ran(capsys, "--live", "--export", str(path), code=2)  # nothing is written over


@pytest.mark.usefixtures("batches")
def test_a_clerk_reads_it_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    shown = ran(capsys, "--incomplete", "--limit", "1", lang="zh")
    assert "本院共有 3 个在列条目待补正" in shown
    assert "缺少：签发院长、签发日期、送达日期、启动方式、申请日期、风险提示日期" in shown
    assert "后续：--after ent_" in shown


@pytest.mark.usefixtures("batches")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--ground", "G7"), "FIND_GROUND"),
        (("--ground", "OTHER_LEGACY"), "FIND_GROUND"),
        (("--instrument", "LETTER"), "FIND_INSTRUMENT"),
        (("--lacking", "name", "--incomplete"), "FIND_LACKING"),
        (("--lacking", "signed_by"), "FIND_LACKING"),
        (("--after", f"ent_{'0' * 32}"), "FIND_AFTER"),
        (("--ends-before", "soon"), "DATE_UNREADABLE"),
        (("--live", "（2025）苏0505执1号"), "FIND_WHAT"),
        ((), "FIND_WHAT"),
        (("--live", "--export", "list.pdf"), "EXPORT_FORMAT_UNKNOWN"),
    ],
)
def test_what_nobody_can_be_found_by_is_refused(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: str
) -> None:
    assert code in ran(capsys, *options, code=2)


def test_another_court_of_the_register_sees_nothing_of_it(
    clerk: SendingClerk, batches: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from liandong.topics.keys.registrar import Registrar

    Registrar(clerk.settings, clerk.clock, CHANCE).new("court-su0508", "court", jurisdictions=["js"])
    with pytest.raises(SystemExit):
        main(["court", "find", "--court", "court-su0508", "--limit", "9", "--json"])
    assert json.loads(capsys.readouterr().out)["entries"] == []
    with pytest.raises(SystemExit):
        main(["court", "find", "--court", "court-su0508", "--batch", batches[0]])
    assert "FIND_BATCH" in capsys.readouterr().err
