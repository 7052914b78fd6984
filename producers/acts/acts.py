"""Single acts of a court on its own entries: revoke, delete, lift, shield, unshield, extend, correct.

Each is one transaction and one update with a batch of its own, so that it can be followed like a publication. What ends an
entry leaves a record without name, certificates and case; the whole one stays with the court.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.errors import LiandongError
from ...schemas.law.listing import ENDED_FROM, Change, Status, next_status
from ...schemas.law.working_days import DueDay
from ...schemas.wire.codec import from_wire
from ...topics.workers.clock import Clock
from ..approvals.policy import DEFAULT_POLICY, ApprovalPolicy
from ..approvals.problems import ApprovalImpossible, ApprovalNeeded
from ..intake.rows.model import HeldCertificate
from ..register.register import Register, RegisteredEntry, Update, WholeEntry
from ..register.rows import FormerState, StatedRuling, new_batch
from ..updates.records import Fields, digest_of, ended, name_hash, parts_of, unpack_certificates, with_term_end
from ..updates.updates import Acceptance, CourtIdentity, Draft, accept
from .lawful import ActedOn, check_deletion, check_revocation, check_shield, due_day, extended_until
from .reasons import check_reason
from .ruling import CourtRuling
from .unlawful import ActUnlawful

__all__ = ["ActRefused", "Acts", "ApprovedAct", "ChangedEntry", "CourtRuling", "EntryUnderAct"]


class ActRefused(LiandongError):
    """An act that the entry, the court or the law does not allow."""

    http_status = 409


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An entry after an act, before it is accepted: its record, and its row in the register where the act changes it."""

    record: Fields
    whole: WholeEntry
    is_organ: bool = False
    """Whether it is a state organ's list entry that gets other contents."""


@dataclass(frozen=True, slots=True)
class ApprovedAct:
    """A second approval of one act on one version of an entry; `note` writes it down in the act's own transaction."""

    batch_id: str
    version: int
    note: Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class EntryUnderAct:
    """An entry under an act: its row, its newest record, and what the court knows of its certificates."""

    whole: WholeEntry
    record: Fields
    certificates: tuple[HeldCertificate, ...]

    def on(self, day: date) -> ActedOn:
        """Return what the law looks at on a day: the whole record, also of an entry that has ended."""
        return ActedOn(from_wire(self.whole.whole_body), self.certificates, day)


class Acts:
    """Acts of one court."""

    def __init__(
        self,
        register: Register,
        identity: CourtIdentity,
        clock: Clock,
        policy: ApprovalPolicy = DEFAULT_POLICY,
        approved: ApprovedAct | None = None,
    ) -> None:
        """`identity` is the acting court's; `policy` says what needs a second approval, `approved` is the one there is."""
        self.register = register
        self.identity = identity
        self._clock = clock
        self._policy = policy
        self._approved = approved

    def revoke(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Revoke a list entry that never should have been there (art. 9), also one that was deleted."""
        return self._perform_checked(entry_id, Change.REVOKE, ruling, check_revocation)

    def delete(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Delete an entry that was rightly there and whose reason ended (art. 10), for a reason the law knows for its kind."""
        return self._perform_checked(entry_id, Change.DELETE, ruling, check_deletion)

    def lift(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """End an order or exit ban."""
        return self._perform_checked(entry_id, Change.LIFT, ruling)

    def shield(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Suspend a list entry while an objection is under review, or while it is in doubt whom it means."""
        return self._perform_checked(entry_id, Change.SHIELD, ruling, lambda _, canonical: check_shield(canonical))

    def unshield(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Let a suspended entry take effect again."""
        return self._perform_checked(entry_id, Change.UNSHIELD, ruling)

    def extend(self, entry_id: bytes, ruling: CourtRuling, *, months: int = 0, until: date | None = None) -> Update:
        """Give a later last day, under a new decision: to a list entry by one to three years, to an order as the court says."""
        canonical = ruling.canonical(check_reason(Change.EXTEND, ruling.reason))

        def change(_: Connection, under_act: EntryUnderAct, today: date) -> ChangedEntry:
            last_day = extended_until(under_act.on(canonical.on or today), canonical, months, until)
            record = with_term_end(under_act.record, last_day) | {"decision_number": canonical.decision_number}
            digest = digest_of(record, under_act.certificates)
            entry = under_act.whole.entry._replace(digest=digest, decision_number=canonical.decision_number)
            return ChangedEntry(record, under_act.whole._replace(entry=entry))

        return self.perform(entry_id, Change.EXTEND, canonical, change)

    def _perform_checked(
        self,
        entry_id: bytes,
        kind: Change,
        ruling: CourtRuling,
        check: Callable[[ActedOn, CourtRuling], None] = lambda _entry, _ruling: None,
    ) -> Update:
        """Perform an act that leaves what the record says, if the law knows its reason and `check` finds it in the record."""
        is_deletion = kind is Change.DELETE  # whose reasons depend on the entry, and are checked with it
        canonical = ruling.canonical(
            ruling.reason.strip().upper() if is_deletion else check_reason(kind, ruling.reason)
        )

        def change(_: Connection, under_act: EntryUnderAct, today: date) -> ChangedEntry:
            check(under_act.on(canonical.on or today), canonical)
            return ChangedEntry(dict(under_act.record), under_act.whole)

        return self.perform(entry_id, kind, canonical, change)

    def perform(
        self,
        entry_id: bytes,
        kind: Change,
        ruling: CourtRuling,
        change: Callable[[Connection, EntryUnderAct, date], ChangedEntry],
    ) -> Update:
        """Perform one act in one transaction; `change` says what becomes of the entry.

        Raises ENTRY_UNKNOWN, ENTRY_OF_OTHER_COURT, TransitionRefused, ACT_IN_FUTURE, ACT_BEFORE_PUBLICATION; APPROVAL_NEEDED
        of a lawful act that waits for a second approval, APPROVAL_ENTRY_CHANGED.
        """
        now = self._clock.now()
        today = date_of_ms(now)
        day = ruling.on or today
        if day > today:
            raise ActUnlawful("ACT_IN_FUTURE", day=day.isoformat())
        approved = self._approved
        batch = new_batch(self.identity.court, f"act:{kind.name.lower()}", "", now, self.identity.chance)
        if approved is not None:
            batch = replace(batch, batch_id=approved.batch_id)
        with self.register.engine.begin() as connection:
            self.register.claim(connection, self.identity.court)
            under_act = self._entry(connection, entry_id)
            entry = under_act.whole.entry
            status = next_status(entry.instrument, entry.status, kind)
            if day.isoformat() < entry.publish_date:
                raise ActUnlawful("ACT_BEFORE_PUBLICATION", day=day.isoformat(), published=entry.publish_date)
            changed = change(connection, under_act, today)
            self._require_approval(entry, kind, is_organ=changed.is_organ)
            if approved is not None:
                approved.note(connection)
            if changed.whole.entry.digest != entry.digest:
                self.register.add_former_states(connection, [_former(under_act, changed, kind, today)])
            record = ended(changed.record, status) if status >= ENDED_FROM else changed.record | {"status": int(status)}
            draft = Draft(entry.entry_id, entry.version + 1, kind, ruling.reason, day.isoformat(), parts_of(record))
            [accepted] = accept(self.register, connection, self.identity, [draft], Acceptance(batch.batch_id, now))
            self.register.change_entries(connection, [_after(changed.whole, draft, accepted.value, status)])
            due = due_day(under_act.on(day), kind, ruling.reason)
            queries = [(each.number, each.day.isoformat()) for each in ruling.queries]
            self.register.put_ruling(connection, _stated(accepted.update_id, ruling, due), queries)
            corrected = int(kind is Change.CORRECT)
            finished = replace(batch, state="accepted", finished_at=now, accepted=1 - corrected, corrected=corrected)
            self.register.put_batch(connection, finished)
        update = self.register.update(accepted.update_id)
        assert update is not None  # noqa: S101  it was just written
        return update

    def _require_approval(self, entry: RegisteredEntry, kind: Change, *, is_organ: bool) -> None:
        if self._approved is None:
            if self._policy.needs(kind, is_organ=is_organ):
                raise ApprovalNeeded("APPROVAL_NEEDED")
        elif self._approved.version != entry.version:
            shown = ids.entry_text(int(entry.instrument), entry.entry_id)
            raise ApprovalImpossible("APPROVAL_ENTRY_CHANGED", entry=shown, version=str(self._approved.version))

    def _entry(self, connection: Connection, entry_id: bytes) -> EntryUnderAct:
        whole = self.register.whole_entry(connection, entry_id)
        if whole is None:
            raise ActRefused(
                "ENTRY_UNKNOWN",
                f"no entry {entry_id.hex()} was published here",
                "look it up with `liandong court find`; check --court and its jurisdiction",
                f"此处从未公布条目 {entry_id.hex()}",
                "请用 `liandong court find` 查找；并核对 --court 及其辖区",
            )
        if whole.court != self.identity.court:
            shown = ids.entry_text(int(whole.entry.instrument), entry_id)
            raise ActRefused(
                "ENTRY_OF_OTHER_COURT",
                f"{shown} was published by {whole.court}",
                "a court acts on its own entries only; ask that court",
                f"{shown} 由 {whole.court} 公布",
                "法院只能处理本院的条目；请与该院联系",
            )
        return EntryUnderAct(whole, from_wire(whole.body), unpack_certificates(whole.certificates))


def _after(whole: WholeEntry, draft: Draft, body: bytes, status: Status) -> WholeEntry:
    """Return the entry as it stands with its newest update; of one that ends the last whole body stays beside it."""
    entry = whole.entry._replace(version=draft.version, status=status, reason=draft.reason, changed_on=draft.changed_on)
    return whole._replace(entry=entry, body=body, full_body=whole.whole_body if status >= ENDED_FROM else None)


def _former(under_act: EntryUnderAct, changed: ChangedEntry, kind: Change, today: date) -> FormerState:
    """Return what an entry said until it was changed, so that an older file does not bring it back."""
    entry, record = under_act.whole.entry, under_act.record
    return FormerState(
        entry.ordinal,
        entry.digest,
        entry.decision_number,
        name_hash(record["name"]),
        record["term_end"] if kind is Change.EXTEND else "",
        today.isoformat(),
        entry.version,
        int(changed.whole.certificates != under_act.whole.certificates),
    )


def _stated(update_id: bytes, ruling: CourtRuling, due: DueDay | None) -> StatedRuling:
    return StatedRuling(
        update_id,
        ruling.decision_number,
        ruling.signed_by,
        ruling.cause,
        ruling.objection,
        str(due) if due else "",
    )
