"""A Confluent-compatible schema registry (Confluent, Apicurio under /apis/ccompat/v7, Karapace).

It is a courtesy to tools: with it, values carry Confluent framing so that kcat, Connect and stock
deserializers read the topics. It must therefore stop nothing: readers here never ask it, writers register
their schemas when they start and, while it does not answer, go on in single-object encoding.

Subjects follow the record name (``cn.liandong.ListRecord``), because a list topic carries records and
barriers; their compatibility is FULL_TRANSITIVE.
"""

import json
import logging
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx

from ...schemas.errors import Unavailable, WrongUsage
from ...schemas.phrases import Phrase, chinese, quoted
from ...schemas.wire.avro_schemas import Schema, current_schema, load_schemas, parse_definition
from ..settings import Settings
from ..workers.threads import Doorbell, beside, rest

_log = logging.getLogger(__name__)
PATIENCE = 5.0
"""Seconds a starting writer waits for the registry."""
RETRY = 5.0
"""Seconds between two attempts after that."""
_JSON = {"content-type": "application/vnd.schemaregistry.v1+json", "accept": "application/vnd.schemaregistry.v1+json"}


class RegistryFailed(Unavailable):
    """The registry did not do what a writer needs."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(
            "REGISTRY_FAILED",
            message,
            "check LIANDONG_REGISTRY_URL (Apicurio: http://HOST:8080/apis/ccompat/v7), or unset it to write without a registry",
            f"模式注册中心出错：{chinese(message)}",
            "请检查 LIANDONG_REGISTRY_URL（Apicurio：http://HOST:8080/apis/ccompat/v7），或清除该设置，不用注册中心",
        )
        self.status = status
        """What it answered (HTTP), None if it did not."""


class SchemaRegistry:
    """Ids of this release's schemas, registered on first use."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._client = client or httpx.Client(timeout=10)
        self._ids: dict[str, int] = {}

    @classmethod
    def from_settings(cls, settings: Settings) -> "SchemaRegistry":
        """Return the configured registry. Raises REGISTRY_NOT_CONFIGURED without one."""
        if settings.registry_url is None:
            raise WrongUsage(
                "REGISTRY_NOT_CONFIGURED",
                "no schema registry is configured",
                "set LIANDONG_REGISTRY_URL",
                "未设置模式注册中心",
                "请设置 LIANDONG_REGISTRY_URL",
            )
        return cls(settings.registry_url)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def id_of(self, name: str) -> int:
        """Return the registry's id of the named schema's current version, asking once per process."""
        if name not in self._ids:
            path = f"/subjects/{subject_of(current_schema(name))}"
            try:
                answer = self._call("POST", path, _body(current_schema(name)))
            except RegistryFailed as missing:
                if missing.status != HTTPStatus.NOT_FOUND:
                    raise
                answer = self._release(name)
            self._ids[name] = _number_in(answer)
        return self._ids[name]

    def _release(self, name: str) -> Any:
        """Register every version of a schema, oldest first; return what the registry says of the current one."""
        subject, answer = subject_of(current_schema(name)), None
        try:
            self._call("PUT", f"/config/{subject}", {"compatibility": "FULL_TRANSITIVE"})
        except RegistryFailed as taken:  # another writer starts at the same moment and says the same
            if taken.status != HTTPStatus.CONFLICT:
                raise
        for schema in (one for one in load_schemas() if one.name == name):
            answer = self._call("POST", f"/subjects/{subject}/versions", _body(schema))
        return answer

    def released(self) -> list[Schema]:
        """Return every version of this release's subjects that the registry holds."""
        names = {subject_of(current_schema(name)): name for name in {one.name for one in load_schemas()}}
        registered = [subject for subject in self._list("/subjects") if isinstance(subject, str) and subject in names]
        return [
            self._parsed(names[subject], subject, version)
            for subject in registered
            for version in self._list(f"/subjects/{subject}/versions")
            if isinstance(version, int)
        ]

    def _parsed(self, name: str, subject: str, version: int) -> Schema:
        try:
            return parse_definition(name, version, self._definition(subject, version))
        except ValueError as broken:
            raise RegistryFailed(
                Phrase(
                    f"version {version} of {subject} in the registry is {broken}",
                    f"{subject} 的第 {version} 版有误：{quoted(broken).zh}",
                )
            ) from broken

    def _definition(self, subject: str, version: int) -> dict[str, Any]:
        answer = self._call("GET", f"/subjects/{subject}/versions/{version}")
        try:
            definition = json.loads(answer["schema"])
        except (TypeError, LookupError, ValueError, RecursionError):
            definition = None
        if not isinstance(definition, dict):
            raise RegistryFailed(
                Phrase(
                    f"the registry answered version {version} of {subject} with no schema",
                    f"对 {subject} 的第 {version} 版未返回模式",
                )
            )
        return definition

    def _list(self, path: str) -> list[Any]:
        answer = self._call("GET", path)
        if not isinstance(answer, list):
            raise RegistryFailed(Phrase(f"GET {path} was answered with no list", f"GET {path} 未返回列表"))
        return answer

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        try:
            answer = self._client.request(method, self._url + path, json=body, headers=_JSON)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as refused:
            text = refused.response.text[:300]
            status = refused.response.status_code
            raise RegistryFailed(
                Phrase(
                    f"{method} {path} was answered {status}: {text}",
                    f"{method} {path} 返回 {status}：{quoted(text).zh}",
                ),
                status,
            ) from refused
        except (httpx.HTTPError, ValueError, RecursionError) as failed:
            raise RegistryFailed(
                Phrase(
                    f"{method} {path} at {self._url} failed: {failed}",
                    f"{self._url} 的 {method} {path} 失败：{quoted(failed).zh}",
                )
            ) from failed


def _number_in(answer: Any) -> int:
    number = answer.get("id") if isinstance(answer, dict) else None
    if type(number) is not int:
        raise RegistryFailed(Phrase("the registry answered with no id of a schema", "未返回模式的编号"))
    return number


class RegisteredIds:
    """The ids of the schemas a writer uses (`envelope.SchemaIds`).

    They are registered in the background and waited for at most `patience` seconds, so neither a check nor a release ever
    waits for the registry. Until it has answered, `id_of` gives None and records carry single-object encoding.
    """

    def __init__(self, registry: SchemaRegistry, names: tuple[str, ...], patience: float = PATIENCE) -> None:
        self._registry, self._names = registry, names
        self._ids: dict[str, int] = {}
        answered = Doorbell()
        beside("schema-registry", partial(self._register, answered))
        answered.wait(patience)

    def id_of(self, name: str) -> int | None:
        """Return the registry's id of the named schema's current version, None while it is not known."""
        return self._ids.get(name)

    def _register(self, answered: Doorbell) -> None:
        logged = ""
        while not self._ids:
            try:
                self._ids = {name: self._registry.id_of(name) for name in self._names}
                self._registry.close()
                answered.ring()
            except RegistryFailed as failed:
                if failed.message != logged:
                    logged = failed.message
                    _log.warning("records go out without the registry for now: %s; %s", logged, failed.remedy)
                rest(RETRY)


def registered(settings: Settings, *names: str) -> RegisteredIds | None:
    """Return ids for a writer of the named schemas, None without a registry in the settings."""
    return RegisteredIds(SchemaRegistry(settings.registry_url), names) if settings.registry_url else None


def _body(schema: Schema) -> dict[str, str]:
    return {"schema": json.dumps(schema.definition, ensure_ascii=False), "schemaType": "AVRO"}


def subject_of(schema: Schema) -> str:
    """Name the subject of a schema: ``cn.liandong.ListRecord``."""
    return f"{schema.definition['namespace']}.{schema.definition['name']}"
