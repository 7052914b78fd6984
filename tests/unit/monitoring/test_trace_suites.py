"""Proofs of entries under another suite, and where that suite is not known."""

from pathlib import Path

import pytest

from liandong.monitoring.trace.document import EntryProof, bytes_of
from liandong.monitoring.trace.verification import verify_proof
from liandong.schemas.errors import SuiteUnknown
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.toy_suite import SUITE, TOY, ToySigner, known
from liandong.tests.worlds.traced import TracedJurisdiction
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.keys.key_files import StoredKey


def counted_by_toy(folder: Path) -> tuple[TracedJurisdiction, bytes, EntryProof, EntryProof]:
    """A notary's leaves and roots are of that suite; one entry is live, another had ended."""
    world = TracedJurisdiction(MemoryWire(), folder)
    bodies = [world.court.include() for _ in range(20)]
    first, ended, *_ = world.court.entries
    world.publish(*bodies, world.court.change(ended, Change.REVOKE))
    notary = world.notary(suite=TOY)
    for _ in range(3):
        world.barrier(notary)
    notary.close()
    world.publish(world.court.change(first, Change.SHIELD))
    return world, bodies[0], world.make(first).proof, world.make(ended).proof


def test_leaves_and_tree_are_of_the_suite_the_head_names(tmp_path: Path) -> None:
    with known():
        world, body, live, missing = counted_by_toy(tmp_path)
        found = world.proven(live)
        assert (found.state, [each.state for each in found.later]) == ("active", ["shielded"])
        assert (world.proven(missing).state, world.proven(missing).record is not None) == ("not-live", True)
        (own,) = live.leaves
        assert bytes.fromhex(own.leaf) == SUITE.leaf(bytes.fromhex(live.entry[4:]), 1, 1, body)


def test_where_the_suite_of_a_head_is_not_known_nothing_is_proven(tmp_path: Path) -> None:
    with known():
        world, _, live, missing = counted_by_toy(tmp_path)
    assert world.codes(live) == world.codes(missing) == {"TRACE_HEAD_SIGNATURE"}


def test_a_root_of_another_suite_is_trusted_where_that_is_known(tmp_path: Path) -> None:
    with known():
        world, _, live, _ = counted_by_toy(tmp_path)
        root = ToySigner(b"root" * 8)
        pinned = StoredKey(root.public_key, TOY)
        signed = [world.key_record(key, root).hex() for key in world.keys.known.values()]
        signed.append(world.word(root).hex())
        raw = bytes_of(EntryProof(**{**{name: getattr(live, name) for name in live.__struct_fields__}, "keys": signed}))
        assert verify_proof(raw, pinned).proven == world.proven(live)
        assert [each.code for each in verify_proof(raw, world.pinned).problems] == ["TRACE_KEY_INVALID"]
        assert [each.code for each in verify_proof(bytes_of(live), pinned).problems] == ["TRACE_KEY_INVALID"]
    with pytest.raises(SuiteUnknown):
        verify_proof(raw, pinned)
