"""Registered keys on the bus: publishing them, and knowing them.

Records of `participants.keys.v1` count only if the pinned root signed them. A key is never overwritten: a newer record of
the same key can end or revoke it, and nothing undoes that.
"""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ...schemas import ids
from ...schemas.errors import LiandongError
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FINGERPRINT_HEADER, FramingError, unframe
from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import Keyring, PublicKey, SignatureInvalid, encode_signed, key_id, verify
from ..catalogue import names
from ..transport.envelope import SchemaIds, outgoing
from ..transport.errors import BrokerUnreachable
from ..transport.ports import BEGINNING, Delivered, OutgoingRecord, Publisher, Subscriber, TopicPartition
from ..workers.clock import Clock, SystemClock
from .key_book import KeyEntry
from .manifest import Participant
from .participants import ESCROW
from .registrar import Registrar

SCHEMA = "participant-key"
"""Schema, and context of the root's signature."""
REFRESH_MS = 1000
"""An unknown key makes a directory look at the topic, at most this often."""
PATIENCE = 30.0
"""Seconds for publishing keys, and for reading the directory."""

logger = logging.getLogger(__name__)


class RefreshingKeyring(Keyring, Protocol):
    """What checking signatures needs of the register of participants: `schemas.wire.signing.Keyring` that can be read again."""

    def refresh(self) -> None:
        """Read what was registered or revoked since, if that was not done a moment ago. Raises TransportError."""


class Directory(RefreshingKeyring, Protocol):
    """What sealing needs beside: apart from `RefreshingKeyring`, since most readers check and never seal."""

    def recipients(self, participant: str) -> list[Recipient]:
        """Return the sealing keys of a participant, its superior and the escrow. Raises NoSealingKey."""


class NoSealingKey(LiandongError):
    """Nothing can be sealed to a participant without a registered sealing key."""

    def __init__(self, participant: str) -> None:
        super().__init__(
            "NO_SEALING_KEY",
            f"{participant} has no registered sealing key that is valid now",
            "publish its keys with `liandong participant publish` where the root key is kept",
        )


def publish_keys(
    publisher: Publisher, participants: Registrar, participant: str, *, registry: SchemaIds | None = None
) -> int:
    """Publish all keys of a participant, and the escrow's; return how many. Publishing again changes nothing.

    ROOT_ELSEWHERE without the pinned root's key, BrokerUnreachable if the records are not taken within half a minute.
    """
    failures: list[Exception] = []

    def done(outcome: Delivered | Exception) -> None:
        if isinstance(outcome, Exception):
            failures.append(outcome)

    records = list(_key_records(participants, participant, registry))
    for record in records:
        publisher.send(record, done)
    if publisher.flush(PATIENCE):
        publisher.purge()
        raise BrokerUnreachable(f"the keys of {participant} were not taken within {PATIENCE:.0f} s")
    if failures:
        raise failures[0]
    return len(records)


def _key_records(participants: Registrar, participant: str, registry: SchemaIds | None) -> Iterator[OutgoingRecord]:
    root, now = participants.root_signer(), participants.clock.now()
    owners = [(participant, entry) for entry in participants.keys(participant)]
    owners += [(ESCROW, entry) for entry in participants.keys(ESCROW)]
    manifest = participants.load(participant)
    for owner, entry in owners:
        record = _record(owner, entry, manifest if owner == participant else None)
        yield outgoing(
            SCHEMA,
            encode_signed(SCHEMA, record, SCHEMA, root),
            names.KEYS,
            f"{owner}/{entry.key_id.hex()}".encode(),
            event_id=ids.text("evt", participants.chance.random_id()),
            source="root",
            subject=owner,
            time_ms=now,
            registry=registry,
        )


def _record(owner: str, entry: KeyEntry, manifest: Participant | None) -> dict[str, Any]:
    return {
        "participant": owner,
        "key_id": entry.key_id,
        "kind": manifest.kind if manifest else ESCROW,
        "jurisdiction": ",".join(manifest.jurisdictions) if manifest else "",
        "name": manifest.name if manifest else "",
        "superior": manifest.superior if manifest else "",
        "use": entry.use,
        "suite": "intl",
        "public_key": bytes.fromhex(entry.public_key),
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "revoked_at": entry.revoked_at,
    }


@dataclass(frozen=True, slots=True)
class _Root:
    """A keyring that knows the root alone."""

    public_key: bytes

    def key(self, key_id_: bytes) -> PublicKey | None:
        root_id = key_id(self.public_key)
        return PublicKey(root_id, "root", "root", "", "sign", self.public_key) if key_id_ == root_id else None


class KeyDirectory:
    """All registered keys; a `Directory`. May be used by several threads."""

    def __init__(
        self, root_public_key: bytes, *, subscriber: Subscriber | None = None, clock: Clock | None = None
    ) -> None:
        """Take a subscriber that reads the topic, where unknown keys are looked for."""
        self._root = _Root(root_public_key)
        self._subscriber = subscriber
        self._clock = clock or SystemClock()
        self._keys: dict[bytes, PublicKey] = {}
        self._superiors: dict[str, str] = {}
        self._lock = threading.Lock()
        self._refreshed_at = 0
        self.ignored = 0
        """Records that do not count: not signed by the root, or against what is registered."""

    def feed(self, value: bytes | None, header_fingerprint: bytes | None = None) -> None:
        """Take the value of one message of the topic; what does not count is counted and logged once."""
        try:
            self._register(*unframe(value or b"", header_fingerprint))
        except (FramingError, Undecodable, SignatureInvalid, _Contradiction) as refused:
            if not self.ignored:
                logger.warning("a record of %s is ignored, as will be others like it: %s", names.KEYS, refused.message)
            self.ignored += 1

    def key(self, key_id: bytes) -> PublicKey | None:
        """Return the registered key, None if unknown; an unknown one is looked for on the topic, at most once a second."""
        if key_id not in self._keys:
            self.refresh()
        return self._keys.get(key_id)

    def recipients(self, participant: str) -> list[Recipient]:
        """Return whom content for a participant is sealed to: itself, its superior and the escrow, by their keys valid now.

        NO_SEALING_KEY if the participant or the escrow has none; a superior without one is left out, with a warning.
        """
        own = self._sealing_keys(participant) or self._sealing_keys_refreshed(participant)
        escrow = self._sealing_keys(ESCROW) or self._sealing_keys_refreshed(ESCROW)
        superior = self._superiors.get(participant, "")
        above = self._sealing_keys(superior) if superior else []
        if superior and not above:
            logger.warning("%s, superior of %s, has no sealing key; it cannot read along", superior, participant)
        return [*own, *above, *escrow]

    def serving(self, kind: str) -> dict[str, frozenset[str]]:
        """Return the participants of a kind with a signing key that is valid now, and the jurisdictions they act in."""
        now = self._clock.now()
        return {
            key.participant: frozenset(key.jurisdiction.split(",")) - {""}
            for key in list(self._keys.values())
            if key.kind == kind and key.use == "sign" and key.usable_at(now)
        }

    def refresh(self) -> None:
        """Read what is new on the topic, at most once a second; call it now and then to hear of revocations."""
        with self._lock:
            now = self._clock.now()
            if self._subscriber is None or now - self._refreshed_at < REFRESH_MS:
                return
            self._refreshed_at = now
            while self.read(0.0):
                pass

    def read(self, timeout: float) -> dict[TopicPartition, int]:
        """Take what the topic gives within `timeout` seconds; return the next offset of each partition that gave something."""
        if self._subscriber is None:
            return {}
        positions: dict[TopicPartition, int] = {}
        for message in self._subscriber.poll(10_000, timeout):
            self.feed(message.value(), dict(message.headers() or ()).get(FINGERPRINT_HEADER))
            positions[TopicPartition(names.KEYS, message.partition())] = message.offset() + 1
        return positions

    def close(self) -> None:
        """Let go of the subscriber."""
        with self._lock:
            if self._subscriber is not None:
                self._subscriber.close()
                self._subscriber = None

    def _register(self, fingerprint: bytes, body: bytes) -> None:
        verify(body, SCHEMA, self._root, at=0)
        record = decode(fingerprint, body)
        new = PublicKey(
            key_id(record["public_key"]),
            *(record[name] for name in ("participant", "kind", "jurisdiction", "use", "public_key")),
            *(record[name] for name in ("valid_from", "valid_until", "revoked_at")),
        )
        if new.key_id != record["key_id"]:
            raise _Contradiction(f"key {record['key_id'].hex()} of {new.participant} is not the id of its public key")
        known = self._keys.get(new.key_id)
        if known is not None:
            if (known.participant, known.kind, known.use) != (new.participant, new.kind, new.use):
                raise _Contradiction(f"key {new.key_id.hex()} of {known.participant} cannot become {new.participant}'s")
            new = replace(
                new,
                valid_until=_earlier(known.valid_until, new.valid_until),
                revoked_at=_earlier(known.revoked_at, new.revoked_at),
            )
        self._keys[new.key_id] = new
        self._superiors[new.participant] = record["superior"]

    def _sealing_keys(self, participant: str) -> list[Recipient]:
        now = self._clock.now()
        return [
            Recipient(key.key_id, key.public_key)
            for key in list(self._keys.values())
            if key.participant == participant and key.use == "seal" and key.usable_at(now)
        ]

    def _sealing_keys_refreshed(self, participant: str) -> list[Recipient]:
        self.refresh()
        keys = self._sealing_keys(participant)
        if not keys:
            raise NoSealingKey(participant)
        return keys


class _Contradiction(LiandongError):
    """A record the root signed that goes against what is registered."""

    def __init__(self, message: str) -> None:
        super().__init__("KEY_CONTRADICTION", message, "register a new key; a registered one never changes its owner")


def _earlier(one: int, other: int) -> int:
    """Return the earlier of two instants, 0 = never."""
    return min(filter(None, (one, other)), default=0)


def load_directory(subscriber: Subscriber, root_public_key: bytes, clock: Clock | None = None) -> KeyDirectory:
    """Open a directory with all keys published until now; it keeps the subscriber to look for newer ones."""
    partitions = [TopicPartition(names.KEYS, number) for number in subscriber.partitions(names.KEYS)]
    ends = {at: subscriber.watermarks(at) for at in partitions}
    subscriber.assign(dict.fromkeys(partitions, BEGINNING))
    running = clock or SystemClock()
    directory = KeyDirectory(root_public_key, subscriber=subscriber, clock=running)
    unread = {at: high for at, (low, high) in ends.items() if high > low}
    last_read_at = running.monotonic()
    while unread:
        read = directory.read(0.2)
        unread = {at: high for at, high in unread.items() if read.get(at, 0) < high}
        if read:
            last_read_at = running.monotonic()
        elif running.monotonic() - last_read_at > PATIENCE:
            raise BrokerUnreachable(f"{names.KEYS} gave nothing for {PATIENCE:.0f} s")
    return directory
