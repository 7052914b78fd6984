"""Commands of the room ``schemas``: what is said, and whether it may change that way."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode, WrongUsage
from ...schemas.phrases import quoted, reason_of
from .console import JsonOption, print_json, say, settings_of
from .schema_words import RULES_ZH, SCHEMAS_ZH

if TYPE_CHECKING:
    from ...schemas.wire.avro_schemas import Schema

_COLUMNS = {
    "en": ("schema", "version", "fingerprint", "meaning"),
    "zh": ("模式", "版本", "指纹", "含义"),
}
schemas_app = typer.Typer(no_args_is_help=True, help="The Avro contract: list it, check that it may be released.")


@schemas_app.command("list")
def list_schemas(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show every schema with version, fingerprint and meaning.

    Example: liandong schemas list
    """
    from rich.console import Console
    from rich.table import Table

    from ...schemas.wire.avro_schemas import load_schemas

    lang = settings_of(ctx).lang
    rows = [(one.name, one.version, one.fingerprint.hex(), one.definition["doc"]) for one in load_schemas()]
    if as_json:
        keys = ("name", "version", "fingerprint", "doc")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    table = Table(*_COLUMNS[lang])
    for name, version, fingerprint, doc in rows:
        table.add_row(name, str(version), fingerprint, SCHEMAS_ZH[name] if lang == "zh" else doc)
    Console().print(table)


@schemas_app.command("check")
def check_schemas(
    ctx: typer.Context,
    against: Annotated[
        str | None,
        typer.Option(metavar="DIR|registry", help="An earlier release: its schemas/wire/avro folder, or the registry."),
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--schemas", help="Schema folder to check instead of this release's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fail (exit 1) if any version of any schema cannot live with every other, in either direction.

    Example: git worktree add ../released v1 && liandong schemas check --against ../released/schemas/wire/avro
    """
    from ...schemas.wire.avro_schemas import SCHEMA_DIR
    from ...schemas.wire.compatibility import check, check_against

    ours = _schemas_in(directory or SCHEMA_DIR)
    if against is None:
        findings = check(ours)
    elif against == "registry":
        from contextlib import closing

        from ..transport.registry import SchemaRegistry

        with closing(SchemaRegistry.from_settings(settings_of(ctx))) as registry:
            findings = check_against(ours, registry.released())
    else:
        findings = check_against(ours, _schemas_in(Path(against)))
    lang = settings_of(ctx).lang
    if as_json:
        print_json({"checked": len(ours), "findings": [one.as_dict() for one in findings]})
    else:
        for one in findings:
            say(
                lang,
                f"{one.rule:9} {one.schema}: {one.what}",
                f"{one.rule:9} {one.schema}：{RULES_ZH[one.rule]}（{quoted(one.what).zh}）",
            )
        say(
            lang,
            f"{len(ours)} schema versions, {len(findings)} findings",
            f"模式版本 {len(ours)} 个，问题 {len(findings)} 个",
        )
    if findings:
        raise typer.Exit(ExitCode.FAILED)


@schemas_app.command("docs")
def describe_schemas(
    ctx: typer.Context,
    asyncapi: Annotated[bool, typer.Option("--asyncapi", help="An AsyncAPI 3.0.0 document, JSON, for tools.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: standard output.")
    ] = None,
) -> None:
    """Print the event catalogue: every topic, record and field.

    Example: liandong schemas docs --asyncapi -o asyncapi.json
    """
    if asyncapi:
        from ..catalogue.asyncapi import asyncapi_text

        text = asyncapi_text(settings_of(ctx))
    else:
        from ..catalogue.event_catalogue import page

        text = page()
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(
            "FILE_UNWRITABLE",
            f"{output}: {error.strerror}",
            "name a writable file with -o",
            f"{output}：{reason_of(error).zh}",
            "请用 -o 指定可写入的文件",
        ) from error


def _schemas_in(folder: Path) -> "list[Schema]":
    from ...schemas.wire.avro_schemas import load_schemas

    if not any(folder.glob("*/*.avsc")):
        raise WrongUsage(
            "SCHEMAS_NOT_FOUND",
            f"no <name>/<version>.avsc below {folder}",
            "name a folder like schemas/wire/avro",
            f"{folder} 下没有 <name>/<version>.avsc",
            "请指定类似 schemas/wire/avro 的文件夹",
        )
    return load_schemas(folder)


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    app.add_typer(schemas_app, name="schemas")
