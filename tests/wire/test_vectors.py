"""The vectors of docs/wire.md hold for whoever reads that page alone, and for the product."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from liandong.schemas.errors import LiandongError
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.schemas.people.names import comparison_form
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.wire.avro_schemas import SCHEMA_DIR, current_schema, load_schema
from liandong.schemas.wire.codec import decode
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.schemas.wire.framing import frame, unframe
from liandong.schemas.wire.sealing import SealingKey, open_sealed
from liandong.schemas.wire.signing import Ed25519Signer, SignatureInvalid, prove
from liandong.tests.worlds.records import Keys
from liandong.topics.keys.entitlement import may_say
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.known_keys import KnownKeys
from liandong.topics.keys.signatures import Verifier
from liandong.topics.transport.partitioner import partition_of

ROOT = Path(__file__).resolve().parents[2]
FIRST_KEYS = load_schema(SCHEMA_DIR / "participant-key" / "1.avsc")
"""The version the keys on the page are written by."""
VECTORS, PAGE = ROOT / "docs" / "wire-vectors.json", ROOT / "docs" / "wire.md"
SCRIPT = Path(__file__).with_name("recompute.py")


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return document


def test_a_script_that_knows_nothing_of_the_product_recomputes_every_vector(vectors: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(VECTORS), str(SCHEMA_DIR)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert names == [
        "surrogates",
        "names",
        "framing",
        "partitioner",
        "signatures",
        "digests",
        "barriers",
        "snapshots",
        "registers",
        "founding",
        "speaking",
        "versions",
        "covered",
        "sealed",
    ]
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"[`{name}`]" in page and name in vectors for name in names)


def test_surrogates_and_name_tags_of_the_product_are_those_of_the_page(vectors: dict[str, Any]) -> None:
    key = MatchingKey(1, bytes.fromhex(vectors["matching_key"]["secret"]))
    for each in vectors["surrogates"]:
        made = normalise(CertificateType(each["written_type"]), each["written"], each["country"] or None)
        assert (int(made.type), made.number) == (each["type"], each["canonical"])
        assert key.surrogate(made.type, made.number, made.country).hex() == each["surrogate"]
    of = bytes.fromhex(vectors["names"]["surrogate"])
    for each in vectors["names"]["vectors"]:
        assert comparison_form(each["name"]) == each["comparison_form"]
        assert key.name_tag(of, each["comparison_form"]).hex() == each["name_tag"]


def test_framing_and_partitions_of_the_product_are_those_of_the_page(vectors: dict[str, Any]) -> None:
    for each in vectors["framing"]:
        fingerprint, body = unframe(bytes.fromhex(each["single_object"]))
        assert fingerprint.hex() == current_schema(each["schema"]).fingerprint.hex() == each["fingerprint"]
        assert frame(fingerprint, body, 7).hex() == each["confluent_7"]
    for each in vectors["partitioner"]:
        assert partition_of(bytes.fromhex(each["key"]), each["partitions"]) == each["partition"]


def test_where_signers_act_and_how_high_versions_are_is_by_the_product_as_on_the_page(vectors: dict[str, Any]) -> None:
    given = vectors["founding"]
    known = KnownKeys(StoredKey(bytes.fromhex(given["root"])))
    for body in given["keys"]:
        with suppress(LiandongError):  # one that moves a court is passed over
            known.register(FIRST_KEYS.fingerprint, bytes.fromhex(body))
    keys = {key_id: known.get(bytes.fromhex(key_id)) for key_id in given["acts_in"]}
    assert {key_id: key.jurisdiction for key_id, key in keys.items() if key} == given["acts_in"]
    assert {each: known.foundings.under(each) for each in given["superior"]} == given["superior"]
    keyring = Keys()
    keyring.superiors = {each: known.foundings.above(each) for each in ("court-a", "court-b")}
    verifier = Verifier(keyring)
    for each in vectors["speaking"]:
        assert verifier.may_follow(each["court"], each["signer"]) == each["signs"]
        assert verifier.may_follow(each["held"], each["signer"]) == each["follows"]
    key = keys[next(iter(keys))]
    assert key is not None
    for each in vectors["versions"]:
        assert may_say(replace(key, valid_from=each["valid_from"]), each["version"]) == each["holds"]


def test_what_a_barrier_covers_is_by_the_product_as_on_the_page(vectors: dict[str, Any]) -> None:
    given = vectors["covered"]
    keys = Keys()
    keys.root = Ed25519Signer(b"r" * 32)
    verifier = Verifier(keys)
    assert keys.root.public_key.hex() == given["root"]
    for each in given["barriers"]:
        barrier = decode(current_schema("barrier").fingerprint, bytes.fromhex(each["barrier"]))
        if each["covers"] is None:
            with pytest.raises(SignatureInvalid):
                verifier.covered_by(barrier)
        else:
            assert [key_id.hex() for key_id in verifier.covered_by(barrier)] == each["covers"]


def test_signatures_and_digests_of_the_product_are_those_of_the_page(vectors: dict[str, Any]) -> None:
    for each in vectors["signatures"]:
        body = bytes.fromhex(each["body"])
        assert prove(body[72:], each["context"], Ed25519Signer(bytes.fromhex(each["seed"])))[0] == body
    fingerprint, digest = current_schema("list-record").fingerprint, SetDigest()
    leaves = []
    for body in map(bytes.fromhex, vectors["digests"]["bodies"]):
        record = decode(fingerprint, body)
        leaves.append(leaf(record["entry_id"], record["version"], record["status"], body))
    for step in vectors["digests"]["steps"]:
        digest.update([leaves[one] for one in step["added"]], [leaves[one] for one in step["removed"]])
        assert digest.value().hex() == step["digest"]


def test_the_product_opens_what_is_sealed_on_the_page(vectors: dict[str, Any]) -> None:
    given = vectors["sealed"]
    key = SealingKey(bytes.fromhex(given["recipient_private_key"]))
    assert open_sealed(bytes.fromhex(given["envelope"]), given["context"], key) == given["content"]
