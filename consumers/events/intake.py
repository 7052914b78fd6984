"""Events somebody publishes on purpose: by file (`agency publish`, `files.py`) or by `POST /v1/events`.

Every event is checked like anything a court sends, and goes out only under a live watch. What is refused leaves no trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import isfinite
from typing import Any, ClassVar

from sqlalchemy import Engine

from ...schemas import ids
from ...schemas.dates import CHINA
from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.law.watch_kinds import Domain, Kind, find_kind, may_travel
from ...schemas.people.certificates import Certificate, CertificateType, normalise
from ...schemas.phrases import listed
from ...schemas.problems import FactProblem, Language, Text, told
from ...schemas.spelling import hides_text, is_text
from ...schemas.wire.control import CLOCK_TOLERANCE_MS
from ...topics.storage.database import reading
from ..acts_db.context import AgencyContext
from ..acts_db.idempotency import KeptAnswer, KeyedRequest, RequestPart, keep_answers, kept_answer, kept_answers
from .reports import KindUnknown, report_explicitly
from .sightings import Sighting

MAX_EVENTS = 1000
"""Events of one request."""
_SCALARS = (str, int, float, bool)
_LONGEST = 2_000
"""Characters of one text of an event."""


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
            "fields is no object of names and plain values",
            "give a JSON object, such as one with service_number and its value, or leave fields out",
            "fields 不是由名称和简单值组成的对象",
            "请提供 JSON 对象，例如包含 service_number 及其值，或者省略 fields",
        ),
        "EVENT_TEXT": Text(
            "the event holds half a character (a lone surrogate)",
            "write the text as UTF-8; whatever made it cut a character in two",
            "事件文本含有不完整的字符（孤立代理项）",
            "请以 UTF-8 书写；生成该文本的程序把一个字符截成了两半",
        ),
        "EVENT_TEXT_CONTROL": Text(
            "a text holds control characters or ones that turn the direction of writing",
            "write it anew: what people read would not be what stands there",
            "文本含有控制字符或改变书写方向的字符",
            "请重新书写：人看到的内容会与实际内容不同",
        ),
        "EVENT_TEXT_LONG": Text(
            "a text is longer than {most} characters",
            "say it shorter; so long a cell often holds the next rows, behind a quotation mark that is not closed",
            "文本超过 {most} 个字符",
            "请缩短；过长的单元格往往是引号未闭合而并入了后面的行",
        ),
        "EVENT_FIELD": Text(
            "{field} has no place in a {kind} event",
            "leave it out; a {kind} event may carry {known}",
            "{kind} 事件不得包含 {field}",
            "请删除该项；{kind} 事件可包含 {known}",
        ),
    }


@dataclass(frozen=True, slots=True)
class UnreadEvent:
    """An event of a request that cannot be read, and why; `ref` if that much of it could be."""

    ref: object
    problem: FactProblem


def publish_events(
    engine: Engine,
    context: AgencyContext,
    payload: Mapping[str, Any],
    keyed: KeyedRequest | None = None,
    traceparent: str = "",
    lang: Language = "en",
) -> dict[str, Any]:
    """Answer `POST /v1/events`: one event, or `events` with up to 1,000 of them, each in its own transaction.

    One event gives `event_ids` or raises its problem; several give `results` in order, each with `ref` and either
    `event_ids` or `problem`. Raises EVENTS_TOO_MANY. Of a request with an Idempotency-Key, what went out already is told
    again by its ids. Raises KeyReused. `traceparent` is of whoever sent the request, `lang` what
    they read. In place of an event that nobody
    could read stands an `UnreadEvent`.
    """
    parts = [None if keyed is None else RequestPart(keyed, number) for number in range(MAX_EVENTS)]
    if "events" not in payload:
        return {"event_ids": publish_event(engine, context, payload, parts[0], traceparent)}
    events: Sequence[Any] = payload["events"] if isinstance(payload["events"], list) else []
    if not 0 < len(events) <= MAX_EVENTS:
        raise WrongUsage(
            "EVENTS_TOO_MANY",
            f"{len(events)} events in one request",
            f"send 1 to {MAX_EVENTS}",
            f"一次请求含 {len(events)} 条反馈",
            f"每次请发送 1 至 {MAX_EVENTS} 条",
        )
    if keyed is not None:
        with reading(engine) as connection:
            kept_answers(connection, keyed)  # of a key that stood for another request, no event is taken
    tell = partial(_result, engine, context, traceparent=traceparent, lang=lang)
    return {
        "results": [
            tell(each if isinstance(each, Mapping | UnreadEvent) else {}, part)
            for each, part in zip(events, parts, strict=False)
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
    now = context.instant()
    sighting = replace(read_event(event, now.last), traceparent=traceparent)
    with engine.begin() as connection:
        if part is not None and (earlier := kept_answer(connection, part)):
            return earlier.split()
        event_ids = [ids.text("evt", handle) for handle in report_explicitly(connection, context, sighting)]
        if part is not None:
            keep_answers(connection, [KeptAnswer(part, " ".join(event_ids), now.own)])
        return event_ids


def _result(
    engine: Engine,
    context: AgencyContext,
    event: "Mapping[str, Any] | UnreadEvent",
    part: RequestPart | None,
    traceparent: str,
    lang: Language,
) -> dict[str, Any]:
    given = event.ref if isinstance(event, UnreadEvent) else event.get("ref")
    ref = {"ref": str(given)} if is_text(given) else {"ref": given} if type(given) is int else {}
    try:
        if isinstance(event, UnreadEvent):
            raise event.problem
        return {**ref, "event_ids": publish_event(engine, context, event, part, traceparent)}
    except LiandongError as problem:
        if problem.http_status >= 500:
            raise
        said = problem.as_dict() | told(problem, lang)._asdict()
        return {**ref, "problem": said | {"status": problem.http_status}}


def read_event(event: Mapping[str, Any], now: int) -> Sighting:
    """Read a sighting from an event as it was sent. Raises EventProblem, CertificateProblem or KindUnknown."""
    domain = str(event.get("domain", ""))
    if domain not in set(Domain):
        raise EventProblem("EVENT_DOMAIN")
    name = str(event.get("kind", "")).strip().upper().replace("-", "_")
    kind = find_kind(domain, name)
    if kind is None:
        raise KindUnknown(domain, name)
    fields = _fields(event.get("fields"), kind)
    subject = event.get("subject")
    if not isinstance(subject, Mapping) or type(subject.get("name")) is not str or not subject["name"].strip():
        raise EventProblem("EVENT_SUBJECT")
    certificates = _certificates(subject.get("certificates"))
    at, source = _moment(event.get("occurred_at"), now), event.get("ref", "")
    _check_texts(subject["name"], str(source), *fields.values())
    return Sighting(domain, kind.name, certificates, subject["name"], at, fields, str(source))


def _check_texts(*texts: str) -> None:
    """Refuse what is no text, or not the text it seems to be."""
    if not all(is_text(text) for text in texts):
        raise EventProblem("EVENT_TEXT")
    if any(hides_text(text) for text in texts):
        raise EventProblem("EVENT_TEXT_CONTROL")
    if any(len(text) > _LONGEST for text in texts):
        raise EventProblem("EVENT_TEXT_LONG", most=str(_LONGEST))


def _fields(given: Any, kind: Kind) -> dict[str, str]:
    """Return the fields of an event of a kind as text; empty ones are left out."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise EventProblem("EVENT_FIELDS")
    allowed = may_travel(kind)
    fields = {str(key): value for key, value in given.items() if value not in (None, "")}
    for name, value in fields.items():
        if name not in allowed:
            raise EventProblem("EVENT_FIELD", field=name[:40], kind=kind.name, known=listed(sorted(allowed)))
        if not isinstance(value, _SCALARS) or (isinstance(value, float) and not isfinite(value)):
            raise EventProblem("EVENT_FIELDS")
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fields.items()}


def _certificates(written: Any) -> tuple[Certificate, ...]:
    if not isinstance(written, list) or not written or not all(isinstance(each, Mapping) for each in written):
        raise EventProblem("EVENT_SUBJECT")
    return tuple(_certificate(each) for each in written)


def _certificate(written: Mapping[str, Any]) -> Certificate:
    try:
        kind = CertificateType[str(written.get("type", "")).strip().upper()]
    except KeyError:
        raise EventProblem("EVENT_CERTIFICATE_TYPE", known=listed(each.name for each in CertificateType)) from None
    return normalise(kind, str(written.get("number", "")), str(written.get("country") or "") or None)


def _moment(value: Any, now: int) -> int:
    """Read a point in time, ms UTC; without an offset it is China's."""
    try:
        parsed = datetime.fromisoformat(str(value).strip())
        at = int((parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise EventProblem("EVENT_TIME") from None
    if not 0 < at <= now + CLOCK_TOLERANCE_MS:
        raise EventProblem("EVENT_TIME")
    return at
