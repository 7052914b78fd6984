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
from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.law.grounds import check_deletion_reason
from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status, next_status
from ...schemas.law.terms import EXTENSION_MONTHS, extended, is_extension_lawful, term_end
from ...schemas.wire.codec import from_wire
from ...topics.workers.clock import Clock
from ..intake.rows.model import HeldCertificate
from ..register.register import Register, Update, WholeEntry
from ..register.rows import new_batch
from ..updates.records import Fields, digest_of, ended, parts_of, unpack_certificates, with_term_end
from ..updates.updates import Acceptance, CourtIdentity, Draft, accept
from .reasons import check_reason


class ActRefused(LiandongError):
    """An act that the entry, the court or the law does not allow."""

    http_status = 409


@dataclass(frozen=True, slots=True)
class CourtRuling:
    """What the court decided: `on` is the day in China of the act, None for today."""

    reason: str
    on: date | None = None
    decision_number: str = ""


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An entry after an act, before it is accepted: its record, and its row in the register where the act changes it."""

    record: Fields
    whole: WholeEntry


@dataclass(frozen=True, slots=True)
class EntryUnderAct:
    """An entry under an act: its row, its newest record, and what the court knows of its certificates."""

    whole: WholeEntry
    record: Fields
    certificates: tuple[HeldCertificate, ...]


class Acts:
    """Acts of one court."""

    def __init__(self, register: Register, identity: CourtIdentity, clock: Clock) -> None:
        """`identity` is the acting court's."""
        self.register = register
        self.identity = identity
        self._clock = clock

    def revoke(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Revoke an entry that never should have been there (art. 9)."""
        return self._end(entry_id, Change.REVOKE, replace(ruling, reason=check_reason(Change.REVOKE, ruling.reason)))

    def delete(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Delete an entry that was rightly there and whose reason ended (art. 10), for a reason the law knows for its kind."""
        return self._end(entry_id, Change.DELETE, ruling)

    def lift(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """End an order or exit ban."""
        return self._end(entry_id, Change.LIFT, replace(ruling, reason=check_reason(Change.LIFT, ruling.reason)))

    def shield(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Suspend an entry."""
        return self._turn(entry_id, Change.SHIELD, ruling)

    def unshield(self, entry_id: bytes, ruling: CourtRuling) -> Update:
        """Let a suspended entry take effect again."""
        return self._turn(entry_id, Change.UNSHIELD, ruling)

    def extend(self, entry_id: bytes, ruling: CourtRuling, *, months: int = 0, until: date | None = None) -> Update:
        """Give a later last day, under a new decision: to a list entry by one to three years, to an order as the court says."""
        code = check_reason(Change.EXTEND, ruling.reason)
        if not ruling.decision_number:
            raise WrongUsage("DECISION_MISSING", "extending needs a decision", "give its number with --decision")

        def change(_: Connection, under_act: EntryUnderAct, today: date) -> ChangedEntry:
            last_day = _extended(under_act, months, until, today)
            record = with_term_end(under_act.record, last_day) | {"decision_number": ruling.decision_number}
            digest = digest_of(record, under_act.certificates)
            entry = under_act.whole.entry._replace(digest=digest, decision_number=ruling.decision_number)
            return ChangedEntry(record, under_act.whole._replace(entry=entry))

        return self.perform(entry_id, Change.EXTEND, replace(ruling, reason=code), change)

    def _end(self, entry_id: bytes, kind: Change, ruling: CourtRuling) -> Update:
        reason = ruling.reason

        def change(_: Connection, under_act: EntryUnderAct, _today: date) -> ChangedEntry:
            if kind is Change.DELETE:
                has_term = bool(from_wire(under_act.whole.whole_body)["term_end"])
                check_deletion_reason(reason, has_term=has_term)
            return ChangedEntry(dict(under_act.record), under_act.whole)

        canonical = reason.strip().upper() if kind is Change.DELETE else reason
        return self.perform(entry_id, kind, replace(ruling, reason=canonical), change)

    def _turn(self, entry_id: bytes, kind: Change, ruling: CourtRuling) -> Update:
        code = check_reason(kind, ruling.reason)
        return self.perform(
            entry_id,
            kind,
            replace(ruling, reason=code),
            lambda _connection, under_act, _today: ChangedEntry(dict(under_act.record), under_act.whole),
        )

    def perform(
        self,
        entry_id: bytes,
        kind: Change,
        ruling: CourtRuling,
        change: Callable[[Connection, EntryUnderAct, date], ChangedEntry],
    ) -> Update:
        """Perform one act in one transaction; `change` says what becomes of the entry.

        Raises ENTRY_UNKNOWN, ENTRY_OF_OTHER_COURT, TRANSITION_REFUSED, ACT_IN_FUTURE.
        """
        now = self._clock.now()
        today = date_of_ms(now)
        day = ruling.on or today
        if day > today:
            raise WrongUsage(
                "ACT_IN_FUTURE", f"{day} has not come yet", "give the day the court acted, today at the latest"
            )
        batch = new_batch(self.identity.court, f"act:{kind.name.lower()}", "", now, self.identity.chance)
        with self.register.engine.begin() as connection:
            self.register.claim(connection, self.identity.court)
            under_act = self._entry(connection, entry_id)
            entry = under_act.whole.entry
            status = next_status(entry.instrument, entry.status, kind)
            changed = change(connection, under_act, today)
            record = ended(changed.record, status) if status >= ENDED_FROM else changed.record | {"status": int(status)}
            draft = Draft(entry.entry_id, entry.version + 1, kind, ruling.reason, day.isoformat(), parts_of(record))
            [accepted] = accept(self.register, connection, self.identity, [draft], Acceptance(batch.batch_id, now))
            self.register.change_entries(connection, [_after(changed.whole, draft, accepted.value, status)])
            corrected = int(kind is Change.CORRECT)
            finished = replace(batch, state="accepted", finished_at=now, accepted=1 - corrected, corrected=corrected)
            self.register.put_batch(connection, finished)
        update = self.register.update(accepted.update_id)
        assert update is not None  # noqa: S101  it was just written
        return update

    def _entry(self, connection: Connection, entry_id: bytes) -> EntryUnderAct:
        whole = self.register.whole_entry(connection, entry_id)
        if whole is None:
            raise ActRefused(
                "ENTRY_UNKNOWN",
                f"no entry {entry_id.hex()} was published here",
                "look it up with `liandong court find`; check --court and its jurisdiction",
            )
        if whole.court != self.identity.court:
            shown = ids.entry_text(int(whole.entry.instrument), entry_id)
            raise ActRefused(
                "ENTRY_OF_OTHER_COURT",
                f"{shown} was published by {whole.court}",
                "a court acts on its own entries only; ask that court",
            )
        return EntryUnderAct(whole, from_wire(whole.body), unpack_certificates(whole.certificates))


def _after(whole: WholeEntry, draft: Draft, body: bytes, status: Status) -> WholeEntry:
    """Return the entry as it stands with its newest update; of one that ends the last whole body stays beside it."""
    entry = whole.entry._replace(version=draft.version, status=status, reason=draft.reason, changed_on=draft.changed_on)
    return whole._replace(entry=entry, body=body, full_body=whole.whole_body if status >= ENDED_FROM else None)


def _extended(under_act: EntryUnderAct, months: int, until: date | None, today: date) -> date:
    """Return the new last day. Raises TERM_OVER, TERM_MISSING, EXTENSION_UNLAWFUL."""
    record = under_act.record
    last = date.fromisoformat(record["term_end"]) if record["term_end"] else None
    if last is None:
        raise ActRefused("TERM_MISSING", "this entry has no term", "an entry without a term needs no extension")
    if last < today:
        raise ActRefused(
            "TERM_OVER", f"the term ended on {last}", "what has ended is not extended; it needs a new decision"
        )
    if under_act.whole.entry.instrument is not Instrument.LIST_ENTRY:
        if until is None or until <= last:
            raise WrongUsage("EXTENSION_UNLAWFUL", f"the order runs until {last}", "give a later day with --until")
        return until
    if not months or not is_extension_lawful(months):
        low, high = EXTENSION_MONTHS
        raise WrongUsage(
            "EXTENSION_UNLAWFUL", "a list entry is extended by one to three years", f"give --months {low} to {high}"
        )
    new = extended(last, months)
    start = date.fromisoformat(record["term_start"]) if record["term_start"] else None
    if start is not None and new > (longest := term_end(start, EXTENSION_MONTHS[1])):
        raise ActRefused(
            "EXTENSION_UNLAWFUL", f"{new} is later than art. 2 allows", f"the last lawful day is {longest}"
        )
    return new
