"""A notary that is killed at any moment never says two things about one barrier, and its chain goes on."""

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.schemas.law.listing import Change
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.copying import PARTITIONS
from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.jurisdiction import WatchedJurisdiction, assert_chain, assert_equal_to_a_recount
from liandong.tests.worlds.records import CourtScribe, Keys
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings
from liandong.topics.workers.clock import SystemClock

pytestmark = [pytest.mark.chaos, pytest.mark.broker, pytest.mark.slow]
NOTARY = "notary-js-1"


class JurisdictionOfProcesses(WatchedJurisdiction):
    """The court writes here; the notary is a process of its own under the installation's real keys."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        wire = KafkaWire(settings)
        super().__init__(wire, directory)
        self.installation = Installation(settings, LIANDONG_BARRIER_INTERVAL_SECONDS="0.05")
        administration = Administration(wire, settings, SystemClock())
        administration.join(self.court.court, "court", jurisdictions=["js"])
        administration.join(NOTARY, "notary", jurisdictions=["js"])
        signers = [administration.participants.signer(each) for each in (self.court.court, NOTARY)]
        self.court = CourtScribe(signer=signers[0])
        known = administration.key_directory()
        self.keys = Keys(*(key for each in signers if (key := known.key(each.key_id)) is not None))

    def start(self) -> "subprocess.Popen[str]":
        """`liandong monitor notary`, with barriers every 50 ms."""
        return self.installation.piped("monitor", "notary", "--jurisdiction", "js")

    def wait_for_head_after(self, count: int, process: subprocess.Popen[str]) -> None:
        """Publishes until the notary has signed more heads than that."""
        deadline = time.monotonic() + 60
        while len(self.log(names.heads("js"))) <= count:
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, "no head within a minute"
            now = SystemClock().now()  # the court's key is registered, and so valid, since a moment ago
            self.publish(*(self.court.include(at=now) for _ in range(20)))
            entry = random.choice([key for key, one in self.court.entries.items() if one["status"] == 1])
            self.publish(self.court.change(entry, Change.REVOKE, at=now))


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[JurisdictionOfProcesses]:
    made = JurisdictionOfProcesses(settings, tmp_path)
    yield made
    made.wire.close()


def test_a_killed_notary_never_gives_a_barrier_two_digests_and_goes_on_with_its_chain(
    world: JurisdictionOfProcesses,
) -> None:
    heads = 0
    for _ in range(4):
        process = world.start()
        try:
            world.wait_for_head_after(heads, process)
            time.sleep(random.uniform(0, 0.15))
        finally:
            process.kill()
            process.communicate(timeout=10)
        heads = len(world.log(names.heads("js")))
    process = world.start()
    world.wait_for_head_after(heads + 2, process)
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors

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
