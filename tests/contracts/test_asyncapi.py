"""The AsyncAPI document says what the product does: topics, schemas, headers, and no secret."""

import json
import re
from pathlib import Path
from typing import Any

import fastavro
import jsonschema

from liandong.docs.generators import asyncapi
from liandong.monitoring.demo.setting import onboard
from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.schemas.wire.examples import load_examples
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.documents import DOCS
from liandong.topics.catalogue import event_catalogue
from liandong.topics.catalogue.asyncapi import asyncapi_document
from liandong.topics.catalogue.families import expand, load_catalogue
from liandong.topics.keys.participants import registered_scope
from liandong.topics.settings import KafkaSecurity, load_settings
from liandong.topics.transport.envelope import outgoing

DOCUMENT = asyncapi_document(load_settings())
CHANNELS: dict[str, Any] = DOCUMENT["channels"]


def test_the_file_in_docs_is_what_the_command_prints() -> None:
    printed = liandong("schemas", "docs", "--asyncapi", environment={})
    assert printed.out == (DOCS / "asyncapi.json").read_text(encoding="utf-8") == asyncapi.page(), "run: make pages"


def test_without_the_option_the_command_prints_the_event_catalogue(tmp_path: Path) -> None:
    assert liandong("schemas", "docs", environment={}).out == event_catalogue.page()
    written = liandong("schemas", "docs", "--asyncapi", "-o", str(tmp_path / "bus.json"), environment={})
    assert (written.code, written.out) == (0, "")
    assert json.loads((tmp_path / "bus.json").read_text(encoding="utf-8")) == DOCUMENT


def test_every_topic_of_the_demo_has_one_channel_with_what_the_broker_gets(tmp_path: Path) -> None:
    settings = load_settings(state_dir=tmp_path)
    onboard(settings)
    topics = expand(load_catalogue(), registered_scope(settings), settings)
    assert len(topics) >= len(load_catalogue())
    for topic, state in topics.items():
        (channel,) = (one for one in CHANNELS.values() if _matches(one, topic))
        binding = channel["bindings"]["kafka"]
        assert (binding["partitions"], binding["replicas"]) == (state.partitions, state.replication_factor)
        assert {name: _text(value) for name, value in binding["topicConfiguration"].items()} == state.configuration


def _matches(channel: dict[str, Any], topic: str) -> bool:
    """Whether a topic is of a channel's address, with exactly the parameters that the channel has."""
    names = re.findall(r"\{(\w+)\}", channel["address"])
    assert set(names) == set(channel.get("parameters", {}))
    pattern = re.sub(r"\\\{\w+\\\}", "[a-z0-9-]+", re.escape(channel["address"]))
    return re.fullmatch(pattern, topic) is not None


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_schema_stands_once_and_reads_the_examples_of_the_wire() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    newest = {one.name: one for one in load_schemas()}
    assert set(schemas) == set(newest)
    for name, one in schemas.items():
        canonical = fastavro.schema.to_parsing_canonical_form(one["schema"])
        assert fastavro.schema.fingerprint(canonical, "CRC-64-AVRO") == newest[name].fingerprint.hex()
        fastavro.parse_schema(one["schema"], named_schemas={})
    payloads = [message["payload"].get("$ref") for one in CHANNELS.values() for message in one["messages"].values()]
    assert {one for one in payloads if one} <= {f"#/components/schemas/{name}" for name in schemas}
    assert payloads.count(None) == 1  # dead letters: the bytes of another topic


def test_the_headers_of_a_record_are_as_the_document_says() -> None:
    seen = set()
    for example in load_examples():
        for channel in CHANNELS.values():
            if example.schema not in channel["messages"]:
                continue
            options = {"event_id": f"upd_{1:032x}", "source": "js-court", "time_ms": 1_790_000_000_000}
            for more in ({}, {"subject": "ent_1", "day_only": True}):
                record = outgoing(example.schema, example.body, "any", None, **options, **more)  # type: ignore[arg-type]
                headers = {name: value.decode() for name, value in record.headers}
                schema = channel["messages"][example.schema]["headers"]
                jsonschema.validate(headers, schema, jsonschema.Draft7Validator)
                assert set(headers) <= set(schema["properties"])
                for name in schema["required"]:
                    missing = {key: value for key, value in headers.items() if key != name}
                    assert not jsonschema.Draft7Validator(schema).is_valid(missing)
            seen.add(example.schema)
    assert seen == {name for family in load_catalogue() for name in family.schemas}


def test_operations_are_those_of_the_roles_in_the_catalogue() -> None:
    made = {(one["tags"][0]["name"], one["action"], one["channel"]["$ref"]) for one in DOCUMENT["operations"].values()}
    assert made == {
        (role, action, f"#/channels/{family.family}")
        for family in load_catalogue()
        for action, roles in (("send", family.producers), ("receive", family.consumers))
        for role in roles
    }


def test_servers_follow_the_settings_and_tell_no_secret() -> None:
    security = KafkaSecurity(protocol="SASL_SSL", username="brokeruser", password_file=Path("/run/secret-file"))
    settings = load_settings(
        bootstrap="a.example:9092, b.example:9093",
        kafka_security=security,
        topic_prefix="test.",
        registry_url="http://keeper:hidden@registry.example:8081?token=hidden",
    )
    document = asyncapi_document(settings)
    assert {one["host"] for one in document["servers"].values()} == {"a.example:9092", "b.example:9093"}
    for server in document["servers"].values():
        assert server["protocol"] == "kafka-secure"
        assert server["security"] == [{"$ref": "#/components/securitySchemes/scramSha512"}]
        assert server["bindings"]["kafka"]["schemaRegistryUrl"] == "http://registry.example:8081"
    assert all(one["address"].startswith("test.") for one in document["channels"].values())
    assert not re.search(r"brokeruser|secret-file|keeper|hidden", json.dumps(document))


def test_a_file_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    for lang, remedy in (("en", "name a writable file with -o"), ("zh", "-o")):
        words = ("--lang", lang, "schemas", "docs", "-o", str(tmp_path / "missing" / "bus.json"))
        refused = liandong(*words, environment={})
        assert refused.code == 2
        assert "FILE_UNWRITABLE" in refused.err
        assert remedy in refused.err
