"""Verifies the files of `liandong trace` from what docs/wire.md says; it knows nothing of the package it stands in.

Usage: python verify_trace.py ROOT AVRO_FOLDER FILE…. Prints one JSON line for each file: what it proves, or why it does not.
"""

import json
import sys
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastavro
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Record = dict[str, Any]
FOLDER = Path()
RULES: Record = {}


class NotProvenError(Exception):
    """A rule of the page is broken."""


def require(holds: object, what: str) -> None:
    if not holds:
        raise NotProvenError(what)


def versions(name: str) -> dict[str, Any]:
    """The versions of a schema by their fingerprints."""
    definitions = [json.loads(path.read_text(encoding="utf-8")) for path in (FOLDER / name).glob("*.avsc")]
    forms = [fastavro.schema.to_parsing_canonical_form(each) for each in definitions]
    return {
        fastavro.schema.fingerprint(form, "CRC-64-AVRO"): each for form, each in zip(forms, definitions, strict=True)
    }


def read(name: str, text: str) -> tuple[Record, bytes]:
    raw = bytes.fromhex(text)
    definition = versions(name).get(raw[2:10].hex())
    if raw[:2] != b"\xc3\x01" or definition is None:
        raise NotProvenError(f"framing of {name}")
    record: Record = fastavro.schemaless_reader(BytesIO(raw[10:]), fastavro.parse_schema(definition), None)  # type: ignore[assignment]
    return record, raw[10:]


def signed(body: bytes, context: str, public: bytes) -> None:
    require(body[:8] == sha256(public).digest()[:8], "key id")
    statement = context.encode() + b"\0" + sha256(body[72:]).digest()
    Ed25519PublicKey.from_public_bytes(public).verify(body[8:72], statement)


def is_a(name: str, text: str) -> bool:
    return bytes.fromhex(text)[2:10].hex() in versions(name)


def key_book(texts: list[str], root: bytes) -> tuple[dict[bytes, Record], int]:
    keys: dict[bytes, Record] = {}
    number, valid_until = 0, 0
    for text in texts:
        if is_a("root-change", text):
            change, body = read("root-change", text)
            if change["former_key"] == root:
                require((change["former_suite"], change["suite"]) == ("intl", "intl"), "suite of a root")
                signed(body, "root-change", root)
                signed(body[72:], "root-change", change["public_key"])
                root = change["public_key"]
            continue
        if is_a("key-register", text):
            word, body = read("key-register", text)
            signed(body, "key-register", root)
            if word["number"] > number:
                number, valid_until = word["number"], word["valid_until"]
            continue
        key, body = read("participant-key", text)
        signed(body, "participant-key", root)
        require(key["suite"] == "intl", "suite of a key")
        require(key["key_id"] == sha256(key["public_key"]).digest()[:8], "id of a key")
        before = keys.get(key["key_id"], key)
        require(all(before[name] == key[name] for name in ("participant", "kind", "use")), "owner of a key")
        if key["use"] == "sign" and key["kind"] in RULES["founded"]:
            require(all(before[name] == key[name] for name in ("jurisdiction", "superior")), "place of a key")
        for end in ("valid_until", "revoked_at"):
            key[end] = min(filter(None, (key[end], before[end])), default=0)
        keys[key["key_id"]] = key
    return keys, valid_until


def oldest(keys: dict[bytes, Record], participant: str) -> Record:
    own = (key for key in keys.values() if key["participant"] == participant and key["use"] == "sign")
    return min(own, key=lambda key: (key["valid_from"], key["key_id"]), default={"superior": "", "jurisdiction": ""})


def acts_in(keys: dict[bytes, Record], key: Record) -> str:
    says = oldest(keys, key["participant"]) if key["kind"] in RULES["founded"] else key
    return str(says["jurisdiction"])


def signer(keys: dict[bytes, Record], body: bytes, context: str, at: int) -> Record:
    key = keys.get(body[:8])
    require(key is not None and key["use"] == "sign", "unknown key")
    assert key is not None
    ends = [end for end in (key["valid_until"], key["revoked_at"]) if end]
    require(key["valid_from"] <= at and all(at < end for end in ends), "key not valid then")
    signed(body, context, key["public_key"])
    return key


def murmur2(data: bytes) -> int:
    mask, by = 0xFFFFFFFF, 0x5BD1E995
    value = 0x9747B28C ^ len(data)
    for at in range(0, len(data), 4):  # entry ids have sixteen bytes
        word = int.from_bytes(data[at : at + 4], "little") * by & mask
        word = (word ^ word >> 24) * by & mask
        value = value * by & mask ^ word
    value = (value ^ value >> 13) * by & mask
    return value ^ value >> 15


def rebuilt(leaf: bytes, place: int, size: int, path: list[bytes]) -> bytes:
    """The root by the recursion of RFC 6962, PATH read backwards: the last of the path stands beside the widest subtree."""
    require(0 <= place < size, "place of a leaf")
    if size == 1:
        require(not path, "length of a path")
        return sha256(b"\0" + leaf).digest()
    require(path, "length of a path")
    split = 1
    while split * 2 < size:
        split *= 2
    if place < split:
        return sha256(b"\1" + rebuilt(leaf, place, split, path[:-1]) + path[-1]).digest()
    return sha256(b"\1" + path[-1] + rebuilt(leaf, place - split, size - split, path[:-1])).digest()


def stands_above_or_is(keys: dict[bytes, Record], court: str, other: str) -> bool:
    above = court
    while above and above != other:
        above = str(oldest(keys, above)["superior"])
    return above == other


def of_its_court(keys: dict[bytes, Record], record: Record, key: Record, place: str) -> None:
    places = acts_in(keys, key)
    rule = RULES["signers"]["list-record canary" if record["record_class"] == 1 else "list-record"]
    serves = place == places if rule.get("alone") else place in places.split(",")
    require(key["kind"] in rule["kinds"] and serves, "who signed a record")
    named, who = str(record[rule["signer"]]), str(key["participant"])
    require(stands_above_or_is(keys, named, who) if rule.get("or_above") else who == named, "court of a record")
    require(record["version"] // rule["versions_per_ms"] <= key["valid_from"], "how high a version a key may say")


def same_court_or_above(keys: dict[bytes, Record], records: list[tuple[Record, bytes]]) -> None:
    for (before, _), (_, body) in pairwise(records):
        who = str(keys[body[:8]]["participant"])
        require(stands_above_or_is(keys, before["court"], who), "court of what came later")


def verify(proof: Record, root: bytes) -> Record:
    require(proof["format"] == "liandong-entry-proof-1", "format")
    kind, entry_id = proof["entry"][:4], bytes.fromhex(proof["entry"][4:])
    (keys, vouched_until), place = key_book(proof["keys"], root), proof["jurisdiction"]
    heads = [read("list-head", proof[name]) for name in ("barrier_head", "snapshot_head")]
    for head, body in heads:
        key = signer(keys, body, "list-head", head["issued_at"])
        require(key["kind"] == "notary" and key["participant"] == head["notary"], "who signed a head")
        require(head["jurisdiction"] == place and place in acts_in(keys, key).split(","), "jurisdiction of a head")
        require(not key["revoked_at"], "revoked notary")
        require(head["suite"] == "intl", "suite of a head")
        require(head["issued_at"] < vouched_until, "the register reaches to a head")
    (barrier, _), (snapshot, _) = heads
    require(barrier["notary"] == snapshot["notary"], "one notary")
    require(barrier["number"] == snapshot["snapshot_barrier"] < snapshot["number"], "the snapshot's barrier")
    topic = f"court.{'debtor-list' if kind == 'ent_' else 'orders'}.{place}.v1"
    rows = [row for row in snapshot["snapshot"] if row["topic"] == topic]
    require(rows, "no such list")
    partition = (murmur2(entry_id) & 0x7FFFFFFF) % len(rows)
    require((proof["topic"], proof["partition"]) == (topic, partition), "place of the entry")
    (row,) = (row for row in rows if row["partition"] == partition)
    counted = [lane["live"] for lane in barrier["lanes"] if (lane["topic"], lane["partition"]) == (topic, partition)]
    require(counted == [row["entries"]], "number of the live entries")
    leaves = [
        (bytes.fromhex(each["leaf"]), each["index"], [bytes.fromhex(one) for one in each["path"]])
        for each in proof["leaves"]
    ]
    for leaf, at, path in leaves:
        require(len(leaf) == 60 and rebuilt(leaf, at, row["entries"], path) == row["root"], "path of a leaf")
    is_live = [leaf[:16] for leaf, _, _ in leaves] == [entry_id]
    records = [read("list-record", text) for text in (proof["record"], *proof["later"]) if text]
    for record, body in records:
        require(record["entry_id"] == entry_id and (record["instrument"] == 1) == (kind == "ent_"), "whose record")
        key = signer(keys, body, topic, record["recorded_at"])
        of_its_court(keys, record, key, place)
    highest = {each["court"]: each["highest"] for each in barrier["courts"] if each["list"] == topic}
    if is_live:
        record, body = records[0]
        numbers = record["version"].to_bytes(8, "big", signed=True) + record["status"].to_bytes(4, "big", signed=True)
        require(
            proof["record"] and leaves[0][0] == entry_id + numbers + sha256(body[72:]).digest(), "the leaf's record"
        )
    else:
        order = [(at, leaf[:16]) for leaf, at, _path in leaves]
        before, after = [one for one in order if one[1] < entry_id], [one for one in order if one[1] > entry_id]
        require(len(before) <= 1 and len(after) <= 1 and len(before) + len(after) == len(order), "neighbours")
        (left, _), (right, _) = (before or [(-1, b"")])[0], (after or [(row["entries"], b"")])[0]
        require(right == left + 1, "neighbours side by side")
        require(order or row["root"] == sha256().digest(), "root of nothing")
        if proof["record"]:
            said = records[0][0]
            require(said["status"] >= 3 or said["record_class"] == 1, "what stood there")
            require(said["court_sequence"] <= highest.get(said["court"], 0), "it stood there")
    versions = [record["version"] for record, _ in records]
    require(all(one < other for one, other in zip([0, *versions], versions, strict=False)), "versions grow")
    require(len({record["record_class"] for record, _ in records}) <= 1, "class of the records")
    same_court_or_above(keys, records)
    later = [record for record, _ in records[1 if proof["record"] else 0 :]]
    for said in later:
        require(is_live or said["court_sequence"] > highest.get(said["court"], 0), "later than the barrier")
    return {
        "entry": proof["entry"],
        "notary": barrier["notary"],
        "barrier": barrier["number"],
        "at": barrier["issued_at"],
        "status": records[0][0]["status"] if is_live else None,
        "later": [record["status"] for record in later],
    }


if __name__ == "__main__":
    trusted, FOLDER = bytes.fromhex(sys.argv[1]), Path(sys.argv[2])
    RULES = json.loads((FOLDER.parent / "rules.json").read_text(encoding="utf-8"))
    for file in sys.argv[3:]:
        try:
            found = verify(json.loads(Path(file).read_bytes()), trusted)
        except (NotProvenError, InvalidSignature, ValueError, KeyError, TypeError, EOFError, IndexError) as failed:
            found = {"refused": f"{type(failed).__name__}: {failed}"}
        sys.stdout.write(json.dumps(found) + "\n")
