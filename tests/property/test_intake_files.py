"""Whatever stands in a cell survives the way out and back; whatever stands in a file, the reader stays on its feet."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from liandong.producers.intake import FORMATS, Format, IntakeError, RawRow, open_rejects, read_listings
from liandong.producers.intake.findings.findings import reject
from liandong.producers.intake.rows.columns import COLUMN_NAMES
from liandong.producers.intake.rows.model import ParsedRow
from liandong.schemas.files.csv_records import CsvRecords, split_cells
from liandong.schemas.files.excel import unwrapped, wrapped
from liandong.schemas.files.lines import Line
from liandong.tests.worlds.intake_rows import parsed_rows

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
KEPT = 5
HEADER = (",".join(COLUMN_NAMES) + "\n").encode()


@given(CELLS)
@example('="110105194912310021"')
@example('="a"&"b"')
@example("=" + '"' * 600)
def test_wrapping_a_cell_loses_nothing(cell: str) -> None:
    assert unwrapped(wrapped(cell)) == cell or not wrapped(cell).startswith("=")
    assert wrapped(cell).startswith('="') or wrapped(cell) == cell


@given(CELLS)
def test_a_wrapped_cell_neither_runs_nor_is_rounded(cell: str) -> None:
    out = wrapped(cell)
    assert out.startswith('="') or not out.startswith(("=", "+", "-", "@"))
    assert not (out.isascii() and out.isdigit() and len(out) > 15)


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_cells_come_back_from_csv_as_they_were(cells: list[str]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow([wrapped(cell) for cell in [*cells, "end"]])
    assert split_cells([stream.getvalue()], ",") == (*cells, "end")


@given(st.lists(st.lists(CELLS, min_size=KEPT, max_size=KEPT), min_size=1, max_size=5))
def test_rejected_rows_come_back_from_the_rejects_file_as_they_were(rows: list[list[str]]) -> None:
    header = ("name", "certificate_number", "case_number", "grounds", "source_id")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rejects.csv"
        with open_rejects(path, header, is_csv=True) as writer:
            for number, cells in enumerate(rows, start=2):
                found = reject(number, "name", "NAME_EMPTY", "zh")
                writer.write(ParsedRow(RawRow(number, {}, tuple(cells)), None, (found,)))
        with read_listings(path, "csv") as again:
            read = [tuple(row.original)[:KEPT] for row in again]
    breaks = ("\r\n", "\n"), ("\r", "\n")
    expected = [tuple(_one_line_end(cell, breaks) for cell in cells) for cells in rows]
    assert [tuple(_one_line_end(str(cell), breaks) for cell in cells) for cells in read] == expected


def _one_line_end(cell: str, breaks: tuple[tuple[str, str], ...]) -> str:
    for old, new in breaks:
        cell = cell.replace(old, new)
    return cell


@given(st.binary(max_size=400), st.sampled_from(FORMATS), st.sampled_from([b"", HEADER, b"[", b"{"]))
@example(b'name,certificate_number,case_number\n"\n', "csv", b"")
@example(b"1,", "jsonl", b"[")
@example(b"[" * 300, "jsonl", b"")
def test_no_bytes_break_the_reader(data: bytes, file_format: Format, start: bytes) -> None:
    try:
        rows = parsed_rows(read_listings(start + data, file_format))
    except IntakeError:
        return
    assert all(row.rejects for row in rows if row.listing is None)


@given(st.lists(CELLS, min_size=2, max_size=6), st.sampled_from([",", ";", "\t", "|"]))
@example(["a\r", "b"], ",")
@example(["", '="1"'], ",")
def test_a_line_is_cut_into_the_cells_a_csv_reader_finds(cells: list[str], delimiter: str) -> None:
    line = delimiter.join(cells).replace("\n", "")
    [record] = CsvRecords([Line(line, is_terminated=True)], delimiter, line.count(delimiter) + 1, 1) if line else [None]
    found = split_cells([line], delimiter)
    if (
        record is not None
        and line.count('"') % 2 == 0
        and found is not None
        and len(found) == line.count(delimiter) + 1
    ):
        assert (record.cells, record.damage) == (found, "")
    elif record is not None:
        assert record.damage
