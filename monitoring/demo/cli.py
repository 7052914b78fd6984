"""The command `liandong demo`."""

import logging
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode
from ...topics.cli.console import JsonOption, print_json, settings_of
from ...topics.workers.clock import SystemClock
from ...topics.workers.threads import rest

if TYPE_CHECKING:
    from .play import Play


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

    from ...topics.extras import need
    from .director import DemoOptions, staged

    need(*(("synthetic",) if attach else ("embedded", "synthetic")))

    clock = SystemClock()
    begun = clock.monotonic()
    _prepare_process()
    state = folder or Path(tempfile.mkdtemp(prefix="liandong-demo-"))
    options = DemoOptions(state.absolute(), count, seed, attach)
    with staged(options, settings_of(ctx), Console(stderr=as_json, highlight=False, soft_wrap=True)) as play:
        _play_scenes(play)
        _conclude(play, clock.monotonic() - begun, as_json=as_json)
        if keep:
            _stay_open(play, state)
    if folder is None and play.all_fulfilled:
        shutil.rmtree(state)
    raise typer.Exit(ExitCode.DONE if play.all_fulfilled else ExitCode.FAILED)


def _prepare_process() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a terminated demo still stops what it started
    logging.getLogger("liandong").setLevel(logging.ERROR)


def _play_scenes(play: "Play") -> None:
    from . import latency, scenes, verdict
    from .director import STALE_AFTER

    scenes.publish(play)
    scenes.counters(play)
    scenes.relief(play)
    latency.measure(play)
    scenes.watch(play)
    scenes.catch_up(play)
    scenes.stale(play, STALE_AFTER)
    verdict.deliveries(play)


def _conclude(play: "Play", seconds: float, *, as_json: bool) -> None:
    from . import verdict

    verdict.save_metrics(play)
    verdict.show(play, seconds)
    if as_json:
        print_json(verdict.summary(play, seconds))


def _stay_open(play: "Play", state: Path) -> None:
    page = f"http://127.0.0.1:{play.monitor_port}/"
    text = "everything goes on running: {page} shows it, state and logs are in {state}; Ctrl-C ends it"
    play.console.print(play.texts(text, page=page, state=state))
    if play.console.is_terminal:
        typer.launch(page)
    try:
        while True:
            rest(1)
    except KeyboardInterrupt:
        return
