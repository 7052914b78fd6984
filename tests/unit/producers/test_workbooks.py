"""Workbooks come in as clerks have them and go out unspoilt."""

from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from liandong.__main__ import main
from liandong.producers.intake import IntakeError, format_of, read_listings
from liandong.producers.intake.files.workbook_file import workbook_template
from liandong.producers.intake.rows.columns import COLUMNS, REJECT_COLUMNS, headers
from liandong.tests.worlds.intake_rows import CN_ID, parsed_rows, results, summary
from liandong.tests.worlds.sent_files import SendingClerk
from liandong.tests.worlds.workbooks import cells, repacked, types, workbook
from liandong.topics import workbook_reading as reading

TITLES = ("姓名", "证件号码（必填）", "案号", "失信行为情形", "决定书文号", "立案日期", "执行标的金额", "备注")


def row(serial: int = 1, **changed: Any) -> list[Any]:
    values = {
        "name": "示例甲",
        "number": CN_ID,
        "case": f"（2024）苏0505执{serial}号",
        "grounds": "G1",
        "decision": f"决定{serial}",
        "filed": date(2024, 3, 1),
        "amount": 125000.5,
        "remark": True,
    }
    return list((values | changed).values())


def test_cells_are_read_by_their_type_from_the_first_sheet() -> None:
    sheet = workbook(
        TITLES, row(), [], row(2, filed="2024年3月1日", amount=88), row(3, filed=datetime.fromisoformat("2024-03-01"))
    )
    found = [one.listing for one in results(sheet, "xlsx")]
    assert [one.raw.number for one in results(sheet, "xlsx")] == [2, 4, 5]
    assert [(one.filing_date, one.claim_amount) for one in found if one] == [
        (date(2024, 3, 1), "125000.50"),
        (date(2024, 3, 1), "88.00"),
        (date(2024, 3, 1), "125000.50"),
    ]


def test_what_is_not_read_is_told() -> None:
    with read_listings(workbook(TITLES, row(), further=("旧数据", "说明")), "xlsx") as rows:
        assert len(list(rows)) == 1
        assert [(one.code, one.field) for one in rows.notices] == [("COLUMN_UNKNOWN", "备注"), ("SHEETS_NOT_READ", "")]
        assert "旧数据, 说明" in rows.notices[1].reason


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"decision": '=A2&"号"'}, "CELL_FORMULA"),
        ({"number": "=1+1"}, "CELL_FORMULA"),
        ({"number": 110105194912310021}, "CERTIFICATE_SPOILT"),
        ({"number": 1.10105194912310e17}, "CERTIFICATE_SPOILT"),
        ({"decision": datetime.fromisoformat("2024-03-01")}, "CELL_TYPE"),
        ({"decision": True}, "CELL_TYPE"),
        ({"filed": time(10, 30)}, "CELL_TYPE"),
        ({"filed": datetime.fromisoformat("2024-03-01 10:30")}, "DATE_UNREADABLE"),
        ({"filed": 45352}, "DATE_SPOILT"),
        ({"decision": "#REF!"}, "SPREADSHEET_ERROR"),
        ({"name": "#N/A"}, "NAME_DAMAGED"),
        ({"amount": 0.125}, "AMOUNT_UNREADABLE"),
    ],
)
def test_what_a_cell_may_not_hold_rejects_its_row_alone(changed: dict[str, Any], code: str) -> None:
    assert summary(workbook(TITLES, row(), row(2, **changed), row(3)), "xlsx") == [(2, "ok"), (3, code), (4, "ok")]
    (rejected,) = (one.rejects for one in results(workbook(TITLES, row(2, **changed)), "xlsx"))
    assert rejected[0].remedy


def test_a_formula_of_a_literal_is_its_text_and_one_nobody_reads_is_passed_over() -> None:
    assert summary(workbook(TITLES, row(number=f'="{CN_ID}"', remark="=A1")), "xlsx") == [(2, "ok")]


def test_rows_behind_a_wrong_dimension_are_read() -> None:
    sheet = workbook(TITLES, *(row(n) for n in range(1, 5)))
    cut = repacked(sheet, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:H5"', b'ref="A1:B2"'))
    assert cut != sheet
    assert summary(cut, "xlsx") == [(n, "ok") for n in range(2, 6)]


def test_a_sheet_that_breaks_off_says_so_and_keeps_the_rows_before() -> None:
    sheet = workbook(TITLES, *(row(n) for n in range(1, 5)))
    cut = repacked(sheet, "xl/worksheets/sheet1.xml", lambda xml: xml[: xml.index(b'<row r="4"') + 12])
    assert summary(cut, "xlsx") == [(2, "ok"), (3, "ok"), (4, "TRUNCATED_ROW")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"name,case_number\n", "NOT_XLSX"),
        (b"\xd0\xcf\x11\xe0old", "NOT_XLSX"),
        (b"PK\x03\x04broken", "NOT_XLSX"),
        (workbook(), "EMPTY_FILE"),
        (workbook(("心情",), ("好",)), "HEADER_MISSING"),
        (workbook(("姓名", "案号"), ("甲", "乙")), "HEADER_INCOMPLETE"),
        (workbook(("姓名", "name", "案号", "证件号码"), ("甲", "乙")), "HEADER_TWICE"),
    ],
)
def test_what_is_no_workbook_of_rows_is_told_for_what_it_is(data: bytes, code: str) -> None:
    with pytest.raises(IntakeError) as caught:
        read_listings(data, "xlsx")
    assert caught.value.code == code


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST_BYTES", 1000)
    with pytest.raises(IntakeError, match="unpacks"):
        read_listings(workbook(TITLES, row()), "xlsx")


def test_a_workbook_comes_through_a_pipe() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    assert len(parsed_rows(read_listings(Pipe(workbook(TITLES, row())), "xlsx"))) == 1
    assert format_of(Path("名单.XLSX")) == "xlsx"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_template_is_a_workbook_of_texts_that_is_taken_as_it_is(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANDONG_LANG", lang)
    path = tmp_path / "template.xlsx"
    with pytest.raises(SystemExit) as ended:
        main(["court", "template", str(path)])
    assert ended.value.code in (0, None)
    data = path.read_bytes()
    assert cells(data)[0] == list(headers("zh" if lang == "zh" else "en"))
    assert (types(data), len(cells(data)), len(cells(data)[0])) == ({"s"}, 3, len(COLUMNS))
    assert summary(data, "xlsx") == [(2, "ok"), (3, "ok")]
    assert cells(workbook_template("zh"))[0] == list(headers("zh"))


def test_rejects_of_a_workbook_are_a_workbook_that_can_be_corrected_and_sent_again(tmp_path: Path) -> None:
    clerk = SendingClerk.new(tmp_path)
    path = tmp_path / "名单.xlsx"
    path.write_bytes(
        workbook(TITLES, row(), row(2, number="110105194912310021", remark="=1+1"), row(3, decision="=A1"))
    )
    sent = clerk.send(path)
    assert sent.counts == (1, 2)
    rejected = cells(sent.rejects)
    assert rejected[0] == [*TITLES, *REJECT_COLUMNS]
    assert types(sent.rejects) == {"s"}
    assert (rejected[1][1], rejected[1][7], rejected[2][4]) == ("110105194912310021", "=1+1", "=A1")
    assert [line[len(TITLES) + 2] for line in rejected[1:]] == ["CERTIFICATE_CHECK_DIGIT", "CELL_FORMULA"]
    assert (tmp_path / "名单.xlsx.rejects.xlsx").stat().st_mode & 0o777 == 0o600
    again = tmp_path / "again.xlsx"
    again.write_bytes(sent.rejects)
    assert clerk.send(again).codes == {"CERTIFICATE_CHECK_DIGIT": 1, "CELL_FORMULA": 1}
    corrected = [line[:] for line in rejected]
    corrected[1][1], corrected[2][4] = CN_ID, "决定3"
    again.write_bytes(workbook(*corrected))
    assert clerk.send(again).counts == (2, 0)


def test_a_template_is_never_written_over_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    path.write_bytes(b"filled")
    with pytest.raises(SystemExit) as ended:
        main(["court", "template", str(path)])
    assert (ended.value.code, path.read_bytes()) == (2, b"filled")
