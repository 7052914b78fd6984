"""Proven and fresh are two things: what a copy proves without notaries, and what takes its proof away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import decode_prefix
from liandong.tests.unit.consumers.copy.test_proof_and_receipts import PARTITIONS, ProvenCopy
from liandong.tests.worlds.records import lane_heads, new_surrogate, recount
from liandong.topics.catalogue import names

LIST = names.debtor_list("js")
ORDERS = names.orders("js")


class FlooredCopy(ProvenCopy):
    """A copy whose notary says how far the court's numbers go and which topics it reads."""

    def head(self, **fields: object) -> None:
        rows = [self.counted()]
        self.send(self.notary.head(self.number, self.lanes(), **{"courts": rows} | fields))

    def counted(self, **fields: object) -> dict[str, Any]:
        row = {
            "list": LIST,
            "court": self.court.court,
            "contiguous": self.court.sequence,
            "highest": self.court.sequence,
        }
        return row | {"live": 0, "published": 0, "live_missing": 0} | fields

    def lanes(self) -> list[dict[str, object]]:
        rows = [message for topic in names.state_topics("js") for message in self.broker.records(topic)]
        markers = {
            (message.topic(), message.partition()): message.offset()
            for message in rows
            if message.key() == b"barrier/" + self.notary.notary.encode()
        }
        return [
            lane | {"topic_id": self.broker.topic_id(topic), "offset": markers.get((topic, partition), 0)}
            for lane in lane_heads(recount(rows), "js", PARTITIONS)
            for topic, partition in ((str(lane["topic"]), lane["partition"]),)
        ]

    def proof(self) -> None:
        self.barrier()
        self.head()

    @property
    def proven(self) -> bool:
        return self.node.view.position().proven

    def make_again(self) -> None:
        self.broker.delete(LIST)
        self.broker.create(LIST, PARTITIONS)
        self.node.drain()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[FlooredCopy]:
    made = FlooredCopy(tmp_path)
    yield made
    made.node.close()


def listed(copy: FlooredCopy, count: int = 20) -> list[bytes]:
    bodies = [copy.court.include(new_surrogate()) for _ in range(count)]
    copy.send(*map(copy.court.message, bodies))
    return bodies


def found(copy: FlooredCopy, bodies: list[bytes]) -> int:
    surrogates = [decode_prefix(body)["identities"][0]["surrogate"] for body in bodies]
    return len(copy.node.view.find(surrogates))


def test_without_any_head_nothing_is_proven(copy: FlooredCopy) -> None:
    listed(copy)
    copy.barrier()
    position = copy.node.view.position()
    assert (position.proven, position.barrier, position.finding) == (False, 1, "")


def test_with_every_notary_away_a_new_copy_proves_itself_at_the_newest_head(copy: FlooredCopy, tmp_path: Path) -> None:
    listed(copy)
    copy.proof()
    listed(copy)
    copy.barrier()  # its head never came
    copy.barrier()
    later = FlooredCopy(tmp_path / "later")
    later.node.close()
    later.node.subscribe, later.node.keys = copy.broker.subscriber, copy.keys
    later.node.open()
    later.node.drain()
    position = later.node.view.position()
    assert (position.proven, position.barrier) == (True, 1)
    later.node.close()


def test_a_copy_made_anew_proves_itself_at_a_head_it_was_proven_by_before(copy: FlooredCopy) -> None:
    bodies = listed(copy)
    copy.proof()
    copy.node.replicator.rebuild("for the test")
    copy.node.replicator._lanes.assign_again()
    copy.node.drain()
    assert (copy.proven, found(copy, bodies)) == (True, 20)
    assert copy.node.lists.status().generation.active == 1
    assert copy.incidents() == []


def test_a_copy_made_anew_is_not_proven_by_what_the_one_before_was_equal_to(copy: FlooredCopy) -> None:
    listed(copy)
    copy.proof()
    copy.node.replicator.rebuild("for the test")
    assert copy.node.store.heads()[0].proven_number == -1


def test_a_head_far_ahead_keeps_no_later_one_from_proving(copy: FlooredCopy) -> None:
    listed(copy)
    copy.proof()
    copy.send(copy.notary.head(1_000_000, copy.lanes(), previous=bytes(32)))
    listed(copy)
    copy.proof()
    position = copy.node.view.position()
    assert (position.proven, position.barrier) == (True, copy.number)


def test_a_head_that_counts_less_of_a_court_than_was_trusted_proves_nothing(copy: FlooredCopy) -> None:
    listed(copy)
    copy.proof()
    copy.barrier()
    copy.head(courts=[copy.counted(highest=19)])
    position = copy.node.view.position()
    assert (position.proven, position.finding) == (False, "LIST_SHRUNK")
    assert copy.incidents() == ["list-shrunk"]
    copy.proof()
    assert copy.proven


def test_what_was_trusted_is_kept_apart_from_the_copy(copy: FlooredCopy, tmp_path: Path) -> None:
    listed(copy)
    copy.proof()
    copy.node.close()
    for name in ("data.mdb", "last-proven.mdb"):
        (tmp_path / "list" / name).unlink()
    copy.node.open()
    copy.node.drain()
    copy.barrier()
    copy.head(courts=[])
    assert copy.node.view.position().finding == "LIST_SHRUNK"


def test_neither_a_notary_nor_a_record_alone_raises_what_is_trusted(copy: FlooredCopy) -> None:
    listed(copy)
    copy.barrier()
    copy.head(courts=[copy.counted(highest=10**12)])
    copy.proof()
    assert copy.proven


def test_a_list_made_again_empty_leaves_the_last_proven_copy_serving_as_stale(copy: FlooredCopy) -> None:
    bodies = listed(copy)
    copy.proof()
    copy.make_again()
    position = copy.node.view.position()
    assert (position.proven, position.finding, found(copy, bodies)) == (False, "LIST_SHRUNK", 20)
    copy.proof()
    copy.node.restart()
    copy.proof()
    position = copy.node.view.position()
    assert (position.proven, position.finding, found(copy, bodies)) == (False, "LIST_SHRUNK", 20)


def test_a_list_made_again_serves_when_all_of_it_was_sent_again(copy: FlooredCopy) -> None:
    bodies = listed(copy)
    ended = copy.court.change(decode_prefix(bodies[0])["entry_id"], Change.REVOKE)
    copy.send(copy.court.message(ended))
    copy.proof()
    copy.make_again()
    copy.send(*map(copy.court.message, bodies[1:]))
    copy.proof()
    assert not copy.proven  # the end is lacking: whoever replays the entry would block somebody who is free
    copy.send(copy.court.message(ended))
    copy.proof()
    assert (copy.proven, found(copy, bodies), copy.node.view.position().finding) == (True, 19, "")
    assert copy.node.lists.status().generation.active == 1
    copy.proof()
    assert copy.proven


def test_a_copy_that_went_on_reading_notices_a_topic_made_again_that_is_longer(copy: FlooredCopy) -> None:
    bodies = listed(copy)
    copy.proof()
    copy.node.close()
    copy.broker.delete(LIST)
    copy.broker.create(LIST, PARTITIONS)
    others = [copy.court.include(new_surrogate()) for _ in range(60)]
    for body in others:
        copy.publisher.send(copy.court.message(body))
    copy.node.open()
    copy.node.drain()
    copy.proof()
    assert (copy.proven, found(copy, bodies), copy.node.view.position().finding) == (False, 20, "LIST_SHRUNK")
