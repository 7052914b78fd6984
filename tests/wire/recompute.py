"""Recomputes every vector of docs/wire-vectors.json from what docs/wire.md says; it knows nothing of the package it stands in.

Usage: python recompute.py VECTORS AVRO_FOLDER. Prints how many vectors hold by name, or ends with the first that does not.
"""

import hmac
import json
import re
import sys
import unicodedata
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

Vectors = dict[str, Any]
NO_WIDTH = ("Cf", "Cc", "Zs", "Zl", "Zp")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HAN = re.compile("[⺀-⿟々-〇㐀-䶿一-鿿豈-﫿\ue000-\uf8ff\U00020000-\U0003ffff]")
SELECTORS = "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def mac(secret: bytes, message: bytes) -> str:
    return hmac.new(secret, message, sha256).digest()[:16].hex()


def plain(text: str) -> str:
    half = "".join(chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in text)
    return "".join(each for each in half if unicodedata.category(each) not in (*NO_WIDTH, "Pd")).upper()


def canonical(kind: int, written: str) -> tuple[int, str]:
    number = plain(written)
    if kind == 2:
        longer = number[:6] + "19" + number[6:]
        number = longer + "10X98765432"[sum(int(digit) * by for digit, by in zip(longer, WEIGHTS, strict=True)) % 11]
    if kind in (1, 2, 6, 7) and len(number) == 18:
        kind = 7 if number[0] == "9" else 6 if number[:6] in ("810000", "820000", "830000") else 1
    if kind == 4:
        number = number[:9]
    if kind == 5:
        number = number[:8]
    return kind, number


def compared(name: str, dots: str, radicals: tuple[str, str]) -> str:
    dropped = dict.fromkeys(map(ord, dots + SELECTORS))
    unified = name.translate(dropped).translate(str.maketrans(*radicals))
    folded = unicodedata.normalize("NFKC", unified).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(dropped)
    if HAN.search(folded):
        return unicodedata.normalize("NFKC", "".join(c for c in folded if unicodedata.category(c) not in NO_WIDTH))
    spaced = "".join(" " if each.isspace() else each for each in folded)
    seen = "".join(each for each in spaced if each == " " or unicodedata.category(each) not in NO_WIDTH)
    return unicodedata.normalize("NFKC", " ".join(sorted(re.sub(r"[\s,\-<]+", " ", seen).split())))


def murmur2(data: bytes) -> int:
    """`org.apache.kafka.common.utils.Utils.murmur2`."""
    mask, by = 0xFFFFFFFF, 0x5BD1E995
    value = 0x9747B28C ^ len(data)
    for at in range(0, len(data) - len(data) % 4, 4):
        word = int.from_bytes(data[at : at + 4], "little") * by & mask
        word = (word ^ word >> 24) * by & mask
        value = value * by & mask ^ word
    rest = data[len(data) - len(data) % 4 :]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * by & mask
    value = (value ^ value >> 13) * by & mask
    return value ^ value >> 15


def schemas(folder: Path, name: str) -> list[tuple[Any, str]]:
    """The versions of a schema, the newest first, and their fingerprints in the order of the bytes."""
    found = []
    for path in sorted((folder / name).glob("*.avsc"), key=lambda path: -int(re.sub(r"\D", "", path.stem))):
        definition = json.loads(path.read_text(encoding="utf-8"))
        canonical_form = fastavro.schema.to_parsing_canonical_form(definition)
        found.append((fastavro.parse_schema(definition), rabin(canonical_form.encode())))
    return found


def rabin(data: bytes) -> str:
    """CRC-64-AVRO, as the Avro specification gives it."""
    empty = 0xC15D213AA4D7A795
    fingerprint = empty
    for byte in data:
        turned = (fingerprint ^ byte) & 0xFF
        for _ in range(8):
            turned = turned >> 1 ^ (empty if turned & 1 else 0)
        fingerprint = fingerprint >> 8 ^ turned
    return fingerprint.to_bytes(8, "little").hex()


def read(folder: Path, name: str, body: bytes) -> dict[str, Any]:
    """Read a body that comes without its fingerprint: by the newest version that reads it to its end."""
    for definition, _ in schemas(folder, name):
        stream = BytesIO(body)
        try:
            record: dict[str, Any] = fastavro.schemaless_reader(stream, definition, None)  # type: ignore[assignment]
        except EOFError:
            continue
        if stream.tell() == len(body):
            return record
    sys.exit(f"no version of {name} reads {body.hex()}")


def holds(what: str, got: object, wanted: object) -> int:
    if got != wanted:
        sys.exit(f"{what}: {got!r} instead of {wanted!r}")
    return 1


def surrogates(vectors: Vectors, _: Path) -> int:
    secret = bytes.fromhex(vectors["matching_key"]["secret"])
    for each in vectors["surrogates"]:
        kind, number = canonical(each["written_type"], each["written"])
        holds("canonical form", (kind, number), (each["type"], each["canonical"]))
        parts = (str(kind), each["country"], number)
        message = b"".join(len(part.encode()).to_bytes(2, "big") + part.encode() for part in parts)
        holds("surrogate", mac(secret, message), each["surrogate"])
    return len(vectors["surrogates"])


def names(vectors: Vectors, _: Path) -> int:
    secret, of = bytes.fromhex(vectors["matching_key"]["secret"]), bytes.fromhex(vectors["names"]["surrogate"])
    for each in vectors["names"]["vectors"]:
        form = compared(each["name"], vectors["name_dots_and_apostrophes"], vectors["cjk_radicals"])
        holds("comparison form", form, each["comparison_form"])
        holds("name tag", mac(secret, of + form.encode()), each["name_tag"])
    return len(vectors["names"]["vectors"])


def framing(vectors: Vectors, folder: Path) -> int:
    for each in vectors["framing"]:
        fingerprint = schemas(folder, each["schema"])[0][1]
        holds("fingerprint", fingerprint, each["fingerprint"])
        body = each["single_object"].removeprefix("c301" + fingerprint)
        holds("Confluent framing", "0000000007" + body, each["confluent_7"])
        read(folder, each["schema"], bytes.fromhex(body))
    return len(vectors["framing"])


def partitioner(vectors: Vectors, _: Path) -> int:
    for each in vectors["partitioner"]:
        partition = (murmur2(bytes.fromhex(each["key"])) & 0x7FFFFFFF) % each["partitions"]
        holds("partition", partition, each["partition"])
    return len(vectors["partitioner"])


def signatures(vectors: Vectors, folder: Path) -> int:
    for each in vectors["signatures"]:
        body, public = bytes.fromhex(each["body"]), bytes.fromhex(each["public_key"])
        holds("key id", (sha256(public).digest()[:8].hex(), body[:8].hex()), (each["key_id"], each["key_id"]))
        signed = each["context"].encode() + b"\0" + sha256(body[72:]).digest()
        Ed25519PublicKey.from_public_bytes(public).verify(body[8:72], signed)
        made = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(each["seed"])).sign(signed)
        holds("signature", made, body[8:72])
        read(folder, each["schema"], body)
    return len(vectors["signatures"])


def lanes(folder: Path, body: bytes) -> list[int]:
    record = read(folder, "list-record", body)
    numbers = record["version"].to_bytes(8, "big", signed=True) + record["status"].to_bytes(4, "big", signed=True)
    wide = blake3(record["entry_id"] + numbers + sha256(body[72:]).digest()).digest(length=2048)
    return [int.from_bytes(wide[at : at + 2], "little") for at in range(0, 2048, 2)]


def digests(vectors: Vectors, folder: Path) -> int:
    leaves = [lanes(folder, bytes.fromhex(body)) for body in vectors["digests"]["bodies"]]
    total = [0] * 1024
    for step in vectors["digests"]["steps"]:
        for sign, members in ((1, step["added"]), (-1, step["removed"])):
            for member in members:
                total = [(one + sign * other) % 65536 for one, other in zip(total, leaves[member], strict=True)]
        state = b"".join(lane.to_bytes(2, "little") for lane in total)
        holds("digest", blake3(state).hexdigest(), step["digest"])
    return len(vectors["digests"]["steps"])


def barriers(vectors: Vectors, folder: Path) -> int:
    given = vectors["barriers"]
    barrier, head = (
        read(folder, *each)
        for each in (("barrier", bytes.fromhex(given["barrier"])), ("list-head", bytes.fromhex(given["head"])))
    )
    lane = next(lane for lane in head["lanes"] if (lane["topic"], lane["partition"]) == (barrier["topic"], 0))
    holds("digest of the head", (lane["digest"].hex(), head["notary"]), (given["digest"], barrier["notary"]))
    return holds("chain", sha256(bytes.fromhex(given["head"])).hexdigest(), given["previous_of_the_next"])


def snapshots(vectors: Vectors, folder: Path) -> int:
    given = vectors["snapshots"]
    leaves = [bytes.fromhex(leaf) for leaf in given["leaves"]]
    holds("order", sorted(leaves, key=lambda leaf: leaf[:16]), leaves)
    holds("root", tree(leaves).hex(), given["root"])
    head = read(folder, "list-head", bytes.fromhex(given["head"]))
    (row,) = head["snapshot"]
    said = row["root"].hex(), row["entries"], head["snapshot_barrier"] < head["number"]
    holds("snapshot in the head", said, (given["root"], len(leaves), True))
    # of three leaves: the first two share a node, the third stands beside it
    hashed = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    pair = sha256(b"\1" + hashed[0] + hashed[1]).digest()
    paths = [[hashed[1], hashed[2]], [hashed[0], hashed[2]], [pair]]
    return holds("paths", [[one.hex() for one in path] for path in paths], given["paths"])


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:])).digest()


def registers(vectors: Vectors, folder: Path) -> int:
    given = vectors["registers"]
    newest: dict[bytes, dict[str, Any]] = {}
    for body in given["keys"]:
        record = read(folder, "participant-key", bytes.fromhex(body))
        before = newest.get(record["key_id"], record)
        for end in ("valid_until", "revoked_at"):
            record[end] = min((at for at in (before[end], record[end]) if at), default=0)
        newest[record["key_id"]] = record
    content = sha256()
    for key_id in sorted(newest):
        record = newest[key_id]
        content.update(key_id)
        names = ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite")
        texts = (record[name].encode() for name in names)
        for part in (*texts, record["public_key"]):
            content.update(len(part).to_bytes(2, "big") + part)
        for name in ("valid_from", "valid_until", "revoked_at"):
            content.update(record[name].to_bytes(8, "big", signed=True))
    register = read(folder, "key-register", bytes.fromhex(given["register"]))
    change = bytes.fromhex(given["root_change"]["record"])
    roots = read(folder, "root-change", change)
    for name, body in (("former_key", change), ("public_key", change[72:])):
        public = bytes.fromhex(given["root_change"][name])
        holds("a root that changes", (roots[name], body[:8]), (public, sha256(public).digest()[:8]))
        statement = b"root-change\0" + sha256(body[72:]).digest()
        Ed25519PublicKey.from_public_bytes(public).verify(body[8:72], statement)
    barrier = read(folder, "barrier", bytes.fromhex(vectors["barriers"]["barrier"]))
    holds("hash of the register", content.hexdigest(), given["hash"])
    holds("key register", (register["keys"], register["hash"].hex()), (len(newest), given["hash"]))
    told = barrier["register_offset"], barrier["register_hash"].hex()
    holds("what a barrier tells of it", told, (len(given["keys"]), given["hash"]))
    return holds("hash of no keys", sha256().hexdigest(), given["empty"])


def covered(vectors: Vectors, folder: Path) -> int:
    given = vectors["covered"]
    framed = {bytes.fromhex("c301" + fingerprint) for _, fingerprint in schemas(folder, "participant-key")}
    root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(given["root"]))
    for each in given["barriers"]:
        barrier, covers = read(folder, "barrier", bytes.fromhex(each["barrier"])), list[str]()
        for value in barrier["revocations"]:
            body, key = value[10:], read(folder, "participant-key", value[10:])
            try:
                root.verify(body[8:72], b"participant-key\0" + sha256(body[72:]).digest())
                by_the_root = body[:8] == sha256(bytes.fromhex(given["root"])).digest()[:8]
            except InvalidSignature:
                by_the_root = False
            if value[:10] in framed and by_the_root and 0 < key["revoked_at"] <= barrier["issued_at"]:
                covers.append(key["key_id"].hex())
        counts = barrier["shows_revocations"] and len(covers) == len(barrier["revocations"])
        holds("what a barrier covers", covers if counts else None, each["covers"])
    return len(given["barriers"])


def founding(vectors: Vectors, folder: Path) -> int:
    given, rules = vectors["founding"], json.loads((folder.parent / "rules.json").read_text(encoding="utf-8"))
    keys: dict[bytes, dict[str, Any]] = {}
    for body in given["keys"]:
        key = read(folder, "participant-key", bytes.fromhex(body))
        before, founded = keys.get(key["key_id"], key), key["kind"] in rules["founded"] and key["use"] == "sign"
        if not founded or all(before[name] == key[name] for name in ("jurisdiction", "superior")):
            keys[key["key_id"]] = key

    def oldest(participant: str) -> dict[str, Any]:
        own = [key for key in keys.values() if (key["participant"], key["use"]) == (participant, "sign")]
        return min(own, key=lambda key: (key["valid_from"], key["key_id"]))

    for key_id, place in given["acts_in"].items():
        key = keys[bytes.fromhex(key_id)]
        says = oldest(key["participant"]) if key["kind"] in rules["founded"] else key
        holds("where a signer acts", says["jurisdiction"], place)
    for participant, superior in given["superior"].items():
        holds("who stands above", oldest(participant)["superior"], superior)
    return len(given["acts_in"])


def speaking(vectors: Vectors, folder: Path) -> int:
    rules = json.loads((folder.parent / "rules.json").read_text(encoding="utf-8"))["signers"]
    superior: dict[str, str] = vectors["founding"]["superior"]

    def reaches(court: str, signer: str) -> bool:
        while court and court != signer:
            court = superior.get(court, "")
        return court == signer

    for each in vectors["speaking"]:
        court, signer = each["court"], each["signer"]
        signs = reaches(court, signer) if rules["list-record"]["or_above"] else court == signer
        holds("who may sign a record", signs, each["signs"])
        holds("who may follow a record", reaches(each["held"], signer), each["follows"])
    holds("who may sign a canary", "or_above" in rules["list-record canary"], wanted=False)
    return len(vectors["speaking"])


def versions(vectors: Vectors, folder: Path) -> int:
    rules = json.loads((folder.parent / "rules.json").read_text(encoding="utf-8"))["signers"]
    for each in vectors["versions"]:
        for rule in (rules["list-record"], rules["list-record canary"]):
            reached = each["version"] // rule["versions_per_ms"] <= each["valid_from"]
            holds("how high a version may be", reached, each["holds"])
    return len(vectors["versions"])


def sealed(vectors: Vectors, folder: Path) -> int:
    given = vectors["sealed"]
    key, context = (
        X25519PrivateKey.from_private_bytes(bytes.fromhex(given["recipient_private_key"])),
        given["context"].encode(),
    )
    envelope = read(folder, "sealed-envelope", bytes.fromhex(given["envelope"])[10:])
    wrap = next(wrap for wrap in envelope["wraps"] if wrap["key_id"].hex() == given["key_id"])
    hpke = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    content_key = hpke.decrypt(wrap["wrapped"], key, context)
    content = AESGCM(content_key).decrypt(envelope["nonce"], envelope["ciphertext"], context)
    return holds("content", read(folder, "feedback-detail", content[10:]), given["content"])


if __name__ == "__main__":
    given, avro = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    parts = surrogates, names, framing, partitioner, signatures, digests, barriers, snapshots, registers, founding
    for part in (*parts, speaking, versions, covered, sealed):
        sys.stdout.write(f"{part.__name__} {part(given, avro)}\n")
