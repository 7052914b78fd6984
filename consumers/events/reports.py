"""Asset and whereabouts events: what an agency met, told to the court that asked, and to nobody else.

A report exists only under a live, signed, sealed watch that names the kind: for each such watch one event, sealed to its
court, the court's superior and the audit escrow. Without one nothing is stored, counted or sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection

from ...schemas.dates import date_of_ms
from ...schemas.law.watch import as_plain
from ...schemas.law.watch_kinds import Domain, Kind, find_kind, keep_until
from ...schemas.problems import BilingualError, Text, UsageProblem
from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.sending import AgencyEvent, SealedPart, send_or_keep
from . import watches
from .sightings import Sighting
from .watches import SightedSubject, WatchMatch

_SCHEMAS = {
    Domain.ASSET: ("asset-event", "asset-report"),
    Domain.WHEREABOUTS: ("whereabouts-event", "whereabouts-report"),
}


class NoLiveWatch(BilingualError):
    """No court has asked for this: telling it would be unlawful."""

    http_status = 409
    texts: ClassVar[dict[str, Text]] = {
        "NO_LIVE_WATCH": Text(
            "no court asks for this under a live watch; nothing was stored or sent",
            "do not send it; an agency tells of a person only under a court's command for that kind and time",
            "没有法院以有效协助查找要求反馈此情况，未存储也未发送任何内容",
            "请勿发送；协助单位只能依法院就该类别、该期间的指令反馈人员情况",
        )
    }

    def __init__(self) -> None:
        super().__init__("NO_LIVE_WATCH")


class KindUnknown(UsageProblem):
    """A sighting of a kind that does not exist."""

    http_status = 422
    texts: ClassVar[dict[str, Text]] = {
        "EVENT_KIND_UNKNOWN": Text(
            "there is no {domain} kind {kind}",
            "use a kind of schemas/law/watch_kinds.py; what is not listed there cannot be told to anybody",
            "没有 {domain} 类别 {kind}",
            "请使用 schemas/law/watch_kinds.py 所列类别；未列出的不得向任何人反馈",
        )
    }

    def __init__(self, domain: str, kind: str) -> None:
        super().__init__("EVENT_KIND_UNKNOWN", domain=domain[:20], kind=repr(kind[:40]))


@dataclass(frozen=True, slots=True)
class _Report:
    """A sighting as one court is told of it."""

    kind: Kind
    sighting: Sighting
    match: WatchMatch
    handle: bytes
    at: int
    """When it is told, ms UTC."""


def report(connection: Connection, context: AgencyContext, sighting: Sighting) -> list[bytes]:
    """Tell a sighting to every court whose live watch asks for it, in the caller's transaction;
    return handles of the events.

    Raises KindUnknown. A source told before under the same watch gives nothing, so does an agency without a watch.
    """
    kind = find_kind(sighting.domain, sighting.kind)
    if kind is None:
        raise KindUnknown(sighting.domain, sighting.kind)
    subject = SightedSubject.of(sighting.certificates, sighting.name, context.matching_keys)
    now, handles = context.instant(), []
    for match in watches.matches(connection, subject, sighting, now):
        handle = context.chance.random_id()
        if watches.remember_report(connection, match.watch, sighting.fingerprint(), handle, now.own):
            handles.append(handle)
            send_or_keep(connection, context, [_event(_Report(kind, sighting, match, handle, now.own))])
    return handles


def report_all(connection: Connection, context: AgencyContext, sightings: Sequence[Sighting]) -> None:
    """Do as `report` for many: those no watch has ever asked for cost one look together."""
    subjects = [SightedSubject.of(one.certificates, one.name, context.matching_keys) for one in sightings]
    watched = watches.watched_surrogates(connection, [surrogate for one in subjects for surrogate in one.tags])
    for sighting, subject in zip(sightings, subjects, strict=True):
        if not watched.isdisjoint(subject.tags):
            report(connection, context, sighting)


def report_explicitly(connection: Connection, context: AgencyContext, sighting: Sighting) -> list[bytes]:
    """Do as `report` for what somebody sends on purpose. Raises NoLiveWatch if no court asks for it.

    The same source sent again gives the handles it had.
    """
    new_handles = report(connection, context, sighting)
    if new_handles:
        return new_handles
    subject = SightedSubject.of(sighting.certificates, sighting.name, context.matching_keys)
    live = watches.matches(connection, subject, sighting, context.instant())
    handles = watches.reported(connection, [match.watch for match in live], sighting.fingerprint())
    if not handles:
        raise NoLiveWatch
    return handles


def _event(report: "_Report") -> AgencyEvent:
    """Return a report as it is told to its court."""
    event_schema, report_schema = _SCHEMAS[report.kind.domain]
    watch, handle = report.match.watch, report.handle
    fields = {
        "event_id": handle,
        "jurisdiction": watch.jurisdiction,
        "court": watch.court,
        "day": date_of_ms(report.at).isoformat(),
    }
    topic_of = names.asset_events if report.kind.domain is Domain.ASSET else names.whereabouts_events
    sealed = SealedPart(report_schema, _content(report))
    return AgencyEvent(event_schema, topic_of(watch.jurisdiction), handle, report.at, fields, sealed)


def _content(report: "_Report") -> dict[str, object]:
    """Return the content to be sealed: only fields the kind has a place for."""
    kind, sighting, match = report.kind, report.sighting, report.match
    fields = sighting.fields
    details = {name: value for name, value in fields.items() if name in kind.fields}
    content: dict[str, object] = {
        "command_id": match.watch.command_id,
        "case_number": match.watch.case_number,
        "kind": kind.name,
        "occurred_at": match.occurred_at,
        "name": sighting.name,
        "certificate": as_plain(match.certificate),
        "details": {**details, "match": "CERTIFICATE_AND_NAME" if match.same_name else "CERTIFICATE_ONLY"},
        "traceparent": sighting.traceparent,
    }
    if kind.domain is Domain.ASSET:
        return content | {name: fields.get(name, "") for name in ("description", "reference", "amount")}
    return content | {"place": fields.get("place", ""), "keep_until": keep_until(kind, match.occurred_at)}
