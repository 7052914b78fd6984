"""The check API described for machines: OpenAPI 3.1. Whatever a caller can send or get has a shape with a name."""

from collections.abc import Mapping
from typing import Any

from ...schemas.law.agencies import AgencyKind
from ...schemas.law.measures import MeasureCatalogue
from ..events.reports import NoLiveWatch
from .idempotency_key import PATTERN
from .problems import MAX_BODY, MAX_CHECKS, MEDIA_TYPE, RequestProblem
from .shapes import one_of, shapes, to

_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}
_SOON = {"429", "503"}
"""Problems after which the same request may be sent again."""


def openapi(kind: AgencyKind, catalogue: MeasureCatalogue) -> dict[str, object]:
    """Describe this agency's check API in OpenAPI 3.1."""
    limits = (
        f"A request has at most {MAX_BODY:,} bytes and {MAX_CHECKS:,} checks or events; HEAD answers where GET does."
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Liandong check API",
            "version": "1",
            "description": f"May this person do this? For agencies of the kind {kind.id}. Rules: {catalogue.version}. {limits}",
        },
        "security": [{"bearer": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": shapes(kind, catalogue),
        },
    }


def _paths() -> dict[str, object]:
    checks = _post(
        "check",
        f"May this person do this? One check, or up to {MAX_CHECKS:,} in order",
        one_of("CheckRequest", "Check", "Batch"),
        one_of("CheckAnswer", "Decision", "BatchResult"),
    )
    events = _post(
        "publishEvents",
        "What the agency met, for courts with a live watch",
        one_of("EventRequest", "Event", "Events"),
        one_of("EventAnswer", "EventIds", "EventResults"),
        str(NoLiveWatch.http_status),
    )
    text, page = {"text/plain": {"schema": {"type": "string"}}}, {"text/html": {"schema": {"type": "string"}}}
    return {
        "/v1/checks": {"post": checks},
        "/v1/checks/{check_id}": {"parameters": [_CHECK_ID]}
        | _get("findCheck", "A decision of the past", _json(to("PastDecision")), "404"),
        "/v1/transactions": _get(
            "listTransactions", "What can be asked, with a JSON Schema of attributes", _json(to("Transactions"))
        ),
        "/v1/events": {"post": events},
        "/v1/status": _get("showStatus", "Where this node stands", _json(to("Status"))),
        "/metrics": _get("showMetrics", "Prometheus metrics", text),
        "/docs": _get("showDocs", "This description for people", page, is_open=True),
        "/openapi.json": _get("showOpenapi", "This description", _json({"type": "object"}), is_open=True),
        "/healthz": _get("showHealth", "Every part of the node runs", _json(to("Health")), "503", is_open=True),
        "/readyz": _get("showReadiness", "There is a list to decide by", _json(to("Readiness")), "503", is_open=True),
    }


_CHECK_ID = {
    "name": "check_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^chk_[0-9a-f]{32}$"},
}


def _get(
    operation: str, summary: str, answer: Mapping[str, Any], *others: str, is_open: bool = False
) -> dict[str, Any]:
    """Describe a GET, and the HEAD beside it; of `others`, 503 says the same as 200 of what is not so, the rest are problems."""
    problems = {"500", *others} - {"503"} | (set() if is_open else {"401", "403"})
    said = {"200": "OK"} | ({"503": "Not so"} if "503" in others else {})
    responses = {status: {"description": text, "content": answer} for status, text in said.items()} | _problems(
        problems
    )
    described = {"summary": summary, "responses": responses} | ({"security": []} if is_open else {})
    empty = {status: {"description": each["description"]} for status, each in responses.items()}
    head = {**described, "operationId": f"{operation}Head", "responses": empty}
    return {"get": {**described, "operationId": operation}, "head": head}


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Makes it safe to send the request again: what the first one left is answered again and left once, for a day at "
        "least. What left nothing is decided afresh. Byte by byte the same body, else IDEMPOTENCY_KEY_REUSED."
    ),
    "schema": {"type": "string", "pattern": PATTERN},
}

_TRACEPARENT = {
    "name": "traceparent",
    "in": "header",
    "required": False,
    "description": (
        "W3C Trace Context: stands in the journal, and sealed in what a court is told of the request. Invalid ones are ignored."
    ),
    "schema": {"type": "string"},
}


def _post(
    operation: str, summary: str, request: Mapping[str, Any], answer: Mapping[str, Any], *others: str
) -> dict[str, object]:
    """Describe a POST; `others` are statuses of problems that no other path has."""
    statuses = {str(status) for status in RequestProblem.statuses.values()} - {"404", "405"} | set(others)
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [_IDEMPOTENCY_KEY, _TRACEPARENT],
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {"200": {"description": "OK", "content": _json(answer)}, **_problems(statuses)},
    }


def _problems(statuses: set[str]) -> dict[str, dict[str, Any]]:
    problem: dict[str, Any] = {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": to("Problem")}},
    }
    return {status: problem | ({"headers": _RETRY_AFTER} if status in _SOON else {}) for status in sorted(statuses)}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
