"""Signatures hold for the very bytes, list and time they were made for; seals open for their recipients only."""

import os
from dataclasses import replace

import pytest

from liandong.schemas.errors import LiandongError
from liandong.schemas.ids import parse, text
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.wire.sealing import CannotOpen, Recipient, SealingKey, open_sealed, seal
from liandong.schemas.wire.signing import (
    Ed25519Signer,
    PublicKey,
    SignatureInvalid,
    encode_signed,
    verify,
)
from liandong.tests.worlds.chance import CHANCE

COURT = Ed25519Signer(bytes(range(32)))
KEY = PublicKey(COURT.key_id, "court-a", "court", "js", "sign", COURT.public_key, valid_from=1000, valid_until=2000)
BARRIER = {
    "jurisdiction": "js",
    "notary": "court-a",
    "number": 1,
    "issued_at": 1,
    "topic": "t",
    "partition": 0,
    "register_offset": 0,
    "register_hash": bytes(32),
    "shows_revocations": True,
    "revocations": [],
}


class Ring:
    def __init__(self, *keys: PublicKey) -> None:
        self.keys = {one.key_id: one for one in keys}

    def key(self, key_id: bytes) -> PublicKey | None:
        return self.keys.get(key_id)


BODY = encode_signed("barrier", BARRIER, "list-a", COURT)


def test_a_good_signature_names_its_signer() -> None:
    assert verify(BODY, "list-a", Ring(KEY), 1500) is KEY


@pytest.mark.parametrize("place", [0, 9, 70, 72, len(BODY) - 1])
def test_one_changed_byte_anywhere_breaks_it(place: int) -> None:
    broken = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    with pytest.raises(SignatureInvalid):
        verify(broken, "list-a", Ring(KEY), 1500)


def test_a_record_of_one_list_is_not_valid_on_another() -> None:
    with pytest.raises(SignatureInvalid):
        verify(BODY, "list-b", Ring(KEY), 1500)


@pytest.mark.parametrize(
    ("key", "at"),
    [
        (KEY, 999),
        (KEY, 2000),
        (replace(KEY, revoked_at=1400), 1400),
        (replace(KEY, use="seal"), 1500),
    ],
    ids=["too early", "too late", "revoked", "a sealing key"],
)
def test_a_key_out_of_its_time_or_use_does_not_count(key: PublicKey, at: int) -> None:
    with pytest.raises(SignatureInvalid):
        verify(BODY, "list-a", Ring(key), at)


def test_an_unknown_key_and_an_empty_body_are_refused() -> None:
    for body in (BODY, b""):
        with pytest.raises(SignatureInvalid, match="not registered"):
            verify(body, "list-a", Ring(), 1500)


CONTENT = {"message": "在某宾馆 0801", "details": {"a": "b"}}


def recipient(key: SealingKey) -> Recipient:
    return Recipient(key.key_id, key.public_key)


def test_every_recipient_opens_and_nobody_else() -> None:
    court, superior, stranger = (SealingKey(os.urandom(32)) for _ in range(3))
    sealed = seal("feedback-detail", CONTENT, "ctx", [recipient(court), recipient(superior)])
    assert open_sealed(sealed, "ctx", court) == open_sealed(sealed, "ctx", superior) == CONTENT
    assert b"0801" not in sealed
    with pytest.raises(CannotOpen):
        open_sealed(sealed, "ctx", stranger)


def test_a_seal_moved_to_another_record_or_changed_does_not_open() -> None:
    court = SealingKey(os.urandom(32))
    sealed = seal("feedback-detail", CONTENT, "ctx", [recipient(court)])
    with pytest.raises(CannotOpen):
        open_sealed(sealed, "other", court)
    with pytest.raises(CannotOpen):
        open_sealed(sealed[:-1] + bytes([sealed[-1] ^ 1]), "ctx", court)


def test_surrogates_separate_type_country_number_and_key() -> None:
    key, other = MatchingKey(1, bytes(32)), MatchingKey(2, bytes(31) + b"1")
    seen = {
        key.surrogate(1, "11010519491231002X"),
        key.surrogate(2, "11010519491231002X"),
        key.surrogate(3, "E12345678", "CHN"),
        key.surrogate(3, "E12345678", "USA"),
        key.surrogate(3, "HNE12345678", "C"),
        other.surrogate(1, "11010519491231002X"),
    }
    assert len(seen) == 6
    assert {len(one) for one in seen} == {16}
    assert "00" * 8 not in repr(key)
    surrogate = key.surrogate(1, "11010519491231002X")
    assert key.name_tag(surrogate, "王喆") != key.name_tag(surrogate, "王哲")


def test_ids_carry_their_kind_and_entry_ids_grow_with_time() -> None:
    first, second = CHANCE.ordered_id(), CHANCE.ordered_id()
    assert first < second
    assert parse(text("ent", first), "ent", "ord") == first
    assert parse(f"  {text('cmd', raw := CHANCE.random_id())}\n", "cmd") == raw
    for wrong in ("ent_12", "upd_" + "0" * 32, "ent_" + "g" * 32, "", "0" * 32):
        with pytest.raises(LiandongError, match="ID_INVALID"):
            parse(wrong, "ent")
