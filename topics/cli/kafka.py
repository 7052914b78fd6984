"""`liandong kafka up`, `down` and `status`: the embedded broker on the command line."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode, WrongUsage
from ...schemas.problems import Language
from .console import JsonOption, print_json, say, settings_of

if TYPE_CHECKING:
    from ..embedded.cluster import ClusterStatus

app = typer.Typer(help="A real Apache Kafka on this machine, without Docker and without Java.", no_args_is_help=True)

DirOption = Annotated[
    Path | None,
    typer.Option("--dir", metavar="D", help="Folder of the cluster; by default kafka/ in the state directory."),
]


@app.command()
def up(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    nodes: Annotated[int | None, typer.Option(metavar="1|3", help="Brokers; 3 survive the loss of one.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the first broker; by default 9092.")] = None,
    secure: Annotated[bool, typer.Option("--secure", help="With users (SCRAM) and access rules.")] = False,
    trial: Annotated[
        bool, typer.Option("--trial", help="For a rehearsal: LIANDONG_TRIAL_CLOCK may say what time it is.")
    ] = False,
    directory: DirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start the embedded Kafka, or do nothing if it runs. Data survives down and up."""
    from ..embedded import cluster

    if nodes not in (None, 1, 3):
        raise WrongUsage(
            "KAFKA_NODES",
            f"{nodes} brokers are not offered",
            "use --nodes 1 or --nodes 3",
            f"不提供 {nodes} 个消息服务器",
            "请用 --nodes 1 或 --nodes 3",
        )
    made = cluster.up(_folder(ctx, directory), nodes, port, secure=secure or None, trial=trial or None)
    _show(made, _lang(ctx), as_json)


@app.command()
def down(ctx: typer.Context, directory: DirOption = None, as_json: JsonOption = False) -> None:
    """Stop the embedded Kafka; its data stays."""
    from ..embedded import cluster

    _show(cluster.down(_folder(ctx, directory)), _lang(ctx), as_json)


@app.command()
def status(ctx: typer.Context, directory: DirOption = None, as_json: JsonOption = False) -> None:
    """Say which brokers live; exit 1 unless all of them do."""
    from ..embedded import cluster

    state = cluster.status(_folder(ctx, directory))
    _show(state, _lang(ctx), as_json)
    if not state.healthy:
        if not as_json:
            command = "liandong kafka up" + (f" --dir {directory}" if directory else "")
            say(_lang(ctx), f"what to do: {command}", f"处理办法：{command}", err=True)
        raise typer.Exit(ExitCode.FAILED)


_STATES = {"running": "运行中", "silent": "无响应", "stopped": "已停止", "dead": "已异常结束"}


def _folder(ctx: typer.Context, directory: Path | None) -> Path:
    if directory is not None:
        return directory
    return settings_of(ctx).kafka_dir


def _lang(ctx: typer.Context) -> Language:
    return settings_of(ctx).lang


def _show(state: "ClusterStatus", lang: Language, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(state), "healthy": state.healthy})
        return
    if state.cluster_id is None:
        say(lang, f"no embedded Kafka in {state.directory}", f"{state.directory} 中没有内置 Kafka")
        return
    say(lang, f"cluster {state.cluster_id} in {state.directory}", f"集群 {state.cluster_id}，位于 {state.directory}")
    if state.trial:
        say(
            lang,
            "a rehearsal: nothing on it is real; LIANDONG_TRIAL_CLOCK=FILE says to each of its processes what time it is",
            "演练集群：其上内容均非真实；各进程的时间由 LIANDONG_TRIAL_CLOCK=FILE 指定",
        )
    for node in state.nodes:
        at = f"{node.id}  127.0.0.1:{node.port}"
        detail = f"process {node.pid}" if node.pid else f"log {node.log}" if node.state == "dead" else ""
        detail_zh = f"进程 {node.pid}" if node.pid else f"日志 {node.log}" if node.state == "dead" else ""
        english, chinese = f"node {at}  {node.state:8} {detail}", f"节点 {at}  {_STATES[node.state]}  {detail_zh}"
        say(lang, english.rstrip(), chinese.rstrip())
    if state.healthy:
        typer.echo(f"LIANDONG_BOOTSTRAP={state.bootstrap}")
    if state.healthy and state.secure:
        typer.echo("LIANDONG_KAFKA_SECURITY__PROTOCOL=SASL_PLAINTEXT")
        typer.echo(f"LIANDONG_KAFKA_SECURITY__USERNAME={state.username}")
        typer.echo(f"LIANDONG_KAFKA_SECURITY__PASSWORD_FILE={state.password_file}")
