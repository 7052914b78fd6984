"""A node that has the whole list, made once per size and run: what checks are asked of."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from ..consumers.node.desk import CopyReaders
from ..consumers.replication.relief import ReliefFollower, ReliefStores
from ..consumers.store.batch import StoreBatch
from ..consumers.store.power import boot_id
from ..consumers.store.reader import ListReader
from ..consumers.store.relief import ReliefReader, ReliefStore
from ..consumers.store.writer import ListStore
from ..topics.transport.kafka import KafkaSubscriber
from ..topics.workers.clock import SystemClock
from ..topics.workers.worker import Part
from .corpus.records import JURISDICTION, Keyring
from .corpus.topic import ensure
from .node import Backlog, open_store, running
from .place import PARTITIONS, Place
from .workers import together


@contextmanager
def filled(place: Place) -> Iterator[CopyReaders]:
    """Give readers of the list, of the files of a node that has read everything in a process of its own."""
    folder = place.folder / f"node-{place.entries}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        together(_fill, [(place, folder)])
    lists, relief = ListReader.open(folder / "list"), ReliefReader.open(folder / "relief")
    try:
        yield CopyReaders(lists, relief)
    finally:
        relief.close()
        lists.close()


def _fill(place: Place, folder: Path) -> None:
    ensure(place)
    store = open_store(folder / "list", place.entries)
    Backlog(place.settings, store).run()
    _read_relief(place, folder, store)
    proven = {one: replace(position, proven=True) for one, position in store.serving().items()}
    store.commit(StoreBatch(positions=proven))  # as by a notary, of whom there is none here
    store.close()
    (folder / "complete").touch()


def _read_relief(place: Place, folder: Path, store: ListStore) -> None:
    """Read the relief lane up to its barriers, so that freshness is what it is on a node that runs."""
    overlay = ReliefStore.open(folder / "relief", boot=boot_id())
    subscriber = KafkaSubscriber(place.settings, client_id="bench-relief")
    stores = ReliefStores(overlay, store.reader())
    follower = ReliefFollower((JURISDICTION,), subscriber, stores, Keyring(), SystemClock())
    reader = overlay.reader()
    with running(Part("relief", follower, follower.wait)) as workers:
        while workers.alive() and sum(lane.fresh_as_of > 0 for lane in reader.lanes()) < PARTITIONS:
            time.sleep(0.05)
    overlay.close()
