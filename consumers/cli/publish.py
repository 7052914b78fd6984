"""`liandong agency publish`: events from a file, each only under a court's live watch."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import ExitCode, LiandongError, WrongUsage
from ...schemas.law.watch_kinds import Domain
from ...topics.cli.console import JsonOption, print_json

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ...topics.storage.outbox import SqlOutbox

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

        if not file.is_file():
            raise WrongUsage("EVENT_FILE_MISSING", f"there is no file {file}", "name a CSV or JSON lines file")
        settings = settings_of(ctx)
        told, rejected = _publish(settings, agency_id, (file, domain.value), send)
        if rejected:
            _write_rejects(rejects or file.with_name(file.name + ".rejects.jsonl"), rejected)
        summary = {"events": told, "rejected": len(rejected)}
        if as_json:
            rows = [{key: each[key] for key in ("row", "code", "message", "remedy")} for each in rejected]
            print_json({**summary, "rejects": rows})
        else:
            typer.echo(f"{told} events told, {len(rejected)} rows rejected")
            for each in rejected[:20]:
                typer.echo(f"row {each['row']}: {each['code']}: {each['message']}; {each['remedy']}", err=True)
        if rejected:
            raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def _publish(settings: "Settings", agency: str, what: tuple[Path, str], send: Send) -> tuple[int, list[dict[str, Any]]]:
    from ...topics.keys.directory import load_directory
    from ...topics.keys.participants import Participants
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.ports import SystemClock
    from ..acts_db.context import context_of
    from ..acts_db.database import acts_url, open_acts
    from ..events.intake import publish_event, read_event_file

    reader = KafkaSubscriber(settings, client_id=f"{agency}-publish")
    directory = load_directory(reader, Participants(settings).root_public_key)
    engine = open_acts(acts_url(settings, agency))
    context = context_of(settings, agency, directory, engine, SystemClock())
    told, rejected = 0, []
    try:
        for number, row, event in read_event_file(*what):
            try:
                told += len(publish_event(engine, context, event))
            except LiandongError as problem:
                if problem.http_status >= 500:
                    raise
                rejected.append({"row": number, **problem.as_dict(), "event": row})
        send(settings, context.outbox, agency)
    finally:
        directory.close()
        engine.dispose()
    return told, rejected


def _write_rejects(path: Path, rejected: list[Mapping[str, Any]] | list[dict[str, Any]]) -> None:
    """The rejected rows as they were, with code and remedy; readable by their owner alone, for they hold numbers."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        for each in rejected:
            file.write(json.dumps(each, ensure_ascii=False) + "\n")
