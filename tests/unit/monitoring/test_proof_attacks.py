"""Files with proofs of entries that somebody has tampered with: never is something else proven."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec
import pytest

from liandong.monitoring.trace.document import EntryProof, LeafProof, bytes_of
from liandong.monitoring.trace.verification import verify_proof
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.records import CourtScribe, NotaryScribe, registered
from liandong.tests.worlds.traced import TracedJurisdiction, written
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.transport.partitioner import partition_of


class Attacked(TracedJurisdiction):
    """Thirty entries shown by a notary: the first was shielded since, the second had ended before, the third begins later."""

    def __init__(self, directory: Path) -> None:
        super().__init__(MemoryWire(), directory)
        bodies = [self.court.include() for _ in range(30)]
        self.first, self.ended, *self.others = self.court.entries
        self.included = dict(zip(self.court.entries, bodies, strict=True))
        self.publish(*bodies, self.court.change(self.ended, Change.REVOKE))
        notary = self.notary()
        for _ in range(3):
            self.barrier(notary)
        notary.close()
        self.shielded = self.court.change(self.first, Change.SHIELD)
        self.publish(self.shielded)
        self.live, self.missing = self.make(self.first).proof, self.make(self.ended).proof


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return Attacked(tmp_path_factory.mktemp("attacked"))


def test_whatever_byte_of_the_file_is_another_it_proves_the_same_or_nothing(world: Attacked) -> None:
    random = Random(7)
    for proof in (world.live, world.missing):
        raw, said = bytes_of(proof), world.proven(proof)
        refused = 0
        for at in random.sample(range(len(raw)), 1_500):
            changed = bytearray(raw)
            changed[at] ^= 1 << random.randrange(8)
            verdict = verify_proof(bytes(changed), world.pinned)
            refused += verdict.proven is None
            assert verdict.proven in (None, said), (at, raw[at : at + 1])
        assert refused > 1_400


def test_garbage_is_no_proof(world: Attacked) -> None:
    whole = json.loads(bytes_of(world.live))
    bad = [b"", b"\xff", b"{}", b"[" * 100_000, b'{"format":' * 50_000, b" " * (17 << 20), bytes_of(world.live)[:-40]]
    bad += [json.dumps(whole | {"more": 1}).encode(), json.dumps(whole | {"format": "another"}).encode()]
    bad += [json.dumps(whole | {name: None}).encode() for name in whole]
    bad += [json.dumps(whole | {"entry": "upd_" + "0" * 32}).encode()]
    bad += [json.dumps(whole | {name: whole["record"]}).encode() for name in ("barrier_head", "snapshot_head")]
    bad += [json.dumps(whole | {"record": whole["barrier_head"]}).encode()]
    for raw in bad:
        verdict = verify_proof(raw, world.pinned)
        assert [each.code for each in verdict.problems] == ["TRACE_FILE_UNREADABLE"], raw[:60]


def test_another_root_proves_nothing(world: Attacked) -> None:
    for root in (Ed25519Signer(b"x" * 32).public_key, bytes(32), b"\xff" * 32, b"\x01" * 100):
        assert [each.code for each in verify_proof(bytes_of(world.live), StoredKey(root)).problems] == [
            "TRACE_KEY_INVALID"
        ]


def test_without_the_keys_nobody_has_signed(world: Attacked) -> None:
    assert world.codes(world.live, keys=[]) == {"TRACE_HEAD_SIGNATURE"}
    stranger = world.key_record(world.stranger.public_key, world.root).hex()
    assert world.codes(world.live, keys=[stranger]) == {"TRACE_HEAD_SIGNATURE"}


def with_key(world: Attacked, participant: str, **changed: object) -> list[str]:
    """The file's keys, and one more record of a participant's."""
    (key,) = (each for each in world.keys.known.values() if each.participant == participant)
    return [*world.live.keys, world.key_record(replace(key, **changed), world.root).hex()]  # type: ignore[arg-type]


def test_a_key_that_had_ended_signs_nothing(world: Attacked) -> None:
    ended = with_key(world, "notary-js-1", valid_until=NOW)
    assert world.codes(world.live, keys=ended) == {"TRACE_HEAD_SIGNATURE"}
    later = with_key(world, "notary-js-1", valid_until=NOW + 9_000_000)
    assert world.verdict(world.live, keys=later).proven == world.proven(world.live)
    revoked = with_key(world, "notary-js-1", revoked_at=NOW + 9_000_000)
    assert world.codes(world.live, keys=revoked) == {"TRACE_NOTARY_REVOKED"}
    early = with_key(world, "court-su0505", revoked_at=NOW)
    assert world.codes(world.live, keys=early) == {"TRACE_RECORD_SIGNATURE"}
    since = world.verdict(world.live, keys=with_key(world, "court-su0505", revoked_at=NOW + 1)).proven
    assert since is not None
    assert [each.key_revoked_at for each in since.later] == [NOW + 1]
    for participant in ("court-su0505", "notary-js-1"):
        moved = with_key(world, participant, jurisdiction="cq")
        assert world.codes(world.live, keys=moved) == {"TRACE_KEY_INVALID"}
    no_notary = NotaryScribe(signer=world.court.signer, notary="court-su0505")
    head = no_notary.head(world_number(world), [], issued_at=NOW).value
    assert head is not None
    assert "TRACE_HEAD_SIGNATURE" in world.codes(world.live, barrier_head=head.hex())


def world_number(world: Attacked) -> int:
    """The barrier of the snapshot."""
    return world.proven(world.live).barrier


def test_heads_that_do_not_belong_together_prove_nothing(world: Attacked) -> None:
    same = {"barrier_head": world.live.snapshot_head}
    assert world.codes(world.live, **same) == {"TRACE_HEADS_DIFFER"}
    assert "TRACE_PLACE_WRONG" in world.codes(world.live, snapshot_head=world.live.barrier_head)
    assert world.codes(world.live, jurisdiction="cq") >= {"TRACE_HEAD_SIGNATURE"}
    other = NotaryScribe(signer=world.signers["notary-js-2"], notary="notary-js-2")
    lanes = world.heads()[0]["lanes"]
    twin = other.head(world_number(world), lanes, issued_at=NOW + 1).value
    assert twin is not None
    keys = [
        *world.live.keys,
        world.key_record(registered(other.signer, "notary-js-2", "notary", "js"), world.root).hex(),
    ]
    assert "TRACE_HEADS_DIFFER" in world.codes(world.live, barrier_head=twin.hex(), keys=keys)
    abroad = NotaryScribe(signer=world.signers["notary-js-2"], notary="notary-js-2", jurisdiction="cq")
    foreign = abroad.head(world_number(world), lanes, issued_at=NOW + 1).value
    assert foreign is not None
    assert "TRACE_HEAD_SIGNATURE" in world.codes(world.live, barrier_head=foreign.hex(), keys=keys)


def test_the_place_follows_from_the_entry_alone(world: Attacked) -> None:
    orders = names.orders("js")
    assert world.codes(world.live, topic=orders) == {"TRACE_PLACE_WRONG"}
    assert "TRACE_PLACE_WRONG" in world.codes(world.live, partition=world.live.partition + 1)
    as_order = {"entry": world.live.entry.replace("ent_", "ord_"), "topic": orders}
    assert "TRACE_PATH_WRONG" in world.codes(world.live, **as_order)
    # the orders are empty: that nothing of this id is among them is true, and no record of the list fits to it
    bare = world.verdict(world.live, **as_order, leaves=[], record="", later=[]).proven
    assert bare is not None
    assert (bare.entry[:4], bare.state) == ("ord_", "not-live")
    assert world.codes(world.live, **as_order, leaves=[]) >= {"TRACE_RECORD_DIFFERS"}


def test_a_live_entry_cannot_be_shown_as_missing(world: Attacked) -> None:
    def neighbours(*chosen: LeafProof) -> set[str]:
        return world.codes(world.live, leaves=list(chosen), record="", later=[])

    leaves = every_leaf(world)
    at = next(place for place, each in enumerate(leaves) if each.leaf.startswith(world.first.hex()))
    assert neighbours() == {"TRACE_NEIGHBOURS_WRONG"}
    for one in leaves[:at] + leaves[at + 1 :]:
        assert neighbours(one) <= {"TRACE_NEIGHBOURS_WRONG"}
        assert neighbours(leaves[at], one) == {"TRACE_NEIGHBOURS_WRONG"}
    if 0 < at < len(leaves) - 1:
        assert neighbours(leaves[at - 1], leaves[at + 1]) == {"TRACE_NEIGHBOURS_WRONG"}
    assert neighbours(leaves[1], leaves[0]) == {"TRACE_NEIGHBOURS_WRONG"}


def every_leaf(world: Attacked) -> list[LeafProof]:
    """All leaves of the partition of the first entry, each taken from a proof of its own."""
    partition = world.live.partition
    found = [world.make(each).proof for each in world.others if partition_of(each, 3) == partition]
    leaves = [each.leaves[0] for each in (*found, world.live)]
    assert len(leaves) > 3
    return sorted(leaves, key=lambda each: each.index)


def test_path_place_and_record_of_another_leaf_prove_nothing(world: Attacked) -> None:
    (own,) = world.live.leaves
    other = next(each for each in every_leaf(world) if each.leaf != own.leaf)
    replaced = msgspec.structs.replace
    assert world.codes(world.live, leaves=[replaced(own, path=other.path)]) == {"TRACE_PATH_WRONG"}
    assert world.codes(world.live, leaves=[replaced(own, index=other.index)]) == {"TRACE_PATH_WRONG"}
    for index in (-1, 1 << 70):
        assert world.codes(world.live, leaves=[replaced(own, index=index)]) <= {
            "TRACE_PATH_WRONG",
            "TRACE_FILE_UNREADABLE",
        }
    assert world.codes(world.live, leaves=[replaced(own, path=[*own.path, "00" * 32])]) == {"TRACE_PATH_WRONG"}
    assert world.codes(world.live, leaves=[replaced(own, leaf=own.leaf + "00")]) == {"TRACE_FILE_UNREADABLE"}
    entry_id = bytes.fromhex(other.leaf[:32])
    swapped = written([world.included[entry_id]])[0]
    assert "TRACE_RECORD_DIFFERS" in world.codes(world.live, record=swapped)
    assert "TRACE_RECORD_DIFFERS" in world.codes(world.live, record=written([world.shielded])[0])
    assert world.codes(world.live, record="") == {"TRACE_RECORD_DIFFERS"}


def test_a_later_record_must_be_later(world: Attacked) -> None:
    own, later = world.live.record, world.live.later
    assert len(later) == 1
    assert world.codes(world.live, later=[own]) == {"TRACE_LATER_WRONG"}
    assert world.codes(world.live, later=[*later, own]) == {"TRACE_LATER_WRONG"}
    assert world.codes(world.live, later=[*later, *later]) == {"TRACE_LATER_WRONG"}
    other = written([world.included[world.others[0]]])
    assert "TRACE_RECORD_DIFFERS" in world.codes(world.live, later=other)
    forged = written([world.court.forged(world.shielded, status=5)])
    assert world.codes(world.live, later=forged) == {"TRACE_RECORD_SIGNATURE"}
    stranger = CourtScribe(court="court-yu0101", jurisdiction="js", signer=world.stranger.signer)
    stranger.entries[world.first] = world.court.entries[world.first] | {"court": stranger.court}
    keys = [*world.live.keys, world.key_record(world.stranger.public_key, world.root).hex()]
    revoked = written([stranger.change(world.first, Change.REVOKE)])
    assert world.codes(world.live, later=revoked, keys=keys) == {"TRACE_RECORD_SIGNATURE", "TRACE_LATER_WRONG"}


def test_what_had_ended_before_cannot_be_shown_as_begun_since(world: Attacked) -> None:
    began = written([world.included[world.ended]])
    assert "TRACE_LATER_WRONG" in world.codes(world.missing, record="", later=began)
    assert "TRACE_LATER_WRONG" in world.codes(world.missing, later=began)
    assert "TRACE_RECORD_DIFFERS" in world.codes(world.missing, record=began[0])
    assert world.codes(world.missing, record="", later=[world.missing.record]) == {"TRACE_LATER_WRONG"}


def test_what_ended_since_cannot_be_shown_as_ended_before(world: Attacked) -> None:
    begun = CHANCE.ordered_id()
    while partition_of(begun, 3) != world.missing.partition:
        begun = CHANCE.ordered_id()
    world.court.entries[begun] = world.court.entries[world.others[0]] | {"entry_id": begun}
    ended = written([world.court.change(begun, Change.REVOKE)])[0]
    proof: EntryProof = world.make(begun).proof
    assert world.codes(proof, record=ended, keys=world.live.keys) == {"TRACE_RECORD_DIFFERS"}
    since = world.verdict(proof, later=[ended], keys=world.live.keys).proven
    assert since is not None
    assert [each.state for each in since.later] == ["revoked"]


def test_the_absence_of_one_id_is_never_told_of_another(world: Attacked) -> None:
    raw = bytes_of(world.make(CHANCE.ordered_id()).proof)
    at = raw.index(b"ent_") + 4
    for place in range(at, at + 32):
        for bit in range(8):
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            found = verify_proof(bytes(changed), world.pinned).proven
            assert found is None or found.entry == changed[at - 4 : at + 32].decode().lower()


def test_no_certificate_no_name_and_no_surrogate_is_told(world: Attacked) -> None:
    said = json.dumps(world.verdict(world.live).as_dict("zh"), ensure_ascii=False)
    record = world.court.entries[world.first]
    assert record["name"] in json.dumps(record, default=str, ensure_ascii=False)
    for secret in (record["name"], record["identities"][0]["surrogate"].hex(), record["case_number"]):
        assert secret not in said


def test_bytes_behind_a_framing_of_another_kind_are_refused(world: Attacked) -> None:
    body = bytes.fromhex(world.live.record)[10:]
    assert world.codes(world.live, record=to_wire("list-record", body, 7).hex()) == {"TRACE_FILE_UNREADABLE"}
