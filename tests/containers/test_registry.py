"""With a registry the tools of others read the topics; records written before it and after it are one list to us."""

import base64
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import fastavro
import httpx
import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from testcontainers.core.container import DockerContainer
from testcontainers.core.image import DockerImage
from testcontainers.core.network import Network

from liandong.schemas.wire.avro_schemas import Schema, current_schema, load_schemas
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, unframe
from liandong.tests.worlds.containers import a_registry, url_of
from liandong.tests.worlds.installation import Installation
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings, load_settings
from liandong.topics.transport.registry import RegistryFailed, SchemaRegistry, subject_of

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
BEFORE, AFTER = 30, 25
LIST = names.state_topics("js")[0]
EVERY = (LIST, names.heads("js"), names.RECEIPTS, names.KEYS)


class RegistryOffice(Installation):
    """An installation with or without the registry."""

    patience = 240.0

    def __init__(self, settings: Settings, registry_url: str) -> None:
        super().__init__(settings, LIANDONG_BARRIER_INTERVAL_SECONDS="0.5")
        self.registry_url, self.registry = registry_url, False

    @property
    def variables(self) -> dict[str, str]:
        """With the registry once it is on."""
        known = {"LIANDONG_REGISTRY_URL": self.registry_url} if self.registry else {}
        return super().variables | known

    def run(self, *words: str, code: int = 0, typed: str = "") -> str:
        """Run a command in a process of its own, whose end closes what it opened to the registry."""
        process = self.piped(*words)
        out, err = process.communicate(typed, timeout=300)
        assert process.returncode == code, out + err
        return out

    def publish(self, count: int, seed: int) -> str:
        """Publish a list of invented people; the batch."""
        file = self.settings.state_dir / f"{seed}.csv"
        self.run("synthetic", "list", "--count", str(count), "--seed", str(seed), "--output", str(file))
        batch: str = json.loads(self.run("court", "publish", str(file), "--court", "court-su0505", "--json"))["batch"]
        return batch


def proven(found: dict[str, Any], entries: int) -> bool:
    nodes = [node for agency in found["agencies"] for node in agency["nodes"]]
    applied = sum(batch["applied"].get("railway-js", 0) for batch in found["batches"])
    return applied == entries and bool(nodes) and nodes[0]["proof"]["state"] == "equal"


@pytest.fixture(scope="module")
def office(
    kafka_bootstrap: str, registry_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RegistryOffice]:
    """A list half of which was written before there was a registry, all of it copied and proven by an agency."""
    state = tmp_path_factory.mktemp("office") / "state"
    made = RegistryOffice(load_settings(bootstrap=kafka_bootstrap, topic_prefix="town.", state_dir=state), registry_url)
    try:
        made.found(
            "js",
            ("court-su0505", "--kind", "court"),
            ("publisher-js", "--kind", "publisher"),
            ("railway-js", "--kind", "agency", "--agency-kind", "railway"),
            ("notary-js-1", "--kind", "notary"),
        )
        made.publish(BEFORE, 7)
        made.registry = True
        made.run("participant", "publish", "--all")
        made.start("monitor", "serve", "--port", str(made.ports[0]))
        made.start("agency", "run", "railway-js", "--port", str(made.ports[1]))
        made.publish(AFTER, 8)
        made.until(lambda found: proven(found, BEFORE + AFTER))
        yield made
    finally:
        made.close()


def records(office: RegistryOffice, topic: str) -> list[Message]:
    """What a stock consumer finds in a topic, values as they stand."""
    consumer = Consumer(
        {"bootstrap.servers": str(office.settings.bootstrap), "group.id": "stock", "enable.auto.commit": False}
    )
    name = office.settings.physical(topic)
    parts = consumer.list_topics(name, timeout=30).topics[name].partitions
    ends = {part: consumer.get_watermark_offsets(TopicPartition(name, part), timeout=30)[1] for part in parts}
    consumer.assign([TopicPartition(name, part, OFFSET_BEGINNING) for part in parts])
    found: list[Message] = []
    deadline = time.monotonic() + 60
    while any(consumer.position([TopicPartition(name, part)])[0].offset < end for part, end in ends.items() if end):
        assert time.monotonic() < deadline, f"{len(found)} records came"
        found += [one for one in consumer.consume(500, 0.5) if not one.error()]
    consumer.close()
    return found


def framed(found: list[Message]) -> list[Message]:
    return [one for one in found if value_of(one)[:1] == b"\x00"]


def value_of(message: Message) -> bytes:
    """A record's value; tombstones are not expected here."""
    value = message.value()
    assert value is not None
    return value


def test_the_list_holds_both_framings_and_its_copy_is_proven_equal(office: RegistryOffice) -> None:
    marks_and_counts = b"barrier/", b"checkpoint/"
    entries = [one for one in records(office, LIST) if not (one.key() or b"").startswith(marks_and_counts)]
    marks = [value_of(one)[:2] for one in entries]
    assert marks.count(b"\xc3\x01") == BEFORE
    assert len(framed(entries)) == AFTER


def test_confluents_own_deserializer_decodes_what_stands_in_lists_heads_receipts_and_keys(
    office: RegistryOffice,
) -> None:
    seen: dict[str, dict[str, Any]] = {}
    with SchemaRegistryClient({"url": office.registry_url}) as client:
        stock = AvroDeserializer(client)
        for one in (one for topic in EVERY for one in framed(records(office, topic))):
            topic = one.topic()
            assert topic is not None
            decoded = stock(value_of(one), SerializationContext(topic, MessageField.VALUE))
            assert decoded is not None
            [marked] = [
                raw for name, raw in cast("list[tuple[str, bytes]]", one.headers()) if name == FINGERPRINT_HEADER
            ]
            fingerprint, _ = unframe(value_of(one), marked)
            seen[next(schema.name for schema in load_schemas() if schema.fingerprint == fingerprint)] = dict(decoded)
    lists = {"list-record", "barrier", "court-checkpoint"}
    assert set(seen) == {*lists, "list-head", "receipt", "participant-key", "key-register"}
    assert seen["list-record"]["court"] == "court-su0505"
    assert seen["barrier"]["notary"] == seen["list-head"]["notary"] == "notary-js-1"
    assert seen["receipt"]["agency"] == "railway-js"


@pytest.fixture(scope="module")
def kcat(network: Network) -> Iterator[Callable[..., str]]:
    """Runs kcat beside the broker; what it printed."""
    with DockerImage(Path(__file__).parent / "kcat", tag="liandong-test-kcat:1.7.1") as image:

        def run(arguments: str) -> str:
            container = DockerContainer(str(image)).with_network(network).with_kwargs(entrypoint=["sh", "-c"])
            with container.with_command([f"kcat -q -b kafka:9092 {arguments}"]) as running:
                running.get_wrapped_container().wait(timeout=120)
                out, err = running.get_logs()
                assert not err, err
                return out.decode()

        yield run


def test_kcat_unpacks_the_framing_of_every_record_and_its_ids_are_the_registrys(
    office: RegistryOffice, kcat: Callable[..., str]
) -> None:
    with closing(SchemaRegistry(office.registry_url)) as registry:
        for topic, schema in ((names.heads("js"), "list-head"), (names.RECEIPTS, "receipt")):
            said = kcat(f"-C -e -o beginning -t {office.settings.physical(topic)} -s 'value=>bI' -f '%s\\n'")
            assert set(said.split()) == {f"0{registry.id_of(schema)}"}  # it prints the two numbers side by side


def test_what_kcat_reads_any_avro_library_decodes_with_the_schema_the_registry_has_for_the_id(
    office: RegistryOffice, kcat: Callable[..., str]
) -> None:
    head = base64.b64decode(
        kcat(f"-C -c 1 -o beginning -t {office.settings.physical(names.heads('js'))} -D '' | base64 -w0")
    )
    answer = httpx.get(f"{office.registry_url}/schemas/ids/{int.from_bytes(head[1:5], 'big')}").json()
    schema = fastavro.parse_schema(json.loads(answer["schema"]))
    decoded = fastavro.schemaless_reader(io.BytesIO(head[5:]), schema, None)
    assert isinstance(decoded, dict)
    assert (decoded["jurisdiction"], decoded["notary"]) == ("js", "notary-js-1")


def test_the_registry_holds_what_this_release_says(office: RegistryOffice) -> None:
    assert "0 findings" in office.run("schemas", "check", "--against", "registry")
    with closing(SchemaRegistry(office.registry_url)) as registry:
        held = {schema.name for schema in registry.released()}
    assert held >= {"list-record", "barrier", "list-head", "receipt", "participant-key", "interception"}


def test_a_registry_that_holds_another_barrier_is_found_out(office: RegistryOffice, network: Network) -> None:
    barrier = current_schema("barrier")
    changed = json.loads(json.dumps(barrier.definition))
    changed["fields"] = [field for field in changed["fields"] if field["name"] != "issued_at"]
    with a_registry(network) as other:
        held, office.registry_url = office.registry_url, url_of(other)
        try:
            released(office.registry_url, barrier, changed)
            said = json.loads(office.run("schemas", "check", "--against", "registry", "--json", code=1))
            assert {finding["schema"] for finding in said["findings"]} == {"barrier"}
            with closing(SchemaRegistry(office.registry_url)) as registry, pytest.raises(RegistryFailed):
                registry.id_of("barrier")
        finally:
            office.registry_url = held


def released(url: str, schema: Schema, definition: dict[str, Any]) -> None:
    body = {"schema": json.dumps(definition), "schemaType": "AVRO"}
    httpx.post(f"{url}/subjects/{subject_of(schema)}/versions", json=body).raise_for_status()
