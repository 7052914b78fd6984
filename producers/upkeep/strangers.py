"""Ending what a thief invented: entries of a court that its register never had, under a key of the court that is revoked by now.

Copies took them before they heard of that, and a person looks at each (docs/wire.md). The court ends them by a version above the
thief's, as an entry that never should have been there; from then on the register knows them, ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.law.listing import Change, Instrument, Status
from ...schemas.wire.codec import decode_prefix, from_wire
from ...schemas.wire.framing import unframe
from ...topics.workers.clock import Clock
from ..register.register import Register
from ..register.rows import RegisteredEntry, WholeEntry, new_batch
from ..updates.records import RecordParts, ended, parts_of
from ..updates.updates import Acceptance, Accepted, CourtIdentity, Draft, accept
from .book import UpkeepBook, UpkeepFinding
from .findings import OUTBID, STRANGE

_CHUNK = 500
_REASON = "NO_GROUND"
_NO_CERTIFICATES = b"[]"


@dataclass(frozen=True, slots=True)
class Strangers:
    """Finds and ends what was invented in the name of one court."""

    book: UpkeepBook
    identity: CourtIdentity
    clock: Clock

    def found(self) -> list[UpkeepFinding]:
        """List the newest record of each invented entry, oldest first."""
        return [each for each in self.book.findings(STRANGE) if each.court == self.identity.court]

    def end(self) -> int:
        """End all that are entries of a kind there is; return how many. What was ended before an interruption is not ended twice."""
        found, ended_now = [each for each in self.found() if _is_of_a_kind(each)], 0
        batch = new_batch(self.identity.court, "court resign", "", self.clock.now(), self.identity.chance)
        for start in range(0, len(found), _CHUNK):
            chunk, now = found[start : start + _CHUNK], self.clock.now()
            with self._register.engine.begin() as connection:
                self._register.claim(connection, self.identity.court)
                unknown = [each for each in chunk if self._register.whole_entry(connection, each.entry_id) is None]
                self._end(connection, unknown, Acceptance(batch.batch_id, now))
                ended_now += len(unknown)
                self._register.put_batch(
                    connection, replace(batch, state="accepted", finished_at=now, accepted=ended_now)
                )
            self.book.find([replace(each, kind=OUTBID, value=b"") for each in chunk], now)
            self.book.clear(STRANGE, [each.about for each in chunk])
        return ended_now

    @property
    def _register(self) -> Register:
        return self.book.register

    def _end(self, connection: Connection, found: Sequence[UpkeepFinding], acceptance: Acceptance) -> None:
        today = date_of_ms(acceptance.accepted_at).isoformat()
        drafts = [
            Draft(each.entry_id, each.version + 1, Change.REVOKE, _REASON, today, self._terminal(each))
            for each in found
        ]
        accepted = accept(self._register, connection, self.identity, drafts, acceptance)
        first = self._register.take(connection, "entries", len(accepted)) if accepted else 0
        entries = [
            self._entry(first + number, each, invented.value)
            for number, (each, invented) in enumerate(zip(accepted, found, strict=True))
        ]
        self._register.add_entries(connection, entries)

    def _terminal(self, found: UpkeepFinding) -> RecordParts:
        """Return what a record says that ends an invented entry: nothing of what the thief wrote."""
        left = ended(from_wire(found.value), Status.REVOKED)
        return parts_of(left | {"court_name": self.identity.court_name})

    def _entry(self, ordinal: int, terminal: Accepted, invented: bytes) -> WholeEntry:
        """Return an entry that has ended; its id stands for the key that is made of certificates, which nobody knows."""
        draft = terminal.draft
        entry = RegisteredEntry(
            *(ordinal, draft.entry_id, draft.entry_id, 1, Instrument(draft.parts.instrument), ""),
            *(Status.REVOKED, draft.version, b"", draft.changed_on, draft.reason, draft.changed_on),
        )
        return WholeEntry(entry, self.identity.court, "", terminal.value, _NO_CERTIFICATES, invented)


def _is_of_a_kind(found: UpkeepFinding) -> bool:
    """Whether it is an entry of a kind there is; else no court can say anything of it, and it is named for good."""
    return decode_prefix(unframe(found.value)[1])["instrument"] in set(Instrument)


def stranger_text(found: UpkeepFinding) -> str:
    """Return the id of an invented entry as people see it."""
    return ids.entry_text(decode_prefix(unframe(found.value)[1])["instrument"], found.entry_id)
