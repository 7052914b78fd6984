"""A court's own entries as it sees them: found by id, case number or certificate; names and numbers masked."""

from collections.abc import Mapping
from typing import Any

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.law.beginnings import facts_in
from ...schemas.law.case_number import parse_case_number
from ...schemas.law.listing import STATUSES_ZH, Change, PersonKind, Status
from ...schemas.law.working_days import DueDay
from ...schemas.law.wrongful import WrongfulSpan
from ...schemas.people.certificates import Certificate, equivalents, mask
from ...schemas.problems import Language
from ...schemas.wire.codec import from_wire
from ...topics.settings import Settings
from ...topics.workers.clock import Clock
from ..acts.reasons import reason_zh
from ..acts.wrongful import spans_of
from ..court import Court, court_named
from ..register.alarms import CourtAlarm, case_alarms
from ..register.register import Update, WholeEntry, register_as_it_is
from ..updates.records import holder_hash, unpack_beginning, unpack_certificates
from .alarms import shown_alarm
from .options import entry_id


def found_entries(court: Court, entry_or_case: str | None, holder: Certificate | None) -> list[WholeEntry]:
    """Find entries by certificate, or by an id or case number."""
    if holder is not None:
        entries = court.register.find(court.identity.court, certificate=holder_hash(holder))
        return [each for each in entries if holder in _certificates(each)]
    assert entry_or_case is not None  # noqa: S101  the caller gives one of them
    if entry_or_case.startswith(("ent_", "ord_")):
        return court.register.find(court.identity.court, entry_id=entry_id(entry_or_case))
    return court.register.find(court.identity.court, case_number=parse_case_number(entry_or_case).key)


def _certificates(whole: WholeEntry) -> list[Certificate]:
    return [each for own in unpack_certificates(whole.certificates) for each in equivalents(own.certificate)]


def shown_entry(court: Court, whole: WholeEntry) -> dict[str, Any]:
    """Describe one entry with its updates, names and numbers masked."""
    entry, record = whole.entry, from_wire(whole.whole_body)
    earlier = court.register.earlier_entry(entry)
    natural = record["person_kind"] == PersonKind.NATURAL
    return {
        "entry": entry_text(whole),
        "instrument": entry.instrument.name,
        "status": entry.status.name,
        "previous_entry": ids.entry_text(int(earlier.instrument), earlier.entry_id) if earlier else "",
        "version": entry.version,
        "name": masked_name(record["name"]) if natural else record["name"],
        "certificates": [
            f"{each.certificate.type.name} {mask(each.certificate.number)}"
            for each in unpack_certificates(whole.certificates)
        ],
        "case_number": whole.case_number,
        "decision_number": entry.decision_number,
        "term_end": record["term_end"],
        "stock": bool(whole.stock),
        "missing": [fact.column for fact in facts_in(entry.missing)],
        "beginning": unpack_beginning(whole.beginning),
        "reason": entry.reason,
        "changed_on": entry.changed_on,
        "updates": [
            {
                "update": ids.text("upd", update.update_id),
                "version": update.version,
                "change": update.change.name,
                "batch": update.batch_id,
                "accepted_on": date_of_ms(update.accepted_at).isoformat(),
                **_stated(court, update),
            }
            for update in court.register.updates_of_entry(entry.entry_id)
        ],
    }


def entry_text(whole: WholeEntry) -> str:
    """Return an entry's id as people see it."""
    return ids.entry_text(int(whole.entry.instrument), whole.entry.entry_id)


def _alarms(court: Court, whole: WholeEntry) -> list[CourtAlarm]:
    """Return what is to be done in the case of an entry after an act."""
    entries = court.register.find(court.identity.court, case_number=whole.case_number)
    return case_alarms(entries, court.clock.now())


_ENDED_BY = {
    Status.DELETED: Change.DELETE,
    Status.REVOKED: Change.REVOKE,
    Status.LIFTED: Change.LIFT,
    Status.SHIELDED: Change.SHIELD,
    Status.EXPIRED: Change.EXPIRE,
}


def found_line(shown: Mapping[str, Any], lang: Language) -> str:
    """Return what `shown_entry` gave as one line for people."""
    held, status = ", ".join(shown["certificates"]), Status[shown["status"]]
    if lang == "zh":
        reason = reason_zh(_ENDED_BY.get(status), shown["reason"])
        line = (
            f"{shown['entry']}  {STATUSES_ZH[status]}  第 {shown['version']} 版  {shown['case_number']}  {shown['name']}  "
            f"{held.replace(', ', '、')}  {shown['changed_on']} {reason}"
        )
    else:
        line = (
            f"{shown['entry']}  {status.name:<8} v{shown['version']}  {shown['case_number']}  {shown['name']}  "
            f"{held}  {shown['changed_on']} {shown['reason']}"
        )
    return line.rstrip()


def _stated(court: Court, update: Update) -> dict[str, Any]:
    """Return what the court stated of the decision behind an update, and whether it was in time."""
    ruling = court.register.ruling(update.update_id)
    if ruling is None:
        return {}
    stated: dict[str, Any] = {name: text for name, text in ruling._asdict().items() if name != "update_id" and text}
    if queries := court.register.ruling_queries(update.update_id):
        stated["queries"] = queries
    if ruling.due_on:
        due = DueDay.of(ruling.due_on)
        stated["due_on"], stated["due_estimated"] = due.day.isoformat(), due.is_estimated
        stated["late"] = date_of_ms(update.accepted_at) > due.day
    return stated


def masked_name(name: str) -> str:
    """Return the family name of a person, as far as it is shown."""
    return name[:1] + "*" if name else ""


def result_of(court: Court, update: Update, *, sent: bool) -> dict[str, Any]:
    """Describe what came of an act, as its command prints it."""
    [whole] = court.register.find(court.identity.court, entry_id=update.entry_id)
    return {
        "entry": entry_text(whole),
        "status": whole.entry.status.name,
        "version": update.version,
        "change": Change(update.change).name,
        "reason": whole.entry.reason,
        "update": ids.text("upd", update.update_id),
        "batch": update.batch_id,
        "sent": sent,
        "alarms": [shown_alarm(each) for each in _alarms(court, whole)],
        **_stated(court, update),
    }


def wrongful_spans(settings: Settings, court: str, clock: Clock) -> list[WrongfulSpan]:
    """Return all of them, in the order in which the entries were made; nothing of the register is changed."""
    participant = court_named(settings, court)
    register = register_as_it_is(settings, participant.jurisdictions[0], clock)
    try:
        return sorted(spans_of(register, participant.id), key=lambda span: (span.entry, span.through_version))
    finally:
        register.close()
