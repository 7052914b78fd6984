"""The AsyncAPI document is what AsyncAPI's own JSON Schema accepts; a broken one is refused."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from liandong.tests.worlds.asyncapi import findings
from liandong.topics.catalogue.asyncapi import asyncapi_document
from liandong.topics.settings import KafkaSecurity, load_settings

Document = dict[str, Any]
pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="npm, which fetches AsyncAPI's schemas, is missing")


def test_the_document_of_the_defaults_is_accepted() -> None:
    assert findings(asyncapi_document(load_settings())) == []


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_the_document_of_a_secure_cluster_with_a_registry_is_accepted(mechanism: Any) -> None:
    security = KafkaSecurity(
        protocol="SASL_SSL", mechanism=mechanism, username="court", password_file=Path("/run/password")
    )
    settings = load_settings(
        bootstrap="a.example:9092,b.example:9092",
        kafka_security=security,
        registry_url="http://user:hidden@registry.example:8081",
        topic_prefix="test.",
    )
    assert findings(asyncapi_document(settings)) == []


def _without_address_type(document: Document) -> None:
    document["channels"]["court.orders"]["address"] = 7


def _unknown_action(document: Document) -> None:
    document["operations"]["publisher-send-court.orders"]["action"] = "publish"


def _policy_as_text(document: Document) -> None:
    document["channels"]["court.orders"]["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] = "compact"


def _avro_without_fields(document: Document) -> None:
    del document["components"]["schemas"]["barrier"]["schema"]["fields"]


def _unknown_security(document: Document) -> None:
    document["components"]["securitySchemes"]["plain"]["type"] = "password"


def _headers_that_are_no_schema(document: Document) -> None:
    document["channels"]["court.orders"]["messages"]["barrier"]["headers"] = {"type": "text"}


@pytest.mark.parametrize(
    ("harm", "place"),
    [
        (_without_address_type, "$.channels"),
        (_unknown_action, "$.operations"),
        (_policy_as_text, "$.channels"),
        (_avro_without_fields, "$.components"),
        (_unknown_security, "$.components"),
        (_headers_that_are_no_schema, "$.channels"),
    ],
)
def test_a_broken_document_is_refused_where_it_is_broken(harm: Callable[[Document], None], place: str) -> None:
    document = copy.deepcopy(asyncapi_document(load_settings()))
    harm(document)
    found = findings(document)
    assert found
    assert all(path.startswith(place) for path in found)
