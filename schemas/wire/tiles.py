"""A transparency log as files (C2SP tlog-tiles): its Merkle tree cut into tiles of 256 hashes, its entries into bundles of 256.

A tile holds hashes of one level; each stands for a full tile of the level below. Full tiles never change; the last one of a
level is partial, and each width it has had under a checkpoint is a file of its own.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from ..phrases import Phrase
from .codec import Undecodable
from .merkle import leaf_hash, node_hash, root
from .signing import PROOF_LENGTH

WIDTH = 256
"""Hashes of a full tile, entries of a full bundle."""
_BITS = 8
LONGEST_ENTRY = 0xFFFF
"""Bytes an entry has at most: its length stands before it as two bytes."""


def entry_of(body: bytes) -> bytes:
    """Return what stands in the log for a signed record: its body, or if that is longer than an entry may be (65,535 bytes) its
    proof and the SHA-256 of all that follows, by which the signature can be checked all the same.
    """
    return body if len(body) <= LONGEST_ENTRY else body[:PROOF_LENGTH] + sha256(body[PROOF_LENGTH:]).digest()


class Tile(NamedTuple):
    """Hashes of one level of the tree."""

    level: int
    number: int
    """Counted from 0 within the level."""
    hashes: Sequence[bytes]

    @property
    def path(self) -> str:
        """Where it lies in the log."""
        return f"tile/{self.level}/{_path(self.number, len(self.hashes))}"


class TileTree:
    """The right edge of the tree: of each level the hashes that fill no tile yet. It is all that growing needs."""

    def __init__(self, edge: Sequence[Sequence[bytes]] = (), size: int = 0) -> None:
        """Begin with nothing, or with the edge of a tree of this size, leaves first."""
        self._edge = [list(hashes) for hashes in edge]
        self.size = size
        """How many entries were added."""

    def add(self, entry: bytes) -> Iterator[Tile]:
        """Add an entry behind the others; give the tiles it makes full."""
        top, level = leaf_hash(entry), 0
        self.size += 1
        while True:
            if level == len(self._edge):
                self._edge.append([])
            hashes = self._edge[level]
            hashes.append(top)
            if len(hashes) < WIDTH:
                return
            yield Tile(level, (self.size >> _BITS * (level + 1)) - 1, tuple(hashes))
            top = _full_root(hashes)
            hashes.clear()
            level += 1

    def partial(self) -> Iterator[Tile]:
        """Give the last tile of each level, but empty ones."""
        for level, hashes in enumerate(self._edge):
            if hashes:
                yield Tile(level, self.size >> _BITS * (level + 1), tuple(hashes))

    def root(self) -> bytes:
        """Return the root over all entries (RFC 6962)."""
        peaks = [peak for hashes in reversed(self._edge) for peak in _peaks(hashes)]
        if not peaks:
            return root([])
        top = peaks.pop()
        while peaks:
            top = node_hash(peaks.pop(), top)
        return top


def edge_widths(size: int) -> list[int]:
    """Return of each level how many hashes stand in the last tile of a tree of this size, leaves first; 0: no tile."""
    levels = -(-size.bit_length() // _BITS)
    return [size >> _BITS * level & WIDTH - 1 for level in range(levels)]


def edge_path(level: int, size: int) -> str:
    """Return where the last, partial tile of a level lies in a tree of this size."""
    return f"tile/{level}/{_path(size >> _BITS * (level + 1), edge_widths(size)[level])}"


def bundle_path(index: int, width: int) -> str:
    """Return where a bundle lies that begins at entry 256 · `index`."""
    return f"tile/entries/{_path(index, width)}"


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as they lie in a bundle."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def bundled(packed: bytes) -> list[bytes]:
    """Return the entries in a bundle. Raises Undecodable if it was cut short."""
    entries, at = list[bytes](), 0
    while at < len(packed):
        start = at + 2
        at = start + int.from_bytes(packed[at:start], "big")
        entries.append(packed[start:at])
    if at != len(packed):
        raise Undecodable(Phrase("the last entry was cut short", "最后一条不完整"))
    return entries


def _path(index: int, width: int) -> str:
    """Return an index as path, three digits a folder, with the width of a partial tile."""
    path = f"{index % 1000:03d}"
    while index := index // 1000:
        path = f"x{index % 1000:03d}/{path}"
    return path if width == WIDTH else f"{path}.p/{width}"


def _peaks(hashes: Sequence[bytes]) -> Iterator[bytes]:
    start, width = 0, WIDTH
    while width := width >> 1:
        if len(hashes) & width:
            yield _full_root(hashes[start : start + width])
            start += width


def _full_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a full subtree."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
