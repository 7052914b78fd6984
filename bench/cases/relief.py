"""Relief with the whole list in front: entries are revoked while the replicator works off the backlog behind which the
state lane would bring it; how long until the gate frees.
"""

import tempfile
import time
from pathlib import Path
from uuid import uuid4

from ...consumers.replication.list_view import ListView
from ...consumers.replication.relief import ReliefFollower, ReliefStores
from ...consumers.replication.replicator import Replicator
from ...consumers.replication.replicator_config import ReplicatorConfig
from ...consumers.store.power import boot_id
from ...consumers.store.relief import ReliefStore
from ...schemas.law.listing import Status
from ...topics.catalogue import names
from ...topics.settings import Settings
from ...topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from ...topics.workers.clock import SystemClock
from ...topics.workers.threads import Workers
from ...topics.workers.worker import Part
from ..corpus.people import tags_of
from ..corpus.records import JURISDICTION, Keyring, Scribe, prefix_of
from ..corpus.topic import ensure, make_topics, record_of
from ..node import open_store, running
from ..place import Place
from ..result import Result
from ..workers import Worker, working
from .latency import latencies

_PAUSE = 0.015
"""Seconds between two revocations."""
_WARM = 3
"""The first revocations make the court's connections and do not count."""
_PROBE = 0.0005
"""Seconds between two questions to the gate."""


def run(place: Place) -> Result:
    """Measure p99 in ms over those revoked while the backlog lasted; `behind` says how many that were."""
    ensure(place)
    lane = place.settings_for(f"bench-relief-{uuid4().hex[:8]}.")
    make_topics(lane, (names.relief(JURISDICTION),))
    with tempfile.TemporaryDirectory(dir=place.folder) as scratch:
        node = _Node(place, lane, Path(scratch))
        with working(revoke_some, lane, place.amount) as court:
            court.ready()
            return node.measure(place, court)


class _Node:
    """A node's two readers and its gate, in one process as they always are."""

    def __init__(self, place: Place, lane: Settings, scratch: Path) -> None:
        self._store = open_store(scratch / "list", place.entries)
        self._overlay = ReliefStore.open(scratch / "relief", boot=boot_id())
        self._view = ListView(self._store.reader(), self._overlay.reader(), Keyring())
        copying = KafkaSubscriber(place.settings, group="bench.relief.list", client_id="bench-list")
        freeing = KafkaSubscriber(lane, client_id="bench-relief")
        config, clock = ReplicatorConfig((JURISDICTION,)), SystemClock()
        self._replicator = Replicator(config, copying, self._store, Keyring(), clock)
        stores = ReliefStores(self._overlay, self._store.reader())
        self._follower = ReliefFollower((JURISDICTION,), freeing, stores, Keyring(), clock)

    def measure(self, place: Place, court: Worker[list[int]]) -> Result:
        start = time.perf_counter()
        listing = Part("list", self._replicator, self._replicator.wait)
        freeing = Part("relief", self._follower, self._follower.wait)
        with running(listing, freeing) as parts:
            while parts.alive() and not self._listed(place.amount - 1):
                time.sleep(0.01)
            court.begin()
            freed, caught_up_at = self._watch(place, parts, court)
        sent = court.result()
        counted = [entry for entry in freed if entry >= _WARM]
        behind = [entry for entry in counted if sent[entry] < caught_up_at] or counted
        result = latencies([(freed[entry] - sent[entry]) / 1e6 for entry in behind], time.perf_counter() - start, 0.99)
        result.details["behind"] = sum(at < caught_up_at for at in sent[_WARM:])
        return result

    def _watch(self, place: Place, parts: Workers, court: Worker[list[int]]) -> tuple[dict[int, int], int]:
        """When each entry was free, and when the backlog was worked off (ns UTC)."""
        freed, caught_up_at, waiting = dict[int, int](), 0, 0
        reader = self._store.reader()
        while waiting < place.amount and parts.alive():
            court.check()
            while waiting < place.amount and not self._listed(waiting):
                freed[waiting] = time.time_ns()
                waiting += 1
            if not caught_up_at:
                with reader.snapshot() as snapshot:
                    done = sum(lane.applied for lane in snapshot.lanes()) >= place.entries
                caught_up_at = time.time_ns() if done else 0
            time.sleep(_PROBE)
        return freed, caught_up_at or time.time_ns()

    def _listed(self, entry: int) -> bool:
        return bool(self._view.find((tags_of(entry)[0],)))


def revoke_some(lane: Settings, amount: int) -> list[int]:
    """Revoke the first entries of the list one after the other; return when each was published, ns UTC."""
    scribe, publisher, sent = Scribe(), KafkaPublisher(lane, client_id="bench-court"), list[int]()
    ended = {"version": 2, "status": int(Status.REVOKED), "person_kind": 0, "identities": []}
    records = []
    for entry in range(amount):
        prefix = prefix_of(entry, **ended)
        body = scribe.body(prefix)
        records.append(record_of(body, entry, prefix["court"], names.relief(JURISDICTION)))
    for number, record in enumerate(records):
        sent.append(time.time_ns())
        publisher.send(record)
        if number < _WARM:
            publisher.flush()
            continue
        end = time.perf_counter() + _PAUSE
        while (left := end - time.perf_counter()) > 0:
            publisher.poll(min(left, 0.001))
    publisher.close()
    return sent
