"""Tiles, held against the examples of the specification (C2SP tlog-tiles) and the plain tree of RFC 6962."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.schemas.wire.codec import Undecodable
from liandong.schemas.wire.merkle import leaf_hash, root
from liandong.schemas.wire.tiles import WIDTH, Tile, TileTree, bundle, bundle_path, bundled, edge_path, edge_widths


def grown(size: int) -> tuple[TileTree, list[Tile]]:
    """A tree, and all tiles it made full."""
    tree = TileTree()
    return tree, [tile for number in range(size) for tile in tree.add(number.to_bytes(4, "big"))]


def test_a_tree_of_seventy_thousand_has_the_tiles_the_specification_names() -> None:
    tree, full = grown(70_000)
    assert Counter(tile.level for tile in full) == {0: 273, 1: 1}
    assert {(tile.level, tile.number, len(tile.hashes)) for tile in tree.partial()} == {
        (0, 273, 112),
        (1, 1, 17),
        (2, 0, 1),
    }
    assert {len(tile.hashes) for tile in full} == {WIDTH}
    assert tree.root() == root([number.to_bytes(4, "big") for number in range(70_000)])


def test_a_tree_of_256_is_a_full_tile_and_a_partial_one_above() -> None:
    tree, (tile,) = grown(256)
    assert (tile.path, [each.path for each in tree.partial()]) == ("tile/0/000", ["tile/1/000.p/1"])
    assert edge_widths(256) == [0, 1]


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(0, 1_234_067, [b""] * WIDTH).path == "tile/0/x001/x234/067"
    assert Tile(3, 999, [b""] * 7).path == "tile/3/999.p/7"
    assert bundle_path(1_000, WIDTH) == "tile/entries/x001/000"
    assert edge_path(1, 70_000) == "tile/1/001.p/17"


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 1_000])
def test_the_root_is_that_of_the_plain_tree_and_what_is_left_at_the_edge_is_enough_to_go_on(size: int) -> None:
    entries = [number.to_bytes(4, "big") for number in range(size)]
    tree, _ = grown(size)
    assert tree.root() == root(entries)
    edges = {tile.level: tile.hashes for tile in tree.partial()}
    widths = edge_widths(size)
    assert [len(edges.get(level, ())) for level in range(len(widths))] == widths
    again = TileTree([edges.get(level, ()) for level in range(len(widths))], size)
    again_full = [tile for number in range(300) for tile in again.add(b"more%d" % number)]
    assert again.root() == root([*entries, *(b"more%d" % number for number in range(300))])
    assert again_full
    assert again_full[0].hashes[-1] == leaf_hash(b"more%d" % (WIDTH - 1 - size % WIDTH))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_come_out_of_a_bundle_as_they_went_in(entries: list[bytes]) -> None:
    assert bundled(bundle(entries)) == entries


@pytest.mark.parametrize("packed", [b"\x00", b"\x00\x02a", b"\x00\x01ab"])
def test_a_bundle_that_was_cut_short_is_refused(packed: bytes) -> None:
    with pytest.raises(Undecodable, match="cut short"):
        bundled(packed)
