"""`liandong agency publish`: events from a file, each only under a court's live watch."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode
from ...schemas.law.watch_kinds import Domain
from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, print_json, say

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ...topics.storage.outbox import SqlOutbox
    from ..events.file_publishing import EventFileRequest, PublishedFile

Send = Callable[["Settings", "SqlOutbox", str], None]
"""Sends all that waits in an outbox: settings, outbox, participant. The composition root has the relay."""
_SHOWN = 20
"""Rejected rows that are told on the screen; all of them stand in the rejects file."""


def mount(agency: typer.Typer, send: Send) -> None:
    """Add `publish` to the group `agency`."""

    @agency.command()
    def publish(
        ctx: typer.Context,
        domain: Annotated[Domain, typer.Argument(metavar="asset|whereabouts", help="What the events are about.")],
        file: Annotated[
            Path, typer.Argument(metavar="FILE", help="CSV, Excel workbook, or JSON lines as for POST /v1/events.")
        ],
        agency_id: Annotated[str, typer.Option("--agency", metavar="ID", help="The agency that tells it.")],
        rejects: Annotated[
            Path | None,
            typer.Option("--rejects", metavar="FILE", help="Where rejected rows go; default FILE.rejects.*."),
        ] = None,
        as_json: JsonOption = False,
    ) -> None:
        """Tell courts what their live watches ask for. Rows no court asks for are rejected and leave no trace.

        Columns: kind, occurred_at, certificate_type, number, country, name, ref, and any field of the kind. Rejected rows come
        back in a file that can be corrected and sent as it is. Exit code 3 if some were rejected.
        """
        from ...topics.cli.console import settings_of
        from ..events.file_publishing import EventFileRequest

        settings = settings_of(ctx)
        published = _publish(settings, agency_id, EventFileRequest(file, domain.value, rejects, settings.lang), send)
        if as_json:
            rows = [rejected._asdict() for rejected in published.rejected]
            summary = {
                "events": published.events,
                "rejected": len(rows),
                "rejects_file": published.rejects_file or None,
            }
            print_json({**summary, "rejects": rows})
        else:
            _print(published, settings.lang)
        if published.rejected:
            raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def _print(published: "PublishedFile", lang: Language) -> None:
    events, count = published.events, len(published.rejected)
    say(lang, f"{events} events told, {count} rows rejected", f"已反馈 {events} 条，未通过 {count} 行")
    for row, code, message, remedy in published.rejected[:_SHOWN]:
        say(lang, f"row {row}: {code}: {message}; {remedy}", f"第 {row} 行：{code}：{message}；{remedy}", err=True)
    if (more := count - _SHOWN) > 0:
        say(lang, f"… and {more} more rows", f"… 另有 {more} 行", err=True)
    if file := published.rejects_file:
        say(
            lang,
            f"rejected rows, to correct and send as they are: {file}",
            f"未通过的行（更正后可直接再次发送）：{file}",
        )


def _publish(settings: "Settings", agency: str, request: "EventFileRequest", send: Send) -> "PublishedFile":
    from ...topics.keys.opening import read_directory
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..acts_db.context import context_of
    from ..acts_db.database import open_acts_of
    from ..events.file_publishing import publish_file

    clock = clock_of(settings)
    reader = KafkaSubscriber(settings, client_id=f"{agency}-publish")
    directory = read_directory(settings, reader, clock)
    engine = open_acts_of(settings, agency)
    context = context_of(settings, agency, directory, engine, clock, SystemChance())
    try:
        published = publish_file(engine, context, request)
        send(settings, context.outbox, agency)
    finally:
        directory.close()
        engine.dispose()
    return published
