"""A node killed again and again in the middle of a backlog: the copy is exactly the log, recounted."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liandong.consumers.store.reader import ListReader
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import decode_prefix
from liandong.tests.chaos.copying_child import keys_as_json
from liandong.tests.worlds.copying import PARTITIONS, TOPICS, CopyingNode, assert_equal, recount_log, running
from liandong.tests.worlds.records import CourtScribe, Keys, identity, new_surrogate
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings

ENTRIES = 15_000
KILLS = 12

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.slow, pytest.mark.timeout(400)]


def test_kills_at_random_instants_leave_no_trace_in_the_copy(settings: Settings, tmp_path: Path) -> None:
    wire = KafkaWire(settings)
    wire.create(*TOPICS, partitions=PARTITIONS)
    wire.create(names.heads("js"), partitions=1)
    court = CourtScribe()
    log = backlog(court, random.Random(20171130))
    publisher = wire.publisher()
    for body in log:
        publisher.send(court.message(body))
    publisher.flush()
    chance, progress = random.Random(1), [0]
    for _ in range(KILLS):
        progress.append(killed_after(chance.uniform(0, 0.2), (progress[-1], len(log)), settings, tmp_path, court))
    assert progress == sorted(progress)
    assert any(0 < one < len(log) for one in progress)
    node = CopyingNode(tmp_path, wire.subscriber, Keys(court.public_key))
    models = recount_log(wire)
    expected = sum(len(model.newest) for model in models.values())
    with running(node):
        until(lambda: position(node.lists) == len(log), 120)
    assert_equal(node, models)
    assert sum(lane.records for lane in node.lists.status().lanes) == expected
    assert sum(model.stale for model in models.values()) > 0
    node.close()
    wire.close()


def backlog(court: CourtScribe, chance: random.Random) -> list[bytes]:
    """Inclusions, changes of some, and some of all of them sent twice, in an order that is not the order of versions."""
    log: list[bytes] = []
    for _ in range(ENTRIES):
        body = court.include()
        entry_id, versions = decode_prefix(body)["entry_id"], [body]
        if chance.random() < 0.2:
            versions.append(court.change(entry_id, Change.CORRECT, identities=[identity(new_surrogate())]))
        if chance.random() < 0.2:
            versions.append(court.change(entry_id, chance.choice([Change.REVOKE, Change.DELETE, Change.SHIELD])))
        if chance.random() < 0.1:
            versions += chance.choices(versions, k=2)
        log += versions
        if chance.random() < 0.3:
            log.append(log[chance.randrange(max(len(log) - 5000, 0), len(log))])
    return log


def killed_after(seconds: float, span: tuple[int, int], settings: Settings, directory: Path, court: CourtScribe) -> int:
    """Lets a child copy on from where it was, kills it some time after it has moved, and says how far the copy is."""
    before, total = span
    arguments = [settings.bootstrap or "", settings.topic_prefix, str(directory), keys_as_json([court.public_key])]
    command = [sys.executable, "-m", "liandong.tests.chaos.copying_child", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "copying\n"
        reader = ListReader.open(directory / "list")
        until(lambda: position(reader) > before or before == total, 120)
        time.sleep(seconds)
        child.kill()
    done = position(reader)
    reader.close()
    return done


def position(reader: ListReader) -> int:
    return sum(max(lane.next_offset, 0) for lane in reader.status().lanes)
