"""`liandong synthetic …`: fictitious, checksum-valid input for trials, tests and the demo."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from ...schemas.dates import date_of_ms, parse_date
from ...schemas.errors import WrongUsage
from ...schemas.phrases import reason_of
from ...topics.cli.console import settings_of
from ...topics.extras import need


class OutputFormat(StrEnum):
    """What the rows are written as; both are read by `liandong court publish`."""

    CSV = "csv"
    JSONL = "jsonl"


CountOption = Annotated[int, typer.Option("--count", "-n", min=0, help="How many rows.")]
SeedOption = Annotated[int, typer.Option("--seed", "-s", help="The same seed gives the same subjects.")]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="csv or jsonl (JSON lines).")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: standard output.")]
DayOption = Annotated[str | None, typer.Option("--day", help="Day the rows are for, 2026-11-22; default today.")]
TokenOption = Annotated[str, typer.Option("--court-token", help="Court token in case numbers.")]

synthetic = typer.Typer(
    name="synthetic",
    help="Fictitious, checksum-valid people, list entries and orders; all follows from the seed.",
    no_args_is_help=True,
)


def mount(app: typer.Typer) -> None:
    """Add `liandong synthetic` to the root command."""
    app.add_typer(synthetic)


@synthetic.command("people")
def people(
    ctx: typer.Context,
    count: CountOption = 10,
    seed: SeedOption = 1,
    file_format: FormatOption = OutputFormat.CSV,
    output: OutputOption = None,
) -> None:
    """Natural persons with their certificates; those of seed 1 are on the list of seed 1."""
    from ..synthetic.rows import PEOPLE_COLUMNS, SyntheticRequest, people_rows

    _write(people_rows(SyntheticRequest(seed, count, _day(ctx, None))), PEOPLE_COLUMNS, file_format, output)


@synthetic.command("list")
def list_entries(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    count: CountOption = 10,
    seed: SeedOption = 1,
    file_format: FormatOption = OutputFormat.CSV,
    output: OutputOption = None,
    day: DayOption = None,
    court_token: TokenOption = "苏0505",  # noqa: S107  the token of a court in case numbers
) -> None:
    """List entries as `liandong court publish` takes them."""
    from ..synthetic.rows import LIST_COLUMNS, SyntheticRequest, list_rows

    _write(list_rows(SyntheticRequest(seed, count, _day(ctx, day), court_token)), LIST_COLUMNS, file_format, output)


@synthetic.command("orders")
def orders(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    count: CountOption = 10,
    seed: SeedOption = 1,
    file_format: FormatOption = OutputFormat.CSV,
    output: OutputOption = None,
    day: DayOption = None,
    court_token: TokenOption = "苏0505",  # noqa: S107  the token of a court in case numbers
) -> None:
    """Consumption orders and exit bans on the debtors of the same seed, and on entities' representatives."""
    from ..synthetic.rows import ORDER_COLUMNS, SyntheticRequest, order_rows

    _write(order_rows(SyntheticRequest(seed, count, _day(ctx, day), court_token)), ORDER_COLUMNS, file_format, output)


def _day(ctx: typer.Context, text: str | None) -> date:
    from ...topics.transport.process_clock import clock_of

    return parse_date(text) if text else date_of_ms(clock_of(settings_of(ctx)).now())


@contextmanager
def _output_stream(output: Path | None) -> Iterator[TextIO]:
    """Open the file that is written to, or standard output."""
    if output is None:
        # Windows consoles have other encodings; a file made by redirection must be UTF-8 all the same.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        return
    try:
        stream = output.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise WrongUsage(
            "FILE_UNWRITABLE",
            f"{output}: {error.strerror}",
            "name a writable file with -o",
            f"{output}：{reason_of(error).zh}",
            "请用 -o 指定可写入的文件",
        ) from error
    with stream:
        yield stream


def _write(rows: Iterator[dict[str, str]], columns: tuple[str, ...], kind: OutputFormat, output: Path | None) -> None:
    need("synthetic")  # before a file is opened that would then be empty
    with _output_stream(output) as stream:
        if kind is OutputFormat.JSONL:
            for row in rows:
                stream.write(json.dumps({name: text for name, text in row.items() if text}, ensure_ascii=False) + "\n")
            return
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
