"""On one machine a node runs once, and an agency that shares no acts store has one node."""

from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

from filelock import FileLock, Timeout

from ...schemas.problems import BilingualError, Text
from ...topics.private_files import private_folder

LOCK = "running.lock"


class NodeRefused(BilingualError):
    """A node that may not run beside another one."""

    http_status = 409
    texts: ClassVar[dict[str, Text]] = {
        "NODE_RUNNING": Text(
            "another process on this machine is node {node} of {agency}",
            "let it run, or stop it first; a second node has a name of its own (--node) and needs LIANDONG_ACTS_URL",
            "本机另一进程已是 {agency} 的节点 {node}",
            "请让其继续运行，或先停止它；第二个节点须另取名称（--node）并设置 LIANDONG_ACTS_URL",
        ),
        "ACTS_URL_NEEDED": Text(
            "another node of {agency} runs on this machine, and no acts database is set that both share",
            "set LIANDONG_ACTS_URL to one PostgreSQL for all nodes of the agency, or run one node",
            "本机已有 {agency} 的另一节点在运行，且未设置共用的处置数据库",
            "请为该单位所有节点设置同一个 PostgreSQL（LIANDONG_ACTS_URL），或只运行一个节点",
        ),
        "ACTS_NOT_SHARED": Text(
            "{agency} has a node {other} at work that shares no acts database with node {node}",
            "set LIANDONG_ACTS_URL to one PostgreSQL for all nodes of the agency, or run one node",
            "{agency} 的节点 {other} 正在工作，但与节点 {node} 不共用处置数据库",
            "请为该单位所有节点设置同一个 PostgreSQL（LIANDONG_ACTS_URL），或只运行一个节点",
        ),
    }


def lock_node(folder: Path, node: str, *, is_shared: bool) -> ExitStack:
    """Hold a node's lock, and its agency's (whose `folder` this is) unless its acts store is shared; closing gives them back.

    Raises NODE_RUNNING, ACTS_URL_NEEDED.
    """
    with ExitStack() as stack:
        if not _held(stack, folder / node):
            raise NodeRefused("NODE_RUNNING", agency=folder.name, node=node)
        if not is_shared and not _held(stack, folder):
            raise NodeRefused("ACTS_URL_NEEDED", agency=folder.name)
        return stack.pop_all()


def is_running(folder: Path) -> bool:
    """Return whether a node of the agency whose folder this is runs on this machine."""
    with ExitStack() as stack:
        return not all(_held(stack, path.parent) for path in sorted(folder.rglob(LOCK)))


def _held(stack: ExitStack, folder: Path) -> bool:
    lock = FileLock(private_folder(folder) / LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    stack.callback(lock.release)
    return True
