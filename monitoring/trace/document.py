"""The file with the proof of one entry: JSON, and every record in it as it stands on the bus (single-object encoding, hexadecimal)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.phrases import reason_of
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import decode
from ...schemas.wire.framing import SINGLE_OBJECT, frame, unframe
from ...schemas.wire.merkle import HASH_LENGTH
from ...topics.private_files import write_private
from ...topics.transport.received import Framed
from .problems import ProofProblem

FORMAT = "liandong-entry-proof-1"
LEAF_LENGTH = 60
"""Entry id (16), version (8), status (4), hash of the body behind its proof (32)."""
_LARGEST = 16 << 20
"""Bytes of a file; a real one has a few thousand, with the heads of a whole country some hundred thousand."""


class LeafProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A leaf of the snapshot and its audit path, from the sibling up; hexadecimal."""

    leaf: str
    index: int
    path: list[str]


class EntryProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the file."""

    format: str
    entry: str
    """`ent_…` or `ord_…`."""
    jurisdiction: str
    topic: str
    partition: int
    barrier_head: str
    """The head of the barrier at which the entry is shown: its time, and what each court's numbers were."""
    snapshot_head: str
    """The later head of the same notary that holds the roots over the live entries at that barrier."""
    keys: list[str]
    """Records of `participants.keys.v1`: changes of the root, those of every key that signed something here, the newest register."""
    leaves: list[LeafProof]
    """The entry's own; if it is not among the live ones, its neighbours: two, one at either end, none if nothing is live."""
    record: str
    """The entry's newest record before the barrier, empty if there is none."""
    later: list[str]
    """Its records behind the barrier, oldest first."""


class FileRecord(NamedTuple):
    """A record of the file: body, and what it says."""

    fingerprint: bytes
    body: bytes
    content: dict[str, Any]


class Leaf(NamedTuple):
    """A leaf of the snapshot, its place and its path."""

    leaf: bytes
    place: int
    path: list[bytes]

    @property
    def entry_id(self) -> bytes:
        """Whose leaf it is."""
        return self.leaf[:16]


def write_proof(path: Path, proof: EntryProof) -> bytes:
    """Write the file so that its owner alone can read it, and return what it holds: a name and surrogates among it.

    Raises TRACE_FILE_UNWRITABLE.
    """
    raw = bytes_of(proof)
    try:
        write_private(path, raw)
    except OSError as failed:
        raise WrongUsage(
            "TRACE_FILE_UNWRITABLE",
            f"{path} cannot be written: {failed.strerror}",
            "name another file with --out",
            f"{path} 无法写入：{reason_of(failed).zh}",
            "请用 --out 指定其他文件",
        ) from failed
    return raw


def bytes_of(proof: EntryProof) -> bytes:
    """Return what the file of a proof holds."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n"


def read_file(path: Path) -> bytes:
    """Return what a file holds, at most a little more than can be a proof. Raises TRACE_FILE_MISSING."""
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST + 1)
    except OSError as failed:
        raise WrongUsage(
            "TRACE_FILE_MISSING",
            f"{path} cannot be read: {failed.strerror}",
            "name a file that `liandong trace` wrote",
            f"{path} 无法读取：{reason_of(failed).zh}",
            "请指定 `liandong trace` 写出的文件",
        ) from failed


def parse_proof(raw: bytes) -> EntryProof:
    """Read the fields, whatever somebody wrote. Raises TRACE_FILE_UNREADABLE."""
    if len(raw) > _LARGEST:
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason=f"> {_LARGEST >> 20} MiB")
    try:
        proof = msgspec.json.decode(raw, type=EntryProof)
    except (ValueError, RecursionError) as error:  # msgspec's errors and those of UTF-8 are ValueErrors
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason="JSON") from error
    if proof.format != FORMAT:
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason=f"format ≠ {FORMAT}")
    return proof


def to_text(fingerprint: bytes, body: bytes) -> str:
    """Write a record into the file."""
    return frame(fingerprint, body, None).hex()


def from_text(schema: str, text: str) -> FileRecord:
    """Read a record of the file; nothing is verified yet. Raises TRACE_FILE_UNREADABLE."""
    return from_text_of((schema,), text)


def from_text_of(schemas: Sequence[str], text: str) -> FileRecord:
    """Read a record of one of these schemas. Raises TRACE_FILE_UNREADABLE."""
    try:
        raw = _hex(text)
        framed = Framed(*unframe(raw))
        content = decode(*framed)
    except (ValueError, LiandongError) as error:
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason=schemas[0]) from error
    if raw[:2] != SINGLE_OBJECT or not any(is_version_of(framed.fingerprint, each) for each in schemas):
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason=schemas[0])
    return FileRecord(*framed, content)


def leaf_of(written: LeafProof) -> Leaf:
    """Read a leaf and its path. Raises TRACE_FILE_UNREADABLE."""
    try:
        leaf, path = _hex(written.leaf), [_hex(each) for each in written.path]
    except ValueError as error:
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason="leaf") from error
    if len(leaf) != LEAF_LENGTH or any(len(each) != HASH_LENGTH for each in path):
        raise ProofProblem("TRACE_FILE_UNREADABLE", reason="leaf")
    return Leaf(leaf, written.index, path)


def _hex(text: str) -> bytes:
    raw = bytes.fromhex(text)
    if raw.hex() != text.lower():
        raise ValueError(text[:8])
    return raw
