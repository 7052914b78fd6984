"""Workbooks as clerks make them: cells of any type."""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook


def workbook(*rows: Sequence[Any], further: Iterable[str] = (), made: Callable[[Any], None] | None = None) -> bytes:
    """A workbook with rows on its first sheet; `made` may change that sheet before it is saved."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if made is not None:
        made(sheet)
    for title in further:
        book.create_sheet(title).append(["姓名"])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def cells(data: bytes) -> list[list[Any]]:
    """What stands on the first sheet."""
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def types(data: bytes) -> set[str]:
    """The types of all cells of the first sheet that are not empty."""
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    return {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}


def repacked(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one of its parts changed."""
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return stream.getvalue()
