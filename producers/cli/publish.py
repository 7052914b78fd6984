"""`liandong court publish` and `court template`."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode, WrongUsage
from ...schemas.phrases import reason_of
from ...topics.cli.console import JsonOption, print_json
from .options import WAIT_SECONDS, CourtOption, NoWaitOption, WaitOption

if TYPE_CHECKING:
    from ..intake.files.reading import Format

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Excel workbook, CSV, JSON lines or public-list rows; - reads standard input."),
]
FormatOption = Annotated[
    str | None, typer.Option("--format", metavar="csv|xlsx|jsonl|zxgk", help="By the file's name if not given.")
]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", metavar="FILE", help="Where rejected rows go; default FILE.rejects.csv.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what publishing would do; nothing is accepted.")]
TemplateArgument = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A file to write: a workbook if it ends in .xlsx, else CSV.")
]
IncrementOption = Annotated[
    bool, typer.Option("--increment", help="The file has only what is new; entries it does not name are not missing.")
]
StockOption = Annotated[
    bool,
    typer.Option(
        "--stock",
        help="Entries that were on the national list before the court's take-over: they may lack what the site does not publish.",
    ),
]
WarningsOption = Annotated[
    Path | None,
    typer.Option("--warnings", metavar="FILE", help="Where warnings of accepted rows go; default FILE.warnings.csv."),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="MAPPING", help="A YAML file that names the titles, codes and dates of your own export."
    ),
]


def mount(court: typer.Typer) -> None:
    """Add the commands to `liandong court`."""
    court.command("publish")(publish)
    court.command("template")(template)


def template(ctx: typer.Context, file: TemplateArgument = None) -> None:
    """Print or write the header and two fictitious rows of an intake file; `--lang zh` gives Chinese headers."""
    from ...topics.cli.console import settings_of
    from ..intake.files.reading import format_of
    from ..intake.files.template import template as text
    from ..intake.files.workbook_file import workbook_template

    lang = settings_of(ctx).lang
    if file is None:
        sys.stdout.write(text(lang))
        return
    data = workbook_template(lang) if format_of(file) == "xlsx" else text(lang).encode()
    try:
        with file.open("xb") as stream:  # a file that a clerk has filled is never written over
            stream.write(data)
    except OSError as error:
        raise WrongUsage(
            "FILE_UNWRITABLE",
            f"{file}: {error.strerror}",
            "name a file that can be written",
            f"{file}：{reason_of(error).zh}",
            "请指定可写入的文件",
        ) from error


def publish(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    source: FileArgument,
    *,
    court: CourtOption = None,
    file_format: FormatOption = None,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    mapping: MappingOption = None,
    increment: IncrementOption = False,
    stock: StockOption = False,
    warnings: WarningsOption = None,
    no_wait: NoWaitOption = False,
    wait_seconds: WaitOption = WAIT_SECONDS,
    as_json: JsonOption = False,
) -> None:
    """Publish list entries and orders from a file of any size; the same file again publishes nothing new.

    Good rows are published, rejected ones come back in a file that can be corrected and sent as it is. Exit code 3 if some
    were rejected.
    """
    from ...topics.cli.console import settings_of
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..intake.mapping.mapping_file import read_mapping
    from ..publishing.report import PublishRequest, document_of
    from ..publishing.run import publish_file, rehearse_file

    settings = settings_of(ctx)
    shared = settings.corps_and_military_courts == "shared"
    wanted = known_format(source, file_format)
    written = rejects or _beside(source, wanted)
    own = None if mapping is None else read_mapping(mapping)
    request = PublishRequest(source, wanted, written, settings.lang, increment, stock, shared, own)
    request = replace(
        request, warnings=warnings or _table_beside(source, "warnings"), missing=_table_beside(source, "missing")
    )
    if dry_run:
        report = rehearse_file(settings, request, court, clock_of(settings))
    else:
        report = publish_file(
            settings, request, court, None if no_wait else wait_seconds, clock_of(settings), SystemChance()
        )
    if as_json:
        print_json(document_of(report))
    else:
        from .publish_summary import print_summary

        print_summary(report, request.lang)
    if report.batch.rejected:
        raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def known_format(source: Path, name: str | None) -> "Format":
    """Return the format of a file by its name or as it was given. Raises FORMAT_UNKNOWN."""
    from ..intake.files.reading import FORMATS, format_of

    for known in FORMATS:
        if name == known:
            return known
    if name is not None:
        raise WrongUsage(
            "FORMAT_UNKNOWN",
            f"{name!r} is no format",
            f"give one of {', '.join(FORMATS)}",
            f"没有格式 {name}",
            f"可用格式：{'、'.join(FORMATS)}",
        )
    return format_of(source)


def _beside(source: Path, file_format: "Format") -> Path:
    suffix = ".xlsx" if file_format == "xlsx" else source.suffix or ".csv"
    if str(source) == "-":
        return Path(f"rejects{suffix if file_format == 'xlsx' else '.csv'}")
    return source.with_name(f"{source.name}.rejects{suffix}")


def _table_beside(source: Path, what: str) -> Path:
    return Path(f"{what}.csv") if str(source) == "-" else source.with_name(f"{source.name}.{what}.csv")
