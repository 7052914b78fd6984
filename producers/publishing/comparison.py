"""What a row means, given what was published before and what its file said already: a new entry, a correction, nothing new,
a repetition, or a refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import ClassVar, NamedTuple

from ...schemas import ids
from ...schemas.dates import start_of_day_ms
from ...schemas.law.grounds import DeletionReason, check_relisting
from ...schemas.law.listing import STATUSES_ZH, Instrument, Status
from ...schemas.phrases import Phrase
from ...schemas.problems import FactProblem, Text
from ..register.rows import CorrectedKey, FormerState, RegisteredEntry, decision_form
from ..updates.records import Fields, digest_of, fields_of, name_hash, unpack_certificates
from .prepare import PreparedRow, StockClaim, statement_of


class RowRefused(FactProblem):
    """A row that is well-formed but that the register or an earlier row of its file stands against."""

    texts: ClassVar[dict[str, Text]] = {
        "ENTRY_ENDED": Text(
            "this subject's entry {entry} in this case ended on {day} ({status}); an ended entry never comes back",
            "take the row out of the export, or give the number of the new decision to publish a new entry",
            "该当事人在本案的条目 {entry} 已于 {day} 终止（{status}），已终止的条目不得恢复",
            "请从导出文件中去掉该行；如有新的决定，请填写新的决定书文号，将生成新条目",
        ),
        "CORRECTED_AWAY": Text(
            "on {day} entry {entry} of the same name was corrected: this certificate or case number is no longer its own",
            "correct the court's own system, whose export still says what was wrong",
            "同名条目 {entry} 已于 {day} 更正，该证件号码或者案号不再属于该条目",
            "请更正本院系统中的信息，其导出数据仍为更正前的内容",
        ),
        "SECOND_DECISION": Text(
            "entry {entry} of this subject in this case is live under decision {decision}, published on {day}; another decision is no "
            "correction of it (arts. 5, 9) and moves no publication day",
            "if the row is older than the register, take it out; if the number was wrong, `court correct`; if the term was extended, "
            "`court extend`; if it is a new listing, end the first entry before (art. 10)",
            "该当事人在本案的条目 {entry} 依决定 {decision} 在列，发布于 {day}；另一份决定不是对它的更正（第五条、第九条），也不改变发布日期",
            "该行早于登记的，请删除该行；文号有误的，用 court correct；延长期限的，用 court extend；重新纳入的，请先终止原条目（第十条）",
        ),
        "ROW_OLDER": Text(
            "the row is older than the register: it says what entry {entry} said until {day}, when it was changed",
            "take the row out of the export; if it is right after all, `court correct` or a new decision says so",
            "该行早于登记：条目 {entry} 已于 {day} 变更，该行仍为变更前的内容",
            "请从导出文件中去掉该行；确需恢复的，请用 court correct 更正，或依新的决定办理",
        ),
        "DECISION_OLDER": Text(
            "the row is older than the register: its decision of {signed} was made before entry {entry} ended on {day}, and after that "
            "only a new decision lists again (art. 10 ¶3)",
            "take the row out of the export; if there is a new decision, give its number and the day it was signed",
            "该行早于登记：其决定书签发于 {signed}，而条目 {entry} 已于 {day} 终止，此后须有新的决定方可再次纳入（第十条第三款）",
            "请从导出文件中去掉该行；如有新的决定，请填写其文号和签发日期",
        ),
        "DUPLICATE_CONFLICT": Text(
            "row {first} of this file names the same subject in the same case with other contents",
            "keep the right one of the two rows",
            "本文件第 {first} 行为同一案件的同一当事人，但内容不同",
            "请保留正确的一行",
        ),
        "REFUSED_BEFORE": Text(
            "exactly this row was refused the second approval by {approver} on {day}: {reason}",
            "correct the row, with the number of the new decision if there is one, and send it again; or take it out of the export",
            "内容完全相同的行已由第二审批人 {approver} 于 {day} 决定不予批准：{reason}",
            "请更正后重新发送（有新的决定的，填写其文号），或者从导出文件中去掉该行",
        ),
    }


class Meaning(Enum):
    """What becomes of the first row about an entry if it is not refused; the value is what it is counted as."""

    NEW = "accepted"
    CORRECTION = "corrected"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class ComparedRow:
    """A row's meaning; `entry` is the live entry it is about, None for a new one, which is the `generation`-th.

    `content` is what the row says where that is not what it says by itself.
    """

    meaning: Meaning
    row: PreparedRow
    digest: bytes
    publish_date: str
    generation: int
    entry: RegisteredEntry | None = None
    content: Fields | None = None

    def statement(self) -> int:
        """Return 64 bits of everything the row says."""
        return _statement(self.row, self.digest)

    def as_first(self) -> "FirstRow":
        """Return what later rows about the same entry are compared with."""
        return FirstRow(self.row.number, self.statement(), self.publish_date)


class FirstRow(NamedTuple):
    """The first row of a file about an entry."""

    number: int
    statement: int
    publish_date: str
    """Its own day; that of the entry if it gives none."""


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """What the register knows of a row: its entries, oldest first, those of the case that it resumes, those of the same debtor
    that the creditor had deleted where the row does not say which case it resumes, and which of its certificates were
    corrected away.
    """

    entries: Sequence[RegisteredEntry] = ()
    resumed: Sequence[RegisteredEntry] = ()
    barred: Sequence[RegisteredEntry] = ()
    corrected: Sequence[CorrectedKey] = ()
    former: Mapping[int, Sequence[FormerState]] = field(default_factory=dict)
    """By ordinal, what its entries said before they were changed."""

    def before(self, entry: RegisteredEntry) -> Sequence[FormerState]:
        """Return what an entry said before it was changed."""
        return self.former.get(entry.ordinal, ())


def compare(row: PreparedRow, known: KnownEntries) -> ComparedRow:
    """Tell what the first row about an entry means. Raises `RowRefused`, and `DeletionReasonProblem` while a creditor may
    not apply again.

    An entry is one debtor in one case under one decision: while it is live every difference under that decision is a
    correction and another decision is asked back; once it has ended only a new decision makes a new entry.
    """
    for wrong in known.corrected:
        if name_hash(row.name) in wrong.name_hashes:
            shown = ids.entry_text(row.instrument, wrong.entry_id)
            raise RowRefused("CORRECTED_AWAY", entry=shown, day=wrong.corrected_on)
    latest = known.entries[-1] if known.entries else None
    for each in known.entries:
        if each.has_ended and (each is latest or row.decision_number) and _same_decision(each, row, known.before(each)):
            raise _ended(each)
    if latest is not None and not latest.has_ended:
        _check_decision(row, latest, known.before(latest))
        return _against_live(row, latest, known.before(latest))
    for each in known.entries:
        _check_is_newer(each, row)
    for each in (*known.entries, *known.resumed, *known.barred):
        _check_bar(each, row)
    generation = latest.generation + 1 if latest is not None else 1
    return ComparedRow(Meaning.NEW, row, row.digest, row.publish_date, generation)


def check_repetition(row: PreparedRow, first: FirstRow) -> None:
    """Raise `RowRefused` unless the row says what an earlier one about the same entry said.

    Rows of one file must agree in everything, also in what their records do not carry (a legal representative's name):
    nobody but the court knows which of the two is right.
    """
    digest = row.digest
    if row.is_day_assumed and row.publish_date != first.publish_date:
        digest = _digest_of(_with_day(row, first.publish_date), row)
    if _statement(row, digest) != first.statement:
        raise RowRefused("DUPLICATE_CONFLICT", first=str(first.number))


def _statement(row: PreparedRow, digest: bytes) -> int:
    """Return what the row states under the day of its entry, for which `digest` stands."""
    if digest is row.digest:
        return row.statement
    return row.statement ^ statement_of(row.digest) ^ statement_of(digest)


def _same_decision(entry: RegisteredEntry, row: PreparedRow, former: Sequence[FormerState]) -> bool:
    """Tell whether a row has no decision, or one that the entry ever had, that it ended under or another."""
    if not row.decision_number:
        return True
    own = decision_form(row.decision_number)
    return own == decision_form(entry.decision_number) or any(own == decision_form(state.decision) for state in former)


def _check_is_newer(entry: RegisteredEntry, row: PreparedRow) -> None:
    """Let only a decision that was made after an entry ended list the debtor again; stock never does."""
    if row.stock == StockClaim.STOCK:
        raise _ended(entry)
    if row.signed_on and row.signed_on < entry.changed_on:
        shown = ids.entry_text(int(entry.instrument), entry.entry_id)
        raise RowRefused("DECISION_OLDER", entry=shown, day=entry.changed_on, signed=row.signed_on)


def _ended(entry: RegisteredEntry) -> RowRefused:
    shown = ids.entry_text(int(entry.instrument), entry.entry_id)
    return RowRefused(
        "ENTRY_ENDED",
        entry=shown,
        day=entry.changed_on,
        status=Phrase(entry.status.name.lower(), STATUSES_ZH[entry.status]),
    )


def _check_decision(row: PreparedRow, entry: RegisteredEntry, former: Sequence[FormerState]) -> None:
    own, current = decision_form(row.decision_number), decision_form(entry.decision_number)
    if not own or not current or own == current:
        return
    for state in former:
        if decision_form(state.decision) == own:
            raise _older(entry, state)
    shown = ids.entry_text(int(entry.instrument), entry.entry_id)
    raise RowRefused("SECOND_DECISION", entry=shown, decision=entry.decision_number, day=entry.publish_date)


def _older(entry: RegisteredEntry, state: FormerState) -> RowRefused:
    shown = ids.entry_text(int(entry.instrument), entry.entry_id)
    return RowRefused("ROW_OLDER", entry=shown, day=state.changed_on)


def _against_live(row: PreparedRow, entry: RegisteredEntry, former: Sequence[FormerState]) -> ComparedRow:
    """Compare with what is published. A change of what no record carries is none: there is nothing an agency could be
    told. A row that gives no day, or no decision, means the published one: today's export is no correction of yesterday's.
    """
    digest, day, content = row.digest, row.publish_date, None
    if row.is_day_assumed and day != entry.publish_date:
        day = entry.publish_date
        content = _with_day(row, day)
    if entry.decision_number and not row.decision_number:
        content = (content or fields_of(row.parts)) | {"decision_number": entry.decision_number}
    if content is not None:
        digest = _digest_of(content, row)
    if digest == entry.digest:
        return ComparedRow(Meaning.UNCHANGED, row, digest, day, entry.generation, entry, content)
    if former:
        _check_not_older(row, entry, former, content or fields_of(row.parts))
    return ComparedRow(Meaning.CORRECTION, row, digest, day, entry.generation, entry, content)


def _check_not_older(row: PreparedRow, entry: RegisteredEntry, former: Sequence[FormerState], content: Fields) -> None:
    """Refuse a row that says what the entry said before it was changed, or ends its term where that was extended."""
    for state in former:
        said = content if row.decision_number else content | {"decision_number": state.decision}
        takes_back = state.extended_from and content["term_end"] == state.extended_from
        if takes_back or state.digest == _digest_of(said, row):
            raise _older(entry, state)


def _with_day(row: PreparedRow, day: str) -> Fields:
    content = fields_of(row.parts)
    content |= {"publish_date": day, "effective_from": start_of_day_ms(date.fromisoformat(day))}
    if row.is_start_assumed:
        content["term_start"] = day
    return content


def _digest_of(content: Fields, row: PreparedRow) -> bytes:
    return digest_of(content, unpack_certificates(row.certificates))


def _check_bar(entry: RegisteredEntry, row: PreparedRow) -> None:
    if row.instrument == Instrument.LIST_ENTRY and entry.status is Status.DELETED and entry.reason == DeletionReason.D3:
        changed = date.fromisoformat(entry.changed_on)
        applied = date.fromisoformat(row.applied_on) if row.applied_on else None
        check_relisting(changed, DeletionReason.D3, applied, ex_officio=row.is_ex_officio)
