"""A rejects file opens unspoilt, is corrected, and goes through as it is."""

import csv
import io
import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from liandong.producers.intake import Format, ParsedRow, open_rejects, read_listings, template
from liandong.producers.intake.files.rejects import RejectsWorkbook, RejectsWriter, open_rejects_workbook
from liandong.producers.intake.findings.messages import INTAKE_TEXTS
from liandong.producers.intake.rows.columns import REJECT_COLUMNS, REJECT_COLUMNS_ZH
from liandong.schemas.errors import WrongUsage
from liandong.schemas.files.excel import unwrapped, wrapped
from liandong.tests.worlds.intake_rows import CN_ID, ENTRY, parsed_rows

HEADER = "心情,案号,姓名,证件号码,主体类型,失信行为情形,决定书文号"
GOOD = f"好,（2024）苏0505执1号,示例甲,{CN_ID},自然人,G1,决定1"
WRONG = "=1+1,（2024）苏0505执2号,示例乙,110105194912310021,自然人,,决定2"
BROKEN = '坏,（2024）苏0505执3号,"示例丙,' + CN_ID + ",自然人,G1,决定3"


def rejects_of(data: bytes | Path, path: Path, file_format: Format = "csv") -> list[ParsedRow]:
    """Read, check, write the rejects, and give the rejected rows."""
    with read_listings(data, file_format) as rows:
        is_csv = file_format == "csv"
        with open_rejects(path, rows.header, is_csv=is_csv, delimiter=rows.delimiter) as writer:
            rejected = [one for one in parsed_rows(rows) if one.rejects]
            for one in rejected:
                writer.write(one)
            assert writer.count == len(rejected)
    return rejected


def test_rejects_keep_the_columns_of_the_input_and_say_what_to_correct(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    rejects_of(f"{HEADER}\n{GOOD}\n{WRONG}".encode(), path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    titles, row = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert titles == [*HEADER.split(","), *REJECT_COLUMNS]
    found = dict(zip(titles, row, strict=True))
    assert found["证件号码"] == '="110105194912310021"'
    assert found["心情"] == '="=1+1"'
    assert found["案号"] == "（2024）苏0505执2号"
    assert found["reject_row"] == "3"
    assert found["reject_field"] == "certificate_number | grounds"
    assert found["reject_code"] == "CERTIFICATE_CHECK_DIGIT | GROUND_MISSING"
    assert "110105194912310021" not in found["reject_reason"] + found["reject_remedy"]


def test_a_corrected_rejects_file_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    rejects_of(f"{HEADER}\n{GOOD}\n{WRONG}".encode(), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("110105194912310021", CN_ID).replace("自然人,,", "自然人,G1,"), encoding="utf-8")
    again = tmp_path / "again.csv"
    assert rejects_of(path, again) == []
    with read_listings(path, "csv") as rows:
        assert [notice.field for notice in rows.notices] == ["心情"]
        assert [one.listing is not None for one in parsed_rows(rows)] == [True]


@pytest.mark.parametrize("name", ["rejects.csv", "rejects.xlsx"])
def test_a_clerk_who_reads_chinese_gets_chinese_headers_and_sends_the_file_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    is_csv = name.endswith("csv")
    with read_listings(f"{HEADER}\n{GOOD}\n{WRONG}\n{BROKEN}".encode(), "csv", "zh") as rows:
        opened = (
            open_rejects(path, rows.header, is_csv=True, lang="zh")
            if is_csv
            else open_rejects_workbook(path, rows.header, "zh")
        )
        with closing_rejects(opened):
            for one in parsed_rows(rows):
                opened.write(one)
    with read_listings(path, "csv" if is_csv else "xlsx", "zh") as again:
        assert list(again.header) == [*HEADER.split(","), *REJECT_COLUMNS_ZH]
        assert [notice.field for notice in again.notices] == ["心情"]
        codes = [[each.code for each in one.rejects] for one in parsed_rows(again)]
    assert codes == [["CERTIFICATE_CHECK_DIGIT", "GROUND_MISSING"], ["NOT_CORRECTED"]]
    if is_csv:
        titles, row, _ = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
        told = dict(zip(titles, row, strict=True))
        assert told["退回列"] == "证件号码 | 失信行为情形"
        assert told["退回代码"] == "CERTIFICATE_CHECK_DIGIT | GROUND_MISSING"


@contextmanager
def closing_rejects(opened: RejectsWriter | RejectsWorkbook) -> Iterator[None]:
    """A workbook of rejects has no `__enter__`: it is opened when there is something to write."""
    yield
    opened.__exit__(None, None, None)


def test_an_uncorrected_rejects_file_gives_the_same_rejects_again(tmp_path: Path) -> None:
    first = rejects_of(f"{HEADER}\n{WRONG}".encode(), tmp_path / "1.csv")
    second = rejects_of(tmp_path / "1.csv", tmp_path / "2.csv")
    assert [[one.code for one in row.rejects] for row in first] == [[one.code for one in row.rejects] for row in second]
    assert (tmp_path / "1.csv").read_text("utf-8").splitlines()[0] == (tmp_path / "2.csv").read_text(
        "utf-8"
    ).splitlines()[0]


def test_a_row_nobody_could_read_is_kept_as_text_and_not_forgotten(tmp_path: Path) -> None:
    rejects_of(f"{HEADER}\n{BROKEN}\n{GOOD}".encode(), tmp_path / "1.csv")
    again = rejects_of(tmp_path / "1.csv", tmp_path / "2.csv")
    assert [one.code for one in again[0].rejects] == ["NOT_CORRECTED"]
    assert again[0].raw.line == BROKEN
    titles, row = csv.reader(io.StringIO((tmp_path / "2.csv").read_text("utf-8-sig")))
    assert unwrapped(dict(zip(titles, row, strict=True))["reject_line"]) == BROKEN


def test_a_row_with_too_few_cells_keeps_its_cells(tmp_path: Path) -> None:
    rejects_of("\n".join([HEADER, GOOD.rsplit(",", 1)[0], ""]).encode(), tmp_path / "1.csv")
    _, row = csv.reader(io.StringIO((tmp_path / "1.csv").read_text("utf-8-sig")))
    assert [unwrapped(cell) for cell in row[:7]] == [*GOOD.split(",")[:-1], ""]


def test_json_rejects_are_the_same_objects_with_a_reject(tmp_path: Path) -> None:
    wrong = ENTRY | {"grounds": "", "extra": {"kept": [1]}}
    data = (json.dumps(wrong, ensure_ascii=False) + "\n{broken\n").encode()
    rejects_of(data, tmp_path / "1.jsonl", "jsonl")
    first, second = (json.loads(one) for one in (tmp_path / "1.jsonl").read_text("utf-8").splitlines())
    assert first.pop("reject")["code"] == "GROUND_MISSING"
    assert first == wrong
    assert second["reject"]["line"] == "{broken"
    again = rejects_of(tmp_path / "1.jsonl", tmp_path / "2.jsonl", "jsonl")
    assert [row.rejects[0].code for row in again] == ["GROUND_MISSING", "NOT_CORRECTED"]
    corrected = (tmp_path / "2.jsonl").read_text("utf-8").splitlines()[0].replace('"grounds": ""', '"grounds": "G1"')
    assert rejects_of(corrected.encode(), tmp_path / "3.jsonl", "jsonl") == []


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    rejects_of(f"{HEADER}\n{WRONG}".encode(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(WrongUsage, match="--rejects"):
        open_rejects(tmp_path / "no" / "such.csv", (), is_csv=True)


@pytest.mark.parametrize(
    "cell",
    [
        "110105194912310021",
        "0012345",
        "1E5",
        "12345E67",
        "=cmd|' /C calc'!A0",
        "+86 512",
        "-1",
        "@x",
        "\tx",
        "320500000012345",
    ],
)
def test_what_a_spreadsheet_would_spoil_or_run_is_wrapped(cell: str) -> None:
    assert wrapped(cell).startswith('="')
    assert unwrapped(wrapped(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["示例甲", "11010519491231002X", "2024-03-01", "125000.00", "", "G1;G4", "（2024）苏0505执1号"]
)
def test_other_cells_are_written_as_they_are(cell: str) -> None:
    assert wrapped(cell) == cell


def test_literals_stay_below_what_a_formula_may_hold() -> None:
    pieces = wrapped("=" + "长" * 1000).removeprefix("=").split("&")
    assert max(len(piece) for piece in pieces) <= 255


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_template_passes_every_check(lang: str) -> None:
    text = template("zh" if lang == "zh" else "en")
    with read_listings(text.encode(), "csv") as rows:
        found = parsed_rows(rows)
        assert rows.notices == []
    assert [one.listing is not None for one in found] == [True, True]
    assert [one.notices for one in found] == [(), ()]


def test_every_intake_text_exists_in_both_languages() -> None:
    for code, text in INTAKE_TEXTS.items():
        assert code.isupper()
        assert all((text.message, text.remedy, text.message_zh, text.remedy_zh))
        assert any("\u4e00" <= character <= "\u9fff" for character in text.message_zh + text.remedy_zh)
