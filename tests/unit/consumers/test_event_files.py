"""Files of events as agencies really have them: any table, any usual encoding, and rejects that are corrected and sent again."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from liandong.consumers.events.file_rejects import EventRejects, RejectedEvent
from liandong.consumers.events.files import EventFile, EventRow, open_event_file
from liandong.consumers.events.intake import read_event
from liandong.schemas.errors import LiandongError
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.workbooks import cells, types, workbook

NUMBER = "320505197001010119"
TITLES = ("kind", "occurred_at", "certificate_type", "number", "country", "name", "ref", "service_number")
TITLES_ZH = ("种类", "发生时间", "证件类型", "证件号码", "签发国", "姓名", "编号", "service_number")
WHEN = "2026-11-18T12:00:00+08:00"
ROW = ("TRAVEL", WHEN, "CN_ID", NUMBER, "", "示例己", "e1", "G1")
HEADER = ",".join(TITLES)


def opened(folder: Path, data: bytes, name: str = "events.csv") -> EventFile:
    path = folder / name
    path.write_bytes(data)
    return open_event_file(path, "whereabouts")


def read(row: EventRow) -> str:
    """The code of what is wrong with a row, empty if an event is read from it."""
    try:
        if row.problem is not None:
            raise row.problem
        read_event(row.event, NOW)
    except LiandongError as problem:
        return problem.code if problem.remedy else "NO_REMEDY"
    return ""


def rows_of(file: EventFile) -> list[EventRow]:
    with file:
        return list(file)


def codes(file: EventFile) -> list[tuple[int, str]]:
    return [(row.number, read(row)) for row in rows_of(file)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("titles", [TITLES, TITLES_ZH])
def test_any_table_is_read(tmp_path: Path, delimiter: str, encoding: str, titles: tuple[str, ...]) -> None:
    text = "\r\n".join((delimiter.join(titles), delimiter.join(ROW), ""))
    (row,) = rows_of(opened(tmp_path, text.encode(encoding)))
    sighting = read_event(row.event, NOW)
    assert (sighting.name, sighting.fields, sighting.certificates[0].number) == (
        "示例己",
        {"service_number": "G1"},
        NUMBER,
    )


def test_half_a_character_of_utf_16_spoils_its_row(tmp_path: Path) -> None:
    lines = [HEADER, ",".join(ROW), ",".join(ROW).replace("示例己", "示\ud83d"), ",".join(ROW), ""]
    data = b"\xff\xfe" + "\n".join(lines).encode("utf-16-le", "surrogatepass")
    assert codes(opened(tmp_path, data)) == [(1, ""), (2, "EVENT_ROW"), (3, "")]


def test_a_workbook_is_read_by_the_types_of_its_cells(tmp_path: Path) -> None:
    when = datetime(2026, 11, 18, 12)  # noqa: DTZ001  as a spreadsheet has it; it is China's
    good = ("TRAVEL", when, "CN_ID", NUMBER, None, "示例己", "e1", "G1")
    book = workbook(
        TITLES_ZH,
        good,
        (*good[:3], 320505197001010119, *good[4:]),
        (*good[:5], "=A1", *good[6:]),
        (*good[:5], True, *good[6:]),
        (*good[:7], when),
        good,
    )
    found = codes(opened(tmp_path, book, "events.xlsx"))
    assert [code for _, code in found] == ["", "CERTIFICATE_SPOILT", "EVENT_ROW", "EVENT_ROW", "EVENT_ROW", ""]
    assert [number for number, _ in found] == [1, 2, 3, 4, 5, 6]


def test_words_for_nothing_are_nothing_and_hidden_text_is_refused(tmp_path: Path) -> None:
    rows = [
        ",".join(ROW).replace("e1", "#N/A").replace("G1", "无"),
        ",".join(ROW).replace("示例己", "nan"),
        ",".join(ROW).replace("示例己", "示例\u202e己"),
        ",".join(ROW).replace("G1", "G" * 2001),
    ]
    file = opened(tmp_path, "\n".join((HEADER, *rows)).encode())
    read_rows = rows_of(file)
    assert (read_rows[0].event["ref"], read_rows[0].event["fields"]) == ("", {})
    assert [read(row) for row in read_rows] == ["", "EVENT_SUBJECT", "EVENT_TEXT_CONTROL", "EVENT_TEXT_LONG"]


def test_json_keeps_digits_and_refuses_what_is_no_value(tmp_path: Path) -> None:
    def asset(written: str) -> str:
        event = {"domain": "asset", "kind": "BANK_DEPOSIT", "occurred_at": WHEN, "fields": {"balance": "@"}}
        subject = {"name": "示例己", "certificates": [{"type": "CN_ID", "number": NUMBER}]}
        return json.dumps(event | {"subject": subject}).replace('"@"', written)

    values = ["99999999999999.99", "true", "NaN", "1e999", "{}", "1, 2"]
    file = opened(tmp_path, "\n".join(asset(value) for value in values).encode(), "events.jsonl")
    rows = rows_of(file)
    assert [read(row) for row in rows] == ["", "", "EVENT_FIELDS", "", "EVENT_FIELDS", "EVENT_ROW"]
    assert [read_event(rows[at].event, NOW).fields["balance"] for at in (0, 1, 3)] == [
        "99999999999999.99",
        "true",
        "1e999",
    ]


def test_a_number_is_no_name(tmp_path: Path) -> None:
    line = '{"kind": "TRAVEL", "occurred_at": "%s", "subject": {"name": 1.5, "certificates": [{"type": "CN_ID", "number": "%s"}]}}'
    assert codes(opened(tmp_path, (line % (WHEN, NUMBER)).encode(), "events.jsonl")) == [(1, "EVENT_SUBJECT")]


def rejected(file: EventFile, path: Path) -> list[int]:
    """Writes a file's rejects as `agency publish` does."""
    numbers = []
    with file, EventRejects(path, file) as rejects:
        for row in file:
            if code := read(row):
                rejects.write(row, RejectedEvent(row.number, code, "why", "remedy"))
                numbers.append(row.number)
    return numbers


def test_rejects_of_a_table_are_corrected_and_sent_as_they_are(tmp_path: Path) -> None:
    bad = ",".join(ROW).replace(NUMBER, f"'{NUMBER[:-1]}8").replace("示例己", '"示例,己"').replace("e1", '"=1+1"')
    text = f"\ufeff{HEADER},reject_code\n{bad},OLD\n" + f'TRAVEL,"{WHEN}\n'
    path = tmp_path / "rejects.csv"
    assert rejected(opened(tmp_path, text.encode()), path) == [1, 2]
    first = path.read_text(encoding="utf-8-sig").splitlines()
    assert first[0] == f"{HEADER},reject_row,reject_code,reject_reason,reject_remedy,reject_line"
    assert '"=""=1+1"""' in first[1]
    assert path.stat().st_mode & 0o077 == 0
    again = tmp_path / "again.csv"
    corrected = path.read_text(encoding="utf-8").replace(NUMBER[:-1] + "8", NUMBER)
    assert codes(opened(tmp_path, corrected.encode(), "corrected.csv")) == [(1, ""), (2, "EVENT_NOT_CORRECTED")]
    assert rejected(opened(tmp_path, corrected.encode(), "corrected.csv"), again) == [2]
    assert f'"TRAVEL,""{WHEN}"' in again.read_text(encoding="utf-8")


def test_rejects_of_a_workbook_are_a_workbook_of_text(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    book = workbook(TITLES, (*ROW[:3], NUMBER[:-1] + "8", *ROW[4:]))
    assert rejected(opened(tmp_path, book, "events.xlsx"), path) == [1]
    assert types(path.read_bytes()) == {"s"}
    assert cells(path.read_bytes())[1][3] == NUMBER[:-1] + "8"
    assert codes(opened(tmp_path, path.read_bytes(), "rejected.xlsx")) == [(1, "CERTIFICATE_CHECK_DIGIT")]


def test_rejects_of_json_are_the_same_objects(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    lines = b'{"kind": "TRAVEL", "ref": "\\ud83d"}\nnot json\n[1]\n'
    assert rejected(opened(tmp_path, lines, "events.jsonl"), path) == [1, 2, 3]
    first, second, third = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert (first["kind"], first["ref"], first["reject"]["row"]) == ("TRAVEL", "\ud83d", 1)
    assert (second["reject"]["line"], third["reject"]["line"]) == ("not json", "[1]")
    assert [code for _, code in codes(opened(tmp_path, path.read_bytes(), "again.jsonl"))] == [
        "EVENT_SUBJECT",
        "EVENT_NOT_CORRECTED",
        "EVENT_NOT_CORRECTED",
    ]


def test_an_old_rejects_file_is_not_taken_for_this_runs(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_bytes(b"old")
    assert rejected(opened(tmp_path, f"{HEADER}\n{','.join(ROW)}\n".encode()), path) == []
    assert not path.exists()
