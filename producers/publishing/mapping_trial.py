"""Trying a mapping: the first rows of an export as this product understands them, before anything is published."""

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ...schemas.people.certificate_types import mask
from ..intake.files.reading import Format, read_listings
from ..intake.findings.findings import Finding, Notice, Reject
from ..intake.mapping.export_mapping import ExportMapping
from ..intake.rows.model import IntakeContext
from ..intake.rows.parsing import parse_row

SHOWN_ROWS = 10
_NUMBERS = ("certificate_number", "certificate_2_number", "certificate_3_number", "certificate_4_number")

_LONG_NUMBER = re.compile(r"\d{14}")
"""Also in a column where none belongs: the mapping may be wrong."""


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row as it is understood."""

    number: int
    values: dict[str, str]
    """By column; certificate numbers masked."""
    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class MappingTrial:
    """What came of trying a mapping with an export."""

    rows: list[TriedRow]
    notices: list[Notice]
    """What was found about the export as a whole."""
    has_more: bool
    """Whether the export goes on behind these rows."""

    def as_dict(self) -> dict[str, object]:
        """Return what `--json` prints."""
        rows = [
            {
                "row": row.number,
                "values": row.values,
                "rejects": _as_dicts(row.rejects),
                "notices": _as_dicts(row.notices),
            }
            for row in self.rows
        ]
        return {"rows": rows, "notices": _as_dicts(self.notices), "more": self.has_more}


def try_mapping(mapping: ExportMapping, source: Path, file_format: Format, context: IntakeContext) -> MappingTrial:
    """Read the first rows of an export. Nothing is accepted, and no file is written. Raises IntakeError, MappingProblem."""
    with read_listings(source, file_format, context.lang, mapping) as rows:
        first = list(islice(rows, SHOWN_ROWS + 1))
        tried = []
        for raw in first[:SHOWN_ROWS]:
            parsed = parse_row(raw, context)
            values = {column: mask(text) if column in _NUMBERS else text for column, text in raw.values.items() if text}
            tried.append(TriedRow(raw.number, values, parsed.rejects, parsed.notices))
        return MappingTrial(tried, rows.notices, len(first) > SHOWN_ROWS)


def _as_dicts(findings: tuple[Finding, ...] | list[Notice]) -> list[dict[str, str | int]]:
    return [finding.as_dict() for finding in findings]
