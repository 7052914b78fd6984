"""`liandong court mapping`: a court's own export, tried before it is published."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode
from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, group, print_json, say, settings_of
from .options import CourtOption

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ..intake.findings.findings import Finding
    from ..intake.rows.model import IntakeContext
    from ..publishing.mapping_trial import MappingTrial

MAPPING_HELP = "A court's own export: the YAML file that names its titles, codes and dates (docs/court-mapping.yaml)."
MappingArgument = Annotated[Path, typer.Argument(metavar="MAPPING", help="The YAML file.")]
ExportArgument = Annotated[Path, typer.Argument(metavar="EXPORT", help="CSV, Excel workbook or JSON lines.")]
ExportFormatOption = Annotated[
    str | None, typer.Option("--format", metavar="csv|xlsx|jsonl", help="By the file's name if not given.")
]


def mount(court: typer.Typer) -> None:
    """Add the group `mapping` to `liandong court`."""
    group(court, "mapping", MAPPING_HELP).command("try")(try_)


def try_(
    ctx: typer.Context,
    mapping: MappingArgument,
    export: ExportArgument,
    court: CourtOption = None,
    file_format: ExportFormatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the first ten rows of an export as they are understood; nothing is accepted and nothing written.

    Certificate numbers are masked. Exit code 3 if one of these rows would be rejected.
    """
    from ..intake.mapping.mapping_file import read_mapping
    from ..publishing.mapping_trial import try_mapping
    from .publish import known_format

    settings = settings_of(ctx)
    context = _context(settings, court)
    trial = try_mapping(read_mapping(mapping), export, known_format(export, file_format), context)
    if as_json:
        print_json(trial.as_dict())
    else:
        _print(trial, settings.lang)
    if any(row.rejects for row in trial.rows):
        raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def _context(settings: "Settings", court: str | None) -> "IntakeContext":
    from ...schemas.dates import date_of_ms
    from ...topics.transport.process_clock import clock_of
    from ..court import court_named
    from ..intake.rows.model import IntakeContext

    found = court_named(settings, court)
    shared = settings.corps_and_military_courts == "shared"
    return IntakeContext(
        date_of_ms(clock_of(settings).now()),
        found.id,
        found.name,
        found.court_token,
        settings.lang,
        settings.state_organ_listing,
        shares_set_apart=shared,
    )


def _print(trial: "MappingTrial", lang: Language) -> None:
    from ..intake.rows.columns import COLUMN_NAMES, headers

    titles = dict(zip(COLUMN_NAMES, headers(lang), strict=True))
    for row in trial.rows:
        say(lang, f"row {row.number}", f"第 {row.number} 行")
        for column, text in row.values.items():
            typer.echo(f"  {titles[column]}: {text}")
        for rejected in row.rejects:
            _print_finding(rejected, titles.get(rejected.field, rejected.field), lang, ("rejected", "退回"))
        for noticed in row.notices:
            _print_finding(noticed, titles.get(noticed.field, noticed.field), lang, ("warning", "提示"))
    for noticed in trial.notices:
        _print_finding(noticed, noticed.field, lang, ("warning", "提示"))
    if trial.has_more:
        say(
            lang,
            "… and more rows; `court publish --mapping … --dry-run` judges all of them",
            "…… 后面还有更多行；用 `court publish --mapping … --dry-run` 检查全部",
        )
    elif not trial.rows:
        say(lang, "the export has no rows", "导出文件中没有数据行")


def _print_finding(finding: "Finding", where: str, lang: Language, word: tuple[str, str]) -> None:
    code, reason, remedy = finding.code, finding.reason, finding.remedy
    say(
        lang,
        f"  {word[0]}, {code} ({where}): {reason}; {remedy}",
        f"  {word[1]}，{code}（{where}）：{reason}；{remedy}",
    )
