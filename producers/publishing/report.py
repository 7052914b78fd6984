"""What a clerk asks of a publication, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from ...schemas.problems import Language
from ..intake.files.reading import Format
from ..intake.mapping.export_mapping import ExportMapping
from ..register.rows import Batch
from .told_notices import ToldNotices

SHOWN_MISSING = 10_000
"""So many ids of missing entries are listed in the report; the count is always whole, and the file has all of them."""
TOLD_MISSING = 5
"""So many stand in the summary; if there are more, they are written to a file."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What the clerk asked for."""

    source: Path
    file_format: Format
    rejects: Path
    lang: Language
    is_increment: bool = False
    """Whether the file has only what is new: entries it does not name are then not missing."""
    is_stock: bool = False
    """Whether the file is said to hold entries that stood on the national list before the court came here."""
    shares_set_apart: bool = False
    """Whether cases of corps' and military courts are published here."""
    mapping: ExportMapping | None = None
    """What the titles, codes and days of a court's own export mean."""
    warnings: Path | None = None
    """Where warnings of rows that were taken go; None: only into the report."""
    missing: Path | None = None
    """Where the ids of missing entries go if they are more than the summary shows; None: only into the report."""

    @property
    def may_be_stock(self) -> bool:
        """Whether rows of it can be stock: rows of the public list are, without being said so."""
        return self.is_stock or self.file_format == "zxgk"


@dataclass(slots=True)
class PublishReport:
    """What came of it, for the summary."""

    batch: Batch
    rejects_file: str = ""
    codes: Counter[str] = field(default_factory=Counter)
    notices: ToldNotices = field(default_factory=ToldNotices)
    stock: Counter[str] = field(default_factory=Counter)
    """New entries that are stock (`entries`), and by intake column how many of them lack it."""
    missing: list[str] = field(default_factory=list)
    missing_count: int = 0
    warnings_file: str = ""
    missing_file: str = ""
    sent: bool = False
    dry_run: bool = False
    is_increment: bool = False
    same_as: str = ""
    waiting_rows: list[int] = field(default_factory=list)
    """Rows that need a second approval."""
    waiting_batches: list[str] = field(default_factory=list)
    """Under what each of them waits; none in a dry run."""
    court_token: str = ""
    """With which the case numbers were compared; empty: with none, as nobody has said it."""


def _lacking(stock: Counter[str]) -> dict[str, int]:
    return {column: count for column, count in stock.items() if column != "entries"}


def document_of(report: PublishReport) -> dict[str, object]:
    """Return what `--json` prints."""
    batch = report.batch
    return {
        "batch": batch.batch_id,
        "court": batch.court,
        "source": batch.source,
        "dry_run": report.dry_run,
        "accepted": batch.accepted,
        "corrected": batch.corrected,
        "unchanged": batch.unchanged,
        "duplicate": batch.duplicate,
        "rejected": batch.rejected,
        "warnings": batch.warnings,
        "codes": dict(report.codes.most_common()),
        "notices": [told.as_dict() for told in report.notices.most_common()],
        "rejects_file": report.rejects_file or None,
        "warnings_file": report.warnings_file or None,
        "stock": {"entries": report.stock["entries"], "missing": _lacking(report.stock)},
        "increment": report.is_increment,
        "missing_count": report.missing_count,
        "missing": report.missing,
        "missing_left_out": report.missing_count - len(report.missing),
        "missing_file": report.missing_file or None,
        "same_file_as": report.same_as or None,
        "court_token": report.court_token or None,
        "waiting_count": len(report.waiting_rows),
        "waiting": [
            {"row": row, "batch": batch or None}
            for row, batch in zip_longest(report.waiting_rows, report.waiting_batches, fillvalue="")
        ],
        "sent": report.sent,
    }
