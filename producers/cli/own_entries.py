"""A court's own entries as it sees them: found by id, case number or certificate; names and numbers masked."""

from typing import Any

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.law.case_number import parse_case_number
from ...schemas.law.listing import Change, PersonKind
from ...schemas.people.certificates import Certificate, equivalents, mask
from ...schemas.wire.codec import from_wire
from ..court import Court
from ..register.register import Update, WholeEntry
from ..updates.records import holder_hash, unpack_certificates
from .options import entry_id


def found_entries(at: Court, what: str | None, held: Certificate | None) -> list[WholeEntry]:
    """Entries by certificate, or by an id or case number."""
    if held is not None:
        found = at.register.find(at.desk.court, certificate=holder_hash(held))
        return [one for one in found if held in _certificates(one)]
    assert what is not None  # noqa: S101  told by the caller
    if what.startswith(("ent_", "ord_")):
        return at.register.find(at.desk.court, entry_id=entry_id(what))
    return at.register.find(at.desk.court, case_number=parse_case_number(what).key)


def _certificates(whole: WholeEntry) -> list[Certificate]:
    return [each for held in unpack_certificates(whole.certificates) for each in equivalents(held.certificate)]


def shown_entry(at: Court, whole: WholeEntry) -> dict[str, Any]:
    """One entry with its updates."""
    entry, record = whole.entry, from_wire(whole.whole_body)
    natural = record["person_kind"] == PersonKind.NATURAL
    return {
        "entry": ids.entry_text(int(entry.instrument), entry.entry_id),
        "instrument": entry.instrument.name,
        "status": entry.status.name,
        "version": entry.version,
        "name": _masked_name(record["name"]) if natural else record["name"],
        "certificates": [
            f"{held.certificate.type.name} {mask(held.certificate.number)}"
            for held in unpack_certificates(whole.certificates)
        ],
        "case_number": whole.case_number,
        "decision_number": entry.decision_number,
        "term_end": record["term_end"],
        "reason": entry.reason,
        "changed_on": entry.changed_on,
        "updates": [
            {
                "update": ids.text("upd", update.update_id),
                "version": update.version,
                "change": update.change.name,
                "batch": update.batch_id,
                "accepted_on": date_of_ms(update.accepted_at).isoformat(),
            }
            for update in at.register.updates_of_entry(entry.entry_id)
        ],
    }


def _masked_name(name: str) -> str:
    return name[:1] + "*" if name else ""


def told(at: Court, update: Update, *, sent: bool) -> dict[str, Any]:
    """What an act came to."""
    [whole] = at.register.find(at.desk.court, entry_id=update.entry_id)
    return {
        "entry": ids.entry_text(int(whole.entry.instrument), update.entry_id),
        "status": whole.entry.status.name,
        "version": update.version,
        "change": Change(update.change).name,
        "reason": whole.entry.reason,
        "update": ids.text("upd", update.update_id),
        "batch": update.batch_id,
        "sent": sent,
    }
