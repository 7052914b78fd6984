"""A running node's copy, in its own threads, on whichever transport."""

from pathlib import Path

import pytest

from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, decode_prefix
from liandong.topics.catalogue import names
from liandong.topics.transport.errors import TransportError
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock

from ..worlds.copying import PARTITIONS, TOPICS, CopyingNode, assert_equal, recount_log, running
from ..worlds.records import CourtScribe, Keys, NotaryScribe, lane_heads, new_surrogate
from ..worlds.waiting import until
from ..worlds.wires import Wire


class CopyBehaviour:
    """What a node does from the first start to the proof."""

    def test_from_publication_to_proof_relief_and_back(self, wire: Wire, tmp_path: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        court, notary = CourtScribe(), NotaryScribe()
        publisher = wire.publisher()
        node = CopyingNode(tmp_path, wire.subscriber, Keys(court.public_key, notary.public_key), clock=SystemClock())  # type: ignore[arg-type]
        surrogates = [new_surrogate() for _ in range(40)]
        bodies = [court.include(one, instrument=Instrument(1 + number % 3)) for number, one in enumerate(surrogates)]

        def send(*records: OutgoingRecord) -> None:
            for record in records:
                publisher.send(record)
            publisher.flush()

        def everyone() -> int:
            return len(node.view.find(surrogates))

        with running(node):
            send(*map(court.message, bodies))
            until(lambda: everyone() == 40)
            assert all(node.view.trust(found) is Trust.PROVEN for found in node.view.find(surrogates))
            freed = decode_prefix(bodies[0])["entry_id"]
            ended = court.change(freed, Change.REVOKE)
            send(court.relief(ended))
            until(lambda: everyone() == 39)
            send(court.message(ended))
            until(lambda: node.newest_body(freed) == ended)
            until(lambda: _waiting(node) == 0)
            now = node.clock.now()
            send(*notary.barriers(PARTITIONS, 1, now))
            until(lambda: node.receipts)
            models = recount_log(wire)
            send(notary.head(1, lane_heads(models, "js", PARTITIONS)))
            until(lambda: node.view.position().proven)
            assert node.view.position().fresh_as_of == now
        assert_equal(node, models)
        receipt = decode(current_schema("receipt").fingerprint, node.receipts[0])
        assert (receipt["barrier"], receipt["applied"], receipt["stale"]) == (1, 41, 0)
        assert node.incidents() == []
        node.close()

    def test_a_node_that_was_away_goes_on_where_it_was(self, wire: Wire, tmp_path: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        court, publisher = CourtScribe(), wire.publisher()
        node = CopyingNode(tmp_path, wire.subscriber, Keys(court.public_key))
        for round_ in range(1, 4):
            for _ in range(30):
                publisher.send(court.message(court.include()))
            publisher.flush()
            with running(node):
                until(lambda expected=30 * round_: _records(node) == expected)  # type: ignore[misc]
            node.restart()
        assert_equal(node, recount_log(wire))
        assert sum(lane.applied for lane in node.lists.status().lanes) == 90
        node.close()

    @pytest.mark.parametrize("runs", [True, False])
    def test_a_relief_lane_that_was_made_again_is_read_from_its_beginning(
        self, wire: Wire, tmp_path: Path, *, runs: bool
    ) -> None:
        """`runs`: while the node does; else before it is started again. The new lane ends where the old one was read to."""
        lane = names.relief("js")
        wire.create(*names.state_topics("js"), partitions=PARTITIONS)
        wire.create(names.heads("js"), lane, partitions=1)
        court, publisher, surrogates = CourtScribe(), wire.publisher(), [new_surrogate() for _ in range(6)]
        node = CopyingNode(tmp_path, wire.subscriber, Keys(court.public_key), clock=SystemClock())  # type: ignore[arg-type]
        bodies = [court.include(one) for one in surrogates]
        ends = [court.relief(court.change(decode_prefix(one)["entry_id"], Change.REVOKE)) for one in bodies]

        def send(*records: OutgoingRecord) -> None:
            for record in records:
                publisher.send(record)
            publisher.flush()

        with running(node):
            send(*map(court.message, bodies))
            until(lambda: len(node.view.find(surrogates)) == 6)
            send(*ends[:3])
            until(lambda: len(node.view.find(surrogates)) == 3)
            if runs:
                _make_again(wire, lane)
                send(*ends[3:])
                until(lambda: not node.view.find(surrogates))
        if not runs:
            node.restart()
            _make_again(wire, lane)
            send(*ends[3:])
            with running(node):
                until(lambda: not node.view.find(surrogates))
        node.close()


def _make_again(wire: Wire, topic: str) -> None:
    """Delete a topic and make it again; a real broker refuses the name while the deleted one goes."""
    wire.delete(topic)
    until(lambda: _made(wire, topic))


def _made(wire: Wire, topic: str) -> bool:
    try:
        wire.create(topic, partitions=1)
    except TransportError:
        return False
    return True


def _records(node: CopyingNode) -> int:
    return sum(lane.records for lane in node.lists.status().lanes)


def _waiting(node: CopyingNode) -> int:
    with node.relief.snapshot() as overlay:
        return overlay.count()
