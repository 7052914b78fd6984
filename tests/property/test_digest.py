"""The set digest: order, batches and partitions do not matter; every single difference does."""

import random

from hypothesis import given
from hypothesis import strategies as st

from liandong.schemas.wire.digest import STATE_LENGTH, SetDigest, leaf

LEAVES = st.lists(st.binary(min_size=28, max_size=60), min_size=1, max_size=40, unique=True)


def digest_of(leaves: list[bytes]) -> bytes:
    digest = SetDigest()
    digest.update(leaves)
    return digest.value()


@given(LEAVES, st.randoms(use_true_random=False))
def test_order_does_not_matter(leaves: list[bytes], chance: random.Random) -> None:
    shuffled = leaves.copy()
    chance.shuffle(shuffled)
    assert digest_of(shuffled) == digest_of(leaves)


@given(LEAVES, st.data())
def test_batches_restarts_and_removals_end_at_the_same_value(leaves: list[bytes], data: st.DataObject) -> None:
    digest = SetDigest()
    for one in leaves:
        digest.update([one])
        digest = SetDigest(digest.state())
    gone = data.draw(st.lists(st.sampled_from(leaves), unique=True))
    digest.update(removed=gone)
    assert digest.value() == digest_of([one for one in leaves if one not in gone])


@given(LEAVES)
def test_a_missing_leaf_shows(leaves: list[bytes]) -> None:
    assert digest_of(leaves[1:]) != digest_of(leaves)


def test_sums_of_partitions_are_the_whole() -> None:
    left, right, both = SetDigest(), SetDigest(), SetDigest()
    left.update([b"a" * 28])
    right.update([b"b" * 28])
    both.update([b"a" * 28, b"b" * 28])
    lanes = [
        int.from_bytes(one.state()[i : i + 2], "little") for one in (left, right) for i in range(0, STATE_LENGTH, 2)
    ]
    half = STATE_LENGTH // 2
    total = b"".join(((lanes[i] + lanes[i + half]) % 65536).to_bytes(2, "little") for i in range(half))
    assert SetDigest(total).value() == both.value()


def test_every_part_of_a_record_changes_its_leaf() -> None:
    body = bytes(72) + b"content"
    base = leaf(b"e" * 16, 1, 1, body)
    others = [
        leaf(b"f" * 16, 1, 1, body),
        leaf(b"e" * 16, 2, 1, body),
        leaf(b"e" * 16, 1, 2, body),
        leaf(b"e" * 16, 1, 1, body + b"!"),
        leaf(b"e" * 16, -1, -1, body),
    ]
    assert len({base, *others}) == 6
    assert leaf(b"e" * 16, 1, 1, b"s" * 72 + b"content") == base  # another signature over the same words
