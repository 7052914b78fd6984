"""No record on any topic ends a notary or a monitor: each kind of poison on each topic of a real Kafka, and then a restart over it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, to_wire
from liandong.schemas.wire.examples import load_examples
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.worlds.forgeries import FINGERPRINTS
from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.raw_kafka import LIBRARY, RawHeaders, RawProducer
from liandong.topics.catalogue import names
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import load_settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(LIBRARY is None, reason="no C library here"),
]
COURT, RAILWAY, NOTARY, PUBLISHER, SUPERVISOR = (
    "court-su0505",
    "railway-js",
    "notary-js-1",
    "publisher-js",
    "supervisor-js",
)
MOST, LEAST, LARGEST = (1 << 63) - 1, -(1 << 63), 999_000
LIST, ORDERS, RELIEF = names.debtor_list("js"), names.orders("js"), names.relief("js")
WRITTEN = {
    "participant-key": (names.KEYS, NOTARY),
    "key-register": (names.KEYS, NOTARY),
    "barrier": (LIST, NOTARY),
    "court-checkpoint": (LIST, PUBLISHER),
    "list-record": (LIST, COURT),
    "list-head": (names.heads("js"), NOTARY),
    "notary-report": (names.notary_reports("js"), NOTARY),
    "receipt": (names.RECEIPTS, RAILWAY),
    "enforcement-count": (names.enforcement_counts("js"), COURT),
    "supervision-act": (names.supervision_acts("js"), SUPERVISOR),
}
"""What is signed by whom it should be and says what nobody should, by schema."""
TOPICS = (
    names.KEYS, LIST, ORDERS, RELIEF, names.heads("js"), names.notary_reports("js"), names.RECEIPTS, names.interceptions("js"),
    names.feedback("js"), names.enforcement_counts("js"), names.supervision_acts("js"), names.dead_letters(RAILWAY),
)  # fmt: skip
PARTITIONS = 3
KEYS = (b"k" * 16, b"register", b"barrier/notary-js-1", b"checkpoint/publisher-js", b"\xff" * 600)


def _finds(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda status: any(each["kind"] == kind for each in status["findings"])


WITNESSES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "barrier": _finds("notary-twin"),
    "court-checkpoint": _finds("lost-tail"),
    "list-record": lambda status: any(
        each["highest"] == MOST for one in status["jurisdictions"] for each in one["courts"]
    ),
    "list-head": _finds("split-view"),
    "receipt": _finds("receipts-missing"),
}
"""By schema how it shows in the status that some of it counted: its signature held."""


class Watched:
    """A monitor with its notary as a process, and whoever writes to its topics."""

    def __init__(self, installation: Installation) -> None:
        self.installation, self.processes = installation, installation.processes
        prefix = installation.settings.topic_prefix
        self.raw = RawProducer(str(installation.settings.bootstrap))
        self.prefix = prefix
        self.participants = Participants(installation.settings)
        self.start()

    def start(self) -> None:
        installation = self.installation
        installation.more["PYTHONFAULTHANDLER"] = "1"
        self.process = self.installation.start("monitor", "serve", "--port", str(self.installation.ports[0]))
        self.newest = -1
        self.goes_on()

    def restart(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.processes.remove(self.process)
        self.start()

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: RawHeaders = (), partition: int = 0
    ) -> None:
        self.raw.send(self.prefix + topic, partition, key, value, headers)

    def goes_on(self) -> dict[str, Any]:
        """The notary signs two heads more and the monitor has read them; the status then."""
        first: list[int] = []

        def has_moved(status: dict[str, Any]) -> bool:
            barriers = [one["barrier"] for each in status["jurisdictions"] for one in each["notaries"] if one["valid"]]
            first.extend(barriers[:1])
            return bool(barriers) and barriers[0] > first[0] + 1

        status = self.installation.until(has_moved)
        with urlopen(f"http://127.0.0.1:{self.installation.ports[0]}/metrics") as answer:
            assert b"liandong_notary_heads_total" in answer.read()
        return status


@pytest.fixture(scope="module")
def watched(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    state = tmp_path_factory.mktemp("state")
    settings = load_settings(bootstrap=kafka_bootstrap, topic_prefix=f"poison{time.time_ns()}.", state_dir=state)
    installation = Installation(settings, LIANDONG_BARRIER_INTERVAL_SECONDS="0.2")
    installation.found(
        "js",
        (COURT, "--kind", "court", "--name", "测试法院"),
        (RAILWAY, "--kind", "agency", "--agency-kind", "railway"),
        (NOTARY, "--kind", "notary"),
        (PUBLISHER, "--kind", "publisher"),
        (SUPERVISOR, "--kind", "supervisor", "--name", "测试监督"),
    )
    made = Watched(installation)
    yield made
    installation.close()
    made.raw.close()


def framed(schema: str, body: bytes) -> bytes:
    return b"\xc3\x01" + current_schema(schema).fingerprint + body


@pytest.mark.parametrize("topic", TOPICS)
def test_unsigned_poison_on_a_topic_ends_nothing(watched: Watched, topic: str) -> None:
    for key in (*KEYS, None) if topic not in {LIST, ORDERS, names.KEYS, names.supervision_acts("js")} else KEYS:
        watched.send(topic, key, b"garbage")
        watched.send(topic, key, b"")
        if key is not None:
            watched.send(topic, key, None)
        watched.send(topic, key, b"\x00\x00\x00\x00\x01body", [(b"avro-fingerprint", None)])
        watched.send(topic, key, b"\x00\x00\x00\x00\x01body", [(b"avro-fingerprint", b"\xff no number")])
        watched.send(topic, key, b"garbage", [(b"\xff\xfe", b"\xff"), (b"", None)])
    watched.send(topic, KEYS[0], b"\x00" * LARGEST)
    for schema in WRITTEN:
        watched.send(topic, KEYS[0], framed(schema, b""))
        watched.send(topic, KEYS[0], framed(schema, b"\x02" * LARGEST))  # arrays of strings of arrays, to the end
        watched.send(topic, KEYS[0], framed(schema, b"\xff" * 90))
    for example in load_examples():
        watched.send(topic, KEYS[0], to_wire(example.schema, example.body[:-3]))
        watched.send(
            topic, KEYS[0], to_wire(example.schema, example.body), [(b"\xff", b"x"), (b"avro-fingerprint", None)]
        )
    watched.goes_on()


@pytest.mark.parametrize("schema", WRITTEN)
def test_what_is_signed_as_it_should_be_and_says_what_nobody_should_ends_nothing(watched: Watched, schema: str) -> None:
    topic, by = WRITTEN[schema]
    signer = watched.participants.signer(by)
    for example in (each for each in load_examples() if each.schema == schema):
        record = decode(FINGERPRINTS[example.schema, example.version], example.body)
        for number in (MOST, LEAST, -1, 0):
            for time_of in (int(time.time() * 1000), number):
                for partition in range(PARTITIONS if "partition" in record else 1):
                    said = Extreme(schema, number, time_of).of(record)
                    said |= {"partition": partition} if "partition" in record else {}
                    if schema == "barrier" and time_of != number:
                        said |= {"register_offset": 0, "revocations": []}  # what shows another root's word is nobody's
                    if schema == "list-record" and time_of != number:
                        said |= {"version": record["version"]}  # no key says one so far away
                    context = LIST if schema == "list-record" else schema
                    value = to_wire(schema, encode_signed(schema, said, context, signer))
                    watched.send(topic, KEYS[0], value, partition=partition)
    watched.goes_on()
    if counted := WITNESSES.get(schema):  # heads have a topic of their own and may be read before the rest
        watched.installation.until(counted)


def test_a_notary_and_a_monitor_start_over_all_of_it(watched: Watched) -> None:
    watched.restart()
    kept = Path(watched.installation.settings.state_dir) / "monitoring"
    for cache in kept.glob("evidence.*"):
        cache.unlink()
    watched.restart()
    log = watched.installation.logs()
    assert "Traceback" not in log


_TIMES = {"issued_at", "at", "recorded_at", "valid_from", "barrier_issued_at"}
_OWN = {
    "jurisdiction": "js", "notary": NOTARY, "publisher": PUBLISHER, "court": COURT, "agency": RAILWAY, "topic": LIST, "partition": 0,
    "supervisor": SUPERVISOR, "suite": "intl", "instrument": 1, "record_class": 0, "entry_id": KEYS[0],
}  # fmt: skip


class Extreme:
    """Makes records with one number wherever one stands, which their authors may sign and which stand where they belong."""

    def __init__(self, schema: str, number: int, at: int) -> None:
        self._number, self._at = number, at
        self._small = set(_fields_of("int", current_schema(schema).definition))

    def of(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self.of(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.of(each) for each in value]
        if name in _OWN:
            return _OWN[name]
        if name in _TIMES:
            return self._at
        if type(value) is int:
            return max(min(self._number, 2**31 - 1), -(2**31)) if name in self._small else self._number
        return value


def _fields_of(kind: str, definition: Any) -> Iterator[str]:
    """Names of the fields of an Avro type."""
    if isinstance(definition, list):
        for each in definition:
            yield from _fields_of(kind, each)
    elif isinstance(definition, dict):
        if definition.get("type") == kind:
            yield definition["name"]
        for each in (*definition.get("fields", ()), definition.get("type"), definition.get("items")):
            yield from _fields_of(kind, each)
