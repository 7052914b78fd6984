"""Files in every bad state people send: a clear error or a rejected row, and never a good row lost."""

import json
import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from liandong.producers.intake import Format, IntakeError, ParsedRow, format_of, read_listings, template
from liandong.producers.intake.rows.columns import COLUMNS
from liandong.producers.publishing.prepare import PreparationContext
from liandong.producers.publishing.publication import DryRun, Listeners
from liandong.producers.register.register import Register
from liandong.producers.register.rows import Batch, new_batch
from liandong.schemas.errors import WrongUsage
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.intake_rows import CN_ID, CONTEXT, parsed_rows, results, summary
from liandong.topics.storage.database import open_database
from liandong.topics.workers.clock import SystemClock

HEADER = "name,kind,certificate_type,certificate_number,case_number,grounds,decision_number"


def line(serial: int, name: str = "示例甲") -> str:
    return f"{name},NATURAL,CN_ID,{CN_ID},（2024）苏0505执{serial}号,G1,决定{serial}"


STOCK = replace(CONTEXT, is_stock=True, takeover_on=CONTEXT.today)
"""Rows of a file whose court was taken over today: what they lack of their beginning is no matter here."""


def rehearsed(data: bytes) -> tuple[Batch, list[ParsedRow]]:
    """What publishing into an empty register would count and reject."""
    register = Register(open_database("sqlite://"), SystemClock())
    rejected: list[ParsedRow] = []
    run = DryRun(register, new_batch("js-gusu", "rows", "", 0, CHANCE), PreparationContext(STOCK, ()))
    with read_listings(data, "csv") as rows:
        return run.run(rows, Listeners(rejected.append)), rejected


def csv_of(*lines: str, ending: str = "\n") -> bytes:
    return (ending.join((HEADER, *lines)) + ending).encode()


def error_of(data: bytes, file_format: Format = "csv") -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read_listings(data, file_format)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_do_not_matter(ending: str, mark: bytes) -> None:
    assert summary(mark + csv_of(line(1), line(2), ending=ending)) == [(2, "ok"), (3, "ok")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_separator_is_found_from_the_header(delimiter: str) -> None:
    assert summary(csv_of(line(1)).replace(b",", delimiter.encode())) == [(2, "ok")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_rare_characters_arrive_whole_in_every_encoding(encoding: str, lang: str) -> None:
    text = template("zh" if lang == "zh" else "en").lstrip("\ufeff").replace("示例甲", "𠮷㛃·艾山")
    with read_listings(text.encode(encoding), "csv") as rows:
        assert rows.encoding == ("gb18030" if encoding == "gb18030" else "utf-8")
        found = [one.listing for one in parsed_rows(rows)]
    assert [one.name for one in found if one] == ["𠮷㛃·艾山", "示例商贸有限公司"]


def test_full_width_digits_blanks_and_zero_width_characters_in_cells_do_not_matter() -> None:
    dirty = line(1).replace(CN_ID, "１１０１０５ １９４９１２３１\u200b００２ｘ\ufeff").replace("G1", " Ｇ１　")
    assert summary(csv_of(dirty)) == [(2, "ok")]


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_codes_that_gb18030_moved_in_2022_are_the_ideographs_they_stand_for(file_format: Format) -> None:
    columns = dict(zip(HEADER.split(","), line(1).split(","), strict=True))
    text = csv_of(line(1)).decode() if file_format == "csv" else json.dumps([columns], ensure_ascii=False)
    marked = text.replace("示例甲", "张@").encode("gb18030").replace(b"@", b"\xfe\x59")
    with read_listings(marked, file_format) as rows:
        (found,) = parsed_rows(rows)
    assert found.listing is not None
    assert (found.listing.name, found.notices) == ("张\u9fb4", ())


def test_a_spreadsheets_error_is_no_value_of_any_column() -> None:
    assert summary(csv_of(line(1).replace("决定1", "#REF!"))) == [(2, "SPREADSHEET_ERROR")]
    assert summary(csv_of(line(1).replace("决定1", "########"))) == [(2, "SPREADSHEET_ERROR")]


def test_an_empty_file_is_an_error() -> None:
    for data in (b"", b"\xef\xbb\xbf", b"\n\n  \r\n", b"\x00" * 100):
        assert error_of(data).code == "EMPTY_FILE"
    assert error_of(b"", "jsonl").code == "EMPTY_FILE"


@pytest.mark.parametrize(
    ("data", "file_format", "code", "told"),
    [
        (b"<!DOCTYPE html><html><body>login</body></html>", "csv", "NOT_CSV", "HTML"),
        (b"\n  <table><tr><td>1</td></tr></table>", "csv", "NOT_CSV", "HTML"),
        (b"PK\x03\x04rest", "csv", "NOT_CSV", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "csv", "NOT_CSV", "Excel"),
        (b"%PDF-1.7", "csv", "NOT_CSV", "PDF"),
        (b'{"name": "x"}', "csv", "NOT_CSV", "JSON"),
        (b"name,case_number", "jsonl", "NOT_JSON", "{"),
        (b"<html>", "zxgk", "NOT_JSON", "HTML"),
    ],
)
def test_what_is_no_such_file_is_told_for_what_it_is(data: bytes, file_format: Format, code: str, told: str) -> None:
    error = error_of(data, file_format)
    assert error.code == code
    assert told in error.message + error.remedy


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_unicode_text_of_spreadsheets_is_read_and_half_a_character_spoils_its_row(encoding: str) -> None:
    text = "\ufeff" + "\r\n".join([HEADER.replace(",", "\t"), *(line(n).replace(",", "\t") for n in (1, 2, 3)), ""])
    data = text.replace("决定2", "\ud83d").encode(encoding, "surrogatepass")
    assert summary(data) == [(2, "ok"), (3, "ENCODING"), (4, "ok")]
    assert summary(data[:-5]) == [(2, "ok"), (3, "ENCODING"), (4, "TRUNCATED_ROW")]


def test_unicode_text_comes_through_a_pipe() -> None:
    data = ("\ufeff" + HEADER + "\n" + line(1) + "\n").encode("utf-16-le")
    for piped in (data, data.decode("utf-16").encode()):
        inlet, outlet = os.pipe()
        with os.fdopen(outlet, "wb") as sending:
            sending.write(piped)
        with os.fdopen(inlet, "rb") as received, read_listings(received, "csv") as rows:
            assert [row.values["name"] for row in rows] == ["示例甲"]


def test_a_file_without_header_lists_the_columns() -> None:
    error = error_of((line(1) + "\n" + line(2)).encode())
    assert error.code == "HEADER_MISSING"
    assert all(column.name in error.remedy for column in COLUMNS)


def test_a_header_that_lacks_a_needed_column_says_which() -> None:
    error = error_of("name,grounds\n甲,G1\n".encode())
    assert error.code == "HEADER_INCOMPLETE"
    assert "certificate_number, case_number" in error.message


def test_two_headers_for_one_column_are_an_error() -> None:
    assert error_of("name,姓名,certificate_number,case_number\n".encode()).code == "HEADER_TWICE"


def test_unknown_columns_are_noticed_and_passed_over_and_dropped_ones_are_not_even_noticed() -> None:
    data = "姓名（必填）,证件号码*,案号,心情,duty,年龄\n甲,1,2,好,某甲应付某乙,55\n".encode()
    with read_listings(data, "csv") as rows:
        read = list(rows)
        assert [(one.code, one.field) for one in rows.notices] == [("COLUMN_UNKNOWN", "心情")]
    assert read[0].values == {"name": "甲", "certificate_number": "1", "case_number": "2"}


def test_a_truncated_last_line_is_rejected_and_the_rest_goes_on() -> None:
    cut = csv_of(line(1), line(2))[:-30]
    assert summary(cut) == [(2, "ok"), (3, "TRUNCATED_ROW")]


def test_a_file_cut_inside_a_character_is_rejected_at_that_row_only() -> None:
    whole = csv_of(line(1), line(2), "示")
    assert summary(whole.rstrip(b"\n")[:-1]) == [(2, "ok"), (3, "ok"), (4, "TRUNCATED_ROW")]


def test_an_unclosed_quote_costs_its_own_row_only() -> None:
    broken = line(2).replace("示例甲", '"示例甲')
    assert summary(csv_of(line(1), broken, line(3), line(4))) == [
        (2, "ok"),
        (3, "UNCLOSED_QUOTE"),
        (4, "ok"),
        (5, "ok"),
    ]
    quoted = line(4).replace("示例甲", '"示例甲"')
    assert summary(csv_of(broken, quoted, line(5))) == [(2, "UNCLOSED_QUOTE"), (3, "ok"), (4, "ok")]
    twice = csv_of(broken, line(3).replace("G1", 'G1"'), line(4))
    assert summary(twice) == [(2, "UNCLOSED_QUOTE"), (3, "UNCLOSED_QUOTE"), (4, "ok")]
    assert summary(csv_of(line(1), broken).rstrip(b"\n")) == [(2, "ok"), (3, "TRUNCATED_ROW")]


def test_more_open_quotes_than_lines_are_kept_lose_no_good_row() -> None:
    lines = [line(n, '"甲' if n % 3 == 0 else "示例甲") for n in range(1, 400)]
    found = summary(csv_of(*lines))
    assert [row for row, _ in found] == list(range(2, 401))
    assert [row for row, code in found if code == "ok"] == [n + 1 for n in range(1, 400) if n % 3]


def test_cells_with_line_breaks_and_separators_are_one_row() -> None:
    spanning = line(1).replace("决定1", '"决定\n第1号, ""甲"""')
    found = results(csv_of(spanning, line(2)))
    assert [one.listing is not None for one in found] == [True, True]
    assert found[0].listing is not None
    assert found[0].listing.decision_number == '决定\n第1号, "甲"'
    assert found[1].raw.number == 3


def test_a_row_with_too_few_or_too_many_cells_is_rejected_but_empty_cells_at_its_end_are_nothing() -> None:
    data = csv_of(line(1).rsplit(",", 1)[0], line(2) + ",x", line(3) + ",,,", "", ",,,,,,", line(4))
    assert summary(data) == [(2, "COLUMN_COUNT"), (3, "COLUMN_COUNT"), (4, "ok"), (7, "ok")]


def test_quotes_against_the_rules_of_csv_are_rejected() -> None:
    assert summary(csv_of(line(1).replace("示例甲", '"示"例甲'), line(2))) == [(2, "ROW_UNREADABLE"), (3, "ok")]


def test_zero_bytes_are_rejected_with_their_row() -> None:
    assert summary(csv_of(line(1).replace("示例甲", "示\x00例甲"), line(2))) == [(2, "NUL_BYTE"), (3, "ok")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_line_in_another_encoding_is_rejected_not_repaired(encoding: str) -> None:
    good = csv_of(line(1), line(2)).decode().encode(encoding)
    bad = line(3).encode("utf-8")[:60] + b"\xff\xfe" + b",x\n"
    found = summary(good + bad + line(4).encode(encoding) + b"\n")
    assert found == [(2, "ok"), (3, "ok"), (4, "ENCODING"), (5, "ok")]


def test_a_utf8_file_with_many_damaged_lines_is_not_taken_for_gb18030() -> None:
    good, bad = line(1).encode(), "示例".encode() + b"\xff" * 8
    data = HEADER.encode() + b"\n" + b"\n".join([good, bad, line(2).encode(), bad]) + b"\n"
    assert [code for _, code in summary(data)] == ["ok", "ENCODING", "ok", "ENCODING"]


def test_a_line_without_end_is_rejected_in_bounded_memory() -> None:
    data = csv_of(line(1)) + b"x" * (3 << 20) + b"\n" + line(2).encode() + b"\n"
    found = results(data)
    assert [one.rejects[0].code if one.rejects else "ok" for one in found] == ["ok", "LINE_TOO_LONG", "ok"]
    assert len(found[1].raw.line) < 1000


def test_a_row_that_repeats_another_is_reported_once_more_and_is_no_error() -> None:
    again = line(1).replace("（2024）", "(2024)")
    counts, rejected = rehearsed(csv_of(line(1), line(2), again))
    assert (counts.accepted, counts.duplicate, counts.rejected) == (2, 1, 0)
    assert rejected == []


def test_a_row_that_contradicts_another_is_rejected() -> None:
    counts, [found] = rehearsed(csv_of(line(1), line(1).replace("决定1", "决定9")))
    assert (counts.accepted, counts.duplicate, counts.rejected) == (1, 0, 1)
    assert [one.code for one in found.rejects] == ["DUPLICATE_CONFLICT"]
    assert "2" in found.rejects[0].reason


def test_a_spreadsheet_with_rounded_numbers_is_told_apart_from_a_typing_error() -> None:
    assert summary(csv_of(line(1).replace(CN_ID, "1.10105E+17"))) == [(2, "CERTIFICATE_SPOILT")]


def test_pipes_that_give_little_at_a_time_are_read_to_their_end() -> None:
    class Pipe(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(7, size) if size and size > 0 else 7)

    rows = parsed_rows(read_listings(Pipe(csv_of(*(line(n) for n in range(1, 50)))), "csv"))
    assert len(rows) == 49
    assert all(one.listing is not None for one in rows)


def test_a_large_file_is_read_in_pieces_and_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(csv_of(*(line(n) for n in range(1, 6000))))
    with read_listings(path, "csv") as rows:
        first = next(iter(rows))
        assert first.number == 2
        assert rows.size is not None
        assert 0 < rows.bytes_read < rows.size
    with read_listings(path, "csv") as rows:
        assert sum(1 for _ in rows) == 5999
        assert rows.bytes_read == rows.size


def test_a_file_that_cannot_be_opened_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="check the path"):
        read_listings(tmp_path / "none.csv", "csv")


def test_file_names_suggest_a_format() -> None:
    assert [format_of(Path(name)) for name in ("a.CSV", "a.jsonl", "a.json", "a")] == ["csv", "jsonl", "jsonl", "csv"]
