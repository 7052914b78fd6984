"""`liandong bench`: measurements. Only a checkout has them."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..schemas.errors import LiandongError, WrongUsage
from ..topics.cli.console import JsonOption, print_json

if TYPE_CHECKING:
    from .result import Result
    from .running import Session

LATEST = Path(__file__).parents[1] / "docs" / "performance" / "latest.json"

app = typer.Typer(
    no_args_is_help=False,
    help="""Measure this checkout against the client library and against peers, on this machine.

    `bench run` starts an embedded Kafka of its own on loopback, writes a corpus of signed records of fictitious people
    (once per size), and runs the cases of every group interleaved, one process a run; every other round goes backwards,
    so that a machine that slows down favours nobody. Figures are medians; every run is printed and kept in the JSON file.
    Peers (FastStream, Quix Streams) live in an environment of their own, made on first use from the dependency group
    `bench`. Nothing here is asserted by tests: `bench report` says of every mark whether it was met or how far it is short.

    A run whose process dies, hangs or counts wrong shows why and what its processes wrote last; other cases go on, and the
    exit code is 1. Ctrl-C and SIGTERM end Kafka and every other process of the session.

    A full run takes about an hour and 8 GB of disk; `--scale small` ten minutes. Close what else runs first.
    """,
)


@app.callback(invoke_without_command=True)
def everything(ctx: typer.Context) -> None:
    """Make a small run and its report, where no command is given."""
    if ctx.invoked_subcommand is None:
        run(cases=[], scale="small", runs=5, file=LATEST, peers=True, work=None)
        report(file=LATEST)


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Say what can be measured."""
    from .catalogue import CASES

    if as_json:
        print_json([{"case": one.name, "group": one.group, "unit": one.unit, "says": one.says} for one in CASES])
        return
    for one in CASES:
        typer.echo(f"{one.group:10} {one.name:16} {one.unit:10} {one.says}")


@app.command()
def run(
    cases: Annotated[list[str], typer.Argument(default_factory=list, help="Cases or groups; all without.")],
    scale: Annotated[
        Literal["tiny", "small", "full"], typer.Option(help="tiny only shows that a case runs.")
    ] = "small",
    runs: Annotated[int, typer.Option(min=1, help="Runs of each case.")] = 5,
    file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Keep all runs here.")] = None,
    peers: Annotated[bool, typer.Option("--peers/--without-peers", help="Whether to measure peers too.")] = True,
    work: Annotated[Path | None, typer.Option(help="Scratch folder to keep and use again.")] = None,
) -> None:
    """Measure; prints every run, the medians and the marks."""
    from .catalogue import chosen
    from .machine import busy, facts
    from .peers_environment import versions
    from .report import summary
    from .running import Plan, Session, run_all, tidy

    try:
        wanted = chosen(cases, peers=peers)
    except ValueError as unknown:
        raise WrongUsage("BENCH_CASE_UNKNOWN", f"no case or group {unknown}", "liandong bench list") from None
    if busy():
        typer.echo("warning: others use this machine now; ratios will be rough and figures will mean nothing", err=True)
    session = Session(scale, facts())

    def tell(case: str, result: "Result | str") -> None:
        _tell(case, result)
        if file is not None:
            _keep(file, session)

    with tidy(), tempfile.TemporaryDirectory(prefix="liandong-bench-") as scratch:
        if any(case.needs_peers for case in wanted):
            session.peers = versions()
        run_all(session, Plan(wanted, scale, runs), work or Path(scratch), tell)
    typer.echo(summary(session))
    if session.failures:
        names = " ".join(session.failures)
        remedy = f"mend what stands above; to keep all its processes write: liandong bench run {names} --work FOLDER"
        raise LiandongError("BENCH_RUN_FAILED", f"no figure, or not all of them: {names}", remedy)


@app.command()
def report(
    file: Annotated[
        Path, typer.Option("--json", metavar="FILE", help="The runs, as `bench run --json` kept them.")
    ] = LATEST,
) -> None:
    """Write docs/performance.md and its plots from a file of runs."""
    from .report import write
    from .running import Session

    if not file.exists():
        raise WrongUsage("BENCH_NO_RUNS", f"there is no {file}", f"liandong bench run --json {file}")
    written = write(Session.of(json.loads(file.read_text(encoding="utf-8"))))
    typer.echo(f"written: {written}")


def _keep(file: Path, session: "Session") -> None:
    """Keep what there is after every run, so that a session that breaks off is not lost."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(session.as_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _tell(case: str, result: "Result | str") -> None:
    if isinstance(result, str):
        typer.echo(f"{case:18} failed: {result}", err=True)
        return
    steps = "  ".join(f"{step} {each:.2f}" for step, each in result.steps.items())
    typer.echo(f"{case:18} {result.value:14,.2f}   in {result.seconds:.2f} s   {steps}".rstrip())


__all__ = ["app"]
