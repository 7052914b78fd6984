"""What every suite must be, and what becomes of records and envelopes whose suite is not there."""

import hmac
import os
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest

from liandong.schemas.errors import SuiteUnknown
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.wire.codec import decode, encode, to_wire
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.intl import INTL
from liandong.schemas.wire.sealing import CannotOpen, Recipient, SealingKey, open_sealed, seal
from liandong.schemas.wire.signing import PublicKey, SignatureInvalid, encode_signed, verify
from liandong.schemas.wire.suites import Signer, Suite, find_suite, key_id, signing_key, suite_of
from liandong.tests.worlds.records import Keys
from liandong.tests.worlds.toy_suite import SUITE, TOY, known

SEED = bytes(range(32))
ORDER = {
    "case_number": "（2026）苏0505执1号", "document_number": "1", "document_hash": bytes(32), "judge": "王明远",
    "purpose": "LOCATE_DEBTOR", "kinds": ["TRAVEL"], "until": 1, "name": "李建国", "certificates": [], "stops": bytes(16),
}  # fmt: skip
BARRIER = {
    "jurisdiction": "js", "notary": "notary-js-1", "number": 1, "issued_at": 1, "topic": "court.orders.js.v1", "partition": 0,
    "register_offset": 0, "register_hash": bytes(32), "shows_revocations": True, "revocations": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _toy() -> Iterator[None]:
    with known():
        yield


@pytest.fixture(params=[INTL, TOY])
def suite(request: pytest.FixtureRequest) -> Suite:
    return suite_of(request.param)


def registered(signer: Signer, **changed: str) -> PublicKey:
    key = PublicKey(signer.key_id, "notary-js-1", "notary", "js", "sign", signer.public_key, suite=signer.suite)
    return replace(key, **changed)  # type: ignore[arg-type]


def barrier_by(signer: Signer) -> bytes:
    return encode_signed("barrier", BARRIER, "barrier", signer)


def test_it_signs_what_only_its_key_holds_for(suite: Suite) -> None:
    signer, other = suite.signer(SEED), suite.signer(bytes(32))
    body = barrier_by(signer)
    assert (signer.suite, signer.key_id) == (suite.name, key_id(signer.public_key, suite.name))
    assert len(signer.sign(b"message")) == suite.signature_length <= 64
    assert verify(body, "barrier", Keys(registered(signer)), 1).suite == suite.name
    for changed in (
        body[:-1] + b"\x01",
        body[:8] + bytes([body[8] ^ 1]) + body[9:],
        body[:71] + bytes([body[71] ^ 1]) + body[72:],
    ):
        with pytest.raises(SignatureInvalid):
            verify(changed, "barrier", Keys(registered(signer)), 1)
    with pytest.raises(SignatureInvalid):
        verify(body, "list-head", Keys(registered(signer)), 1)
    with pytest.raises(SignatureInvalid):
        verify(body, "barrier", Keys(replace(registered(other), key_id=signer.key_id)), 1)


def test_it_seals_for_its_recipients_alone(suite: Suite) -> None:
    own, other = SealingKey(SEED, suite.name), SealingKey(bytes(32), suite.name)
    sealed = seal("watch-order", ORDER, "context", [Recipient(own.key_id, own.public_key, suite.name)])
    envelope = decode(*unframe(sealed))
    assert (envelope["suite"], len(envelope["nonce"])) == (suite.name, suite.nonce_length)
    assert ORDER["name"].encode() not in sealed  # type: ignore[attr-defined]
    assert open_sealed(sealed, "context", other, own) == ORDER
    for context, key in (("other", own), ("context", other)):
        with pytest.raises(CannotOpen):
            open_sealed(sealed, context, key)
    for field in ("nonce", "ciphertext"):
        changed = {**envelope, field: bytes([envelope[field][0] ^ 1]) + envelope[field][1:]}
        with pytest.raises(CannotOpen):
            open_sealed(to_wire("sealed-envelope", encode("sealed-envelope", changed)), "context", own)


def test_its_digest_does_not_hang_on_the_order_and_goes_on_from_its_state(suite: Suite) -> None:
    leaves = [suite.leaf(os.urandom(16), number, 1, os.urandom(100)) for number in range(5)]
    once, stepped = suite.set_digest(b""), suite.set_digest(b"")
    once.update(leaves[:4])
    for each in reversed(leaves):
        stepped.update([each])
        stepped = suite.set_digest(stepped.state())
    assert stepped.value() != once.value()
    stepped.update(removed=[leaves[4]])
    assert (stepped.value(), stepped.state(), len(once.value())) == (once.value(), once.state(), 32)


def test_its_leaves_have_the_form_of_all(suite: Suite) -> None:
    """The notary keeps numbers and hash of an entry, and makes the leaf of them again."""
    body = os.urandom(200)
    numbers = (7).to_bytes(8, "big") + (-1).to_bytes(4, "big", signed=True)
    assert suite.leaf(bytes(16), 7, -1, body) == bytes(16) + numbers + suite.content_hash(body[72:])
    assert len(suite.content_hash(b"")) == 32


def test_its_matching_keys_tell_the_same_person_by_other_surrogates(suite: Suite) -> None:
    key = MatchingKey(1, SEED, suite.name)
    parts = b"\x00\x011" + b"\x00\x00" + b"\x00\x1211010519491231002X"
    surrogate = key.surrogate(1, "11010519491231002X")
    assert surrogate == suite.mac(SEED, parts)[:16]
    assert key.name_tag(surrogate, "name") == suite.mac(SEED, surrogate + b"name")[:16]
    assert len(surrogate) == 16


def test_no_part_of_a_suite_takes_what_another_made() -> None:
    intl = suite_of(INTL)
    assert intl.content_hash(b"x") == sha256(b"x").digest() != SUITE.content_hash(b"x")
    assert intl.mac(SEED, b"x") == hmac.digest(SEED, b"x", "sha256")
    assert MatchingKey(1, SEED).surrogate(1, "1") != MatchingKey(1, SEED, TOY).surrogate(1, "1")
    signer = signing_key(SEED, TOY)
    with pytest.raises(SignatureInvalid):  # the same key as if it were of the other suite
        verify(barrier_by(signer), "barrier", Keys(registered(signer, suite=INTL)), 1)
    own = SealingKey(SEED, TOY)
    envelope = decode(*unframe(seal("watch-order", ORDER, "c", [Recipient(own.key_id, own.public_key, TOY)])))
    relabelled = to_wire("sealed-envelope", encode("sealed-envelope", {**envelope, "suite": INTL}))
    with pytest.raises(CannotOpen):
        open_sealed(relabelled, "c", own)


def test_an_envelope_has_the_suite_of_its_first_reader_and_each_wrap_that_of_its_own() -> None:
    court, escrow = SealingKey(SEED, TOY), SealingKey(SEED, INTL)
    readers = [Recipient(each.key_id, each.public_key, each.suite) for each in (court, escrow)]
    sealed = seal("watch-order", ORDER, "c", readers)
    assert decode(*unframe(sealed))["suite"] == TOY
    assert open_sealed(sealed, "c", court) == open_sealed(sealed, "c", escrow) == ORDER


def test_a_signature_of_a_suite_that_is_not_there_does_not_hold() -> None:
    signer = signing_key(SEED, TOY)
    with pytest.raises(SignatureInvalid, match="a suite that is not known here"):
        verify(barrier_by(signer), "barrier", Keys(registered(signer, suite="sm")), 1)


def test_an_envelope_of_a_suite_that_is_not_there_cannot_be_opened_and_says_so() -> None:
    own = SealingKey(SEED)
    envelope = decode(*unframe(seal("watch-order", ORDER, "c", [Recipient(own.key_id, own.public_key)])))
    for named in ("sm", "", "x" * 10_000):
        changed = to_wire("sealed-envelope", encode("sealed-envelope", {**envelope, "suite": named}))
        with pytest.raises(CannotOpen, match="which is not known here") as closed:
            open_sealed(changed, "c", own)
        assert closed.value.code == "ENVELOPE_UNREADABLE"
        assert len(closed.value.message) < 120


def test_whoever_asks_for_a_suite_that_is_not_there_is_told() -> None:
    assert find_suite("sm") is None
    for asks in (
        lambda: suite_of("sm"),
        lambda: signing_key(SEED, "sm"),
        lambda: SealingKey(SEED, "sm"),
        lambda: MatchingKey(1, SEED, "sm").surrogate(1, "1"),
        lambda: seal("watch-order", ORDER, "c", [Recipient(bytes(8), b"", "sm")]),
    ):
        with pytest.raises(SuiteUnknown) as unknown:
            asks()
        assert unknown.value.code == "SUITE_UNKNOWN"
