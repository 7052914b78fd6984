"""Opens a node's copy of the lists and its overlay of relief; an older one that was put in their place is made again."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from ...topics.transport.ports import TopicPartition
from ..acts_db.told import Told
from ..store.power import PowerMark
from ..store.reader import ListReader
from ..store.relief import ReliefReader, ReliefStore
from ..store.writer import ListStore

_log = structlog.get_logger(__name__)
LIST, RELIEF = "list", "relief"


def open_lists(folder: Path, boot: str, known: Told) -> ListStore:
    """Open the copy in a node's folder. One that holds less than the node has told is made again, as after a loss of power.

    Raises StoreError.
    """
    store = ListStore.open(folder / LIST, boot=boot)
    if not known.is_behind(list_positions(store.reader())):
        return store
    store.abandon()
    _put_back(folder / LIST, boot)
    return ListStore.open(folder / LIST, boot=boot)


def open_relief(folder: Path, boot: str, known: Told) -> ReliefStore:
    """Do the same for the overlay."""
    store = ReliefStore.open(folder / RELIEF, boot=boot)
    if not known.is_behind(relief_positions(store.reader())):
        return store
    store.abandon()
    _put_back(folder / RELIEF, boot)
    return ReliefStore.open(folder / RELIEF, boot=boot)


def list_positions(reader: ListReader) -> Mapping[TopicPartition, int]:
    """Return the next offsets of the copy."""
    return {TopicPartition(*lane.name): lane.next_offset for lane in reader.status().lanes}


def relief_positions(reader: ReliefReader) -> Mapping[TopicPartition, int]:
    """Return the next offsets of the overlay."""
    return {TopicPartition(lane.topic, lane.partition): lane.next_offset for lane in reader.lanes()}


def _put_back(folder: Path, boot: str) -> None:
    _log.error("an older copy was put back, it holds less than this node has told; it is made again", path=str(folder))
    PowerMark(folder, boot).spoil()
