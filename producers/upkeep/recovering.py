"""Bringing a register that was put back from a backup level with the log.

What the log holds of its courts and it does not know is taken over, number by number, and sent once more in that order, so
that it stands in the outbox as if it had never been lost. The log has no certificates. Who was listed in between is known
by their surrogates until the court's next export names them again: it then meets the entry and makes no second one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy import delete as deleting

from ...schemas import ids
from ...schemas.law.beginnings import ALL, Fact
from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status
from ...schemas.problems import BilingualError, Text
from ...schemas.wire.codec import decode
from ...schemas.wire.framing import unframe
from ...schemas.wire.signing import PROOF_LENGTH, Keyring
from ...schemas.wire.suites import suite_of
from ...topics.storage.bulk import insert_missing_rows
from ...topics.transport.envelope import outgoing
from ...topics.workers.chance import Chance
from ..register.register import Register
from ..register.rows import Batch, RegisteredEntry, WholeEntry
from ..updates.records import Fields, digest_of, unpack_certificates
from .book import UpkeepBook
from .findings import AHEAD
from .log_records import LogRecord

_CHUNK = 500
_UNKNOWN, _NO_CERTIFICATES = b"", b"[]"
Progressed = Callable[[int, int], None]
"""Gets records taken over and how many there are."""


class RegisterConflicts(BilingualError):
    """The register and the log say different things under one number."""

    http_status = 409
    texts = {  # noqa: RUF012  as every problem's
        "REGISTER_CONFLICTS": Text(
            "{court} has number {number} of {list} both in the log and, for something else, in this register, which accepted it "
            "after it was put back",
            "nothing was changed; put back a newer backup of the register, or the same one again, and recover it before anything "
            "is accepted",
            "{court} 在 {list} 中的序号 {number} 在消息日志与登记簿中内容不同：登记簿恢复后又受理了新内容",
            "未作任何更改；请恢复更新的登记簿备份，或重新恢复同一备份，并在受理任何内容之前执行 recover",
        ),
    }


@dataclass(slots=True)
class Recovery:
    """What was taken over from the log."""

    updates: Counter[str] = field(default_factory=Counter)
    """By court."""
    entries: int = 0
    """That the register did not know."""
    unnamed: int = 0
    """Entries whose certificates the court's next export must name."""


class RegisterRecovery:
    """Takes over what the keeper has found ahead; to be asked once it has compared the register with the log."""

    def __init__(self, book: UpkeepBook, keyring: Keyring, chance: Chance) -> None:
        """`keyring` knows the keys under the records."""
        self._book, self._keyring, self._chance = book, keyring, chance
        self._register: Register = book.register

    def run(self, progressed: Progressed = lambda _done, _all: None) -> Recovery:
        """Take over everything found ahead; what is done already stays, and a second run goes on.

        Raises REGISTER_RECORD_UNKNOWN, REGISTER_CONFLICTS before anything is changed.
        """
        ahead = sorted(map(LogRecord.of, self._book.findings(AHEAD)), key=_in_order)
        self._require_no_conflict(ahead)
        recovery = Recovery()
        for start in range(0, len(ahead), _CHUNK):
            chunk = ahead[start : start + _CHUNK]
            with self._register.engine.begin() as connection:
                for court in sorted({each.finding.court for each in chunk}):
                    self._register.hold(connection, court)
                for each in chunk:
                    self._take_over(connection, each, recovery)
            self._book.clear(AHEAD, [each.finding.about for each in chunk])
            progressed(min(start + _CHUNK, len(ahead)), len(ahead))
        if ahead:
            self._begin_epoch()
        return recovery

    def _require_no_conflict(self, ahead: Sequence[LogRecord]) -> None:
        updates = self._register.tables.updates.c
        with self._register.engine.connect() as connection:
            for each in ahead:
                number = int(each.finding.detail)
                place = updates.court == each.finding.court, updates.list == each.finding.list
                same = select(updates.update_id).where(*place, updates.court_sequence == number)
                known = connection.scalars(same).all()
                if any(bytes(update_id) != each.finding.about for update_id in known):
                    about = {"court": each.finding.court, "list": each.finding.list}
                    raise RegisterConflicts("REGISTER_CONFLICTS", **about, number=str(number))

    def _take_over(self, connection: Connection, taken: LogRecord, recovery: Recovery) -> None:
        register, record = self._register, taken.record
        if connection.scalar(_has_update(register, record["update_id"])):
            return
        before = register.whole_entry(connection, record["entry_id"])
        if before is None:
            ordinal = register.take(connection, "entries", 1)
            register.add_entries(connection, [_new_entry(ordinal, taken)])
            recovery.entries += 1
        elif before.entry.version < record["version"]:
            register.change_entries(connection, [_changed_entry(before, taken)])
        now = register.whole_entry(connection, record["entry_id"])
        if now is not None and now.entry.digest == _UNKNOWN and not now.entry.has_ended:
            recovery.unnamed += self._note_subjects(connection, now.entry.ordinal, record)
        self._number(connection, taken)
        recovery.updates[record["court"]] += 1

    def _number(self, connection: Connection, taken: LogRecord) -> None:
        """Put the record into the outbox, the update into the register, and its number behind the court's."""
        register, record, finding = self._register, taken.record, taken.finding
        [row] = register.outbox.append(connection, "state", [self._outgoing(taken)])
        key = self._keyring.key(taken.body[:8])
        suite = suite_of(key.suite) if key is not None else suite_of("intl")
        content_hash = suite.content_hash(taken.body[PROOF_LENGTH:])
        values = (
            *(record["update_id"], record["entry_id"], record["version"], record["court"], finding.list),
            *(record["court_sequence"], record["batch_id"], record["change"], row, None, record["recorded_at"]),
            content_hash,
        )
        register.add_updates(connection, [values])
        name = f"court/{record['court']}/{finding.list}"
        last = register.last_numbers(connection, [name])[name]
        if record["court_sequence"] > last:
            register.take(connection, name, record["court_sequence"] - last)
        self._count_in_batch(connection, taken)

    def _count_in_batch(self, connection: Connection, taken: LogRecord) -> None:
        record, is_new = taken.record, taken.record["version"] == 1
        batch = self._register.batch_within(connection, record["batch_id"])
        if batch is None:
            at = record["recorded_at"]
            batch = Batch(record["batch_id"], record["court"], "register recover", "", "accepted", at, at)
        is_correction = record["change"] == Change.CORRECT
        counted = replace(
            batch,
            accepted=batch.accepted + (is_new or not is_correction),
            corrected=batch.corrected + (is_correction and not is_new),
        )
        self._register.put_batch(connection, counted)

    def _outgoing(self, taken: LogRecord) -> Any:
        record = taken.record
        made = outgoing(
            "list-record",
            taken.body,
            taken.finding.list,
            record["entry_id"],
            event_id=ids.text("upd", record["update_id"]),
            source=record["court"],
            subject=ids.entry_text(record["instrument"], record["entry_id"]),
            time_ms=record["recorded_at"],
        )
        return self._book.as_signed(made, taken.finding.value)

    def _note_subjects(self, connection: Connection, ordinal: int, record: Fields) -> int:
        """Note by which surrogates the entry is known until its court names the certificates."""
        rows = [(each["surrogate"], ordinal) for each in record["identities"]]
        table = self._register.tables.upkeep.subjects
        known = connection.scalar(select(table.c.ordinal).where(table.c.ordinal == ordinal).limit(1))
        insert_missing_rows(connection, table, ("surrogate", "ordinal"), rows)
        return int(known is None and bool(rows))

    def _begin_epoch(self) -> None:
        """Begin checkpoints anew: the log holds later ones of this register's epoch than it knows of."""
        checkpoints, counts = self._register.tables.checkpoints, self._register.tables.checkpoint_counts
        with self._register.engine.begin() as connection:
            connection.execute(deleting(counts))
            values = {"epoch": self._chance.ordered_id(), "number": 0, "through": 0, "told": 0}
            connection.execute(update(checkpoints).values(values))


def _has_update(register: Register, update_id: bytes) -> Any:
    updates = register.tables.updates.c
    return select(updates.update_id).where(updates.update_id == update_id)


def _in_order(taken: LogRecord) -> tuple[str, str, int]:
    return taken.finding.court, taken.finding.list, int(taken.finding.detail)


def _new_entry(ordinal: int, taken: LogRecord) -> WholeEntry:
    """Return an entry that only the log knows; its id stands for the key that is made of certificates."""
    record = taken.record
    entry = RegisteredEntry(
        *(ordinal, record["entry_id"], record["entry_id"], 1, Instrument(record["instrument"])),
        *(record["decision_number"], Status(record["status"]), record["version"], _UNKNOWN, record["publish_date"]),
        *(record["reason"], record["changed_on"], _missing(record)),
    )
    return WholeEntry(entry, record["court"], record["case_number"], taken.finding.value, _NO_CERTIFICATES)


def _missing(record: Fields) -> int:
    """Return what the log does not tell of how an entry began: all but the number of its decision."""
    if record["instrument"] != Instrument.LIST_ENTRY:
        return 0
    return int(ALL & ~Fact.DECISION_NUMBER if record["decision_number"] else ALL)


def _changed_entry(before: WholeEntry, taken: LogRecord) -> WholeEntry:
    """Return an entry as the log has it; whose certificates changed, those are no longer known."""
    record, status = taken.record, Status(taken.record["status"])
    whole = decode(*unframe(before.whole_body))
    has_ended = status >= ENDED_FROM
    same_people = has_ended or _people(record["identities"]) == _people(whole["identities"])
    digest = before.entry.digest
    if not has_ended and digest != _UNKNOWN:
        digest = digest_of(record, unpack_certificates(before.certificates)) if same_people else _UNKNOWN
    entry = before.entry._replace(
        status=status,
        version=record["version"],
        digest=digest,
        decision_number=before.entry.decision_number if has_ended else record["decision_number"],
        publish_date=before.entry.publish_date if has_ended else record["publish_date"],
        reason=record["reason"],
        changed_on=record["changed_on"],
    )
    return before._replace(
        entry=entry,
        case_number=before.case_number if has_ended else record["case_number"],
        body=taken.finding.value,
        certificates=before.certificates if same_people else _NO_CERTIFICATES,
        full_body=before.whole_body if has_ended else None,
    )


def _people(identities: Iterable[Fields]) -> set[tuple[int, bytes]]:
    return {(each["key_id"], each["surrogate"]) for each in identities}
