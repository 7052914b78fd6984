"""Opening an intake file, whatever its format."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, get_args

from ....schemas.errors import WrongUsage
from ....schemas.files.encoding import Encoding, without_utf16
from ....schemas.phrases import reason_of
from ....schemas.problems import Language
from ..findings.findings import IntakeError, Notice
from ..mapping.export_mapping import ExportMapping
from ..mapping.problems import MappingProblem
from ..rows.model import RawRow
from .csv_file import CsvFile
from .encoding import look_at
from .json_file import JsonFile
from .titles import TitleBook
from .workbook_file import WorkbookFile

Format = Literal["csv", "jsonl", "zxgk", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
TABLES: tuple[Format, ...] = ("csv", "xlsx")
"""Formats with titles of columns."""
_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
_MOST_PIPED = 256 << 20
"""Bytes of a workbook that comes through a pipe, which cannot be read from its end."""


class ListingFile:
    """The rows of one intake file. Iterate once; close it, or use it in a `with` statement.

    `header` holds the titles of a table; `notices` what was found about the file as a whole, complete at its end.
    """

    def __init__(
        self,
        stream: BinaryIO,
        file_format: Format,
        lang: Language = "en",
        size: int | None = None,
        mapping: ExportMapping | None = None,
    ) -> None:
        """Look at the first bytes and the header. Raises IntakeError for whatever is not a file of the format, MappingProblem."""
        if mapping is not None and file_format == "zxgk":
            raise MappingProblem("MAPPING_FORMAT")
        book = TitleBook(mapping)
        self._mapping = mapping
        self._lang = lang
        self.format = file_format
        self.size = size
        self._stream = stream
        self._rows: CsvFile | JsonFile | WorkbookFile
        self.encoding: Encoding = "utf-8"
        if file_format == "xlsx":
            self._rows = WorkbookFile(_seekable(stream, lang), lang, size or 0, book)
            return
        stream = without_utf16(stream)
        head = look_at(stream, "CSV" if file_format == "csv" else "JSON", lang, book.is_title)
        self.encoding = head.encoding
        if file_format == "csv":
            self._rows = CsvFile(head, stream, lang, book)
        else:
            self._rows = JsonFile(head, stream, lang, book, is_zxgk=file_format == "zxgk")

    @property
    def header(self) -> tuple[str, ...]:
        """Titles of the columns of a table, empty for JSON."""
        return self._rows.header

    @property
    def delimiter(self) -> str:
        """Separator of a CSV file."""
        return self._rows.delimiter if isinstance(self._rows, CsvFile) else ","

    @property
    def notices(self) -> list[Notice]:
        """What was found about the file as a whole."""
        return self._rows.notices

    @property
    def bytes_read(self) -> int:
        """How far the file is read; with `size` it gives the progress."""
        return self._rows.bytes_read

    def __iter__(self) -> Iterator[RawRow]:
        """Each row, damaged ones included."""
        if self._mapping is None:
            return iter(self._rows)
        apply, lang = self._mapping.applied, self._lang
        return (apply(row, lang) for row in self._rows)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the stream."""
        self.close()

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


def read_listings(
    source: Path | BinaryIO | bytes, file_format: Format, lang: Language = "en", mapping: ExportMapping | None = None
) -> ListingFile:
    """Open a file, a binary stream (standard input, a request) or bytes. Memory does not grow with the file.

    With a mapping it is a court's own export. Raises IntakeError if it is empty or not of the format, EXTRA_MISSING, WrongUsage if it cannot be opened.
    """
    if isinstance(source, bytes):
        return ListingFile(BytesIO(source), file_format, lang, len(source), mapping)
    if not isinstance(source, Path):
        return ListingFile(source, file_format, lang, None, mapping)
    try:
        stream = source.open("rb")
    except OSError as error:
        raise WrongUsage(
            "FILE_UNREADABLE",
            f"{source}: {error.strerror}",
            "check the path and its permissions",
            f"{source}：{reason_of(error).zh}",
            "请检查路径和读取权限",
        ) from error
    try:
        return ListingFile(stream, file_format, lang, source.stat().st_size, mapping)
    except BaseException:
        stream.close()
        raise


def _seekable(stream: BinaryIO, lang: Language) -> BinaryIO:
    if stream.seekable():
        return stream
    data = stream.read(_MOST_PIPED + 1)
    if len(data) > _MOST_PIPED:
        raise IntakeError("WORKBOOK_TOO_LARGE", lang)
    return BytesIO(data)


def format_of(path: Path) -> Format:
    """Return the format a file name suggests; csv if it suggests none."""
    return _BY_SUFFIX.get(path.suffix.lower(), "csv")
