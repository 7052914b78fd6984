"""`liandong backup` and `liandong restore`."""

from pathlib import Path
from typing import Annotated

import typer

from ...topics.cli.console import JsonOption, print_json

_TEXTS = {
    "en": {
        "made": "{participant}: {count} files in {folder}; they hold private keys, keep them as the state directory itself",
        "elsewhere": "not in it: the database of {setting}; back that up by the server's own means",
        "back": "{path}",
        "done": "{count} files of {made_at} put back; keys that were there already stay as they were",
        "notary": "a notary's tally is put back to move a notary that was stopped when it was copied, never to go back",
        "register": "the register must not be older than the log: see docs/runbook.md, State directory",
        "erase": "then erase what is due: liandong participant erase {participant}",
    },
    "zh": {
        "made": "{participant}：{count} 个文件已写入 {folder}；其中含私钥，请按状态目录同等要求保管",
        "elsewhere": "未包括 {setting} 所指的数据库，请用数据库服务器自身的手段备份",
        "back": "{path}",
        "done": "已恢复 {made_at} 的 {count} 个文件；原有的密钥文件保持不变",
        "notary": "见证节点的计数只用于迁移停机后复制的节点，不得用来退回旧状态",
        "register": "登记册不得旧于消息日志，见 docs/runbook.md 的 State directory 一节",
        "erase": "随后请销毁到期密钥：liandong participant erase {participant}",
    },
}
ParticipantArgument = Annotated[str, typer.Argument(metavar="ID", help="A court, a publisher, an agency or a notary.")]


def mount(app: typer.Typer) -> None:
    """Add `backup` and `restore`."""
    app.command("backup")(backup)
    app.command("restore")(put_back)


def backup(
    ctx: typer.Context,
    participant: ParticipantArgument,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one that is not there yet.")],
    as_json: JsonOption = False,
) -> None:
    """Copy what a participant keeps on this machine into a folder, also while its processes run.

    Example: liandong backup railway-js /backups/railway-js-2026-11-28
    """
    from ...topics.cli.console import settings_of
    from ...topics.transport.process_clock import clock_of
    from .backup import back_up

    settings = settings_of(ctx)
    index = back_up(settings, participant, folder, clock_of(settings))
    if as_json:
        print_json({"folder": str(folder), **index.model_dump(mode="json")})
        return
    texts = _TEXTS[settings.lang]
    typer.echo(texts["made"].format(participant=participant, count=len(index.files), folder=folder))
    for setting in index.elsewhere:
        typer.echo(texts["elsewhere"].format(setting=setting))


def put_back(
    ctx: typer.Context,
    participant: ParticipantArgument,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `liandong backup` made.", exists=True)],
    replace: Annotated[bool, typer.Option("--replace", help="Also in the place of what is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a backup back; nothing that uses it may run. What was handled since is handled again, none of it twice.

    Example: liandong restore railway-js /backups/railway-js-2026-11-28 --replace
    """
    from ...topics.cli.console import settings_of
    from .backup import restore

    settings = settings_of(ctx)
    made_at, written = restore(settings, participant, folder, replace=replace)
    if as_json:
        print_json({"participant": participant, "made_at": made_at, "files": [path.as_posix() for path in written]})
        return
    texts = _TEXTS[settings.lang]
    for path in written:
        typer.echo(texts["back"].format(path=path))
    typer.echo(texts["done"].format(count=len(written), made_at=made_at))
    for kind, folder_name in (("notary", "monitoring"), ("register", "publisher")):
        if any(path.parts[0] == folder_name for path in written):
            typer.echo(texts[kind])
    typer.echo(texts["erase"].format(participant=participant))
