"""What in the log is whose: read once more by signature and place, whatever else somebody wrote between."""

from typing import Any

from liandong.producers.register.register import Register
from liandong.schemas.errors import LiandongError
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import PublicKey, SignatureInvalid, verify
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.court_office import JURISDICTION, Logged
from liandong.tests.worlds.records import Keys
from liandong.tests.worlds.register_updates import all_updates
from liandong.topics.catalogue import names
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings
from liandong.topics.transport.partitioner import partition_of
from liandong.topics.workers.clock import SystemClock


def readable(value: bytes) -> dict[str, Any]:
    """Return what a value says; nothing if nobody can read it."""
    try:
        return from_wire(value)
    except (LiandongError, ValueError, KeyError):
        return {}


class Signatures:
    """Everything the keys of one participant have signed, those it has no more among them."""

    def __init__(self, settings: Settings, participant: str, kind: str) -> None:
        """Take the keys from the books of the participant."""
        known = Registrar(settings, SystemClock(), CHANCE).keys(participant)
        self._keys = Keys(
            *(
                PublicKey(each.key_id, participant, kind, JURISDICTION, "sign", raw, suite=each.suite)
                for each in known
                if each.use == "sign" and (raw := bytes.fromhex(each.public_key))
            )
        )

    def hold(self, value: bytes, context: str) -> bool:
        """Whether one of them signed a value."""
        try:
            verify(unframe(value)[1], context, self._keys, 0)
        except (LiandongError, SignatureInvalid):
            return False
        return True


class Accepted:
    """What the court accepted, and which records of a list are it."""

    def __init__(self, register: Register, signatures: Signatures, partitions: int) -> None:
        """`partitions` are those of a list."""
        self.updates = {one.update_id: (one.entry_id, one.version) for one in all_updates(register)}
        self._signatures, self._partitions = signatures, partitions

    def newest(self) -> dict[bytes, tuple[bytes, int]]:
        """Return the last update of each entry: what a list holds that was made again."""
        highest = dict(sorted(self.updates.values()))
        return {update: what for update, what in self.updates.items() if highest[what[0]] == what[1]}

    def has(self, one: Logged) -> bool:
        """Whether a record is one of them and stands where it belongs."""
        record = one.record
        if self.updates.get(record.get("update_id", b"")) != (one.key, record.get("version")):
            return False
        topic = names.state_topic(record["instrument"], JURISDICTION)
        place = (topic, partition_of(one.key, self._partitions))
        return one.at == place and self._signatures.hold(one.value, topic)


class Markers:
    """What notaries and the publisher put between the records of a list."""

    def __init__(self, settings: Settings, notary: str, publisher: str) -> None:
        """Take their keys."""
        self._barriers = Signatures(settings, notary, "notary")
        self._checkpoints = Signatures(settings, publisher, "publisher")

    def has(self, one: Logged) -> bool:
        """Whether a record is one, and stands where its writer put it."""
        if one.at != (one.record.get("topic"), one.record.get("partition")):
            return False
        return self._barriers.hold(one.value, "barrier") or self._checkpoints.hold(one.value, "court-checkpoint")
