"""The Merkle tree of RFC 6962 (section 2.1; RFC 9162 has the same): one value for a list, and short proofs of what stands in it.

A leaf is hashed behind a zero byte, two nodes behind a one; a list is split where the largest power of two below its length
ends. The root of nothing is the hash of nothing. The hash is a suite's (RFC 9162 leaves it open), SHA-256 if nothing is said.
"""

from collections.abc import Callable, Sequence

from .intl import content_hash

HASH_LENGTH = 32
Hashing = Callable[[bytes], bytes]


def leaf_hash(leaf: bytes, hashing: Hashing = content_hash) -> bytes:
    """Return the hash of a leaf."""
    return hashing(b"\x00" + leaf)


def node_hash(left: bytes, right: bytes, hashing: Hashing = content_hash) -> bytes:
    """Return the hash of a node over its two children."""
    return hashing(b"\x01" + left + right)


class Frontier:
    """A tree that leaves are added to: the roots of its full subtrees, widest first, are all that is kept."""

    def __init__(self, hashing: Hashing = content_hash) -> None:
        """Begin with no leaf."""
        self._hashing = hashing
        self._peaks: list[bytes] = []
        self.size = 0
        """How many leaves were added."""

    def add(self, leaf: bytes) -> None:
        """Add a leaf behind the others."""
        top, full = leaf_hash(leaf, self._hashing), self.size
        while full & 1:
            top = node_hash(self._peaks.pop(), top, self._hashing)
            full >>= 1
        self._peaks.append(top)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._peaks:
            return self._hashing(b"")
        *wider, top = self._peaks
        for peak in reversed(wider):
            top = node_hash(peak, top, self._hashing)
        return top


def root(leaves: Sequence[bytes], hashing: Hashing = content_hash) -> bytes:
    """Return the root over these leaves (RFC 6962, MTH)."""
    tree = Frontier(hashing)
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion(leaves: Sequence[bytes], index: int, hashing: Hashing = content_hash) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, PATH), from the leaf's sibling up. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} of {len(leaves)}")
    path, start, end = list[bytes](), 0, len(leaves)
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if index < split:
            path.append(root(leaves[split:end], hashing))
            end = split
        else:
            path.append(root(leaves[start:split], hashing))
            start = split
    return path[::-1]


def root_of_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], hashing: Hashing = content_hash
) -> bytes:
    """Return the root that a leaf and its audit path give (RFC 9162, 2.1.3.2). Raises ValueError for a path that fits no such tree."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    place, last, top = index, size - 1, leaf_hash(leaf, hashing)
    for sibling in path:
        if not last:
            raise ValueError("the path is too long")
        if place & 1 or place == last:
            top = node_hash(sibling, top, hashing)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            top = node_hash(top, sibling, hashing)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return top
