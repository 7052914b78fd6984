"""The commands `liandong trace ID` and `liandong trace verify FILE`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ...schemas.errors import ExitCode, WrongUsage
from ...topics.cli.console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from ...topics.keys.key_files import StoredKey
    from ...topics.settings import Settings
    from ..service.context import MonitoringContext
    from .making import MadeProof, TracedEntry
    from .text import ProofText
    from .verdict import ProofVerdict

_ENTRY = "entry"
_ROOT_LENGTHS = range(32, 129)
"""As the setting `root_public_key` has them, whatever the suite."""


class _TraceGroup(TyperGroup):
    """Whatever is no command of the group is what is to be traced."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_ENTRY, *args]
        return super().parse_args(ctx, args)


def mount(app: typer.Typer) -> None:
    """Add the commands to the root command."""
    trace = typer.Typer(
        cls=_TraceGroup, no_args_is_help=True, help="Prove what an entry was, to anybody: `liandong trace ID`."
    )
    app.add_typer(trace, name="trace")
    trace.command(_ENTRY)(entry)
    trace.command("verify")(verify)


def entry(
    ctx: typer.Context,
    traced: Annotated[str, typer.Argument(metavar="ID", help="An entry (ent_…) or an order (ord_…).")],
    *,
    jurisdiction: Annotated[
        str, typer.Option(metavar="J", help="Whose list it stands in; needed where there are several.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; by default ID.proof.json here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove from the log what an entry was at the newest hourly snapshot, and what came after it; `liandong trace ID` for short.

    The file holds the entry's records as the court signed them, so the person's name and surrogates too: only you can read it.
    Where the entry was not live it holds the ids of its two neighbours in the list.

    Example: liandong trace ent_0198c2f0a1b27c3d8e4f5a6b7c8d9e0f --out proof.json
    """
    from ..service.context import monitoring_context
    from .document import write_proof
    from .making import TracedEntry
    from .text import ProofText
    from .verification import verify_proof

    settings = settings_of(ctx)
    texts, path = ProofText(settings.lang), out or Path(f"{traced.strip()}.proof.json")
    with monitoring_context(settings, "trace") as context:
        root = context.participants.root_public_key
        wanted = TracedEntry(traced, jurisdiction or _only_jurisdiction(context), root)
        made = _made(context, wanted, texts)
    raw = write_proof(path, made.proof)
    verdict = verify_proof(raw, root)
    if as_json:
        print_json(verdict.as_dict(settings.lang) | {"file": str(path), "left_out": made.refused})
    else:
        _print(verdict, texts)
        typer.echo(texts.word("written", path=path))
        if made.refused:
            typer.echo(texts.word("left out", count=made.refused))
    raise typer.Exit(ExitCode.DONE if verdict.proven else ExitCode.FAILED)


def verify(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `liandong trace ID` wrote.")],
    *,
    root: Annotated[
        str, typer.Option(metavar="KEY", help="The root's public key; by default the one pinned on this machine.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what the file of a traced entry proves; no cluster is asked. Exit 1 if a check fails.

    Trusted is the root alone. A later record or the revocation of a key that is not in the file cannot be seen by this.

    Example: liandong trace verify proof.json
    """
    from .document import read_file
    from .text import ProofText
    from .verification import verify_proof

    settings = settings_of(ctx)
    verdict = verify_proof(read_file(file), _root_of(root, settings))
    if as_json:
        print_json(verdict.as_dict(settings.lang))
    else:
        _print(verdict, ProofText(settings.lang))
    raise typer.Exit(ExitCode.DONE if verdict.proven else ExitCode.FAILED)


def _print(verdict: "ProofVerdict", texts: "ProofText") -> None:
    for line in texts.lines(verdict):
        typer.echo(line)


def _root_of(text: str, settings: "Settings") -> "StoredKey":
    from ...schemas.wire.suites import suite_of
    from ...topics.keys.key_files import StoredKey
    from ...topics.keys.participants import Participants

    if not text:
        return Participants(settings).root_public_key
    try:
        root = StoredKey.parse(text)
    except ValueError:
        root = StoredKey(b"")
    if len(root.raw) not in _ROOT_LENGTHS:
        raise WrongUsage(
            "TRACE_ROOT_INVALID",
            "--root is no public key",
            "give what the setting root_public_key holds: hexadecimal digits, before them a suite and a colon if it is not intl",
            "--root 不是公钥",
            "请填写设置 root_public_key 的内容：十六进制数字；算法套件不是 intl 的，前面加套件名和冒号",
        )
    suite_of(root.suite)
    return root


def _only_jurisdiction(context: "MonitoringContext") -> str:
    from ..service.gathering import served

    known = served(context.directory)
    if len(known) != 1:
        raise WrongUsage(
            "TRACE_JURISDICTION_NEEDED",
            f"{len(known)} jurisdictions are registered: {' '.join(known)}",
            "say with --jurisdiction whose list the entry stands in",
            f"已登记 {len(known)} 个辖区：{' '.join(known)}",
            "请用 --jurisdiction 指明条目在哪个辖区的名单中",
        )
    return known[0]


def _made(context: "MonitoringContext", wanted: "TracedEntry", texts: "ProofText") -> "MadeProof":
    from .count import CountPorts
    from .making import make_proof

    ports = CountPorts(context.subscriber("trace"), context.directory, context.clock)
    with _bar(texts.word("counting")) as progress:
        return make_proof(wanted, ports, progress)


@contextmanager
def _bar(about: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar to a person at a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(about, total=None)
        yield lambda reached, end: bar.update(task, completed=reached, total=end)
