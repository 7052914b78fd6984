"""Interceptions: the entry's court is told that a transaction was refused or held. Time, place and route are sealed to it.

One record per entry and check, in the transaction that journals the decision. A hit whose name differs, or whose entry
is in doubt, is not told: he may be somebody else.
"""

from collections.abc import Iterable, Mapping

import structlog
from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.law.attributes import Unknown, Value
from ...schemas.law.decisions import MeasureRuling, Verdict
from ...schemas.law.listing import RecordClass
from ...schemas.wire.control import sealing_context
from ...schemas.wire.sealing import Recipient, seal
from ...schemas.wire.signing import encode_signed
from ...topics.catalogue import names
from ...topics.keys.directory import NoSealingKey
from ...topics.transport.envelope import outgoing
from ...topics.transport.ports import OutgoingRecord
from ..acts_db.context import AgencyContext
from ..gate.decision import Decision
from ..gate.hits import handle_of
from . import recent_releases
from .journal import without_numbers
from .releases import OpenHit, note_open

_log = structlog.get_logger(__name__)
SCHEMA = "interception"
_OUTCOMES = {Verdict.BLOCK: "REFUSED", Verdict.REVIEW: "HELD"}


def strongest(rulings: Iterable[MeasureRuling]) -> list[MeasureRuling]:
    """What the courts are told of: of each entry that surely is the subject's, the strongest ruling that stopped him."""
    told: dict[bytes, MeasureRuling] = {}
    for ruling in rulings:
        sure = ruling.entry.match.acts and not ruling.entry.doubtful
        if sure and ruling.verdict in _OUTCOMES:
            told.setdefault(ruling.entry.entry_id, ruling)
    return list(told.values())


def intercept(connection: Connection, context: AgencyContext, decisions: Iterable[Decision]) -> list[MeasureRuling]:
    """Puts the interceptions of decisions into the outbox; the rulings that were told of.

    A court without a sealing key cannot be told anything; that is an alarm, the journal still has the decision.
    """
    told, records, hits = [], [], []
    for decision in decisions:
        for ruling in strongest(decision.outcome.rulings):
            try:
                recipients = context.directory.recipients(ruling.entry.court)
            except NoSealingKey as missing:
                _log.error(
                    "court cannot be told of an interception", reason=missing.message, check_id=decision.check_id
                )
                continue
            jurisdiction, handle = decision.found[ruling.entry.entry_id].jurisdiction, ids.new_random()
            records.append(_record(context, decision, ruling, (handle, jurisdiction, recipients)))
            hits.append(_open_hit(decision, ruling, handle, jurisdiction))
            told.append(ruling)
    recent_releases.begin(connection, (hit.entry_id for hit in hits))
    context.outbox.append(connection, "events", records)
    note_open(connection, context, hits)
    return told


def _record(
    context: AgencyContext, decision: Decision, ruling: MeasureRuling, envelope: tuple[bytes, str, list[Recipient]]
) -> OutgoingRecord:
    """The interception as it travels."""
    (handle, jurisdiction, recipients), entry = envelope, ruling.entry
    detail = {
        "check_id": decision.check_id,
        "occurred_at": decision.at,
        "transaction": decision.transaction,
        "site": decision.site,
        "attributes": _as_text(decision.values),
    }
    record = {
        "event_id": handle,
        "jurisdiction": jurisdiction,
        "agency": context.agency,
        "court": entry.court,
        "entry_id": entry.entry_id,
        "entry_version": entry.version,
        "measure": ruling.planned.measure.id,
        "outcome": _OUTCOMES[ruling.verdict],
        "rule_version": decision.rule_version,
        "barrier": decision.stand.barrier,
        "day": date_of_ms(decision.at).isoformat(),
        "record_class": RecordClass(entry.record_class),
        "sealed": seal("interception-detail", detail, sealing_context(SCHEMA, handle), recipients),
    }
    body = encode_signed(SCHEMA, record, SCHEMA, context.signer)
    topic, event_id = names.interceptions(jurisdiction), ids.text("evt", handle)
    return outgoing(
        SCHEMA,
        body,
        topic,
        handle,
        event_id=event_id,
        source=context.agency,
        time_ms=decision.at,
        registry=context.registry,
    )


def _open_hit(decision: Decision, ruling: MeasureRuling, handle: bytes, jurisdiction: str) -> OpenHit:
    """What the court is told again when the entry ends."""
    entry = ruling.entry
    return OpenHit(
        event_id=handle,
        entry_id=entry.entry_id,
        entry_version=entry.version,
        jurisdiction=jurisdiction,
        court=entry.court,
        measure=ruling.planned.measure.id,
        rule_version=decision.rule_version,
        barrier=decision.stand.barrier,
        record_class=entry.record_class,
        subject=handle_of(entry.match.surrogate),
        check_id=decision.check_id,
        transaction_kind=decision.transaction,
        site=without_numbers(decision.site),
    )


def _as_text(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: value.written if isinstance(value, Unknown) else str(value) for name, value in values.items()}
