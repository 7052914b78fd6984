"""Interceptions: the entry's court is told that a transaction was refused or held; which entry, measure, time, place and
route are sealed to it, and it goes with the next batch.

One record per entry and check, in the transaction that journals the decision. A hit whose name differs, or whose entry
is in doubt, is not told: it may be about somebody else.
"""

from collections.abc import Iterable, Mapping

import structlog
from sqlalchemy import Connection

from ...schemas.dates import date_of_ms
from ...schemas.law.attributes import Unknown, Value
from ...schemas.law.decisions import MeasureRuling, Verdict
from ...schemas.law.listing import RecordClass
from ...topics.catalogue import names
from ..acts_db.context import AgencyContext
from ..acts_db.sending import AgencyEvent, SealedPart, send_or_keep
from ..gate.decision import Decision
from ..gate.hits import handle_of
from . import recent_releases
from .journal import without_numbers
from .releases import INTERCEPTION_SCHEMA, OpenHit, note_open

_log = structlog.get_logger(__name__)
_OUTCOMES = {Verdict.BLOCK: "REFUSED", Verdict.REVIEW: "HELD"}


def strongest(rulings: Iterable[MeasureRuling]) -> list[MeasureRuling]:
    """Return what the courts are told of: for each entry that surely is the subject's, the strongest ruling."""
    by_entry: dict[bytes, MeasureRuling] = {}
    for ruling in rulings:
        sure = ruling.entry.match.acts and not ruling.entry.doubtful
        if sure and ruling.verdict in _OUTCOMES:
            by_entry.setdefault(ruling.entry.entry_id, ruling)
    return list(by_entry.values())


def intercept(connection: Connection, context: AgencyContext, decisions: Iterable[Decision]) -> list[MeasureRuling]:
    """Let the interceptions of decisions go with the next batch, and return the rulings that were told of."""
    rulings, events, hits, new_handle = [], [], [], context.chance.random_id
    for decision in decisions:
        for ruling in strongest(decision.outcome.rulings):
            handle = new_handle()
            events.append(_event(decision, ruling, handle))
            hits.append(_open_hit(decision, ruling, handle))
            rulings.append(ruling)
    recent_releases.lock_entries(connection, (hit.entry_id for hit in hits))
    send_or_keep(connection, context, events)
    note_open(connection, context, hits)
    return rulings


def _event(decision: Decision, ruling: MeasureRuling, handle: bytes) -> AgencyEvent:
    """Return an interception as its court is told of it."""
    entry, jurisdiction = ruling.entry, _jurisdiction(decision, ruling)
    fields = {
        "event_id": handle,
        "jurisdiction": jurisdiction,
        "court": entry.court,
        "outcome": _OUTCOMES[ruling.verdict],
        "rule_version": decision.rule_version,
        "day": date_of_ms(decision.at).isoformat(),
        "record_class": RecordClass(entry.record_class),
    }
    sealed = SealedPart("interception-detail", _detail(decision, ruling))
    return AgencyEvent(INTERCEPTION_SCHEMA, names.interceptions(jurisdiction), handle, decision.at, fields, sealed)


def _detail(decision: Decision, ruling: MeasureRuling) -> dict[str, object]:
    """Return what is sealed to the court."""
    return {
        "entry_id": ruling.entry.entry_id,
        "entry_version": ruling.entry.version,
        "measure": ruling.planned.measure.id,
        "notary": decision.stand.notary,
        "barrier": decision.stand.barrier,
        "check_id": decision.check_id,
        "occurred_at": decision.at,
        "transaction": decision.transaction,
        "site": decision.site,
        "attributes": _as_text(decision.values),
        "traceparent": decision.traceparent,
    }


def _jurisdiction(decision: Decision, ruling: MeasureRuling) -> str:
    return decision.found[ruling.entry.entry_id].jurisdiction


def _open_hit(decision: Decision, ruling: MeasureRuling, handle: bytes) -> OpenHit:
    """Return what is remembered of an interception until the entry ends and the court is told again."""
    entry = ruling.entry
    return OpenHit(
        event_id=handle,
        entry_id=entry.entry_id,
        entry_version=entry.version,
        jurisdiction=_jurisdiction(decision, ruling),
        court=entry.court,
        measure=ruling.planned.measure.id,
        rule_version=decision.rule_version,
        notary=decision.stand.notary,
        barrier=decision.stand.barrier,
        record_class=entry.record_class,
        subject=handle_of(entry.match.surrogate),
        check_id=decision.check_id,
        transaction_kind=decision.transaction,
        site=without_numbers(decision.site),
    )


def _as_text(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: value.written if isinstance(value, Unknown) else str(value) for name, value in values.items()}
