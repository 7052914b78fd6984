"""One run of `liandong court publish`: the file in, progress on the screen, rejects beside it, the summary out."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import ClassVar

from ...schemas.dates import date_of_ms
from ...schemas.problems import BilingualError, Text, told
from ...topics.keys.opening import kept_takeover
from ...topics.keys.participants import Participants
from ...topics.private_files import DiskFull
from ...topics.settings import Settings
from ...topics.storage.faults import DatabaseFault
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..court import Court, comparing, court_named, open_court
from ..intake.files.reading import ListingFile, read_listings
from ..intake.rows.model import IntakeContext, ParsedRow
from ..register.reader import RegisterReader
from ..register.register import register_as_it_is
from ..register.rows import Batch, new_batch
from .beside import MissingFile, WarningsFile
from .prepare import Portion, PreparationContext, portions_of
from .progress import Bars
from .publication import CHUNK, DryRun, FileRun, Listeners, Publication
from .read_ahead import WORTH_BYTES, ReadAheadRequest, reading_ahead
from .rejected import rejects_of
from .report import SHOWN_MISSING, TOLD_MISSING, PublishReport, PublishRequest
from .told_notices import ToldNotices


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
            return _accept(court, request, bars, _kept_takeover(settings, request, court.identity.court))
        with comparing(settings, court, f"{client_id}-keeper") as comparison:
            takeover = comparison.directory.takeover_on(court.identity.court)
            if _is_large(request):
                from ..relay.background import relaying_apart

                with relaying_apart(settings, court.identity.jurisdiction, client_id):
                    report = _accept(court, request, bars, takeover)
            with sending(settings, court.register.outbox, clock, chance, client_id, court.checkpoints) as work:
                if not _is_large(request):
                    report = _accept(court, request, bars, takeover)
                work.wait(wait, bars.sent)
                report.sent = True
    return report


def _kept_takeover(settings: Settings, request: PublishRequest, court: str) -> date | None:
    return kept_takeover(settings, court) if request.may_be_stock else None


def _accept(court: Court, request: PublishRequest, bars: Bars, takeover: date | None) -> PublishReport:
    identity = court.identity
    today = date_of_ms(court.clock.now())
    context = IntakeContext(
        today,
        identity.court,
        identity.court_name,
        identity.court_token,
        request.lang,
        takeover_on=takeover,
        is_stock=request.is_stock,
        shares_set_apart=request.shares_set_apart,
        state_organs=court.policy.state_organs,
    )
    source_hash = _hash(request.source)
    same_as = _same_file(court.register, court.identity.court, source_hash)
    batch = new_batch(court.identity.court, request.source.name, source_hash, court.clock.now(), court.identity.chance)
    publication = Publication(court.register, court.identity, court.clock, batch, context)
    publication.policy = court.policy
    try:
        report = PublishReport(batch, same_as=same_as, court_token=identity.court_token)
        _take(publication, request, bars, report)
    except (DatabaseFault, DiskFull) as failed:
        raise PublicationInterrupted(failed, request.source.name, publication.batch) from failed
    report.waiting_batches = [each.proposal.batch for each in publication.proposed]
    return report


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
        takeover_on=_kept_takeover(settings, request, court.id),
        is_stock=request.is_stock,
        shares_set_apart=request.shares_set_apart,
        state_organs=settings.state_organ_listing,
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
    warnings = WarningsFile(request.warnings, request.lang)
    with _listing_file(request) as rows, rejects_of(request, rows) as rejects, warnings:

        def progressed(batch: Batch, bytes_read: int) -> None:
            bars.accepted(batch, bytes_read or rows.bytes_read, rows.size)

        def noticed(parsed: ParsedRow) -> None:
            report.notices.add(parsed.notices)
            report.codes.update(notice.code for notice in parsed.notices)
            if not parsed.rejects:
                warnings.note(parsed.notices)

        def rejected(parsed: ParsedRow) -> None:
            report.codes.update(reject.code for reject in parsed.rejects)
            rejects.write(parsed)

        with _portions(request, rows, run.preparation, report.notices) as portions:
            report.batch = run.accept(portions, Listeners(rejected, noticed, progressed))
        report.rejects_file, report.warnings_file = rejects.written, warnings.written
    report.stock = run.stock
    without_order = list(run.without_order())
    report.notices.add(without_order)
    report.codes.update(each.code for each in without_order)
    report.waiting_rows = [each.number for each in run.waiting]
    report.is_increment = request.is_increment
    _name_missing(run, request, report)
    return report


def _name_missing(run: FileRun, request: PublishRequest, report: PublishReport) -> None:
    """Count the live entries that the file does not name, and name them: in the report, and all of them in a file."""
    with MissingFile(request.missing, request.lang) as file:
        for missing in () if request.is_increment else run.missing():
            report.missing_count += 1
            if report.missing_count == TOLD_MISSING + 1:
                for earlier in report.missing:
                    file.add((earlier,))
            if report.missing_count > TOLD_MISSING:
                file.add((missing,))
            if len(report.missing) < SHOWN_MISSING:
                report.missing.append(missing)
        report.missing_file = file.written


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
    ahead = ReadAheadRequest(request.source, request.file_format, preparation, CHUNK, request.mapping)
    with reading_ahead(ahead, told.add) as portions:
        yield portions


def _is_large(request: PublishRequest) -> bool:
    """Tell whether processes of their own for reading and sending are worth their start."""
    if str(request.source) == "-" or not request.source.is_file():
        return False
    return request.source.stat().st_size >= WORTH_BYTES and (os.cpu_count() or 1) > 1


def _listing_file(request: PublishRequest) -> ListingFile:
    source = sys.stdin.buffer if str(request.source) == "-" else request.source
    return read_listings(source, request.file_format, request.lang, request.mapping)


def _hash(source: Path) -> str:
    """Return the SHA-256 of the file, empty for standard input. A file that cannot be read is the reader's to report."""
    if not source.is_file():
        return ""
    with source.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
