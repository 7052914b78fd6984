"""Rows the intake tests start from: one good entry, one good order, and a way to change a column."""

from collections.abc import Iterable
from datetime import date

from liandong.producers.intake import Format, IntakeContext, ListingInput, ParsedRow, RawRow, parse_row, read_listings

TODAY = date(2026, 11, 22)
CONTEXT = IntakeContext(TODAY, "js-gusu", "示例区人民法院", "苏0505")
CN_ID = "11010519491231002X"
ENTRY = {
    "instrument": "LIST_ENTRY",
    "name": "示例甲",
    "kind": "NATURAL",
    "certificate_type": "CN_ID",
    "certificate_number": CN_ID,
    "case_number": "（2024）苏0505执1234号",
    "decision_number": "（2024）苏0505执1234号决定书",
    "grounds": "G1",
    "filing_date": "2024-03-01",
    "publish_date": "2026-11-22",
    "performance": "NONE",
    "claim_amount": "125000.00",
}
ORDER = ENTRY | {"instrument": "CONSUMPTION_ORDER", "grounds": ""}


def begun(row: dict[str, str], today: date = TODAY) -> dict[str, str]:
    """The row with what a new list entry needs (art. 5), where it says nothing of it: decided and served on the day it is published."""
    if "signed_by" in row or row.get("instrument", "LIST_ENTRY") != "LIST_ENTRY":
        return row
    day = row.get("publish_date") or today.isoformat()
    facts = {
        "signed_by": "示例院长",
        "signed_on": day,
        "served_on": day,
        "warned_on": day,
        "initiated_by": "EX_OFFICIO",
    }
    return {"decision_number": f"{row['case_number']}决定书"} | facts | row


def parsed(row: dict[str, str], context: IntakeContext = CONTEXT) -> ParsedRow:
    """A row through the parser."""
    return parse_row(RawRow(2, row, ()), context)


def accepted(row: dict[str, str]) -> ListingInput:
    """The listing a good row becomes."""
    result = parsed(row)
    assert result.rejects == ()
    assert result.listing is not None
    return result.listing


def parsed_rows(rows: Iterable[RawRow], context: IntakeContext = CONTEXT) -> list[ParsedRow]:
    """Rows of a file through the parser, one by one."""
    return [parse_row(raw, context) for raw in rows]


def reject_codes(row: dict[str, str], context: IntakeContext = CONTEXT) -> list[tuple[str, str]]:
    """Field and code of each reject of a row."""
    return [(one.field, one.code) for one in parsed(row, context).rejects]


def notice_codes(row: dict[str, str], context: IntakeContext = CONTEXT) -> list[str]:
    """Code of each notice of a row."""
    return [one.code for one in parsed(row, context).notices]


def results(data: bytes, file_format: Format = "csv") -> list[ParsedRow]:
    """A whole file through the reader and the parser."""
    with read_listings(data, file_format) as rows:
        return parsed_rows(rows)


def summary(data: bytes, file_format: Format = "csv") -> list[tuple[int, str]]:
    """Row number and "ok" or the codes of its rejects."""
    return [
        (one.raw.number, "ok" if one.listing is not None else "+".join(reject.code for reject in one.rejects))
        for one in results(data, file_format)
    ]
