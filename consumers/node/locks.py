"""On one machine a node runs once, and an agency that shares no acts store has one node."""

from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout

from ...schemas.errors import LiandongError
from ...topics.private_files import private_folder

LOCK = "running.lock"


class NodeRunning(LiandongError):
    """Another process on this machine is the same node."""

    def __init__(self, agency: str, node: str) -> None:
        super().__init__(
            "NODE_RUNNING",
            f"another process on this machine is node {node} of {agency}",
            "let it run, or stop it first; a second node has a name of its own (--node) and needs LIANDONG_ACTS_URL",
        )


class SecondNode(LiandongError):
    """Another node of the agency runs on this machine, and they share no acts store."""

    def __init__(self, agency: str) -> None:
        super().__init__(
            "ACTS_URL_NEEDED",
            f"another node of {agency} runs on this machine, and no acts database is set that both share",
            "set LIANDONG_ACTS_URL to a PostgreSQL for all nodes of the agency, or run one node",
        )


def lock_node(folder: Path, node: str, *, is_shared: bool) -> ExitStack:
    """Hold a node's lock, and its agency's (whose `folder` this is) unless its acts store is shared; closing gives them back.

    Raises NodeRunning, SecondNode.
    """
    with ExitStack() as stack:
        if not _held(stack, folder / node):
            raise NodeRunning(folder.name, node)
        if not is_shared and not _held(stack, folder):
            raise SecondNode(folder.name)
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
