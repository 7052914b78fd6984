"""What the records of `participants.keys.v1` say, as far as the pinned root signed them.

A key is never overwritten: a newer record of the same key can end or revoke it, and nothing undoes that.
"""

import logging
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from ...schemas.errors import LiandongError, SuiteUnknown
from ...schemas.fingerprints import fingerprint as short_name
from ...schemas.phrases import Phrase
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError, frame, unframe
from ...schemas.wire.signing import Keyring, PublicKey, SignatureInvalid
from ...schemas.wire.suites import find_suite, key_id
from ..catalogue import names
from ..transport.ports import Message
from ..transport.received import Framed, unwrap
from . import roots, signed_register
from .entitlement import Reading, require
from .foundings import Foundings, KeyContradiction
from .key_files import StoredKey
from .register_content import RegisterContent, earlier
from .revocations import Revocation, RevokingRecords, signer_of
from .roots import RootChain
from .sealing_months import months_left_of
from .signed_register import RegisterProblem, RegisterStanding, SignedRegister, SignedWords
from .takeover import takeover_day

SCHEMA = "participant-key"
"""Schema, and context of the root's signature."""
OF_THE_REGISTER = (SCHEMA, signed_register.SCHEMA, roots.SCHEMA)
"""What may stand on the topic."""

logger = logging.getLogger(__name__)


class KnownKeys:
    """All keys in the records taken so far, of the topic or from before. One thread takes records, any may ask."""

    def __init__(self, root_public_key: StoredKey) -> None:
        self.roots = RootChain(root_public_key)
        self._keys: dict[bytes, PublicKey] = {}
        self._superiors: dict[str, str] = {}
        """By participant, as its newest record says."""
        self.foundings = Foundings()
        self._takeovers: dict[str, date] = {}
        """By court the earliest day of take-over that was ever signed."""
        self._revoked: dict[str, tuple[int, list[PublicKey]]] = {}
        """By kind of participant the keys that were revoked as of a version."""
        self._revoking = RevokingRecords()
        self._read = RegisterContent()
        """What stands on the topic."""
        self._words = SignedWords()
        self._verified: set[bytes] = set()
        """Bodies whose signature was found to hold: those kept from before are read again."""
        self._news: list[bytes] = []
        self.version = 0
        """How often a record has changed what is known."""
        self.ignored = 0
        """Records that do not count: not signed by the root, or against what is registered."""
        self._warned = False

    def __contains__(self, key_id_: bytes) -> bool:
        return key_id_ in self._keys

    def begin(self, *, anew: bool) -> None:
        """Note that the topic is read from its beginning: what was known stays known. `anew`: it is another topic."""
        self._read = RegisterContent()
        if anew:
            self._revoking.begin_anew()
        self._words.begin()

    def take(self, message: Message) -> None:
        """Take one message of the topic; what does not count is counted and logged once."""
        signer = b""
        try:
            fingerprint, body = unwrap(message)  # once: the client library bears no second time
            signer = signer_of(body)
            self.take_record(fingerprint, body)
            if is_version_of(fingerprint, SCHEMA):
                self._revoking.place(decode(fingerprint, body), message.offset())
        except (FramingError, Undecodable, SignatureInvalid, KeyContradiction, SuiteUnknown) as refused:
            # a former root's records are on the topic until they are compacted
            if not self._warned and not self.roots.is_past(signer):
                self._warned = True
                logger.warning("a record of %s is ignored, as will be others like it: %s", names.KEYS, refused.message)
            self.ignored += 1

    def recall(self, values: Sequence[bytes]) -> None:
        """Take what was kept of the topic, in any order; what does not count is left out."""
        framed = list[Framed]()
        for value in values:
            with suppress(FramingError):
                framed.append(Framed(*unframe(value)))
        changes, words = _of_schema(framed, roots.SCHEMA), _of_schema(framed, signed_register.SCHEMA)
        for _ in changes:  # any of them may be the first
            for each in changes:
                with suppress(LiandongError):
                    self._change_root(*each)
        for each in _of_schema(framed, SCHEMA):
            with suppress(LiandongError):
                self._register(*each, self.roots.ever)
        for each in words:
            with suppress(LiandongError):
                self._hear_root(*each, self.roots.ever, on_topic=False)
        self._news.clear()

    def news(self) -> list[bytes]:
        """Return the values taken since this was last asked that say something new, to be kept."""
        news, self._news = self._news, []
        return news

    def register(self, fingerprint: bytes, body: bytes) -> bytes:
        """Take one record of a key; return the id of that key. Raises Undecodable, SignatureInvalid, KEY_CONTRADICTION, SUITE_UNKNOWN."""
        record = self._register(fingerprint, body, self.roots.now)
        self._read.take(record)
        return bytes(record["key_id"])

    def take_record(self, fingerprint: bytes, body: bytes) -> None:
        """Take one record of any of the three schemas. Raises Undecodable, SignatureInvalid, KEY_CONTRADICTION, SUITE_UNKNOWN."""
        if is_version_of(fingerprint, roots.SCHEMA):
            self._change_root(fingerprint, body)
        elif is_version_of(fingerprint, signed_register.SCHEMA):
            self._hear_root(fingerprint, body, self.roots.now, on_topic=True)
        else:
            self.register(fingerprint, body)

    def _register(self, fingerprint: bytes, body: bytes, keyring: Keyring) -> Mapping[str, Any]:
        record = self._signed(SCHEMA, fingerprint, body, keyring)
        new = PublicKey(
            *(record[name] for name in ("key_id", "participant", "kind", "jurisdiction", "use", "public_key")),
            *(record[name] for name in ("valid_from", "valid_until", "revoked_at", "suite", "retention", "period")),
        )
        # a key of a suite that is not known here is kept, so that what it signed is refused and not waited for
        if find_suite(new.suite) is not None and new.key_id != key_id(new.public_key, new.suite):
            raise KeyContradiction(
                Phrase(
                    f"key {record['key_id'].hex()} of {new.participant} is not the id of its public key",
                    f"{new.participant} 的密钥编号 {record['key_id'].hex()} 与其公钥不符",
                )
            )
        known = self._keys.get(new.key_id)
        if known is not None:
            if _identity(known) != _identity(new):
                raise KeyContradiction(
                    Phrase(
                        f"key {new.key_id.hex()} of {known.participant} cannot become {new.participant}'s",
                        f"{known.participant} 的密钥 {new.key_id.hex()} 不得改归 {new.participant}",
                    )
                )
            self.foundings.require_as_before(known, new, record["superior"])
            new = replace(
                new,
                valid_until=earlier(known.valid_until, new.valid_until),
                revoked_at=earlier(known.revoked_at, new.revoked_at),
            )
        superior = record["superior"]
        takes_over_earlier = self._note_takeover(record)
        if takes_over_earlier or new != known or self._superiors.get(new.participant) != superior:
            self._keys[new.key_id], self._superiors[new.participant] = new, superior
            self.foundings.note(new, superior)
            self.version += 1
            self._news.append(frame(fingerprint, body, None))
        self._revoking.keep(record, signer_of(body), frame(fingerprint, body, None))
        return record

    def _note_takeover(self, record: Mapping[str, Any]) -> bool:
        """Note a court's day of take-over, and tell whether that is news: it never moves later, whatever is signed after it."""
        day, before = takeover_day(record["takeover_on"]), self._takeovers.get(record["participant"])
        if record["kind"] != "court" or day is None or (before is not None and before <= day):
            return False
        self._takeovers[record["participant"]] = day
        return True

    def _signed(self, schema: str, fingerprint: bytes, body: bytes, keyring: Keyring) -> Mapping[str, Any]:
        record, mark = decode(fingerprint, body), short_name(schema.encode() + body)
        if mark not in self._verified:
            require(keyring, schema, body, record, Reading())
            self._verified.add(mark)
        return record

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        """Return the ids of the keys whose revocation stands below an offset of the topic, and counts since an instant or earlier."""
        stand = self._revoking.below(register_offset)
        return frozenset(key_id_ for key_id_ in stand if self._keys[key_id_].revoked_at <= at)

    def revocation(self, value: bytes) -> Revocation:
        """Return what a record says by which the root revokes a key, wherever it stands: it need not be on the topic.

        One of a root before this one counts if the key is known to be revoked: whoever replaced that root said so again.
        Raises SignatureInvalid if no root that is known here signed it, or it revokes nothing.
        """
        try:
            fingerprint, body = unframe(value)
            if not is_version_of(fingerprint, SCHEMA):
                raise SignatureInvalid(Phrase("it shows something that is no record of a key", "所示内容不是密钥记录"))
            record = self._signed(SCHEMA, fingerprint, body, self.roots.ever)
        except (FramingError, Undecodable, SuiteUnknown) as broken:
            raise SignatureInvalid(
                Phrase(
                    f"it shows no record of a key: {broken.message}",
                    f"所示内容不是密钥记录：{broken.message_zh}",
                )
            ) from broken
        said = Revocation.of(record)
        known = self._keys.get(said.key_id)
        if self.roots.is_past(signer_of(body)) and not (known and known.revoked_at):
            raise SignatureInvalid(
                Phrase(
                    f"a former root alone revokes key {said.key_id.hex()}",
                    f"仅有先前的根吊销密钥 {said.key_id.hex()}",
                )
            )
        return said

    def revoking_records(self, kinds: Collection[str], jurisdiction: str, at: int) -> dict[bytes, bytes]:
        """Return by key the records that revoke, as of an instant (ms UTC) or earlier, what such participants there signed with."""
        revoked = (key for kind in kinds for key in self.revoked(kind))
        here = [key.key_id for key in revoked if jurisdiction in key.places]
        return self._revoking.shown(here, key_id(*self.roots.current), at)

    def get(self, key_id_: bytes) -> PublicKey | None:
        """Return a registered key, None if unknown; one of a court, notary or publisher with the jurisdiction of its owner's oldest."""
        key = self._keys.get(key_id_)
        return None if key is None else self.foundings.as_founded(key)

    def all(self) -> list[PublicKey]:
        """Return every key as its own record has it, ended ones included."""
        return list(self._keys.values())

    def superior(self, participant: str) -> str:
        """Return the participant above one now, empty if there is none: who reads along what is sealed to it."""
        return self._superiors.get(participant, "")

    def takeover_on(self, court: str) -> date | None:
        """Return the day on which a court's list came here, None if none is signed: nothing of it is stock then."""
        return self._takeovers.get(court)

    def sealing(self, participant: str, retention: str, now: int) -> PublicKey | None:
        """Return the key that what is kept as `retention` is sealed to now: of those valid, and of a suite that is known here,
        the one of the newest period.
        """
        valid = [
            key
            for key in list(self._keys.values())
            if (key.participant, key.use, key.retention) == (participant, "seal", retention)
            and key.usable_at(now)
            and find_suite(key.suite)
        ]
        return max(valid, key=lambda key: (key.period, key.valid_until or math.inf, key.key_id), default=None)

    def months_left(self, now: int) -> dict[str, int]:
        """Return for everybody with sealing keys how many coming months they have them for (`months_left_of`)."""
        return months_left_of(self.all(), now)

    def serving(self, kind: str, now: int) -> dict[str, frozenset[str]]:
        """Return the participants of a kind with a signing key that is valid now, and the jurisdictions they act in."""
        return {key.participant: key.places for key in self.signing(kind, now)}

    def revoked(self, kind: str) -> list[PublicKey]:
        """Return the signing keys of a kind of participants that were revoked; gates ask this all the time."""
        version, known = self.version, self._revoked.get(kind)
        if known is None or known[0] != version:
            known = version, [key for key in self._signing_keys(kind) if key.revoked_at]
            self._revoked[kind] = known
        return known[1]

    def signing(self, kind: str, now: int) -> list[PublicKey]:
        """Return the signing keys of a kind of participants that are valid now."""
        return [key for key in self._signing_keys(kind) if key.usable_at(now)]

    def _signing_keys(self, kind: str) -> list[PublicKey]:
        keys = list(self._keys.values())
        return [self.foundings.as_founded(key) for key in keys if key.kind == kind and key.use == "sign"]

    @property
    def hash(self) -> bytes:
        """Over all keys on the topic and their ends."""
        return self._read.hash(self.roots.current.suite)

    def ends(self, key_id_: bytes) -> tuple[int, int]:
        """Return until when a key is valid and when it was revoked, ms UTC; 0 = open, or unknown."""
        key = self._keys.get(key_id_)
        return (key.valid_until, key.revoked_at) if key else (0, 0)

    @property
    def signed(self) -> SignedRegister | None:
        """The root's word of the highest number."""
        return self._words.highest

    def vouches(self, at: int) -> bool:
        """Whether the root's highest word counts at an instant, ms UTC; without any there is none that ran out."""
        return self.signed is None or at < self.signed.valid_until

    def standing(self, now: int) -> RegisterStanding:
        """Hold what was read against the words of the root; `now` in ms UTC."""
        raw, suite = self.roots.current
        return RegisterStanding(self.signed, len(self._read), self.hash, tuple(self._problems(now)), key_id(raw, suite))

    def _problems(self, now: int) -> Iterator[RegisterProblem]:
        if self.roots.forked:
            yield RegisterProblem.ROOT_FORKED
        signed = self.signed
        if signed is None:
            if len(self._read):
                yield RegisterProblem.MISSING
            return
        if (signed.hash, signed.keys) != (self.hash, len(self._read)):
            yield RegisterProblem.DIFFERS
        yield from self._words.problems(now)

    def _hear_root(self, fingerprint: bytes, body: bytes, keyring: Keyring, *, on_topic: bool) -> None:
        record = self._signed(signed_register.SCHEMA, fingerprint, body, keyring)
        if self._words.take(SignedRegister.of(record), on_topic=on_topic):
            self._news.append(frame(fingerprint, body, None))

    def _change_root(self, fingerprint: bytes, body: bytes) -> None:
        known = self.roots.count, self.roots.forked
        self.roots.take(decode(fingerprint, body), body)
        if known != (self.roots.count, self.roots.forked):
            self._news.append(frame(fingerprint, body, None))


def _identity(key: PublicKey) -> tuple[object, ...]:
    """Return what a registered key is and is for, which never changes."""
    return key.participant, key.kind, key.use, key.suite, key.public_key, key.retention, key.period


def _of_schema(framed: Iterable[Framed], schema: str) -> list[Framed]:
    return [each for each in framed if is_version_of(each.fingerprint, schema)]
