"""The register of keys on a real Kafka: how far it reaches can be asked while a thread waits at it."""

from pathlib import Path

from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.register_ends import RegisterBehind, RegisterEnds
from liandong.topics.settings import load_settings
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import Workers
from liandong.topics.workers.worker import Part

COURTS = ("court-su0601", "court-su0602", "court-su0603")


def test_a_key_published_a_moment_ago_is_known_once_the_register_was_read_to_its_end(
    wire: KafkaWire, tmp_path: Path
) -> None:
    office = Administration(wire, load_settings(state_dir=tmp_path), SystemClock())
    office.join("court-su0505", "court", jurisdictions=["js"])
    directory = KeyDirectory(office.participants.root_public_key, wire.subscriber(), SystemClock())
    workers = Workers()
    workers.start([Part("register", directory, directory.wait)], {})
    try:
        until(lambda: directory.loaded)
        for court in COURTS:
            office.join(court, "court", jurisdictions=["js"])
            office.publisher.flush(10)
            _read_to(directory, directory.ends())
            assert directory.key(office.participants.signer(court).key_id) is not None
    finally:
        workers.stop.set()
        workers.wait(5)


def _read_to(directory: KeyDirectory, ends: RegisterEnds) -> None:
    def is_read() -> bool:
        try:
            directory.read_to(ends)
        except RegisterBehind:
            return False
        return True

    until(is_read)
