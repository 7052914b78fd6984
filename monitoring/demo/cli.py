"""``liandong demo``."""

import logging
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from ...schemas.errors import ExitCode
from ...topics.cli.console import JsonOption, print_json


def demo(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    *,
    count: Annotated[int, typer.Option(min=1000, help="Fictitious debtors.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed invents the same people.")] = 1,
    attach: Annotated[
        bool, typer.Option("--attach", help="On the configured cluster, under topic names of its own.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", help="Where state and logs go; kept afterwards.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Play the main job on a real Kafka: a court publishes, agencies intercept, what they see comes back.

    Ends by itself; exit 0 only if every promise it shows held.

    Example: liandong demo --count 50000 --keep
    """
    from rich.console import Console

    from ...topics.cli.console import settings_of
    from ...topics.extras import need
    from . import latency, scenes, verdict
    from .director import STALE_AFTER, DemoOptions, staged

    need(*(("synthetic",) if attach else ("embedded", "synthetic")))
    begun, base = time.monotonic(), settings_of(ctx)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a terminated demo still stops what it started
    logging.getLogger("liandong").setLevel(logging.ERROR)
    place = folder or Path(tempfile.mkdtemp(prefix="liandong-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=as_json, highlight=False, soft_wrap=True)
    with staged(DemoOptions(place.absolute(), count, seed, attach), base, console) as (play, files, settings):
        scenes.publish(play, files)
        scenes.counters(play)
        scenes.relief(play)
        latency.measure(play, settings)
        scenes.watch(play, files)
        scenes.catch_up(play, files)
        scenes.stale(play, STALE_AFTER)
        verdict.deliveries(play)
        seconds = time.monotonic() - begun
        document = verdict.summary(play, seconds)
        verdict.keep_metrics(play)
        verdict.show(play, seconds)
        if as_json:
            print_json(document)
        if keep:
            page = f"http://127.0.0.1:{play.monitor_port}/"
            console.print(f"everything goes on running: {page} shows it, state and logs are in {place}; Ctrl-C ends it")
            if console.is_terminal:
                typer.launch(page)
            _until_interrupted()
    if folder is None and play.held:
        shutil.rmtree(place)
    raise typer.Exit(ExitCode.DONE if document["held"] else ExitCode.FAILED)


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        return
