"""One run of `liandong court publish`: the file in, progress on the screen, rejects beside it, the summary out."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import ClassVar

from ...schemas.dates import date_of_ms
from ...schemas.errors import WrongUsage
from ...schemas.problems import BilingualError, Language, Text, told
from ...topics.keys.participants import Participants
from ...topics.private_files import DiskFull, telling_full
from ...topics.settings import Settings
from ...topics.storage.faults import DatabaseFault
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..court import Court, comparing, court_named, open_court
from ..intake.files.reading import TABLES, Format, ListingFile, format_of, read_listings
from ..intake.files.rejects import RejectedRows, open_rejects, open_rejects_workbook
from ..intake.rows.model import IntakeContext, ParsedRow
from ..register.reader import RegisterReader
from ..register.register import register_as_it_is
from ..register.rows import Batch, new_batch
from .prepare import Portion, PreparationContext, portions_of
from .progress import Bars
from .publication import CHUNK, DryRun, FileRun, Listeners, Publication
from .read_ahead import WORTH_BYTES, ReadAheadRequest, reading_ahead
from .told_notices import ToldNotices

SHOWN_MISSING = 10_000
"""So many ids of missing entries are listed; the count is always whole."""


class PublicationInterrupted(BilingualError):
    """A file was accepted in part, because something failed in the middle of it."""

    texts: ClassVar[dict[str, Text]] = {
        "PUBLICATION_INTERRUPTED": Text(
            "{cause}; so far {rows} entries of {file} are accepted, and safe",
            "{remedy}; then publish the same file again: what is accepted counts as unchanged",
            "{cause_zh}；{file} 中目前已有 {rows} 条被受理并安全保存",
            "{remedy_zh}；然后重新发布同一文件：已受理的条目按未变更计",
        )
    }

    def __init__(self, cause: BilingualError, file: str, batch: Batch) -> None:
        """Take what failed, and the batch as its last transaction left it."""
        (cause_en, remedy), (cause_zh, remedy_zh) = told(cause, "en"), told(cause, "zh")
        super().__init__(
            "PUBLICATION_INTERRUPTED",
            cause=f"{cause.code}: {cause_en}",
            cause_zh=f"{cause.code}：{cause_zh}",
            remedy=remedy,
            remedy_zh=remedy_zh,
            file=file,
            rows=str(batch.accepted + batch.corrected),
        )


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What the clerk asked for."""

    source: Path
    file_format: Format
    rejects: Path
    lang: Language
    lists_state_organs: bool = False
    is_increment: bool = False
    """Whether the file has only what is new: entries it does not name are then not missing."""


@dataclass(slots=True)
class PublishReport:
    """What came of it, for the summary."""

    batch: Batch
    rejects_file: str = ""
    codes: Counter[str] = field(default_factory=Counter)
    notices: ToldNotices = field(default_factory=ToldNotices)
    missing: list[str] = field(default_factory=list)
    missing_count: int = 0
    sent: bool = False
    dry_run: bool = False
    is_increment: bool = False
    same_as: str = ""
    court_token: str = ""
    """With which the case numbers were compared; empty: with none, as nobody has said it."""


def publish_file(
    settings: Settings, request: PublishRequest, court_id: str | None, wait: float | None, clock: Clock, chance: Chance
) -> PublishReport:
    """Accept the file and, unless `wait` (seconds) is None, wait until all of it is in the log."""
    from ..relay.delivery import require_topics, sending

    with open_court(settings, court_id, clock, chance) as court, Bars(request.lang) as bars:
        client_id = f"{court.identity.court}-publish"
        if wait is not None:
            require_topics(settings, court.identity.jurisdiction)
        if not wait:
            return _accept(court, request, bars)
        with comparing(settings, court, f"{client_id}-keeper"):
            if _is_large(request):
                from ..relay.background import relaying_apart

                with relaying_apart(settings, court.identity.jurisdiction, client_id):
                    report = _accept(court, request, bars)
            with sending(settings, court.register.outbox, clock, chance, client_id, court.checkpoints) as work:
                if not _is_large(request):
                    report = _accept(court, request, bars)
                work.wait(wait, bars.sent)
                report.sent = True
    return report


def _accept(court: Court, request: PublishRequest, bars: Bars) -> PublishReport:
    identity = court.identity
    today = date_of_ms(court.clock.now())
    context = IntakeContext(
        today,
        identity.court,
        identity.court_name,
        identity.court_token,
        request.lang,
        lists_state_organs=request.lists_state_organs,
    )
    source_hash = _hash(request.source)
    same_as = _same_file(court.register, court.identity.court, source_hash)
    batch = new_batch(court.identity.court, request.source.name, source_hash, court.clock.now(), court.identity.chance)
    publication = Publication(court.register, court.identity, court.clock, batch, context)
    try:
        return _take(
            publication, request, bars, PublishReport(batch, same_as=same_as, court_token=identity.court_token)
        )
    except (DatabaseFault, DiskFull) as failed:
        raise PublicationInterrupted(failed, request.source.name, publication.batch) from failed


def rehearse_file(settings: Settings, request: PublishRequest, court_id: str | None, clock: Clock) -> PublishReport:
    """Say what publishing the file now would do: the same report, and nothing accepted, signed or made."""
    court = court_named(settings, court_id)
    now = clock.now()
    context = IntakeContext(
        date_of_ms(now),
        court.id,
        court.name,
        court.court_token,
        request.lang,
        lists_state_organs=request.lists_state_organs,
    )
    preparation = PreparationContext(context, tuple(Participants(settings).matching_keys()))
    batch = Batch("", court.id, request.source.name, "", "checked", now, now)
    register = register_as_it_is(settings, court.jurisdictions[0], clock)
    with closing(register), Bars(request.lang, is_dry_run=True) as bars:
        same_as = _same_file(register, court.id, _hash(request.source))
        report = PublishReport(batch, dry_run=True, same_as=same_as, court_token=court.court_token)
        return _take(DryRun(register, batch, preparation), request, bars, report)


def _same_file(register: RegisterReader, court: str, source_hash: str) -> str:
    """Return the id of the batch that was published from exactly this file, empty if there is none."""
    earlier = register.last_batch_of(court, source_hash) if source_hash else None
    return earlier.batch_id if earlier else ""


def _take(run: FileRun, request: PublishRequest, bars: Bars, report: PublishReport) -> PublishReport:
    """Take the file's rows through a run, write the rejects file and fill the report."""
    with _listing_file(request) as rows, _rejects(request, rows) as rejects:

        def progressed(batch: Batch, bytes_read: int) -> None:
            bars.accepted(batch, bytes_read or rows.bytes_read, rows.size)

        def noticed(parsed: ParsedRow) -> None:
            report.notices.add(parsed.notices)
            report.codes.update(notice.code for notice in parsed.notices)

        def rejected(parsed: ParsedRow) -> None:
            report.codes.update(reject.code for reject in parsed.rejects)
            rejects.write(parsed)

        with _portions(request, rows, run.preparation, report.notices) as portions:
            report.batch = run.accept(portions, Listeners(rejected, noticed, progressed))
        report.rejects_file = rejects.written
    report.is_increment = request.is_increment
    for missing in () if request.is_increment else run.missing():
        report.missing_count += 1
        if len(report.missing) < SHOWN_MISSING:
            report.missing.append(missing)
    return report


@contextmanager
def _portions(
    request: PublishRequest, rows: ListingFile, preparation: PreparationContext, told: ToldNotices
) -> Iterator[Iterator[Portion]]:
    """Prepare the rows of the file; of a large one in another process, ahead of this one. What is said of the file as a
    whole is told when all of it is read.
    """
    if not _is_large(request):
        yield portions_of(rows, preparation, CHUNK)
        told.add(rows.notices)
        return
    ahead = ReadAheadRequest(request.source, request.file_format, preparation, CHUNK)
    with reading_ahead(ahead, told.add) as portions:
        yield portions


def _is_large(request: PublishRequest) -> bool:
    """Tell whether processes of their own for reading and sending are worth their start."""
    if str(request.source) == "-" or not request.source.is_file():
        return False
    return request.source.stat().st_size >= WORTH_BYTES and (os.cpu_count() or 1) > 1


class _LazyRejects:
    """Makes the rejects file when there is a first reject; an old one of the same name must not be taken for this run's."""

    def __init__(self, request: PublishRequest, rows: ListingFile) -> None:
        self._request = request
        self._rows = rows
        self._writer: RejectedRows | None = None
        if request.rejects.is_file() and not request.rejects.is_symlink():  # a device or a link is written through
            request.rejects.unlink()

    @property
    def written(self) -> str:
        """The file's name if there is one."""
        return "" if self._writer is None else str(self._request.rejects)

    def write(self, parsed: ParsedRow) -> None:
        if not parsed.rejects:
            return
        if self._writer is None:
            self._writer = self._opened()
        with telling_full(self._request.rejects):
            self._writer.write(parsed)

    def _opened(self) -> RejectedRows:
        path, is_table = self._request.rejects, self._request.file_format in TABLES
        if is_table and format_of(path) == "xlsx":
            return open_rejects_workbook(path, self._rows.header, self._request.lang)
        lang, delimiter = self._request.lang, self._rows.delimiter
        return open_rejects(path, self._rows.header, is_csv=is_table, delimiter=delimiter, lang=lang)

    def close(self) -> None:
        if self._writer is not None:
            with telling_full(self._request.rejects):
                self._writer.__exit__(None, None, None)


@contextmanager
def _rejects(request: PublishRequest, rows: ListingFile) -> Iterator[_LazyRejects]:
    if request.rejects == request.source:
        raise WrongUsage(
            "REJECTS_OVER_INPUT",
            "the rejects file is the input",
            "name another file with --rejects",
            "退回文件与输入文件是同一文件",
            "请用 --rejects 指定其他文件",
        )
    rejects = _LazyRejects(request, rows)
    try:
        yield rejects
    finally:
        rejects.close()


def _listing_file(request: PublishRequest) -> ListingFile:
    return read_listings(
        sys.stdin.buffer if str(request.source) == "-" else request.source, request.file_format, request.lang
    )


def _hash(source: Path) -> str:
    """Return the SHA-256 of the file, empty for standard input. A file that cannot be read is the reader's to report."""
    if not source.is_file():
        return ""
    with source.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


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
        "increment": report.is_increment,
        "missing_count": report.missing_count,
        "missing": report.missing,
        "missing_left_out": report.missing_count - len(report.missing),
        "same_file_as": report.same_as or None,
        "court_token": report.court_token or None,
        "sent": report.sent,
    }
