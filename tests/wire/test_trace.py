"""What `liandong trace` writes is proven, or not, to a script that was written from docs/wire.md alone as it is to the product."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.monitoring.trace.document import EntryProof, bytes_of
from liandong.monitoring.trace.verification import verify_proof
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.avro_schemas import SCHEMA_DIR
from liandong.schemas.wire.codec import from_wire, to_wire
from liandong.schemas.wire.merkle import inclusion, root, root_of_inclusion
from liandong.schemas.wire.signing import Ed25519Signer, Signer, encode_signed
from liandong.tests.wire.verify_trace import NotProvenError, rebuilt
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.records import registered
from liandong.tests.worlds.traced import TracedJurisdiction
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.keys.roots import change_of_roots

SCRIPT = Path(__file__).with_name("verify_trace.py")


def told(world: TracedJurisdiction, folder: Path, files: list[bytes]) -> list[dict[str, Any]]:
    """What the script says of each file."""
    paths = [folder / f"{number}.json" for number in range(len(files))]
    for path, raw in zip(paths, files, strict=True):
        path.write_bytes(raw)
    command = [sys.executable, "-I", str(SCRIPT), world.root.public_key.hex(), str(SCHEMA_DIR), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def by_the_product(world: TracedJurisdiction, raw: bytes) -> dict[str, Any] | None:
    """What the product says of a file, in the script's words."""
    found = verify_proof(raw, world.pinned).proven
    if found is None:
        return None
    return {
        "entry": found.entry,
        "notary": found.notary,
        "barrier": found.barrier,
        "at": found.at,
        "status": found.record.status if found.is_live and found.record else None,
        "later": [each.status for each in found.later],
    }


def made(world: TracedJurisdiction) -> list[EntryProof]:
    """Proofs of every kind: live, shielded, ended before and since, begun since, never there, a canary, an order."""
    world.publish(*(world.court.include() for _ in range(16)))
    entries = list(world.court.entries)
    world.publish(*(world.court.change(each, Change.SHIELD) for each in entries[:2]))
    world.publish(*(world.court.change(each, Change.DELETE) for each in entries[2:4]))
    world.publish(world.court.include(record_class=1))
    notary = world.notary()
    for _ in range(3):
        world.barrier(notary)
    notary.close()
    world.publish(*(world.court.change(each, Change.REVOKE) for each in entries[4:6]))
    world.publish(world.court.include())
    ids = [*world.court.entries, CHANCE.ordered_id(), bytes(16), b"\xff" * 16]
    proofs = [world.make(each).proof for each in ids]
    world.publish(world.court.include(instrument=Instrument.EXIT_BAN))
    return [*proofs, world.make(list(world.court.entries)[-1], "ord").proof, world.make(entries[0], "ord").proof]


def test_the_script_proves_what_the_product_proves(tmp_path: Path) -> None:
    world = TracedJurisdiction(MemoryWire(), tmp_path / "world")
    files = [bytes_of(each) for each in made(world)]
    (tmp_path / "files").mkdir()
    said = told(world, tmp_path / "files", files)
    assert said == [by_the_product(world, raw) for raw in files]
    assert [one["status"] for one in said[:7]] == [2, 2, None, None, 1, 1, 1]
    assert [one["later"] for one in said[2:7]] == [[], [], [5], [5], []]


def test_the_script_refuses_what_the_product_refuses(tmp_path: Path) -> None:
    world, random = TracedJurisdiction(MemoryWire(), tmp_path / "world"), Random(11)
    proofs, files = made(world), list[bytes]()
    names = [each for each in EntryProof.__struct_fields__ if each != "format"]
    for _ in range(150):  # parts of one proof in another
        mixed = random.choice(proofs)
        for name in random.sample(names, random.randrange(1, 4)):
            mixed = msgspec.structs.replace(mixed, **{name: getattr(random.choice(proofs), name)})
        files.append(bytes_of(mixed))
    (tmp_path / "files").mkdir()
    said = told(world, tmp_path / "files", files)
    assert [None if "refused" in one else one for one in said] == [by_the_product(world, raw) for raw in files]
    assert 20 < sum("refused" in one for one in said) < 150


def test_register_and_changes_of_the_root_count_the_same_for_both(tmp_path: Path) -> None:
    world = TracedJurisdiction(MemoryWire(), tmp_path / "world")
    live, new, other = made(world)[0], Ed25519Signer(b"n" * 32), Ed25519Signer(b"o" * 32)
    *keys, word = live.keys
    at = max(
        head["issued_at"] for head in (from_wire(bytes.fromhex(one)) for one in (live.barrier_head, live.snapshot_head))
    )
    by_new = [world.key_record(key, new).hex() for key in world.keys.known.values()] + [world.word(new).hex()]
    change = to_wire("root-change", change_of_roots(world.root, new, 1)).hex()
    stranger = to_wire("root-change", change_of_roots(other, new, 1)).hex()
    files = {
        "as made": [*keys, word],
        "no register": keys,
        "ran out at the head": [*keys, world.word(world.root, valid_until=at).hex()],
        "just reaches": [*keys, world.word(world.root, valid_until=at + 1).hex()],
        "the higher one counts": [*keys, word, world.word(world.root, number=2, valid_until=at).hex()],
        "whatever the order": [*keys, world.word(world.root, number=2, valid_until=at).hex(), word],
        "somebody else's": [*keys, world.word(other).hex()],
        "by a root that took its place": [change, *by_new],
        "by another one": by_new,
        "that no root here has named": [stranger, *by_new],
        "by the root before": [change, *keys, word],
    }
    (tmp_path / "files").mkdir()
    raws = [bytes_of(msgspec.structs.replace(live, keys=each)) for each in files.values()]
    said = told(world, tmp_path / "files", raws)
    assert [None if "refused" in one else one for one in said] == [by_the_product(world, raw) for raw in raws]
    holding = [name for name, one in zip(files, said, strict=True) if "refused" not in one]
    assert holding == ["as made", "just reaches", "by a root that took its place"]


def test_who_said_a_later_version_where_and_how_high_counts_the_same_for_both(tmp_path: Path) -> None:
    world = TracedJurisdiction(MemoryWire(), tmp_path / "world")
    live, court = made(world)[4], world.court
    entry, second = bytes.fromhex(live.entry[4:]), Ed25519Signer(b"s" * 32)
    (first,) = (each for each in world.keys.known.values() if each.participant == court.court)
    moved = registered(second, court.court, "court", "cq")
    *_, ended = live.later
    state = from_wire(bytes.fromhex(ended))

    def later(version: int, by: Signer) -> str:
        body = encode_signed("list-record", state | {"version": version}, live.topic, by)
        return to_wire("list-record", body).hex()

    def keys(**changed: int | str) -> list[str]:
        return [*live.keys, world.key_record(replace(moved, **changed), world.root).hex()]  # type: ignore[arg-type]

    files = {
        "as high as its key may say": (later(999, court.signer), live.keys),
        "higher than that": (later(1000, court.signer), live.keys),
        "so high under the next key, said to act elsewhere": (later(1999, second), keys(valid_from=1)),
        "higher than the next key may say": (later(2000, second), keys(valid_from=1)),
        "under an older key that acted elsewhere": (later(3, second), keys(valid_from=-1)),
        "under another court's key": (later(3, second), keys(valid_from=1, participant="court-su0106")),
    }
    assert (first.valid_from, entry in court.entries) == (0, True)
    (tmp_path / "files").mkdir()
    raws = [
        bytes_of(msgspec.structs.replace(live, later=[said], keys=known, record=live.record))
        for said, known in files.values()
    ]
    said = told(world, tmp_path / "files", raws)
    assert [None if "refused" in one else one for one in said] == [by_the_product(world, raw) for raw in raws]
    holding = [name for name, one in zip(files, said, strict=True) if "refused" not in one]
    assert holding == ["as high as its key may say", "so high under the next key, said to act elsewhere"]


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70, unique=True), st.data())
@settings(deadline=None)
def test_a_path_leads_to_the_root_by_the_recursion_of_the_rfc(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion(leaves, place)
    assert rebuilt(leaves[place], place, len(leaves), path) == root(leaves)
    size, other = data.draw(st.integers(1, 80)), data.draw(st.integers(0, 80))
    try:
        by_recursion = rebuilt(leaves[place], other, size, path)
    except NotProvenError:
        by_recursion = None
    try:
        by_the_product = root_of_inclusion(leaves[place], other, size, path)
    except ValueError:
        by_the_product = None
    assert by_recursion == by_the_product
