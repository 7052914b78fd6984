"""The bus as an AsyncAPI 3.0.0 document: what `liandong schemas docs --asyncapi` prints, for tools that read no prose.

One channel per topic family, one message per schema that may stand there. Every Avro schema stands once in
`components.schemas`, those that travel only inside another record too. No secret is in it: neither users nor passwords.
"""

import json
from importlib.metadata import version
from typing import Any

from ...schemas.wire.avro_schemas import Schema, current_schema, load_schemas
from ..settings import Settings
from ..transport.envelope import headers_schema
from .asyncapi_servers import security_schemes, servers
from .families import TopicFamily, load_catalogue

_AVRO = "application/vnd.apache.avro;version=1.9.0"
_BINDING = "0.5.0"
"""Version of AsyncAPI's Kafka bindings, the newest that AsyncAPI 3.0.0 knows."""
_PARAMETERS = {
    "jurisdiction": {"description": "Id of a jurisdiction: lower case letters, digits, dashes.", "examples": ["js"]},
    "agency": {"description": "Id of an agency: lower case letters, digits, dashes.", "examples": ["railway-js"]},
}
_ABOUT = """\
Courts publish dishonest debtors, orders and relief; agencies enforce, release, and answer. Every value is one Avro record:
single-object encoding, or Confluent framing where a schema registry is configured; the header `avro-fingerprint` names the schema
either way. Headers are CloudEvents 1.0 in binary mode. docs/wire.md says how to verify what is read, docs/events.md is this
catalogue for people. Operations are named by role: who may send or receive at which channel."""
_Node = dict[str, Any]


def asyncapi_text(settings: Settings) -> str:
    """Return the document as JSON text; the same settings give the same bytes."""
    return json.dumps(asyncapi_document(settings), ensure_ascii=False, indent=1) + "\n"


def asyncapi_document(settings: Settings) -> _Node:
    """Return the document: names, partitions and retention as these settings make them on the broker."""
    families = load_catalogue()
    newest = {schema.name: schema for schema in load_schemas()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Liandong 联动", "version": version("liandong"), "description": _ABOUT},
        "defaultContentType": "application/avro",
        "servers": servers(settings),
        "channels": {family.family: _channel(family, settings) for family in families},
        "operations": dict(operation for family in families for operation in _operations(family)),
        "components": {
            "schemas": {name: {"schemaFormat": _AVRO, "schema": one.definition} for name, one in newest.items()},
            "securitySchemes": security_schemes(),
        },
    }


def _channel(family: TopicFamily, settings: Settings) -> _Node:
    state, address = family.state(settings), settings.physical(family.name)
    return {
        "address": address,
        "title": family.family,
        "description": f"{family.description} Personal data: {family.personal_data}. Answers for it: {family.owner}.",
        "messages": {name: _message(family, current_schema(name), settings) for name in family.schemas}
        or {"original": _original(family)},
        **({"parameters": {family.scope: _PARAMETERS[family.scope]}} if family.scope else {}),
        "bindings": {
            "kafka": {
                "topic": address,
                "partitions": state.partitions,
                "replicas": state.replication_factor,
                "topicConfiguration": {name: _typed(name, value) for name, value in state.configuration.items()},
                "bindingVersion": _BINDING,
            }
        },
    }


def _message(family: TopicFamily, schema: Schema, settings: Settings) -> _Node:
    framing = {"schemaIdLocation": "payload", "schemaIdPayloadEncoding": "confluent"} if settings.registry_url else {}
    return {
        "name": f"{schema.name}.v{schema.version}",
        "title": schema.name,
        "summary": schema.definition["doc"],
        "contentType": "application/avro",
        "headers": headers_schema(schema.name),
        "payload": {"$ref": f"#/components/schemas/{schema.name}"},
        "bindings": {"kafka": {**_key(family), **framing, "bindingVersion": _BINDING}},
    }


def _original(family: TopicFamily) -> _Node:
    """Describe a message whose value is the bytes of another topic."""
    return {
        "name": "original",
        "title": "original bytes",
        "summary": "Key, value and headers as they were read elsewhere; headers that begin with `dead-letter-` say why.",
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
        "bindings": {"kafka": {**_key(family), "bindingVersion": _BINDING}},
    }


def _key(family: TopicFamily) -> _Node:
    if family.key is None:
        return {}
    return {"key": {"type": "string", "format": "binary", "description": family.key}}


def _operations(family: TopicFamily) -> list[tuple[str, _Node]]:
    """Return what each role does at a channel; which of its messages a role writes, docs/events.md says in words."""
    channel = {"$ref": f"#/channels/{family.family}"}
    ways = (("send", family.producers, "writes"), ("receive", family.consumers, "reads"))
    return [
        (
            f"{role}-{action}-{family.family}",
            {"action": action, "channel": channel, "summary": f"{role} {verb} {family.name}", "tags": [{"name": role}]},
        )
        for action, roles, verb in ways
        for role in roles
    ]


def _typed(name: str, value: str) -> list[str] | int | bool | str:
    """Return a topic's configuration in the types of AsyncAPI; the broker has text alone."""
    if name == "cleanup.policy":
        return value.split(",")
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.removeprefix("-").isdigit() else value
