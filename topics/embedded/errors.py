"""What can go wrong with the embedded Kafka, each with its way out."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from ...schemas.errors import LiandongError, Unavailable, WrongUsage
from ...schemas.phrases import chinese
from ...schemas.problems import BilingualError, Text, UsageProblem


def port_in_use(port: int, holder: str | None) -> LiandongError:
    """Say that another program listens where the broker should."""
    by, by_zh = (f" by {holder}", f"（{holder}）") if holder else ("", "")
    return Unavailable(
        "KAFKA_PORT_IN_USE",
        f"port {port} on this machine is taken{by}",
        f"stop that program, or choose another port: liandong kafka up --port {port + 1000 if port < 64000 else 29092}",
        f"本机端口 {port} 已被占用{by_zh}",
        f"请停止该程序，或换用其他端口：liandong kafka up --port {port + 1000 if port < 64000 else 29092}",
    )


def disk_full(directory: Path, free: int, floor: int) -> LiandongError:
    """Refuse before starting a broker on a full disk, which ends in a broken log."""
    return Unavailable(
        "KAFKA_DISK_FULL",
        f"only {free // 2**20} MiB free where {directory} lies; Kafka needs {floor // 2**20} MiB to start",
        "free some space, or choose a folder on another disk: liandong kafka up --dir DIR",
        f"{directory} 所在磁盘仅余 {free // 2**20} MiB；Kafka 启动需要 {floor // 2**20} MiB",
        "请释放磁盘空间，或换用其他磁盘上的文件夹：liandong kafka up --dir DIR",
    )


def cannot_install(reason: str) -> LiandongError:
    """Say that the Kafka jars are not here and cannot be fetched."""
    return Unavailable(
        "KAFKA_NOT_INSTALLABLE",
        f"Apache Kafka could not be fetched: {reason}",
        "the first start needs a Maven repository: check the network or proxy, or name a mirror under [repositories] "
        "in ~/.config/jgo.conf; with a Kafka of your own set LIANDONG_BOOTSTRAP instead",
        f"无法取得 Apache Kafka：{chinese(reason)}",
        "首次启动需要访问 Maven 仓库：请检查网络或代理，或在 ~/.config/jgo.conf 的 [repositories] 中填写镜像；已有 Kafka 的，请设置 LIANDONG_BOOTSTRAP",
    )


def broken_bundle(folder: Path) -> LiandongError:
    """Say that jars were installed, but not all of them."""
    return LiandongError(
        "KAFKA_NOT_INSTALLABLE",
        f"{folder} lacks jars of this version of Kafka",
        "run the bundle's install.sh again; or remove that folder, and Kafka is fetched from a Maven repository",
        f"{folder} 缺少本版本 Kafka 的 jar 文件",
        "请重新执行安装包的 install.sh；或删除该文件夹，改从 Maven 仓库取得 Kafka",
    )


def died(node: int, log: Path, tail: Sequence[str]) -> LiandongError:
    """Say that a broker process ended while it should be running."""
    shown = "\n".join(f"  | {line}" for line in tail) or "  | …"
    return LiandongError(
        "KAFKA_BROKER_DIED",
        f"Kafka node {node} ended while starting; the end of {log}:\n{shown}",
        "mend what the log names and run `liandong kafka up` again; the data is kept",
        f"Kafka 节点 {node} 启动时退出；{log} 的末尾：\n{shown}",
        "请处理该文件所述的问题，再执行 `liandong kafka up`；数据保留",
    )


def not_ready(node: int, seconds: float, log: Path) -> LiandongError:
    """Say that a broker process runs but does not come to serve."""
    return Unavailable(
        "KAFKA_NOT_READY",
        f"Kafka node {node} was not ready after {seconds:.0f} s and was stopped",
        f"look into {log}; a busy machine may only need another try: liandong kafka up",
        f"Kafka 节点 {node} 在 {seconds:.0f} 秒内未就绪，已停止",
        f"请查看 {log}；机器繁忙时重试即可：liandong kafka up",
    )


def other_shape(directory: Path, have: int, requested: int) -> LiandongError:
    """Say that the folder holds a cluster with another number of nodes."""
    return WrongUsage(
        "KAFKA_OTHER_SHAPE",
        f"{directory} holds a cluster of {have} node(s), {requested} were asked for",
        f"leave --nodes out to start what is there, or choose another folder with --dir; removing {directory} deletes its data",
        f"{directory} 中的集群有 {have} 个节点，要求的是 {requested} 个",
        f"请去掉 --nodes 以启动现有集群，或用 --dir 换用其他文件夹；删除 {directory} 即删除其数据",
    )


def other_security(directory: Path, *, secure: bool) -> LiandongError:
    """Say that the folder holds a cluster with users where none were asked for, or the other way round."""
    have, have_zh = (
        ("asks for users and passwords", "需要用户名和口令")
        if secure
        else ("is open to every program on this machine", "对本机所有程序开放")
    )
    return WrongUsage(
        "KAFKA_OTHER_SECURITY",
        f"the cluster in {directory} {have}, and that cannot be changed",
        "leave --secure out to start what is there, or choose another folder with --dir",
        f"{directory} 中的集群{have_zh}，不能更改",
        "请去掉 --secure 以启动现有集群，或用 --dir 换用其他文件夹",
    )


class NoTrial(UsageProblem):
    """A cluster that is there was asked to be a rehearsal's."""

    texts: ClassVar[dict[str, Text]] = {
        "KAFKA_NO_TRIAL": Text(
            "the cluster in {directory} was not made as a rehearsal, and none becomes one later",
            "choose another folder: `liandong kafka up --trial --dir D`",
            "{directory} 中的集群建立时不是演练集群，之后也不能改为演练集群",
            "请另选文件夹：`liandong kafka up --trial --dir D`",
        ),
    }


def no_trial(directory: Path) -> LiandongError:
    """Say that what is there is no rehearsal, and cannot become one."""
    return NoTrial("KAFKA_NO_TRIAL", directory=str(directory))


def runs_elsewhere(bootstrap: str, at: int, requested: int) -> LiandongError:
    """Say that a running cluster was asked to be on another port."""
    return WrongUsage(
        "KAFKA_RUNS_ELSEWHERE",
        f"this cluster already runs on port {at}",
        f"use {bootstrap}, or move it: liandong kafka down, then up --port {requested}",
        f"该集群已在端口 {at} 上运行",
        f"请使用 {bootstrap}；如需更换端口，先执行 liandong kafka down，再用 --port {requested} 启动",
    )


def broken_state(path: Path, reason: str) -> LiandongError:
    """Say that the description of the cluster cannot be read."""
    return LiandongError(
        "KAFKA_STATE_BROKEN",
        f"{path} is not readable: {reason}",
        f"restore the file, or move {path.parent} away and start anew (its topics are then gone)",
        f"{path} 无法读取：{chinese(reason)}",
        f"请恢复该文件，或移走 {path.parent} 后重新开始（其主题随之丢失）",
    )


class KafkaNotRunning(BilingualError, Unavailable):
    """No cluster is configured and the embedded one does not run."""

    texts: ClassVar[dict[str, Text]] = {
        "KAFKA_NOT_RUNNING": Text(
            "no Kafka is configured, and none runs under {directory}",
            "start one with `liandong kafka up`, or name yours in LIANDONG_BOOTSTRAP",
            "未配置 Kafka，{directory} 下也没有正在运行的 Kafka",
            "请用 `liandong kafka up` 启动，或在 LIANDONG_BOOTSTRAP 中填写已有的 Kafka",
        ),
    }


def nothing_running(directory: Path) -> LiandongError:
    """Say that no cluster is configured and the embedded one does not run."""
    return KafkaNotRunning("KAFKA_NOT_RUNNING", directory=str(directory))
