"""One run of `liandong court publish`: the file in, progress on the screen, rejects beside it, the summary out."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ...schemas.dates import date_of_ms
from ...schemas.errors import WrongUsage
from ...schemas.problems import Language
from ...topics.settings import Settings
from ...topics.transport.ports import SystemClock
from ..court import Court, court_named, open_court
from ..intake.files.reading import Format, ListingFile, read_listings
from ..intake.files.rejects import RejectsWriter, open_rejects
from ..intake.rows.duplicates import check_rows
from ..intake.rows.model import IntakeContext, ParsedRow
from ..register.register import Batch
from ..register.rows import new_batch
from .prepare import Portion, PreparationContext, prepared
from .publication import CHUNK, Listeners, Publication
from .read_ahead import WORTH_BYTES, ReadAheadRequest, reading_ahead

SHOWN_MISSING = 10_000
"""So many ids of missing entries are listed; the count is always whole."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What the clerk asked for."""

    source: Path
    file_format: Format
    rejects: Path
    lang: Language


@dataclass(slots=True)
class PublishReport:
    """What came of it, for the summary."""

    batch: Batch
    rejects_file: str = ""
    codes: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    missing_count: int = 0
    sent: bool = False
    dry_run: bool = False
    same_as: str = ""


def publish_file(settings: Settings, order: PublishRequest, court_id: str | None, wait: float | None) -> PublishReport:
    """Accepts the file and, unless `wait` (seconds) is None, waits until all of it is in the log."""
    from ..relay.delivery import require_topics, sending
    from .progress import Bars

    with open_court(settings, court_id) as court, Bars() as bars:
        client_id = f"{court.desk.court}-publish"
        if wait is not None:
            require_topics(settings, court.desk.jurisdiction)
        if not wait:
            return _accept(court, order, bars)
        if _is_large(order):
            from ..relay.background import relaying_apart

            with relaying_apart(settings, court.desk.jurisdiction, client_id):
                report = _accept(court, order, bars)
        with sending(settings, court.register.outbox, court.clock, client_id) as work:
            if not _is_large(order):
                report = _accept(court, order, bars)
            work.wait(wait, bars.sent)
            report.sent = True
    return report


def _accept(court: Court, order: PublishRequest, bars: Any) -> PublishReport:
    today = date_of_ms(court.clock.now())
    context = IntakeContext(today, court.desk.court, court.desk.court_name, lang=order.lang)
    source_hash = _hash(order.source)
    earlier = court.register.last_batch_of(court.desk.court, source_hash) if source_hash else None
    batch = new_batch(court.desk.court, order.source.name, source_hash, court.clock.now())
    report = PublishReport(batch, same_as=earlier.batch_id if earlier else "")
    with _opened(order) as rows, _rejects(order, rows) as rejects:
        publication = Publication(court.register, court.desk, court.clock, batch, context)

        def progressed(now: Batch, bytes_read: int) -> None:
            bars.accepted(now, bytes_read or rows.bytes_read, rows.size)

        def noticed(parsed: ParsedRow) -> None:
            report.codes.update(notice.code for notice in parsed.notices)

        def rejected(parsed: ParsedRow) -> None:
            report.codes.update(reject.code for reject in parsed.rejects)
            rejects.write(parsed)

        with _portions(order, rows, publication.terms) as portions:
            report.batch = publication.accept(portions, Listeners(rejected, noticed, progressed))
        report.rejects_file = rejects.written
        for missing in publication.missing():
            report.missing_count += 1
            if len(report.missing) < SHOWN_MISSING:
                report.missing.append(missing)
    return report


@contextmanager
def _portions(order: PublishRequest, rows: ListingFile, terms: PreparationContext) -> Iterator[Iterator[Portion]]:
    """The rows of the file made ready; of a large one in another process, ahead of this one."""
    if not _is_large(order):
        yield prepared(rows, terms, CHUNK)
        return
    with reading_ahead(ReadAheadRequest(order.source, order.file_format, terms, CHUNK)) as portions:
        yield portions


def _is_large(order: PublishRequest) -> bool:
    """Whether processes of their own for reading and sending are worth their start."""
    if str(order.source) == "-" or not order.source.is_file():
        return False
    return order.source.stat().st_size >= WORTH_BYTES and (os.cpu_count() or 1) > 1


def check_only(settings: Settings, order: PublishRequest, court_id: str | None) -> PublishReport:
    """A dry run: every row is checked, nothing is accepted."""
    participant = court_named(settings, court_id)
    now = SystemClock().now()
    context = IntakeContext(date_of_ms(now), participant.id, participant.name, lang=order.lang)
    report = PublishReport(Batch("", participant.id, order.source.name, "", "checked", now, now), dry_run=True)
    counts: Counter[str] = Counter()
    with _opened(order) as rows, _rejects(order, rows) as rejects:
        for parsed in check_rows(rows, context):
            counts["rejected" if parsed.rejects else "duplicate" if parsed.duplicate_of else "accepted"] += 1
            counts["warnings"] += len(parsed.notices)
            report.codes.update(one.code for one in (*parsed.rejects, *parsed.notices))
            rejects.write(parsed)
        report.rejects_file = rejects.written
    report.batch = Batch("", participant.id, order.source.name, "", "checked", now, now, **counts)
    return report


class _LazyRejects:
    """Makes the rejects file when there is a first reject; an old one of the same name must not be taken for this run's."""

    def __init__(self, order: PublishRequest, rows: ListingFile) -> None:
        self._order = order
        self._rows = rows
        self._writer: RejectsWriter | None = None
        order.rejects.unlink(missing_ok=True)

    @property
    def written(self) -> str:
        """The file's name if there is one."""
        return "" if self._writer is None else str(self._order.rejects)

    def write(self, parsed: ParsedRow) -> None:
        if not parsed.rejects:
            return
        if self._writer is None:
            is_csv = self._order.file_format == "csv"
            self._writer = open_rejects(
                self._order.rejects, self._rows.header, is_csv=is_csv, delimiter=self._rows.delimiter
            )
        self._writer.write(parsed)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.__exit__(None, None, None)


@contextmanager
def _rejects(order: PublishRequest, rows: ListingFile) -> Iterator[_LazyRejects]:
    if order.rejects == order.source:
        raise WrongUsage("REJECTS_OVER_INPUT", "the rejects file is the input", "name another file with --rejects")
    rejects = _LazyRejects(order, rows)
    try:
        yield rejects
    finally:
        rejects.close()


def _opened(order: PublishRequest) -> ListingFile:
    return read_listings(sys.stdin.buffer if str(order.source) == "-" else order.source, order.file_format, order.lang)


def _hash(source: Path) -> str:
    """SHA-256 of the file, empty for standard input; FILE_UNREADABLE is told by the reader."""
    if not source.is_file():
        return ""
    with source.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def document_of(report: PublishReport) -> dict[str, object]:
    """What `--json` prints."""
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
        "rejects_file": report.rejects_file or None,
        "missing_count": report.missing_count,
        "missing": report.missing,
        "same_file_as": report.same_as or None,
        "sent": report.sent,
    }
