"""Telling rows that repeat an earlier row of the same file from rows that contradict one."""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from msgspec.structs import replace

from ..findings.findings import notice, reject
from .model import IntakeContext, ListingInput, ParsedRow, RawRow
from .parsing import parse_row

_SAID = attrgetter(*sorted(set(ListingInput.__struct_fields__) - {"source_id", "case_number_raw"}))
"""All fields but those in which two rows may differ and still say the same."""
_ROW_BITS = 40
_ROW_MASK = (1 << _ROW_BITS) - 1
_CONTENTS_MASK = (1 << 48) - 1


class SeenRows:
    """Remembers each subject and case of a file in about 170 bytes: a million rows take 170 MB at most."""

    def __init__(self) -> None:
        """Nothing seen."""
        self._seen: dict[int, int] = {}

    def earlier(self, listing: ListingInput, row: int) -> tuple[int, bool] | None:
        """The row that named this subject in this case before, and whether it said the same; None for the first."""
        contents = _contents(listing)
        key = int.from_bytes(listing.key()[:8], "big")
        before = self._seen.setdefault(key, contents << _ROW_BITS | row)
        first = before & _ROW_MASK
        return None if first == row else (first, before >> _ROW_BITS == contents)


def _contents(listing: ListingInput) -> int:
    return hash(_SAID(listing)) & _CONTENTS_MASK


def check_rows(rows: Iterable[RawRow], context: IntakeContext) -> Iterator[ParsedRow]:
    """Parse rows one at a time. A row that repeats an earlier one is a duplicate (no reject, no listing); one that names
    the same subject and case with other contents is rejected, since nobody but the court knows which is right.
    """
    seen = SeenRows()
    for raw in rows:
        parsed = parse_row(raw, context)
        if parsed.listing is not None:
            earlier = seen.earlier(parsed.listing, raw.number)
            if earlier is not None:
                parsed = _repeated(parsed, earlier, context)
        yield parsed


def _repeated(parsed: ParsedRow, earlier: tuple[int, bool], context: IntakeContext) -> ParsedRow:
    first, is_same = earlier
    number = parsed.raw.number
    if is_same:
        found = notice(number, "", "DUPLICATE_ROW", context.lang, first=str(first))
        return replace(parsed, listing=None, notices=(*parsed.notices, found), duplicate_of=first)
    conflict = reject(number, "case_number", "DUPLICATE_CONFLICT", context.lang, first=str(first))
    return replace(parsed, listing=None, rejects=(conflict,))
