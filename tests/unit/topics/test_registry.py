"""Writers and the schema registry: registered once, whoever is first, and nobody waits for one that is down."""

import time
from collections.abc import Callable

import httpx
import pytest

from liandong.schemas.wire.avro_schemas import versions_of
from liandong.schemas.wire.codec import to_wire
from liandong.topics.transport import registry
from liandong.topics.transport.registry import RegisteredIds, RegistryFailed, SchemaRegistry

URL = "http://registry/apis/ccompat/v7"
SUBJECT = "cn.liandong.Barrier"


class Apicurio:
    """Answers as Apicurio does."""

    def __init__(self) -> None:
        self.down = False
        self.known = False
        self.somebody_configures = False
        self.calls: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        call = (request.method, request.url.path.removeprefix("/apis/ccompat/v7"))
        self.calls.append(call)
        if self.down:
            raise httpx.ConnectError("refused")
        if call == ("POST", f"/subjects/{SUBJECT}"):
            return (
                httpx.Response(200, json={"id": 7}) if self.known else httpx.Response(404, json={"error_code": 40403})
            )
        if call == ("PUT", f"/config/{SUBJECT}"):
            return httpx.Response(409 if self.somebody_configures else 200, json={})
        self.known = True
        return httpx.Response(200, json={"id": 7})

    def client(self) -> SchemaRegistry:
        return SchemaRegistry(URL, httpx.Client(transport=httpx.MockTransport(self)))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_new_schema_is_registered_under_full_compatibility_and_a_known_one_is_only_asked_for() -> None:
    apicurio = Apicurio()
    assert apicurio.client().id_of("barrier") == 7
    versions = ("POST", f"/subjects/{SUBJECT}/versions")
    released = [versions] * len(versions_of("barrier"))
    assert apicurio.calls == [("POST", f"/subjects/{SUBJECT}"), ("PUT", f"/config/{SUBJECT}"), *released]
    before = len(apicurio.calls)
    assert apicurio.client().id_of("barrier") == 7
    assert apicurio.calls[before:] == [("POST", f"/subjects/{SUBJECT}")]


def test_another_writer_that_starts_at_the_same_moment_is_no_failure() -> None:
    apicurio = Apicurio()
    apicurio.somebody_configures = True
    assert apicurio.client().id_of("barrier") == 7


def test_a_registry_that_is_down_is_named_with_the_way_out() -> None:
    apicurio = Apicurio()
    apicurio.down = True
    with pytest.raises(RegistryFailed, match="refused") as failed:
        apicurio.client().id_of("barrier")
    assert "LIANDONG_REGISTRY_URL" in failed.value.remedy


def test_nobody_waits_for_a_registry_that_is_down_and_its_ids_are_used_once_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "RETRY", 0.01)
    apicurio = Apicurio()
    apicurio.down = True
    ids = RegisteredIds(apicurio.client(), ("barrier",), patience=0.05)
    assert ids.id_of("barrier") is None
    assert to_wire("barrier", b"body", ids.id_of("barrier"))[:2] == b"\xc3\x01"
    apicurio.down = False
    until(lambda: ids.id_of("barrier") is not None)
    assert to_wire("barrier", b"body", ids.id_of("barrier")) == b"\x00\x00\x00\x00\x07body"
