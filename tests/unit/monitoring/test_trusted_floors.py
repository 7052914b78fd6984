"""The monitor holds lists to what a copy was proven by, as nodes do, and keeps that whatever becomes of its evidence."""

from pathlib import Path
from typing import Any

import pytest

from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.list_findings import merged
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.catalogue import names

LIST, COURT = names.debtor_list("js"), "court-su0505"


@pytest.fixture
def room(tmp_path: Path) -> WatchRoom:
    return WatchRoom(tmp_path)


def counted(highest: int, *, published: int = 0) -> list[dict[str, Any]]:
    numbers = {"contiguous": highest, "highest": highest, "live": highest, "published": published, "live_missing": 0}
    return [{"list": LIST, "court": COURT, **numbers}]


def shrunk(room: WatchRoom) -> list[dict[str, Any]]:
    sources = DeliverySources(room.view, {}, [], {})
    document = StatusDocument(sources, LatenessLimits(room.clock.now(), 60_000, 60_000, 60_000))
    found: list[dict[str, Any]] = document.document(StatusQuery())["findings"]
    return [each for each in found if each["kind"] == "list-shrunk"]


def test_a_head_below_what_has_proven_a_copy_is_a_list_that_shrank(room: WatchRoom) -> None:
    room.hear(room.head(1, courts=counted(7)), room.agency.receipt(1))
    room.hear(room.head(2, courts=counted(4)))
    (found,) = shrunk(room)
    assert (found["list"], found["count"], found["witnesses"]) == (LIST, 3, ["notary-js-1"])
    room.hear(room.head(3, courts=counted(7)))
    assert shrunk(room) == []


def test_no_notary_alone_raises_what_others_are_held_to(room: WatchRoom) -> None:
    room.hear(room.head(1, courts=counted(7)), room.agency.receipt(1))
    room.hear(room.head(2, courts=counted(1_000_000)), room.head(3, courts=counted(7)))
    assert shrunk(room) == []
    room.hear(
        room.head(4, "b", courts=counted(1_000_000)), room.agency.receipt(4, "a"), room.head(5, courts=counted(7))
    )
    assert shrunk(room) == [], "a copy that differs has proven nothing"


def test_nothing_is_forgotten_with_the_cache_of_evidence(room: WatchRoom) -> None:
    room.hear(room.head(1, courts=counted(7)), room.agency.receipt(1))
    for file in room.path.parent.glob("evidence.db*"):
        file.unlink()
    room.wire.broker.delete(names.heads("js"))
    room.wire.create(names.heads("js"), partitions=1)
    room.evidence = room.open()
    room.hear(room.head(9, courts=counted(4)))
    assert [each["count"] for each in shrunk(room)] == [3]


def test_what_cannot_be_written_counts_all_the_same_and_damage_is_told(
    room: WatchRoom, caplog: pytest.LogCaptureFixture
) -> None:
    folder = room.path.parent / "floors"
    folder.write_text("in the way")
    room.hear(room.head(1, courts=counted(7)), room.agency.receipt(1))
    room.hear(room.head(2, courts=counted(4)))
    assert len(shrunk(room)) == 1
    assert "cannot be kept" in caplog.text
    folder.unlink()
    room.hear(room.head(3, courts=counted(8)), room.agency.receipt(3))
    (folder / "js.msgpack").write_bytes(b"\xc1")
    room.hear(room.head(4, courts=counted(4)))
    assert "is damaged" in caplog.text


def test_one_list_that_several_tell_of_is_one_finding() -> None:
    head = {"kind": "list-shrunk", "jurisdiction": "js", "list": LIST, "count": 3, "witnesses": ["notary-js-1"]}
    publisher = {"kind": "list-shrunk", "jurisdiction": "js", "list": LIST, "witnesses": ["publisher"]}
    other = {"kind": "split-view", "jurisdiction": "js", "notary": "notary-js-1"}
    both = {**head, "witnesses": ["notary-js-1", "publisher"]}
    assert merged([publisher, other, head]) == [both, other]
    assert merged([head, publisher, publisher]) == [both]
    assert merged([head, {**publisher, "list": "another"}]) == [head, {**publisher, "list": "another"}]
