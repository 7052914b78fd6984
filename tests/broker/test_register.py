"""The register of keys on a real Kafka: made again, put back, written to by whoever may, and with another root."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.monitoring.log.heads import read_head
from liandong.schemas.errors import LiandongError
from liandong.schemas.wire.avro_schemas import SCHEMA_DIR
from liandong.schemas.wire.suites import key_id
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.java import run_java
from liandong.tests.worlds.raw_kafka import LIBRARY, RawHeaders, RawProducer
from liandong.tests.worlds.records import NotaryScribe
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.keys.barrier_times import BarrierTimes, newest_barrier
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.opening import await_keys, open_directory
from liandong.topics.keys.participants import Participants
from liandong.topics.keys.signatures import Verifier
from liandong.topics.keys.signed_register import RegisterProblem
from liandong.topics.settings import Settings, load_settings
from liandong.topics.transport.kafka import KafkaSubscriber
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.transport.reading import read_all, topic_lanes
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import Workers
from liandong.topics.workers.worker import Part

COURT = "court-su0505"
ODD_HEADERS: list[RawHeaders] = [
    [(b"avro-fingerprint", None)],
    [(b"avro-fingerprint", b"")],
    [(b"avro-fingerprint", b"\xff\xfe")],
    [(b"avro-fingerprint", b"0" * 100_000)],
    [(b"", b"")],
    [(b"\xff\xfe", b"a name that is no text"), (b"avro-fingerprint", b"0011223344556677")],
    [(b"\xed\xa0\x80", None)],
    [(b"ce_type", None), (b"ce_type", b"\xff"), (b"ce_type", b"twice")],
    [(b"traceparent", b"\x00")] * 200,
]


@pytest.fixture
def office(wire: KafkaWire, tmp_path: Path) -> Administration:
    made = Administration(wire, load_settings(state_dir=tmp_path / "state"), SystemClock())
    made.join(COURT, "court", jurisdictions=["js"])
    made.publisher.flush(10)
    return made


@pytest.fixture
def running(office: Administration) -> Iterator[KeyDirectory]:
    """A reader with a thread of its own."""
    directory = open_directory(office.settings, office.wire.subscriber(), SystemClock())
    workers = Workers()
    workers.start([Part("register", directory, directory.wait)], {})
    until(lambda: directory.loaded)
    yield directory
    workers.stop.set()
    workers.wait(5)


def problems(directory: KeyDirectory) -> set[RegisterProblem]:
    standing = directory.standing()
    return set() if standing is None else set(standing.problems)


def root_of(directory: KeyDirectory) -> bytes:
    standing = directory.standing()
    return b"" if standing is None else standing.root


def written(office: Administration) -> list[OutgoingRecord]:
    """Every record of the topic."""
    subscriber = office.wire.subscriber()
    lanes = topic_lanes(subscriber, names.KEYS)
    found = [
        OutgoingRecord(names.KEYS, one.key(), one.value())
        for one in read_all(subscriber, dict.fromkeys(lanes, 0), SystemClock())
    ]
    subscriber.close()
    return found


def make_again(office: Administration, *records: OutgoingRecord) -> None:
    office.wire.delete(names.KEYS)
    office.wire.create(names.KEYS, partitions=1)
    for one in records:
        office.publisher.send(one)
    assert not office.publisher.flush(30)


def test_a_topic_put_back_to_before_a_revocation_is_named_by_who_ran_and_by_who_begins_and_revives_no_key(
    office: Administration, running: KeyDirectory
) -> None:
    before, old = written(office), office.participants.signer(COURT).key_id
    office.participants.rotate(COURT, compromised_since=office.participants.clock.now() - 1_000)
    office.publish()
    office.publisher.flush(10)

    def is_revoked(directory: KeyDirectory) -> bool:
        key = directory.key(old)
        return key is not None and key.revoked_at > 0

    until(lambda: is_revoked(running))
    until(lambda: problems(running) == set())
    make_again(office, *before, *before)  # as many as the running one has read, and more
    until(lambda: RegisterProblem.ROLLED_BACK in problems(running), 30)
    begun = await_keys(open_directory(office.settings, office.wire.subscriber(), SystemClock()))
    assert RegisterProblem.ROLLED_BACK in problems(begun)
    assert is_revoked(running)
    assert is_revoked(begun)
    begun.close()
    office.publish()
    office.publisher.flush(10)
    until(lambda: problems(running) == set(), 30)


@pytest.mark.skipif(LIBRARY is None, reason="no C library here")
def test_odd_headers_on_the_topics_everybody_reads_first_stop_nobody(
    office: Administration, wire: KafkaWire, settings: Settings
) -> None:
    wire.create(names.heads("js"), partitions=1)
    office.join("notary-js-1", "notary", jurisdictions=["js"])
    office.publisher.flush(10)
    signer = office.participants.signer("notary-js-1")
    head = NotaryScribe(signer=signer).head(1, [], issued_at=office.participants.clock.now())
    genuine = written(office)[0].value
    raw = RawProducer(str(settings.bootstrap))
    for topic, value in ((names.KEYS, genuine), (names.heads("js"), head.value)):
        assert value is not None
        framed = b"\x00\x00\x00\x00\x01" + value[10:]
        for number, headers in enumerate(ODD_HEADERS):
            for odd in (value, framed, b"\x00", b"", None, b"\xc3\x01", b"\xff" * 500):
                key = f"odd {number}".encode()
                raw.send(settings.physical(topic), 0, key, odd, headers)
    raw.close()
    directory = await_keys(open_directory(office.settings, wire.subscriber(), SystemClock()))
    assert directory.key(signer.key_id) is not None
    assert directory.ignored > len(ODD_HEADERS)
    heads = wire.subscriber()
    assert newest_barrier(BarrierTimes(heads, directory, ["js"], SystemClock())) > 0
    heads.close()
    reader, verifier = wire.subscriber(), Verifier(directory)
    coded, good = set[str](), 0
    for message in read_all(reader, dict.fromkeys(topic_lanes(reader, names.heads("js")), 0), SystemClock()):
        try:
            good += read_head(message, verifier, "js").content["number"] == 1
        except LiandongError as refused:
            coded.add(refused.code)
    assert good == len(ODD_HEADERS)
    assert "" not in coded
    reader.close()
    directory.close()


def in_java(settings: Settings, root: str) -> list[str]:
    """What a program written from docs/wire.md alone says of the register, trusting this root."""
    kafka = (str(settings.bootstrap), settings.topic_prefix, str(SCHEMA_DIR))
    matching = Participants(settings).matching_keys()[-1].secret.hex()
    lines = run_java("MatchLists", *kafka, "js", root, matching, "320505199001010014", "张三").splitlines()
    return next(line.split()[1:] for line in lines if line.startswith("register"))


def test_an_administrator_signs_the_next_register_and_replaces_the_root(settings: Settings) -> None:
    here = Installation(settings)
    assert "nothing of the register yet" in here.run("participant", "register", code=1)
    here.found("js", (COURT, "--kind", "court"), ("notary-js-1", "--kind", "notary"))
    old = Participants(settings).root_public_key
    assert here.run("participant", "register").startswith("register number 1: 158 keys, signed ")
    signed = json.loads(here.run("participant", "register", "--sign", "--json"))
    assert (signed["published"], signed["register"]["number"], signed["register"]["keys"]) == (True, 2, 158)
    assert in_java(settings, old.raw.hex()) == ["2", "true", "false"]
    directory = await_keys(KeyDirectory(old, KafkaSubscriber(settings, client_id="test-register"), SystemClock()))
    said = here.run("participant", "replace-root")
    new = Participants(settings).root_public_key
    assert str(new) in said
    assert new != old
    assert "what to do next" in said
    until(lambda: directory.step() > 0 and root_of(directory) == key_id(new.raw), 20)
    assert problems(directory) == set()
    directory.close()
    for root in (old, new):
        assert in_java(settings, root.raw.hex()) == ["3", "true", "false"]
    pinned = Installation(settings, LIANDONG_ROOT_PUBLIC_KEY=str(old), LIANDONG_LANG="zh")
    assert "已签署并发布" in pinned.run("participant", "register", "--sign")
    assert in_java(settings, old.raw.hex()) == ["4", "true", "false"]
    status = pinned.status()
    assert status["register"]["root"] == key_id(new.raw).hex()
    assert not [one for one in status["findings"] if one["kind"].startswith(("register", "root"))]


def test_books_put_back_are_brought_level_before_anything_is_signed(settings: Settings) -> None:
    here = Installation(settings)
    here.found("js", (COURT, "--kind", "court"))
    book = settings.state_dir / "participants" / COURT / "keys.yaml"
    kept, register = book.read_text(), settings.state_dir / "root" / "register.yaml"
    before = register.read_text()
    old = Participants(settings).signer(COURT).key_id
    here.run("participant", "retire", COURT)
    book.write_text(kept)
    register.write_text(before)
    here.run("participant", "publish", "--all")
    subscriber = KafkaSubscriber(settings, client_id="test-level")
    directory = await_keys(KeyDirectory(Participants(settings).root_public_key, subscriber, SystemClock()))
    assert problems(directory) == set()
    standing, key = directory.standing(), directory.key(old)
    assert standing is not None
    assert standing.signed is not None
    assert standing.signed.number >= 2
    assert key is not None
    assert key.valid_until
    assert directory.known.signed == standing.signed
    directory.close()


def test_keys_that_books_lack_after_they_were_put_back_are_adopted_by_command(settings: Settings) -> None:
    here = Installation(settings)
    here.found("js", (COURT, "--kind", "court"))
    book = settings.state_dir / "participants" / COURT / "keys.yaml"
    kept, signing = book.read_text(), settings.state_dir / "participants" / COURT / "signing.key"
    seed, sealing = signing.read_text(), signing.with_name("sealing.key").read_text()
    here.run("participant", "rotate-key", COURT)
    book.write_text(kept)
    signing.write_text(seed)
    signing.with_name("sealing.key").write_text(sealing)
    here.run("participant", "publish", "--all")
    findings = [one for one in here.status(code=1)["findings"] if one["kind"].startswith("register")]
    assert findings == [{"kind": "register-differs", "next": "liandong participant publish --all", "escalate": None}]
    adopted = json.loads(here.run("participant", "register", "--adopt", "--json"))
    assert (len(adopted["adopted"]), adopted["strangers"], adopted["published"]) == (79, [], True)
    assert {one["participant"] for one in adopted["adopted"]} == {COURT}
    assert not [one for one in here.status()["findings"] if one["kind"].startswith("register")]
