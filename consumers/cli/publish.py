"""`liandong agency publish`: events from a file, each only under a court's live watch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import ExitCode
from ...schemas.law.watch_kinds import Domain
from ...topics.cli.console import JsonOption, print_json, say
from ...topics.private_files import PrivateFile

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ...topics.storage.outbox import SqlOutbox
    from ..events.files import PublishedFile

Send = Callable[["Settings", "SqlOutbox", str], None]
"""Sends all that waits in an outbox: settings, outbox, participant. The composition root has the relay."""


def mount(agency: typer.Typer, send: Send) -> None:
    """Add `publish` to the group `agency`."""

    @agency.command()
    def publish(
        ctx: typer.Context,
        domain: Annotated[Domain, typer.Argument(metavar="asset|whereabouts", help="What the events are about.")],
        file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or JSON lines as for POST /v1/events.")],
        agency_id: Annotated[str, typer.Option("--agency", metavar="ID", help="The agency that tells it.")],
        rejects: Annotated[Path | None, typer.Option("--rejects", metavar="FILE", help="Where rejects go.")] = None,
        as_json: JsonOption = False,
    ) -> None:
        """Tell courts what their live watches ask for. Rows no court asks for are rejected and leave no trace.

        CSV columns: kind, occurred_at, certificate_type, number, country, name, ref, and any field of the kind.
        """
        from ...topics.cli.console import settings_of

        settings = settings_of(ctx)
        published = _publish(settings, agency_id, file, domain, send)
        rejected = published.rejected
        if rejected:
            _write_rejects(rejects or file.with_name(file.name + ".rejects.jsonl"), rejected)
        summary = {"events": published.events, "rejected": len(rejected)}
        if as_json:
            rows = [{key: reject[key] for key in ("row", "code", "message", "remedy")} for reject in rejected]
            print_json({**summary, "rejects": rows})
        else:
            told, count = published.events, len(rejected)
            say(settings.lang, f"{told} events told, {count} rows rejected", f"已反馈 {told} 条，未通过 {count} 行")
            for reject in rejected[:20]:
                row, code, message, remedy = (reject[each] for each in ("row", "code", "message", "remedy"))
                english = f"row {row}: {code}: {message}; {remedy}"
                say(settings.lang, english, f"第 {row} 行：{code}：{message}；{remedy}", err=True)
        if rejected:
            raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def _publish(settings: "Settings", agency: str, file: Path, domain: Domain, send: Send) -> "PublishedFile":
    from ...topics.keys.opening import read_directory
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..acts_db.context import context_of
    from ..acts_db.database import open_acts_of
    from ..events.files import publish_file

    clock = clock_of(settings)
    reader = KafkaSubscriber(settings, client_id=f"{agency}-publish")
    directory = read_directory(settings, reader, clock)
    engine = open_acts_of(settings, agency)
    context = context_of(settings, agency, directory, engine, clock, SystemChance())
    try:
        published = publish_file(engine, context, file, domain.value, settings.lang)
        send(settings, context.outbox, agency)
    finally:
        directory.close()
        engine.dispose()
    return published


def _write_rejects(path: Path, rejected: list[dict[str, Any]]) -> None:
    """Write the rejected rows as they were, with code and remedy; readable by their owner alone: they hold numbers."""
    with PrivateFile(path) as file:
        for reject in rejected:
            line = json.dumps(reject, ensure_ascii=False)
            file.stream.write(f"{line}\n".encode(errors="backslashreplace"))  # half a character becomes JSON's escape
