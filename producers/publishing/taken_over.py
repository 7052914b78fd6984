"""Rows about entries that were taken over from the log: a register that was put back knows those by surrogates alone."""

from collections.abc import Sequence

from sqlalchemy import Connection

from ...schemas.wire.codec import from_wire
from ..register.reader import RegisterReader
from ..register.rows import RegisteredEntry, WholeEntry
from ..updates.records import Fields, fields_of
from .prepare import PreparedRow


def taken_over(
    register: RegisterReader, connection: Connection, court: str, rows: Sequence[PreparedRow]
) -> dict[bytes, list[RegisteredEntry]]:
    """Return by the rows' own keys the entries that mean the same subject in the same case, role and instrument."""
    said = [(row, fields_of(row.parts)) for row in rows]
    surrogates = {each["surrogate"] for _, fields in said for each in fields["identities"]}
    known = register.taken_over(connection, court, sorted(surrogates))
    found: dict[bytes, list[RegisteredEntry]] = {}
    for row, fields in said:
        for identity in fields["identities"]:
            same = [whole for whole in known.get(identity["surrogate"], ()) if _is_about(whole, row, fields)]
            if same:
                found[row.keys[0]] = [whole.entry for whole in sorted(same, key=_ordinal)]
                break
    return found


def _is_about(whole: WholeEntry, row: PreparedRow, fields: Fields) -> bool:
    if (whole.entry.instrument, whole.case_number) != (row.instrument, row.case_number):
        return False
    return bool(from_wire(whole.whole_body)["person_role"] == fields["person_role"])


def _ordinal(whole: WholeEntry) -> int:
    return whole.entry.ordinal
