"""Commands of the room ``schemas``: what is said, and whether it may change that way."""

from pathlib import Path
from typing import Annotated

import typer

from .console import JsonOption, print_json
from .errors import ExitCode, WrongUsage

schemas_app = typer.Typer(no_args_is_help=True, help="The Avro contract: list it, check that it may be released.")


@schemas_app.command("list")
def list_schemas(as_json: JsonOption = False) -> None:
    """Every schema with version, fingerprint and meaning.

    Example: liandong schemas list
    """
    from rich.console import Console
    from rich.table import Table

    from .catalogue import load_schemas

    rows = [(one.name, one.version, one.fingerprint.hex(), one.definition["doc"]) for one in load_schemas()]
    if as_json:
        keys = ("name", "version", "fingerprint", "doc")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    table = Table("schema", "version", "fingerprint", "meaning")
    for name, version, fingerprint, doc in rows:
        table.add_row(name, str(version), fingerprint, doc)
    Console().print(table)


@schemas_app.command("check")
def check_schemas(
    against: Annotated[Path | None, typer.Option(help="Schema folder of an earlier release (…/schemas/avro).")] = None,
    directory: Annotated[
        Path | None, typer.Option("--schemas", help="Schema folder to check instead of this release's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fail (exit 1) if any version of any schema cannot live with every other, in either direction.

    Example: git worktree add ../released v1 && liandong schemas check --against ../released/schemas/avro
    """
    from .catalogue import SCHEMA_DIR, load_schemas
    from .compatibility import check, check_against

    for folder in (against, directory):
        if folder is not None and not any(folder.glob("*/*.avsc")):
            raise WrongUsage(
                "SCHEMAS_NOT_FOUND", f"no <name>/<version>.avsc below {folder}", "name a folder like schemas/avro"
            )
    ours = load_schemas(directory or SCHEMA_DIR)
    findings = check(ours) if against is None else check_against(ours, load_schemas(against))
    if as_json:
        print_json({"checked": len(ours), "findings": [one.as_dict() for one in findings]})
    else:
        for one in findings:
            typer.echo(f"{one.rule:9} {one.schema}: {one.what}")
        typer.echo(f"{len(ours)} schema versions, {len(findings)} findings")
    if findings:
        raise typer.Exit(ExitCode.FAILED)


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    app.add_typer(schemas_app, name="schemas")
