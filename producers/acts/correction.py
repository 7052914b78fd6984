"""Correcting an entry: the row it would be today, with the clerk's changes, through the same checks as any row.

A correction of the number or the case makes another subject or case of the entry; the old pair is remembered, so that
yesterday's export does not publish it anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.errors import WrongUsage
from ...schemas.law.beginnings import Fact
from ...schemas.law.grounds import Ground
from ...schemas.law.listing import Change, Instrument, Link, PersonKind, PersonRole
from ...schemas.law.terms import EXTENSION_MONTHS, term_end
from ...schemas.people.certificates import equivalents
from ..intake.rows.columns import COLUMN_NAMES, COLUMNS, title_of
from ..intake.rows.model import HeldCertificate, IntakeContext, ListingInput, Performance, RawRow
from ..intake.rows.parsing import parse_row
from ..register.register import Register, Update
from ..register.rows import Completion
from ..updates.records import content_of, digest_of, holder_hash, identities, name_hash, pack_certificates
from ..updates.updates import CourtIdentity
from .acts import ActRefused, Acts, ChangedEntry, CourtRuling, EntryUnderAct
from .reasons import check_reason

FIXED = frozenset(
    (
        *("instrument", "court_code", "court_name"),
        *("signed_by", "signed_on", "served_on", "warned_on", "initiated_by", "applied_on"),
    )
)
"""Columns a correction cannot change: that would be another entry, or tells no agency anything. What is missing of an entry's
beginning is added by publishing its row with it.
"""


class CorrectionRejected(ActRefused):
    """The corrected row does not pass the checks of the intake."""


def correct(acts: Acts, entry_id: bytes, values: Mapping[str, str], ruling: CourtRuling) -> Update:
    """Publish an entry with other values, by intake column. Raises CORRECTION_REJECTED, NOTHING_TO_CORRECT."""
    unknown = sorted(set(values) - set(COLUMN_NAMES) | set(values) & FIXED)
    if unknown or not values:
        free = [column for column in COLUMNS if column.name not in FIXED]
        allowed, allowed_zh = ", ".join(one.name for one in free), "、".join(one.zh for one in free)
        raise WrongUsage(
            "COLUMN_UNKNOWN",
            f"{', '.join(unknown) or 'nothing'} cannot be corrected",
            f"name one of {allowed}",
            f"{'、'.join(unknown)} 不能更正" if unknown else "没有给出要更正的列",
            f"可更正的列：{allowed_zh}",
        )

    identity = acts.identity

    def change(connection: Connection, under_act: EntryUnderAct, today: date) -> ChangedEntry:
        listing = _checked(under_act, values, _context(identity, today))
        _move(acts.register, connection, under_act, listing, today)
        content = content_of(listing)
        digest = digest_of(content, listing.certificates)
        if digest == under_act.whole.entry.digest:
            raise ActRefused(
                "NOTHING_TO_CORRECT", "the entry says this already", "nothing to do", "条目内容已与此一致", "无须处理"
            )
        _complete(acts.register, connection, under_act, listing)
        record = under_act.record | content
        record["identities"] = identities(listing.certificates, listing.name, identity.matching_keys)
        entry = under_act.whole.entry._replace(
            key=listing.key(),
            decision_number=listing.decision_number,
            digest=digest,
            publish_date=listing.publish_date.isoformat(),
        )
        certificates = pack_certificates(listing.certificates)
        whole = under_act.whole._replace(entry=entry, case_number=listing.case_number, certificates=certificates)
        return ChangedEntry(record, whole, listing.is_organ_entry)

    code = check_reason(Change.CORRECT, ruling.reason)
    return acts.perform(entry_id, Change.CORRECT, ruling.canonical(code), change)


def _context(identity: CourtIdentity, today: date) -> IntakeContext:
    return IntakeContext(today, identity.court, identity.court_name, identity.court_token, is_published=True)


def _checked(under_act: EntryUnderAct, values: Mapping[str, str], context: IntakeContext) -> ListingInput:
    row = _row_of(under_act) | dict(values)
    parsed = parse_row(RawRow(1, row, row), context)
    if parsed.listing is None:
        reasons = "; ".join(f"{each.field}: {each.reason} [{each.code}]" for each in parsed.rejects)
        remedy = "; ".join(dict.fromkeys(each.remedy for each in parsed.rejects))
        in_chinese = parse_row(RawRow(1, row, row), replace(context, lang="zh")).rejects
        reasons_zh = "；".join(f"{title_of(each.field, 'zh')}：{each.reason}［{each.code}］" for each in in_chinese)
        remedy_zh = "；".join(dict.fromkeys(each.remedy for each in in_chinese))
        raise CorrectionRejected("CORRECTION_REJECTED", reasons, remedy, reasons_zh, remedy_zh)
    return parsed.listing


def _row_of(under_act: EntryUnderAct) -> dict[str, str]:
    """Return the intake row that would make the entry as it stands."""
    record = under_act.record
    row = {name: str(record[name]) for name in COLUMN_NAMES if isinstance(record.get(name), str)}
    return row | {
        "instrument": Instrument(record["instrument"]).name,
        "role": PersonRole(record["person_role"]).name,
        "kind": PersonKind(record["person_kind"]).name,
        "grounds": ";".join(Ground(ground).name for ground in record["grounds"]),
        "performance": Performance(record["performance"]).name,
        "extension_months": _extension(record["term_start"], record["term_end"]),
        **_certificates(under_act.certificates),
    }


def _certificates(certificates: Sequence[HeldCertificate]) -> dict[str, str]:
    columns = {}
    for at, each in enumerate(certificates, start=1):
        prefix = "certificate" if at == 1 else f"certificate_{at}"
        columns[f"{prefix}_type"] = each.certificate.type.name
        columns[f"{prefix}_number"] = each.certificate.number
        columns[f"{prefix}_country"] = each.certificate.country
        if at > 1:
            columns[f"{prefix}_link"] = (Link.UNVERIFIED if each.link is Link.OWN else each.link).name
    return columns


def _extension(start: str, end: str) -> str:
    """Return the shortest lawful extension that covers a term, in months, empty if none is needed."""
    if not start or not end or date.fromisoformat(end) <= term_end(date.fromisoformat(start)):
        return ""
    low, high = EXTENSION_MONTHS
    for months in range(low, high):
        if date.fromisoformat(end) <= term_end(date.fromisoformat(start), months):
            return str(months)
    return str(high)


def _complete(register: Register, connection: Connection, under_act: EntryUnderAct, listing: ListingInput) -> None:
    """Note that the decision's number is on record now, where it was missing."""
    entry, whole = under_act.whole.entry, under_act.whole
    if listing.decision_number and entry.missing & Fact.DECISION_NUMBER:
        without = entry.missing & ~Fact.DECISION_NUMBER
        register.complete(connection, [Completion(entry.ordinal, without, whole.beginning)])


def _move(
    register: Register, connection: Connection, under_act: EntryUnderAct, listing: ListingInput, today: date
) -> None:
    """Give the entry the keys of the corrected row and remember those it no longer has."""
    entry = under_act.whole.entry
    keys = listing.keys()
    entries = register.entries_by_key(connection, keys)
    for other in (each for key in keys for each in entries.get(key, ())):
        if other.ordinal != entry.ordinal and (not other.has_ended or other.key == keys[0]):
            shown = ids.entry_text(int(other.instrument), other.entry_id)
            raise ActRefused(
                "ENTRY_EXISTS",
                f"this subject has the entry {shown} in this case",
                f"correct that one; revoke {ids.entry_text(int(entry.instrument), entry.entry_id)} if it is about nobody",
                f"该对象在本案中已有条目 {shown}",
                f"请更正该条目；如 {ids.entry_text(int(entry.instrument), entry.entry_id)} 列错了人，请予撤销",
            )
    ordinal, name = entry.ordinal, name_hash(under_act.record["name"])
    before = [entry.key, *(each.key for each in register.further_keys(connection, [ordinal]))]
    register.drop_other_keys(connection, [ordinal])
    register.forget_corrected_keys(connection, ordinal, keys)
    for key in before:
        if key not in keys:
            register.add_corrected_key(connection, key, ordinal, today.isoformat(), name)
    register.add_other_keys(connection, [(key, ordinal) for key in keys[1:]])
    register.add_holders(
        connection,
        [(holder_hash(each), ordinal) for own in listing.certificates for each in equivalents(own.certificate)],
    )
