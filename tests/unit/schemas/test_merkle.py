"""RFC 6962's tree, held against the published test vectors of Certificate Transparency and the RFC's own recursion."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.schemas.wire.merkle import Frontier, inclusion, root, root_of_inclusion

LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]  # fmt: skip
"""By how many of the leaves: the reference vectors of Certificate Transparency's Merkle tree."""
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}


def tree(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 writes it down."""
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree(leaves[:split]) + tree(leaves[split:])).digest()


def test_the_roots_are_those_of_the_vectors() -> None:
    assert [root(LEAVES[: size + 1]).hex() for size in range(8)] == ROOTS
    assert root([]) == sha256().digest()


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_paths_are_those_of_the_vectors(index: int, size: int) -> None:
    assert [one.hex() for one in inclusion(LEAVES[:size], index)] == PATHS[index, size]


@given(st.lists(st.binary(max_size=3), max_size=40), st.data())
def test_every_leaf_is_proven_by_its_path_and_by_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    growing = Frontier()
    for size, leaf in enumerate(leaves, start=1):
        growing.add(leaf)
        assert growing.root() == tree(leaves[:size])
    if not leaves:
        return
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion(leaves, index)
    assert root_of_inclusion(leaves[index], index, len(leaves), path) == root(leaves)
    assert root_of_inclusion(leaves[index] + b"!", index, len(leaves), path) != root(leaves)
    with pytest.raises(ValueError, match="too long"):
        root_of_inclusion(leaves[index], index, len(leaves), [*path, bytes(32)])
    if path:
        with pytest.raises(ValueError, match="too short"):
            root_of_inclusion(leaves[index], index, len(leaves), path[:-1])
        other = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:other], bytes(32), *path[other + 1 :]]
        assert root_of_inclusion(leaves[index], index, len(leaves), changed) != root(leaves)


def test_there_is_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(IndexError):
        inclusion(LEAVES, 8)
    with pytest.raises(ValueError, match="no leaf 8"):
        root_of_inclusion(b"", 8, 8, [])
