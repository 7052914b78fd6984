"""Live watches of this agency: who asked for what until when; the subject as surrogates only.

When a watch ends, by its date or by a stop, subject and sealed order are erased; what stays is which court asked under
which case, for those who supervise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from ...schemas.law.watch import WatchOrder, WatchScope, covers
from ...schemas.people.certificates import Certificate, equivalents
from ...schemas.people.names import comparison_form
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.control import Command
from ...topics.storage.bulk import rows_among
from ...topics.storage.database import insert_once
from ..acts_db.context import Instant
from ..acts_db.tables import watch_reports, watch_stops, watch_subjects, watches
from .sightings import Sighting

_JUST_NOW_MS = 10_000
"""So long a request may take from what it met until that is reported."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch this agency accepted."""

    command_id: bytes
    court: str
    jurisdiction: str
    case_number: str
    scope: WatchScope


@dataclass(frozen=True, slots=True)
class WatchMatch:
    """A live watch that asks for a sighting."""

    watch: Watch
    certificate: Certificate
    """The one met."""
    occurred_at: int
    """When, ms UTC, as its court is told: by a slow clock it would lie before the watch."""
    same_name: bool
    """False: the certificate is the one watched, the name differs; a person at the court has to look."""


@dataclass(frozen=True, slots=True)
class SightedSubject:
    """Whom an agency met, as surrogates under every matching key."""

    tags: Mapping[bytes, frozenset[bytes]] = field(repr=False)
    """Name tags by surrogate."""
    certificates: Mapping[bytes, Certificate] = field(repr=False)

    @classmethod
    def of(cls, certificates: Iterable[Certificate], name: str, keys: Sequence[MatchingKey]) -> "SightedSubject":
        """Return the surrogates of everything these certificates match by."""
        tags: dict[bytes, frozenset[bytes]] = {}
        certificate_of: dict[bytes, Certificate] = {}
        compared = comparison_form(name)
        for certificate in certificates:
            for equivalent in equivalents(certificate):
                for key in keys:
                    surrogate = key.surrogate(equivalent.type, equivalent.number, equivalent.country)
                    tags[surrogate] = frozenset((key.name_tag(surrogate, compared),))
                    certificate_of.setdefault(surrogate, certificate)
        return cls(tags, certificate_of)


def admit(connection: Connection, command: Command, order: WatchOrder, keys: Sequence[MatchingKey]) -> bool:
    """Take a valid order; return False if its court stopped it before it came."""
    stopped = select(watch_stops.c.stopped_at).where(
        watch_stops.c.command_id == command.command_id, watch_stops.c.court == command.court
    )
    if connection.scalar(stopped) is not None:
        return False
    row = {
        "command_id": command.command_id,
        "court": command.court,
        "jurisdiction": command.jurisdiction,
        "case_number": order.case_number,
        "document_hash": order.document_hash,
        "purpose": order.purpose,
        "kinds": " ".join(order.kinds),
        "since": command.issued_at,
        "until": order.until,
        "stopped_at": 0,
        "sealed": command.sealed,
    }
    connection.execute(insert(watches).values(row))
    subject = SightedSubject.of(order.certificates, order.name, keys)
    for surrogate, tags in subject.tags.items():
        named = {"surrogate": surrogate, "command_id": command.command_id, "name_tag": next(iter(tags))}
        connection.execute(insert(watch_subjects).values(named))
    return True


def find(connection: Connection, command_id: bytes) -> Watch | None:
    """Return a watch by its command, ended ones included."""
    row = connection.execute(select(watches).where(watches.c.command_id == command_id)).one_or_none()
    return None if row is None else _watch(row)


def stop(connection: Connection, command_id: bytes, court: str, at: int) -> None:
    """End a watch of that court, whether it has come yet or not, and erase its subject.

    `at` is when the court said so (ms UTC); the watch tells nothing from this commit on, whatever the clocks say.
    """
    insert_once(connection, watch_stops, {"command_id": command_id, "court": court, "stopped_at": at})
    live = (watches.c.command_id == command_id, watches.c.court == court, watches.c.stopped_at == 0)
    ended = connection.execute(update(watches).where(*live).values(stopped_at=at, sealed=None))
    if ended.rowcount:
        connection.execute(delete(watch_subjects).where(watch_subjects.c.command_id == command_id))


def erase_ended(connection: Connection, now: Instant) -> int:
    """Erase subjects and sealed orders of watches whose end has come; return how many watches that were."""
    ended = select(watches.c.command_id).where(_is_over(now), watches.c.sealed.is_not(None))
    ids = list(connection.scalars(ended))
    for command_id in ids:
        connection.execute(delete(watch_subjects).where(watch_subjects.c.command_id == command_id))
        connection.execute(update(watches).where(watches.c.command_id == command_id).values(sealed=None))
    return len(ids)


def matches(connection: Connection, subject: SightedSubject, sighting: Sighting, now: Instant) -> list[WatchMatch]:
    """Return the live watches that ask for a sighting of this subject, each once.

    The rows are locked for sharing, so that a stop waits for the report or the report finds the stop.
    """
    joined = watches.join(watch_subjects, watches.c.command_id == watch_subjects.c.command_id)
    query = (
        select(watches, watch_subjects.c.surrogate, watch_subjects.c.name_tag)
        .select_from(joined)
        .where(watch_subjects.c.surrogate.in_(list(subject.tags)), watches.c.stopped_at == 0, ~_is_over(now))
        .with_for_update(read=True, of=watches)
    )
    by_command: dict[bytes, WatchMatch] = {}
    for row in connection.execute(query):
        watch, surrogate = _watch(row), row.surrogate
        same_name = row.name_tag in subject.tags[surrogate]
        occurred_at = _occurred_at(sighting, watch, now)
        if not covers(watch.scope, sighting.domain, sighting.kind, occurred_at):
            continue
        if watch.command_id not in by_command or (same_name and not by_command[watch.command_id].same_name):
            by_command[watch.command_id] = WatchMatch(watch, subject.certificates[surrogate], occurred_at, same_name)
    return list(by_command.values())


def watched_surrogates(connection: Connection, surrogates: Sequence[bytes]) -> set[bytes]:
    """Return those of these surrogates any watch names, whatever else it says."""
    return {row[0] for row in rows_among(connection, watch_subjects, ("surrogate",), "surrogate", surrogates)}


def remember_report(connection: Connection, watch: Watch, source: bytes, event_id: bytes, now: int) -> bool:
    """Note that a source was reported under a watch; return False if it was before."""
    row = {"command_id": watch.command_id, "source": source, "event_id": event_id, "reported_at": now}
    return insert_once(connection, watch_reports, row)


def reported(connection: Connection, under: Iterable[Watch], source: bytes) -> list[bytes]:
    """Return handles of the events a source was told with under these watches."""
    ids = [watch.command_id for watch in under]
    query = select(watch_reports.c.event_id).where(
        watch_reports.c.command_id.in_(ids), watch_reports.c.source == source
    )
    return list(connection.scalars(query))


def count_live(connection: Connection, now: Instant) -> dict[str, int]:
    """Count live watches by kind asked for."""
    live = select(watches.c.kinds, func.count()).where(watches.c.stopped_at == 0, ~_is_over(now))
    counts: dict[str, int] = {}
    for kinds, number in connection.execute(live.group_by(watches.c.kinds)):
        for kind in kinds.split():
            counts[kind] = counts.get(kind, 0) + number
    return counts


def _is_over(now: Instant) -> ColumnElement[bool]:
    """Whether the end of a watch has come: by the own clock, or by the barriers of its jurisdiction."""
    reached = (and_(watches.c.jurisdiction == where, watches.c.until <= at) for where, at in now.latest.items())
    return or_(watches.c.until <= now.own, *reached)


def _occurred_at(sighting: Sighting, watch: Watch, now: Instant) -> int:
    """Return when a sighting occurred, ms UTC.

    Barriers, and a watch that was issued later than it is by the own clock, show that this is slow. Then what it says is before the
    watch has occurred as long ago as it says, by their time.
    """
    at = max(now.of(watch.jurisdiction), watch.scope.since)
    if sighting.occurred_at >= watch.scope.since or at == now.own:
        return sighting.occurred_at
    ago = now.own - sighting.occurred_at
    return at - (ago if ago > _JUST_NOW_MS else 0)


def _watch(row: Row[tuple[object, ...]]) -> Watch:
    scope = WatchScope(row.purpose, frozenset(row.kinds.split()), row.since, row.until, row.stopped_at)
    return Watch(row.command_id, row.court, row.jurisdiction, row.case_number, scope)
