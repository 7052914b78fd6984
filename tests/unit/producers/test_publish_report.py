"""What a clerk is told of a file: every warning with its rows, in text, in JSON and beside rejects; nothing is cut off silently."""

import csv
import io
import json
from pathlib import Path
from unittest import mock

import pytest

from liandong.producers.cli.publish_summary import print_summary
from liandong.producers.intake.findings.findings import Notice
from liandong.producers.publishing import run
from liandong.producers.publishing.report import document_of
from liandong.producers.publishing.told_notices import ToldNotices
from liandong.schemas.problems import Language
from liandong.tests.worlds.court import people
from liandong.tests.worlds.sent_files import SendingClerk

HEADER = (
    "instrument,name,kind,certificate_type,certificate_number,case_number,grounds,decision_number,心情,claim_amount\n"
)


@pytest.fixture
def clerk(tmp_path: Path) -> SendingClerk:
    return SendingClerk.new(tmp_path)


def lines(count: int, without_decision: tuple[int, ...] = ()) -> list[str]:
    found = []
    for number, row in enumerate(people(count), start=2):
        decision = "" if number in without_decision else row["decision_number"]
        cells = (
            "CONSUMPTION_ORDER",
            row["name"],
            "NATURAL",
            "CN_ID",
            row["certificate_number"],
            row["case_number"],
            "G1",
            decision,
        )
        found.append(",".join((*cells, "好", "")) + "\n")
    return found


def sheet(clerk: SendingClerk, name: str, rows: list[str]) -> Path:
    path = clerk.folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_warnings_name_their_rows_in_text_and_json(clerk: SendingClerk, capsys: pytest.CaptureFixture[str]) -> None:
    sent = clerk.send(sheet(clerk, "rows.csv", lines(9, without_decision=(3, 4, 5, 8))))
    assert sent.counts == (9, 0)
    told = {each["code"]: each for each in json.loads(json.dumps(document_of(sent.report)))["notices"]}
    assert (told["DECISION_MISSING"]["rows"], told["DECISION_MISSING"]["count"]) == (["3-5", "8"], 4)
    assert (told["COLUMN_UNKNOWN"]["rows"], told["COLUMN_UNKNOWN"]["field"]) == (["1"], "心情")
    expected: dict[Language, str] = {"en": "rows 3-5, 8: there is no decision number", "zh": "第 3-5, 8 行："}
    for lang, shown in expected.items():
        print_summary(sent.report, lang)
        assert shown in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_line_has_no_room_for_is_counted(
    clerk: SendingClerk, capsys: pytest.CaptureFixture[str], lang: Language
) -> None:
    sent = clerk.send(sheet(clerk, "rows.csv", lines(60, without_decision=tuple(range(3, 60, 2)))))
    print_summary(sent.report, lang)
    shown = capsys.readouterr().out
    assert "25, " not in shown
    assert ("and 17 more rows" if lang == "en" else "另有 17 行") in shown
    told = {each.notice.code: each.as_dict()["rows"] for each in sent.report.notices.most_common()}
    assert len(told["DECISION_MISSING"]) == 29  # type: ignore[arg-type]


def test_a_rejects_file_tells_what_was_unusual_beside_what_was_wrong(clerk: SendingClerk) -> None:
    wrong = lines(1, without_decision=(2,))[0].replace(",好,", ",好,一万")
    sent = clerk.send(sheet(clerk, "rows.csv", [wrong]))
    titles, row = csv.reader(io.StringIO(sent.rejects.decode("utf-8-sig")))
    found = dict(zip(titles, row, strict=True))
    assert found["reject_code"] == "AMOUNT_UNREADABLE"
    assert found["reject_warning"].startswith("DECISION_MISSING (decision_number): there is no decision number")


def test_an_increment_is_complained_of_for_nothing_missing(
    clerk: SendingClerk, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = lines(9)
    clerk.send(sheet(clerk, "all.csv", rows[:8]))
    last = sheet(clerk, "new.csv", rows[8:])
    increment = clerk.send(last, is_increment=True).report
    assert (increment.missing_count, document_of(increment)["increment"]) == (0, True)
    print_summary(increment, "en")
    assert "missing" not in capsys.readouterr().out
    place = clerk.folder / "new.csv.missing.csv"
    whole = clerk.send(last, missing=place).report
    assert whole.missing_count == 8
    print_summary(whole, "en")
    assert f"and 3 more; all of them stand in {place}" in capsys.readouterr().out
    assert place.read_text(encoding="utf-8-sig").split() == ["entry", *whole.missing]
    assert place.stat().st_mode & 0o077 == 0
    assert document_of(whole)["missing_file"] == str(place)


def test_missing_entries_beyond_those_of_the_report_stand_in_the_file(
    clerk: SendingClerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SHOWN_MISSING", 6)
    rows = lines(9)
    clerk.send(sheet(clerk, "all.csv", rows))
    place = clerk.folder / "missing.csv"
    report = clerk.send(sheet(clerk, "one.csv", rows[:1]), missing=place).report
    document = document_of(report)
    assert (report.missing_count, len(report.missing), document["missing_left_out"]) == (8, 6, 2)
    assert len(place.read_text(encoding="utf-8-sig").split()) == 1 + 8
    assert not document_of(clerk.send(sheet(clerk, "all.csv", rows), missing=place).report)["missing_file"]
    assert not place.exists()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_warnings_of_rows_that_were_taken_stand_in_a_file_beside_the_rejects(
    clerk: SendingClerk, capsys: pytest.CaptureFixture[str], lang: Language
) -> None:
    place = clerk.folder / "warnings.csv"
    rows = lines(3, without_decision=(2, 3))
    rows[1] = rows[1].replace(",好,", ",好,一万")
    report = clerk.send(sheet(clerk, "rows.csv", rows), warnings=place).report
    print_summary(report, lang)
    assert f"{place}" in capsys.readouterr().out
    titles, *told = csv.reader(io.StringIO(place.read_text(encoding="utf-8-sig")))
    assert titles == ["row", "column", "code", "reason", "remedy"]
    assert [row[:3] for row in told] == [["2", "decision_number", "DECISION_MISSING"]]
    assert document_of(report)["warnings_file"] == str(place)
    clean = clerk.send(sheet(clerk, "clean.csv", lines(1)), warnings=place).report
    assert not clean.warnings_file
    assert not place.exists()


def test_warnings_of_a_large_json_file_that_is_read_ahead_are_told_too(clerk: SendingClerk) -> None:
    path = clerk.folder / "rows.jsonl"
    order = {"instrument": "CONSUMPTION_ORDER", "decision_number": "", "心情": "好"}
    rows = [row | order for row in people(3)]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    with mock.patch("liandong.producers.publishing.run._is_large", return_value=True):
        told = {each.notice.code: each.rows.texts() for each in clerk.send(path).report.notices.most_common()}
    assert told == {"DECISION_MISSING": ["1-3"], "COLUMN_UNKNOWN": ["1"]}


def test_a_row_of_which_the_same_is_said_twice_counts_once() -> None:
    told = ToldNotices()
    for row in (2, 2, 3, 7):
        told.add([Notice(row, "name", "CODE", "reason", "remedy")])
    assert (told.most_common()[0].rows.texts(), told.most_common()[0].rows.count) == (["2-3", "7"], 3)
