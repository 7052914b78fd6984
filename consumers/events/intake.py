"""Events somebody publishes on purpose: by file (`agency publish`) or by `POST /v1/events`.

Every event is checked like anything a court sends, and goes out only under a live watch. What is refused leaves no trace.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine

from ...schemas import ids
from ...schemas.dates import CHINA
from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.law.watch_kinds import Domain, find_kind, may_travel
from ...schemas.people.certificates import Certificate, CertificateType, normalise
from ...schemas.problems import FactProblem, Text
from ...schemas.wire.control import CLOCK_TOLERANCE_MS
from ...topics.storage.database import reading
from ..acts_db.context import AgencyContext
from ..acts_db.idempotency import KeptAnswer, KeyedRequest, RequestPart, keep_answers, kept_answer, kept_answers
from .reports import KindUnknown, report_explicitly
from .sightings import Sighting

MAX_EVENTS = 1000
"""Events of one request."""
_FIXED_COLUMNS = ("kind", "occurred_at", "certificate_type", "number", "country", "name", "ref")


class EventProblem(FactProblem):
    """An event that cannot be taken as it stands."""

    texts: ClassVar[dict[str, Text]] = {
        "EVENT_DOMAIN": Text(
            "the event says neither asset nor whereabouts",
            "give domain: asset or domain: whereabouts",
            "未说明事件属于财产还是下落",
            "请填写 domain: asset 或 whereabouts",
        ),
        "EVENT_TIME": Text(
            "occurred_at is no point in time, or lies in the future",
            "write it as RFC 3339, for example 2026-11-22T10:00:00+08:00",
            "occurred_at 不是有效时间，或者晚于当前时间",
            "请按 RFC 3339 填写，例如 2026-11-22T10:00:00+08:00",
        ),
        "EVENT_SUBJECT": Text(
            "the event names nobody",
            "give name and at least one certificate with type and number",
            "未写明人员",
            "请填写姓名及至少一个证件的类型和号码",
        ),
        "EVENT_CERTIFICATE_TYPE": Text(
            "there is no such type of certificate",
            "use one of {known}",
            "没有这种证件类型",
            "可用类型：{known}",
        ),
        "EVENT_FIELDS": Text(
            "fields is no object of names and values",
            "give a JSON object, such as one with service_number and its value, or leave fields out",
            "fields 不是由名称和值组成的对象",
            "请提供 JSON 对象，例如包含 service_number 及其值，或者省略 fields",
        ),
        "EVENT_FIELD": Text(
            "{field} has no place in a {kind} event",
            "leave it out; a {kind} event may carry {known}",
            "{kind} 事件不得包含 {field}",
            "请删除该项；{kind} 事件可包含 {known}",
        ),
    }


def publish_events(
    engine: Engine,
    context: AgencyContext,
    payload: Mapping[str, Any],
    keyed: KeyedRequest | None = None,
    traceparent: str = "",
) -> dict[str, Any]:
    """Answer `POST /v1/events`: one event, or `events` with up to 1,000 of them, each in its own transaction.

    One event gives `event_ids` or raises its problem; several give `results` in order, each with `ref` and either
    `event_ids` or `problem`. Raises EVENTS_TOO_MANY. Of a request with an Idempotency-Key, what went out already is told
    again by its ids. Raises KeyReused. `traceparent` is of whoever sent the request.
    """
    parts = [None if keyed is None else RequestPart(keyed, number) for number in range(MAX_EVENTS)]
    if "events" not in payload:
        return {"event_ids": publish_event(engine, context, payload, parts[0], traceparent)}
    events: Sequence[Any] = payload["events"] if isinstance(payload["events"], list) else []
    if not 0 < len(events) <= MAX_EVENTS:
        raise WrongUsage("EVENTS_TOO_MANY", f"{len(events)} events in one request", f"send 1 to {MAX_EVENTS}")
    if keyed is not None:
        with reading(engine) as connection:
            kept_answers(connection, keyed)  # of a key that stood for another request, no event is taken
    tell = partial(_result, engine, context, traceparent=traceparent)
    return {
        "results": [
            tell(each if isinstance(each, Mapping) else {}, part) for each, part in zip(events, parts, strict=False)
        ]
    }


def publish_event(
    engine: Engine,
    context: AgencyContext,
    event: Mapping[str, Any],
    part: RequestPart | None = None,
    traceparent: str = "",
) -> list[str]:
    """Tell courts of one event; return ids of what went to them. Raises the event's problem, NoLiveWatch or KeyReused."""
    now = context.clock.now()
    sighting = replace(read_event(event, now), traceparent=traceparent)
    with engine.begin() as connection:
        if part is not None and (told := kept_answer(connection, part)):
            return told.split()
        event_ids = [ids.text("evt", handle) for handle in report_explicitly(connection, context, sighting)]
        if part is not None:
            keep_answers(connection, [KeptAnswer(part, " ".join(event_ids), now)])
        return event_ids


def _result(
    engine: Engine, context: AgencyContext, event: Mapping[str, Any], part: RequestPart | None, traceparent: str
) -> dict[str, Any]:
    given = event.get("ref")
    ref = {"ref": given} if isinstance(given, str) or type(given) is int else {}
    try:
        return {**ref, "event_ids": publish_event(engine, context, event, part, traceparent)}
    except LiandongError as problem:
        if problem.http_status >= 500:
            raise
        return {**ref, "problem": problem.as_dict() | {"status": problem.http_status}}


def read_event(event: Mapping[str, Any], now: int) -> Sighting:
    """Read a sighting from an event as it was sent. Raises EventProblem, CertificateProblem or KindUnknown."""
    domain = str(event.get("domain", ""))
    if domain not in set(Domain):
        raise EventProblem("EVENT_DOMAIN")
    name = str(event.get("kind", "")).strip().upper().replace("-", "_")
    kind = find_kind(domain, name)
    if kind is None:
        raise KindUnknown(domain, name)
    given = event.get("fields") or {}
    if not isinstance(given, Mapping):
        raise EventProblem("EVENT_FIELDS")
    fields = {str(key): str(value) for key, value in given.items() if value not in (None, "")}
    for name_of_field in fields:
        if name_of_field not in may_travel(kind):
            raise EventProblem(
                "EVENT_FIELD", field=name_of_field[:40], kind=kind.name, known=", ".join(sorted(may_travel(kind)))
            )
    subject = event.get("subject")
    if not isinstance(subject, Mapping) or not str(subject.get("name") or "").strip():
        raise EventProblem("EVENT_SUBJECT")
    certificates = _certificates(subject.get("certificates"))
    at = _moment(event.get("occurred_at"), now)
    return Sighting(domain, kind.name, certificates, str(subject["name"]), at, fields, str(event.get("ref", "")))


def _certificates(written: Any) -> tuple[Certificate, ...]:
    if not isinstance(written, list) or not written or not all(isinstance(each, Mapping) for each in written):
        raise EventProblem("EVENT_SUBJECT")
    return tuple(_certificate(each) for each in written)


def _certificate(written: Mapping[str, Any]) -> Certificate:
    try:
        kind = CertificateType[str(written.get("type", "")).strip().upper()]
    except KeyError:
        raise EventProblem("EVENT_CERTIFICATE_TYPE", known=", ".join(each.name for each in CertificateType)) from None
    return normalise(kind, str(written.get("number", "")), str(written.get("country") or "") or None)


def _moment(value: Any, now: int) -> int:
    """Read a point in time, ms UTC; without an offset it is China's."""
    try:
        parsed = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise EventProblem("EVENT_TIME") from None
    at = int((parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)).timestamp() * 1000)
    if not 0 < at <= now + CLOCK_TOLERANCE_MS:
        raise EventProblem("EVENT_TIME")
    return at


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of a file of events; shows itself by its number only."""

    number: int
    """From 1."""
    original: dict[str, Any] = field(repr=False)
    """The row as it stands in the file."""
    event: dict[str, Any] = field(repr=False)
    """The event it makes."""


def read_event_file(path: Path, domain: str) -> Iterator[EventRow]:
    """Read the rows of a CSV or JSON lines file, each with the event it makes."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 1):
                yield EventRow(number, dict(row), _event_of_row(row, domain))
        return
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate((line for line in file if line.strip()), 1):
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                event = {}
            event = event if isinstance(event, dict) else {}
            yield EventRow(number, event, {"domain": domain, **event})


def _event_of_row(row: Mapping[str, Any], domain: str) -> dict[str, Any]:
    """Make an event of a flat row: the fixed columns, every other one a field of the kind."""
    certificate = {
        "type": row.get("certificate_type"),
        "number": row.get("number") or "",
        "country": row.get("country"),
    }
    fields = {key: value for key, value in row.items() if key and key not in _FIXED_COLUMNS and value}
    return {
        "domain": domain,
        "kind": row.get("kind") or "",
        "occurred_at": row.get("occurred_at"),
        "subject": {"name": row.get("name"), "certificates": [certificate]},
        "fields": fields,
        "ref": row.get("ref") or "",
    }
