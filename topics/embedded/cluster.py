"""Start, stop and look at the embedded Kafka. All of it may be called by several processes at once."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock

from ..private_files import private_folder, write_private
from ..workers.clock import SystemClock
from ..workers.threads import rest
from . import errors, ports, process, security
from .properties import as_text, server_properties
from .runtime import KafkaRuntime, install
from .state import Cluster, Folder, Node, new_cluster_id
from .trial_mark import marked

DEFAULT_PORT = 9092
DISK_FLOOR = 512 * 2**20
"""Free bytes below which no broker is started."""
READY_WITHIN = 90.0
"""Seconds a node may take to serve; a loaded machine needs ten times the usual."""
NodeState = Literal["running", "silent", "dead", "stopped"]


@dataclass(frozen=True)
class NodeStatus:
    """One node as found: running, silent (lives, does not answer), dead (should run), stopped (was told to)."""

    id: int
    port: int
    pid: int | None
    state: NodeState
    log: str


@dataclass(frozen=True)
class ClusterStatus:
    """The whole cluster as found."""

    directory: str
    cluster_id: str | None
    bootstrap: str | None
    nodes: tuple[NodeStatus, ...]
    secure: bool = False
    trial: bool = False
    username: str | None = None
    password_file: str | None = None

    @property
    def healthy(self) -> bool:
        """Whether every node runs and answers."""
        return bool(self.nodes) and all(node.state == "running" for node in self.nodes)


@dataclass(frozen=True)
class ClusterShape:
    """What is asked of a cluster; None means as it is, else one open node on 9092."""

    nodes: int | None = None
    port: int | None = None
    secure: bool | None = None
    trial: bool | None = None


def up(
    directory: Path,
    nodes: int | None = None,
    port: int | None = None,
    *,
    secure: bool | None = None,
    trial: bool | None = None,
) -> ClusterStatus:
    """Make the cluster in `directory` run, creating it if there is none; does nothing if it runs.

    `nodes` (1 or 3), `port` (of the first node, the others follow) and `secure` (SCRAM users and access rules) default
    to what is there, else 1, 9092 and open. `trial` makes a new cluster a rehearsal's; none that is there becomes one.
    Raises KAFKA_PORT_IN_USE, KAFKA_DISK_FULL, KAFKA_NOT_INSTALLABLE, KAFKA_BROKER_DIED, KAFKA_NOT_READY,
    KAFKA_OTHER_SHAPE, KAFKA_OTHER_SECURITY, KAFKA_NO_TRIAL.
    """
    folder = Folder(directory.expanduser().resolve())
    private_folder(folder.path)
    with FileLock(folder.lock):
        cluster = _described(folder, ClusterShape(nodes, port, secure, trial))
        missing = [node for node in cluster.nodes if process.running(folder, node.id) is None]
        if missing:
            _start(folder, cluster, missing)
        else:
            _await(folder, list(cluster.nodes))
    return status(directory)


def down(directory: Path, patience: float = 20.0) -> ClusterStatus:
    """Stop every node; the data stays. Nodes that do not end within `patience` seconds are killed."""
    folder = Folder(directory.expanduser().resolve())
    cluster = folder.read()
    if cluster is not None:
        with FileLock(folder.lock):
            process.stop(folder, [node.id for node in cluster.nodes], patience)
    return status(directory)


def status(directory: Path) -> ClusterStatus:
    """Say what is there and whether it lives; changes nothing."""
    folder = Folder(directory.expanduser().resolve())
    cluster = folder.read()
    if cluster is None:
        return ClusterStatus(str(folder.path), None, None, ())
    nodes = tuple(_look(folder, node) for node in cluster.nodes)
    login = (security.ADMIN, str(folder.password_file(security.ADMIN))) if cluster.secure else (None, None)
    return ClusterStatus(
        str(folder.path), cluster.cluster_id, cluster.bootstrap(), nodes, cluster.secure, cluster.trial, *login
    )


def running_bootstrap(directory: Path) -> str:
    """Return the addresses of the cluster in `directory`. Raises KAFKA_NOT_RUNNING if no node of it runs."""
    cluster = status(directory)
    if cluster.bootstrap is None or not any(node.state == "running" for node in cluster.nodes):
        raise errors.nothing_running(directory)
    return cluster.bootstrap


def _look(folder: Folder, node: Node) -> NodeStatus:
    live = process.running(folder, node.id)
    noted = process.noted_pid(folder, node.id)
    state: NodeState
    if live is not None:
        state = "running" if ports.answers(node.port) else "silent"
    else:
        state = "stopped" if noted is None else "dead"
    return NodeStatus(node.id, node.port, live.pid if live else None, state, str(folder.log(node.id)))


def _described(folder: Folder, shape: ClusterShape) -> Cluster:
    """Return the cluster to run: the one in the folder, moved to other ports if asked, or a new one."""
    known = folder.read()
    if known is None:
        cluster_id = marked(new_cluster_id()) if shape.trial else new_cluster_id()
        cluster = Cluster(cluster_id, _place(shape.nodes or 1, shape.port or DEFAULT_PORT), bool(shape.secure))
        folder.write(cluster)
        return cluster
    if shape.nodes is not None and shape.nodes != len(known.nodes):
        raise errors.other_shape(folder.path, len(known.nodes), shape.nodes)
    if shape.secure is not None and shape.secure != known.secure:
        raise errors.other_security(folder.path, secure=known.secure)
    if shape.trial and not known.trial:
        raise errors.no_trial(folder.path)
    first_port = known.nodes[0].port
    if any(process.running(folder, node.id) for node in known.nodes):
        if shape.port is not None and shape.port != first_port:
            raise errors.runs_elsewhere(known.bootstrap(), first_port, shape.port)
        return known
    # nothing runs: the controllers' ports may have been taken by others meanwhile, so choose them again
    cluster = replace(known, nodes=_place(len(known.nodes), shape.port or first_port))
    folder.write(cluster)
    return cluster


def _place(nodes: int, port: int) -> tuple[Node, ...]:
    clients = range(port, port + nodes)
    taken = set(clients)
    controllers = [free for free in ports.some_free(nodes + len(taken)) if free not in taken]
    return tuple(Node(number, at, controllers[number - 1]) for number, at in enumerate(clients, start=1))


def _start(folder: Folder, cluster: Cluster, missing: list[Node]) -> None:
    free = shutil.disk_usage(folder.path).free
    if free < DISK_FLOOR:
        raise errors.disk_full(folder.path, free, DISK_FLOOR)
    for node in missing:
        if not ports.is_free(node.port):
            raise errors.port_in_use(node.port, ports.holder(node.port))
    runtime = install()
    users = (security.ADMIN, security.CONTROLLER) if cluster.secure else ()
    passwords = {user: folder.password(user) for user in users}
    for node in missing:
        folder.data(node.id).mkdir(parents=True, exist_ok=True)
        text = as_text(server_properties(cluster, node, folder.data(node.id), passwords))
        write_private(folder.properties(node.id), text)
        if not (folder.data(node.id) / "meta.properties").exists():
            _format(runtime, folder, node, ("--cluster-id", cluster.cluster_id, *security.first_user(passwords)))
    heap = "512m" if len(cluster.nodes) == 1 else "384m"
    for node in missing:
        process.start(runtime.command("kafka.Kafka", str(folder.properties(node.id)), heap=heap), folder, node.id)
    _await(folder, missing)


def _format(runtime: KafkaRuntime, folder: Folder, node: Node, options: Sequence[str]) -> None:
    """Prepare a new log directory; the arguments go through a file, because one of them may be a password."""
    arguments = folder.node(node.id) / "format.arguments"
    lines = ("format", "--config", str(folder.properties(node.id)), "--ignore-formatted", *options)
    write_private(arguments, "".join(f"{line}\n" for line in lines))
    command = runtime.command("kafka.tools.StorageTool", f"@{arguments}")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
    finally:
        arguments.unlink()
    if done.returncode != 0:
        raise errors.died(node.id, folder.log(node.id), (done.stdout + done.stderr).splitlines()[-15:])


def _await(folder: Folder, nodes: list[Node]) -> None:
    """Wait until every node serves; a node that cannot is stopped, so that no half-started broker stays behind."""
    clock = SystemClock()
    end = clock.monotonic() + READY_WITHIN
    for node in nodes:
        log = folder.log(node.id)
        while not (process.started(log) and ports.answers(node.port)):
            if process.running(folder, node.id) is None:
                tail = process.tail(log)
                process.stop(folder, [each.id for each in nodes], patience=5)
                raise errors.died(node.id, log, tail)
            if clock.monotonic() > end:
                process.stop(folder, [each.id for each in nodes], patience=5)
                raise errors.not_ready(node.id, READY_WITHIN, log)
            rest(0.05)
