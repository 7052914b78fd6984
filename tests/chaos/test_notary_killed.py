"""A notary that is killed at any moment never says two things about one barrier, and its chain goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.schemas.law.listing import Change
from liandong.tests.suites.notary import PARTITIONS, World, assert_chain, assert_equal_to_a_recount
from liandong.tests.worlds.records import CourtScribe, Keys
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import load_directory, publish_keys
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings
from liandong.topics.transport.ports import SystemClock

pytestmark = [pytest.mark.chaos, pytest.mark.broker, pytest.mark.slow]
NOTARY = "notary-js-1"


class KilledWorld(World):
    """The court writes here; the notary is a process of its own under the installation's real keys."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        self.settings = settings
        self.kafka = KafkaWire(settings)
        self.kafka.create(names.KEYS, partitions=1)
        super().__init__(self.kafka, directory)
        participants = Participants(settings)
        participants.new(self.court.court, "court", jurisdictions=["js"])
        participants.new(NOTARY, "notary", jurisdictions=["js"])
        for each in (self.court.court, NOTARY):
            publish_keys(self.publisher, participants, each)
        self.court = CourtScribe(signer=participants.signer(self.court.court))
        directory_ = load_directory(self.kafka.subscriber(), participants.root_public_key)
        known = [directory_.key(participants.signer(each).key_id) for each in (self.court.court, NOTARY)]
        self.keys = Keys(*(key for key in known if key is not None))

    def start(self) -> subprocess.Popen[bytes]:
        """`liandong monitor notary`, with barriers every 50 ms."""
        settings = self.settings
        environment = os.environ | {
            "LIANDONG_BOOTSTRAP": str(settings.bootstrap),
            "LIANDONG_TOPIC_PREFIX": settings.topic_prefix,
            "LIANDONG_STATE_DIR": str(settings.state_dir),
            "LIANDONG_BARRIER_INTERVAL_SECONDS": "0.05",
        }
        command = [sys.executable, "-m", "liandong", "monitor", "notary", "--jurisdiction", "js"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def wait_for_head_after(self, count: int, process: subprocess.Popen[bytes]) -> None:
        """Publishes until the notary has signed more heads than that."""
        deadline = time.monotonic() + 60
        while len(self.log(names.heads("js"))) <= count:
            assert process.poll() is None, process.stderr.read() if process.stderr else b""
            assert time.monotonic() < deadline, "no head within a minute"
            now = SystemClock().now()  # the court's key is registered, and so valid, since a moment ago
            self.publish(*(self.court.include(at=now) for _ in range(20)))
            entry = random.choice([key for key, one in self.court.entries.items() if one["status"] == 1])
            self.publish(self.court.change(entry, Change.REVOKE, at=now))


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[KilledWorld]:
    made = KilledWorld(settings, tmp_path)
    yield made
    made.kafka.close()


def test_a_killed_notary_never_gives_a_barrier_two_digests_and_goes_on_with_its_chain(world: KilledWorld) -> None:
    heads = 0
    for _ in range(4):
        process = world.start()
        try:
            world.wait_for_head_after(heads, process)
            time.sleep(random.uniform(0, 0.15))
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            if process.stderr:
                process.stderr.close()
        heads = len(world.log(names.heads("js")))
    process = world.start()
    world.wait_for_head_after(heads + 2, process)
    process.terminate()
    assert process.wait(20) == 0
    if process.stderr:
        process.stderr.close()

    found = world.heads()
    distinct = list({head["hash"]: head for head in found}.values())
    assert len(distinct) == len({head["number"] for head in distinct}), "one number, two heads"
    assert_chain(distinct)
    for head in [*distinct[:: max(1, len(distinct) // 8)], distinct[-1]]:
        assert_equal_to_a_recount(world, head)
    markers = [
        message for message in world.log(names.debtor_list("js")) if message.key() == b"barrier/" + NOTARY.encode()
    ]
    assert len({(message.partition(), message.value()) for message in markers}) == len(markers)
    assert len(markers) >= PARTITIONS * len(distinct)
