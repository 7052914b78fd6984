"""Signing again what nobody takes any more: records under a key that is revoked, or that was not valid when they were signed.

The entry stays what it is; its new version says the same under the present key. An entry that has ended is said to have
ended once more, on the lane of relief too: it may have been restored meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ...schemas.dates import date_of_ms
from ...schemas.law.listing import Change, Status
from ...schemas.wire.codec import from_wire
from ...schemas.wire.signing import Keyring, PublicKey
from ...topics.keys.entitlement import may_say
from ...topics.storage.database import reading
from ...topics.workers.clock import Clock
from ..register.register import Register
from ..register.rows import WholeEntry, new_batch
from ..updates.records import parts_of
from ..updates.updates import Acceptance, CourtIdentity, Draft, accept
from .book import UpkeepBook
from .findings import OUTBID, REFUSED, STOLEN

_CHUNK = 500
_FRAMING = 10
"""Bytes before the body in the register: single-object encoding."""
MARGIN_MS = 86_400_000
"""So much before `compromised_since` is signed again, too: what no head from before then proves is REVIEW, and heads may have
been missing for a while."""
_REVOKED, _NOT_VALID, _OUTBID = "KEY_REVOKED", "KEY_NOT_VALID_THEN", "SIGNED_BY_ANOTHER"
_SAYING_SO = {
    Status.ACTIVE: Change.CORRECT,
    Status.SHIELDED: Change.SHIELD,
    Status.EXPIRED: Change.EXPIRE,
    Status.DELETED: Change.DELETE,
    Status.REVOKED: Change.REVOKE,
    Status.LIFTED: Change.LIFT,
}
"""The change that says once more what an entry is."""
Progressed = Callable[[int, int], None]
"""Gets entries signed and how many there are."""


class NeedsSigning(NamedTuple):
    """An entry whose newest record nobody takes, or nobody will for long."""

    entry_id: bytes
    instrument: int
    version: int
    why: str
    accepted_at: int


@dataclass(frozen=True, slots=True)
class Resigning:
    """Finds and signs again what of one court needs it."""

    book: UpkeepBook
    identity: CourtIdentity
    keyring: Keyring
    clock: Clock

    def needed(self) -> list[NeedsSigning]:
        """List the court's entries that must be signed again, in the order they were listed. Raises TransportError."""
        found = {each.entry_id: each for each in self._under_revoked_keys()}
        refused = [each.entry_id for each in self.book.findings(REFUSED) if each.court == self.identity.court]
        with reading(self._register.engine) as connection:
            for entry_id in refused:
                whole = self._register.whole_entry(connection, entry_id)
                if whole is not None and entry_id not in found and self._is_refused(whole):
                    accepted_at = from_wire(whole.body)["recorded_at"]
                    found[entry_id] = needs_signing(whole, _NOT_VALID, accepted_at)
            for stolen in self.book.findings(STOLEN):
                whole = self._register.whole_entry(connection, stolen.entry_id)
                if whole is not None and whole.court == self.identity.court and whole.entry.version <= stolen.version:
                    accepted_at = from_wire(whole.body)["recorded_at"]
                    found[stolen.entry_id] = needs_signing(whole, _OUTBID, accepted_at)
        return list(found.values())

    def sign(self, needed: Sequence[NeedsSigning], progressed: Progressed = lambda _done, _all: None) -> int:
        """Sign these again, each as a new version; return how many. One that has changed meanwhile is left as it is."""
        batch = new_batch(self.identity.court, "court resign", "", self.clock.now(), self.identity.chance)
        signed = 0
        for start in range(0, len(needed), _CHUNK):
            now = self.clock.now()
            with self._register.engine.begin() as connection:
                self._register.claim(connection, self.identity.court)
                signed += self._sign_chunk(connection, needed[start : start + _CHUNK], Acceptance(batch.batch_id, now))
                done = replace(batch, state="accepted", finished_at=now, corrected=signed)
                self._register.put_batch(connection, done)
            progressed(min(start + _CHUNK, len(needed)), len(needed))
        return signed

    def take_note(self) -> int:
        """Let the status forget the stolen versions this court has outbid; return how many."""
        known = [each.about for each in self.book.findings(OUTBID) if each.court == self.identity.court]
        self.book.clear(OUTBID, known)
        return len(known)

    @property
    def _register(self) -> Register:
        return self.book.register

    def _sign_chunk(self, connection: Connection, chunk: Sequence[NeedsSigning], acceptance: Acceptance) -> int:
        found = [(each, self._register.whole_entry(connection, each.entry_id)) for each in chunk]
        entries = [whole for each, whole in found if whole is not None and whole.entry.version == each.version]
        today = date_of_ms(acceptance.accepted_at).isoformat()
        drafts = [_again(whole, today) for whole in entries]
        accepted = accept(self._register, connection, self.identity, drafts, acceptance)
        self._register.change_entries(
            connection, [_after(whole, each.draft, each.value) for whole, each in zip(entries, accepted, strict=True)]
        )
        return len(entries)

    def _is_refused(self, whole: WholeEntry) -> bool:
        record = from_wire(whole.body)
        key = self.keyring.key(record["proof"][:8])
        return key is None or not (key.usable_at(record["recorded_at"]) and may_say(key, record["version"]))

    def _under_revoked_keys(self) -> Iterator[NeedsSigning]:
        entries, updates = self._register.tables.entries, self._register.tables.updates
        signer = func.substr(entries.c.body, _FRAMING + 1, 8)
        own = entries.c.court == self.identity.court
        same = (updates.c.entry_id == entries.c.entry_id) & (updates.c.version == entries.c.version)
        columns = entries.c.entry_id, entries.c.instrument, entries.c.version, updates.c.accepted_at
        with reading(self._register.engine) as connection:
            for key in map(bytes, connection.scalars(select(signer).where(own).distinct()).all()):
                revoked = _revoked(self.keyring.key(key))
                if revoked is None:
                    continue
                query = select(*columns).join(updates, same).where(own, signer == key)
                since = updates.c.accepted_at >= revoked - MARGIN_MS
                for row in connection.execute(query.where(since).order_by(entries.c.ordinal)):
                    yield NeedsSigning(bytes(row.entry_id), row.instrument, row.version, _REVOKED, row.accepted_at)


def _revoked(key: PublicKey | None) -> int | None:
    return key.revoked_at if key is not None and key.revoked_at else None


def needs_signing(whole: WholeEntry, why: str, accepted_at: int) -> NeedsSigning:
    """Return an entry as one that must be signed again: why, and when its newest record was accepted (ms UTC)."""
    entry = whole.entry
    return NeedsSigning(entry.entry_id, int(entry.instrument), entry.version, why, accepted_at)


def _again(whole: WholeEntry, today: str) -> Draft:
    """Return the draft of a version that says what the entry's newest does."""
    entry = whole.entry
    changed_on = entry.changed_on if entry.has_ended else today
    change, reason = _SAYING_SO[entry.status], entry.reason if entry.status is not Status.ACTIVE else ""
    return Draft(entry.entry_id, entry.version + 1, change, reason, changed_on, parts_of(from_wire(whole.body)))


def _after(whole: WholeEntry, draft: Draft, value: bytes) -> WholeEntry:
    return whole._replace(entry=whole.entry._replace(version=draft.version), body=value)
