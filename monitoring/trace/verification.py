"""Verifying the proof of an entry with nothing but the file and the root's public key.

Whatever is not signed in the file must follow from what is: list and partition from the entry's id, size and root from the
heads, order from versions and the courts' numbers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...schemas import ids
from ...schemas.dates import rfc3339
from ...schemas.errors import LiandongError
from ...schemas.law.listing import ENDED_FROM, Instrument, RecordClass
from ...schemas.phrases import Phrase
from ...schemas.wire.codec import GatePrefix, decode_prefix
from ...schemas.wire.merkle import Hashing, root, root_of_inclusion
from ...schemas.wire.signing import PublicKey
from ...schemas.wire.suites import Suite, key_id, suite_of
from ...topics.catalogue import names
from ...topics.keys.entitlement import Reading
from ...topics.keys.key_files import StoredKey
from ...topics.keys.known_keys import OF_THE_REGISTER, KnownKeys
from ...topics.keys.register_ends import RegisterEnds
from ...topics.keys.revocations import Revocation
from ...topics.keys.signatures import KeyRevoked, Verifier
from ...topics.transport.partitioner import partition_of
from .document import EntryProof, FileRecord, Leaf, from_text, from_text_of, leaf_of, parse_proof
from .problems import ProofProblem
from .verdict import EntryVersion, ProofVerdict, ProvenState

Check = Callable[[], None]


class _FileKeys:
    """The keys in a file, as a keyring: there is nothing to read again."""

    def __init__(self, known: KnownKeys) -> None:
        self._known = known

    def key(self, key_id_: bytes) -> PublicKey | None:
        return self._known.get(key_id_)

    def above(self, participant: str) -> list[str]:
        return self._known.foundings.above(participant)

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        del register_offset, at
        return frozenset()

    def revocation(self, value: bytes) -> Revocation:
        return self._known.revocation(value)

    def refresh(self) -> None:
        return None

    def ends(self) -> RegisterEnds:
        return RegisterEnds({}, 0)

    def read_to(self, ends: RegisterEnds) -> None:
        del ends

    def vouches(self, at: int) -> bool:
        return self._known.vouches(at)


@dataclass(frozen=True, slots=True)
class _Contents:
    """A file, taken apart; nothing of it is verified."""

    proof: EntryProof
    entry_id: bytes
    is_list_entry: bool
    barrier_head: FileRecord
    snapshot_head: FileRecord
    keys: list[FileRecord]
    leaves: list[Leaf]
    record: FileRecord | None
    later: list[FileRecord]


def verify_proof(raw: bytes, root_public_key: StoredKey) -> ProofVerdict:
    """Say what a file proves to somebody who trusts this root, or which checks fail. Raises SUITE_UNKNOWN for the root's."""
    trusted = key_id(*root_public_key).hex()
    try:
        contents = _contents_of(parse_proof(raw))
        verification = _Verification(contents, root_public_key)
    except ProofProblem as problem:
        return ProofVerdict(trusted, None, [problem])
    problems = list(_failed(verification.base)) or list(_failed(verification.rest))
    return ProofVerdict(trusted, None if problems else verification.proven(), problems)


def _failed(checks: list[Check]) -> Iterator[ProofProblem]:
    for check in checks:
        try:
            check()
        except ProofProblem as problem:
            yield problem


def _contents_of(proof: EntryProof) -> _Contents:
    try:
        entry_id = ids.parse(proof.entry, "ent", "ord")
    except LiandongError as error:
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason="entry") from error
    return _Contents(
        proof,
        entry_id,
        proof.entry.strip().startswith("ent_"),
        from_text("list-head", proof.barrier_head),
        from_text("list-head", proof.snapshot_head),
        [from_text_of(OF_THE_REGISTER, each) for each in proof.keys],
        [leaf_of(each) for each in proof.leaves],
        from_text("list-record", proof.record) if proof.record else None,
        [from_text("list-record", each) for each in proof.later],
    )


@contextmanager
def _telling(code: str) -> Iterator[None]:
    """Turn whatever the product refuses into a failed check."""
    try:
        yield
    except ProofProblem:
        raise
    except LiandongError as error:
        raise ProofProblem(code, reason=Phrase(error.message, error.message_zh)) from error


class _Verification:
    """The checks of one file: those of `rest` mean something only if all of `base` hold."""

    def __init__(self, contents: _Contents, root_public_key: StoredKey) -> None:
        """Take the keys that count; raise TRACE_KEY_INVALID for one that does not."""
        self._file, self._proof = contents, contents.proof
        self._barrier, self._snapshot = contents.barrier_head.content, contents.snapshot_head.content
        known = self._known = KnownKeys(root_public_key)
        with _telling("TRACE_KEY_INVALID"):
            for each in contents.keys:
                known.take_record(each.fingerprint, each.body)
        self._keys = _FileKeys(known)
        self._verifier = Verifier(self._keys)
        heads = contents.barrier_head, contents.snapshot_head
        self.base: list[Check] = [*(partial(self._signed_head, each) for each in heads), self._heads, self._place]
        records = [each for each in (contents.record, *contents.later) if each is not None]
        self.rest: list[Check] = [self._register, self._leaves, self._record, self._later]
        self.rest += [partial(self._signed_record, each) for each in records]

    @property
    def _is_live(self) -> bool:
        """Whether the leaf in the file is the entry's own."""
        return [each.entry_id for each in self._file.leaves] == [self._file.entry_id]

    @property
    def _suite(self) -> Suite:
        """That of leaves and roots; a head of one that is not known here has failed before."""
        return suite_of(self._snapshot["suite"])

    def proven(self) -> ProvenState:
        """Say what is proven, once every check held."""
        record, barrier = self._file.record, self._barrier
        return ProvenState(
            ids.text("ent" if self._file.is_list_entry else "ord", self._file.entry_id),
            barrier["jurisdiction"],
            barrier["notary"],
            barrier["number"],
            barrier["issued_at"],
            self._is_live,
            self._version_of(record) if record else None,
            tuple(map(self._version_of, self._file.later)),
        )

    def _version_of(self, record: FileRecord) -> EntryVersion:
        said, signer = record.content, self._keys.key(record.body[:8])
        return EntryVersion(
            version=said["version"],
            status=said["status"],
            change=said["change"],
            court=said["court"],
            recorded_at=said["recorded_at"],
            term_until=said["effective_until"],
            key_revoked_at=signer.revoked_at if signer else 0,
        )

    def _signed_head(self, head: FileRecord) -> None:
        with _telling("TRACE_HEAD_SIGNATURE"):
            signer = self._verifier.signed("list-head", head.body, head.content, Reading((self._proof.jurisdiction,)))
        if signer.revoked_at:
            raise ProofProblem("TRACE_NOTARY_REVOKED", notary=signer.participant)

    def _heads(self) -> None:
        barrier, snapshot = self._barrier, self._snapshot
        if barrier["notary"] != snapshot["notary"]:
            raise ProofProblem("TRACE_HEADS_DIFFER", reason=f"{barrier['notary']} ≠ {snapshot['notary']}")
        if not barrier["number"] == snapshot["snapshot_barrier"] < snapshot["number"]:
            raise ProofProblem("TRACE_HEADS_DIFFER", reason=f"{barrier['number']} ≠ {snapshot['snapshot_barrier']}")

    def _register(self) -> None:
        """Require that the root's word about all keys reached beyond both heads: else nothing new may be called proven."""
        signed, at = self._known.signed, max(self._barrier["issued_at"], self._snapshot["issued_at"])
        if signed is None or not self._known.vouches(at):
            until = rfc3339(signed.valid_until) if signed else "—"
            raise ProofProblem("TRACE_REGISTER_EXPIRED", until=until)

    def _place(self) -> None:
        listed, orders = names.state_topics(self._proof.jurisdiction)
        topic = listed if self._file.is_list_entry else orders
        partitions = sorted(row["partition"] for row in self._snapshot["snapshot"] if row["topic"] == topic)
        if self._proof.topic != topic or not partitions or partitions != list(range(len(partitions))):
            raise ProofProblem("TRACE_PLACE_WRONG", reason=topic)
        if self._proof.partition != partition_of(self._file.entry_id, len(partitions)):
            raise ProofProblem("TRACE_PLACE_WRONG", reason=f"{topic}/{self._proof.partition}")
        live = [row["live"] for row in self._barrier["lanes"] if self._is_place(row)]
        if live != [self._row()["entries"]]:
            raise ProofProblem("TRACE_HEADS_DIFFER", reason=f"{live} ≠ {self._row()['entries']}")

    def _is_place(self, row: dict[str, Any]) -> bool:
        return (row["topic"], row["partition"]) == (self._proof.topic, self._proof.partition)

    def _row(self) -> dict[str, Any]:
        """What the snapshot says of the entry's partition."""
        return next(row for row in self._snapshot["snapshot"] if self._is_place(row))

    def _leaves(self) -> None:
        row, leaves, hashing = self._row(), self._file.leaves, self._suite.content_hash
        for each in leaves:
            try:
                found = root_of_inclusion(each.leaf, each.place, row["entries"], each.path, hashing)
            except ValueError as error:
                raise ProofProblem("TRACE_PATH_WRONG") from error
            if found != row["root"]:
                raise ProofProblem("TRACE_PATH_WRONG")
        if not self._is_live and not _enclose(leaves, self._file.entry_id, row, hashing):
            raise ProofProblem("TRACE_NEIGHBOURS_WRONG")

    def _record(self) -> None:
        record = self._file.record
        if not self._is_live:
            if record is not None:
                self._require_ended(record)
            return
        if record is None:
            raise ProofProblem("TRACE_RECORD_DIFFERS", reason="—")
        own, said = self._file.leaves[0].leaf, record.content
        if self._suite.leaf(self._file.entry_id, said["version"], said["status"], record.body) != own:
            raise ProofProblem("TRACE_RECORD_DIFFERS", reason=own.hex())

    def _require_ended(self, record: FileRecord) -> None:
        """Require that what stood there was no leaf, and may have stood there: its number had been given."""
        said = record.content
        if said["status"] < ENDED_FROM and said["record_class"] != RecordClass.CANARY:
            raise ProofProblem("TRACE_RECORD_DIFFERS", reason=str(said["status"]))
        if said["court_sequence"] > self._highest(said["court"]):
            raise ProofProblem("TRACE_RECORD_DIFFERS", reason=str(said["court_sequence"]))

    def _later(self) -> None:
        first = self._file.record
        before = None if first is None else first.content
        for each in self._file.later:
            said, signer = each.content, self._verifier.signer_of(decode_prefix(each.body))
            if said["version"] <= (before["version"] if before else 0):
                raise ProofProblem("TRACE_LATER_WRONG", reason=f"{said['version']} ≤ {before and before['version']}")
            if before and before["record_class"] != said["record_class"]:
                raise ProofProblem("TRACE_LATER_WRONG", reason=f"{said['record_class']} ≠ {before['record_class']}")
            if before and not self._verifier.may_follow(before["court"], signer):
                raise ProofProblem("TRACE_LATER_WRONG", reason=f"{signer} ≠ {before['court']}")
            if not self._is_live and said["court_sequence"] <= self._highest(said["court"]):
                raise ProofProblem("TRACE_LATER_WRONG", reason=f"≤ {self._highest(said['court'])}")
            before = said

    def _highest(self, court: str) -> int:
        """Return the highest number of a court that the notary had seen in this list at the barrier."""
        rows = self._barrier["courts"]
        return max(
            (row["highest"] for row in rows if (row["list"], row["court"]) == (self._proof.topic, court)), default=0
        )

    def _signed_record(self, record: FileRecord) -> None:
        with _telling("TRACE_RECORD_SIGNATURE"):
            prefix: GatePrefix = decode_prefix(record.body)
            key = self._verifier.once_valid(record.fingerprint, record.body, prefix, self._proof.jurisdiction)
            if not key.usable_at(record.content["recorded_at"]):
                raise KeyRevoked(key.participant)
        is_list = prefix["instrument"] == Instrument.LIST_ENTRY
        if prefix["entry_id"] != self._file.entry_id or is_list != self._file.is_list_entry:
            raise ProofProblem("TRACE_RECORD_DIFFERS", reason=ids.entry_text(prefix["instrument"], prefix["entry_id"]))


def _enclose(leaves: list[Leaf], entry_id: bytes, row: dict[str, Any], hashing: Hashing) -> bool:
    """Whether leaves that are in the tree show that none of this entry is: they are in the order of the ids."""
    last = row["entries"] - 1
    match leaves:
        case []:
            return last < 0 and bool(row["root"] == root([], hashing))
        case [only]:
            return (only.place == 0 and entry_id < only.entry_id) or (only.place == last and only.entry_id < entry_id)
        case [before, after]:
            return before.entry_id < entry_id < after.entry_id and after.place == before.place + 1
        case _:
            return False
