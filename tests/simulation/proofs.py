"""Who stands behind a list record: told from its bytes and the register's records alone, without the product's code for it.

A court signs what means somebody, a notary what calls itself a canary; both under the name the record gives, for the list it
stands in, with a key that was valid when the record says it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from liandong.schemas.wire.sealing import Recipient
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.wire.verify_trace import murmur2

PROOF = 72
_KEY_RECORD = current_schema("participant-key").fingerprint
_LIST_RECORD = current_schema("list-record").fingerprint
REAL, CANARY = 0, 1
_LISTS = {1: f"court.debtor-list.{JURISDICTION}.v1"}
_ORDERS = f"court.orders.{JURISDICTION}.v1"


def list_of(instrument: int) -> str:
    """The list a record of an instrument is signed for."""
    return _LISTS.get(instrument, _ORDERS)


def prefix_of(body: bytes) -> GatePrefix | None:
    """The leading fields of a list record, None if it has none."""
    try:
        return decode_prefix(body)
    except Undecodable:
        return None


@dataclass
class Register:
    """Everybody's keys, as far as a root signed them."""

    roots: set[bytes]
    """The root's public key, and those that took its place."""
    _keys: dict[bytes, Mapping[str, Any]] = field(default_factory=dict)
    _revoked: dict[bytes, int] = field(default_factory=dict)
    """By key, where the first record stands that revokes it."""

    def take(self, record: Mapping[str, Any], body: bytes, offset: int = 0) -> None:
        """Take a record of a participant's key; a registered one can end earlier, and nothing else becomes of it."""
        if not self._is_a_roots(body):
            return
        known = self._keys.get(record["key_id"])
        if known is not None:
            ends = {each: _earlier(known[each], record[each]) for each in ("valid_until", "revoked_at")}
            record = {**known, **ends}
        self._keys[record["key_id"]] = record
        if record["revoked_at"]:
            self._revoked.setdefault(record["key_id"], offset)

    def word(self, number: int, now: int) -> dict[str, Any]:
        """What the root would say of this register, by its own count."""
        content = sha256()
        for key_id, key in sorted(self._keys.items()):
            content.update(key_id)
            names = ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite")
            texts = (key[name].encode() for name in names)
            for part in (*texts, key["public_key"]):
                content.update(len(part).to_bytes(2, "big") + part)
            for name in ("valid_from", "valid_until", "revoked_at"):
                content.update(key[name].to_bytes(8, "big", signed=True))
        fields = {"number": number, "keys": len(self._keys), "hash": content.digest()}
        return fields | {"issued_at": now, "valid_until": now + 400 * 86_400_000}

    def signer(self, body: bytes) -> str:
        """The participant who signed a list record and may have, empty if nobody did."""
        try:
            record = decode(_LIST_RECORD, body)
        except Undecodable:
            return ""
        key = self._keys.get(body[:8])
        if key is None or key["use"] != "sign" or not _usable({**key, "revoked_at": 0}, record["recorded_at"]):
            return ""
        canary = record["record_class"] == CANARY
        entitled = key["kind"] == ("notary" if canary else "court") and _reaches(key, record["version"])
        is_its = key["participant"] == record["court"] or (
            not canary and key["participant"] in self.above(record["court"])
        )
        at_home = is_its and self._acts_in(key) == JURISDICTION
        if not (entitled and at_home and _holds(key["public_key"], list_of(record["instrument"]), body)):
            return ""
        return str(key["participant"])

    def _acts_in(self, key: Mapping[str, Any]) -> str:
        """Where the owner of a key of a court or notary acts: what their oldest key says."""
        return str(self._signing(key["participant"])[0]["jurisdiction"])

    def _signing(self, participant: str) -> list[Mapping[str, Any]]:
        """The keys a participant signs with, oldest first."""
        own = [key for key in self._keys.values() if (key["participant"], key["use"]) == (participant, "sign")]
        return sorted(own, key=lambda key: (key["valid_from"], key["key_id"]))

    def highest(self, key_id: bytes) -> int:
        """The highest version that a key may say."""
        return 1000 * int(self._keys[key_id]["valid_from"]) + 999

    def later_schema(self, topic: str, body: bytes) -> str:
        """The court that signed for a list what nobody can read but its leading fields, empty if none did."""
        prefix, key = prefix_of(body), self._keys.get(body[:8])
        if prefix is None or key is None or key["use"] != "sign" or prefix["record_class"] != REAL:
            return ""
        is_its = key["participant"] in {prefix["court"], *self.above(prefix["court"])}
        own = key["kind"] == "court" and is_its and self._acts_in(key) == JURISDICTION
        may = own and _reaches(key, prefix["version"])
        return str(key["participant"]) if may and _holds(key["public_key"], topic, body) else ""

    def owner(self, body: bytes) -> str:
        """The participant whose key is named under a record, empty if nobody's is."""
        return str(self._keys.get(body[:8], {"participant": ""})["participant"])

    def above(self, participant: str) -> set[str]:
        """Everybody above a participant."""
        found: set[str] = set()
        while superior := next((key["superior"] for key in self._signing(participant)), ""):
            found.add(participant := superior)
        return found

    def covered(self, barrier: Mapping[str, Any], body: bytes, at: tuple[str, int]) -> set[bytes]:
        """The keys that a notary knew to be revoked when it issued a barrier for a place; none if no notary has."""
        key = self._keys.get(body[:8])
        if key is None or (key["kind"], key["participant"]) != ("notary", barrier["notary"]):
            return set()
        placed = (barrier["topic"], barrier["partition"]) == at and JURISDICTION in self._acts_in(key).split(",")
        if not (placed and _usable(key, barrier["issued_at"]) and _holds(key["public_key"], "barrier", body)):
            return set()
        if barrier["shows_revocations"]:
            return self._shown(barrier)
        known = {one for one, offset in self._revoked.items() if offset < barrier["register_offset"]}
        return {one for one in known if self._keys[one]["revoked_at"] <= barrier["issued_at"]}

    def _shown(self, barrier: Mapping[str, Any]) -> set[bytes]:
        """The keys that records of the root in a barrier revoke by then; none if one of them is not the root's or is dated ahead."""
        covered = set[bytes]()
        for value in barrier["revocations"]:
            try:
                record = decode(value[2:10], value[10:])
            except Undecodable:
                return set()
            own = value[:10] == b"\xc3\x01" + _KEY_RECORD and self._is_a_roots(value[10:])
            if not own or not 0 < record["revoked_at"] <= barrier["issued_at"]:
                return set()
            covered.add(record["key_id"])
        return covered

    def _is_a_roots(self, body: bytes) -> bool:
        """Whether a root signed a record of a key."""
        return any(_id(root) == body[:8] and _holds(root, "participant-key", body) for root in self.roots)

    def revoked_since(self, body: bytes) -> int:
        """Since when the key under a record counts as revoked, ms UTC; 0: it does not."""
        key = self._keys.get(body[:8])
        return 0 if key is None else int(key["revoked_at"])

    def readers(self, participant: str, retention: str, at: int) -> list[Recipient]:
        """Return whom anybody can seal something to that a participant is to read, by its keys usable at an instant."""
        owned = {"participant": participant, "use": "seal", "retention": retention}
        own = (key for key in self._keys.values() if owned.items() <= key.items() and _usable(key, at))
        return [Recipient(key["key_id"], key["public_key"]) for key in own]

    def had_ended(self, body: bytes, at: int) -> bool:
        """Whether the key under a record counted no more at an instant (ms UTC)."""
        key = self._keys.get(body[:8])
        ends = 0 if key is None else _earlier(key["valid_until"], key["revoked_at"])
        return 0 < ends <= at

    def can_sign(self, participant: str, at: int) -> bool:
        """Whether a participant has a key that signs at an instant (ms UTC) and counts."""
        own = (key for key in self._keys.values() if (key["participant"], key["use"]) == (participant, "sign"))
        return any(_usable(key, at) for key in own)

    def has_signed(self, participant: str, schema: str, body: bytes) -> bool:
        """Whether a key registered for a participant is under a record of a schema, whenever it was valid."""
        key = self._keys.get(body[:8])
        return key is not None and key["participant"] == participant and _holds(key["public_key"], schema, body)


def at_home(key: bytes, partitions: int) -> int:
    """The partition of a key, as Kafka's own clients have it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def _id(public_key: bytes) -> bytes:
    return sha256(public_key).digest()[:8]


def _holds(public_key: bytes, context: str, body: bytes) -> bool:
    signed = context.encode() + b"\0" + sha256(body[PROOF:]).digest()
    try:
        VerifyKey(public_key).verify(signed, body[8:PROOF])
    except (BadSignatureError, ValueError):
        return False
    return True


def _usable(key: Mapping[str, Any], at: int) -> bool:
    ends = _earlier(key["valid_until"], key["revoked_at"])
    return bool(key["valid_from"] <= at and not (ends and at >= ends))


def _reaches(key: Mapping[str, Any], version: int) -> bool:
    """Whether a key may say so high a version of an entry: a thousand for each millisecond up to its beginning."""
    return bool(version <= 1000 * key["valid_from"] + 999)


def _earlier(one: int, other: int) -> int:
    """The earlier of two instants, 0 = never."""
    return min(filter(None, (one, other)), default=0)
