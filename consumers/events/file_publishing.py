"""One run of `agency publish`: every event of a file in a transaction of its own, rejected rows beside it."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.problems import Language, told
from ..acts_db.context import AgencyContext
from .file_rejects import EventRejects, RejectedEvent
from .files import Form, open_event_file
from .intake import publish_event


@dataclass(frozen=True, slots=True)
class EventFileRequest:
    """What somebody asked for."""

    source: Path
    domain: str
    rejects: Path | None = None
    """Where rejected rows go; by default beside the file."""
    lang: Language = "en"


@dataclass(slots=True)
class PublishedFile:
    """What became of a file of events."""

    events: int = 0
    """Events that went to courts."""
    rejected: list[RejectedEvent] = field(default_factory=list)
    rejects_file: str = ""
    """Where the rejected rows stand; empty if there are none."""


def publish_file(engine: Engine, context: AgencyContext, request: EventFileRequest) -> PublishedFile:
    """Tell courts of the events in a file, each in its own transaction.

    Raises EventFileProblem, DATABASE_UNAVAILABLE, DISK_FULL, FILE_UNWRITABLE; what went out until then stays told, and
    the same file again tells nothing twice that has a `ref`.
    """
    published = PublishedFile()
    with open_event_file(request.source, request.domain) as rows:
        path = request.rejects or _beside(request.source, rows.form)
        if path == request.source:
            raise WrongUsage(
                "REJECTS_OVER_INPUT",
                "the rejects file is the input",
                "name another file with --rejects",
                "退回文件与输入文件是同一文件",
                "请用 --rejects 指定其他文件",
            )
        with EventRejects(path, rows) as rejects:
            for row in rows:
                try:
                    if row.problem is not None:
                        raise row.problem
                    published.events += len(publish_event(engine, context, row.event))
                except LiandongError as problem:
                    if problem.http_status >= 500:
                        raise
                    message, remedy = told(problem, request.lang)
                    published.rejected.append(RejectedEvent(row.number, problem.code, message, remedy))
                    rejects.write(row, published.rejected[-1])
        published.rejects_file = rejects.written
    return published


def _beside(source: Path, form: Form) -> Path:
    suffix = {"xlsx": ".xlsx", "jsonl": ".jsonl", "csv": source.suffix or ".csv"}[form]
    return source.with_name(f"{source.name}.rejects{suffix}")
