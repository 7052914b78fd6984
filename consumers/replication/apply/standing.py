# mypyc: compile
"""Whether a record stands where another one stands already: the rows of `schemas/wire/rules.json`, asked for as little as decides.

Signatures are dear and most records are the first of their entry, so what stands is not always proven: the first record under a
key is taken as it comes, and proven before it blocks anybody. Here that is made up for: what does not hold never stands in the
way of what does, whatever its version. The notary's count is written apart, by the table itself.
"""

from ....schemas.wire.codec import GatePrefix, decode_prefix
from ....schemas.wire.signing import SignatureInvalid
from ....topics.transport.ports import Message
from ...store.values import HEADER_LENGTH, body_of, body_of_raw, fingerprint_of, opaque_of
from .lane_work import LaneWork

_CONTENT = HEADER_LENGTH + 72


class Standing:
    """Judges what comes to a place of one lane against what stands there."""

    def __init__(self, work: LaneWork) -> None:
        self._work = work

    def takes(self, message: Message, old: bytes, value: bytes, version: int) -> bool:
        """Return whether a record that can be read takes the place of `old`; what it is refused for is noted."""
        work = self._work
        if value == old:
            work.lane.stale += 1
            return False
        new = decode_prefix(body_of(value))
        if version <= self._version(old):
            if self.holds(old):
                self._note_same(message, old, value, version)
                return False
            return self._proven(message, value, new)
        return self._proven(message, value, new) and self._follows(message, old, new)

    def takes_unreadable(self, message: Message, old: bytes, new: GatePrefix) -> bool:
        """Return whether a proven record of a later schema takes the place of `old`."""
        if new["version"] <= self._version(old) and self.holds(old):
            self._work.lane.stale += 1
            return False
        return self._follows(message, old, new)

    def _follows(self, message: Message, old: bytes, new: GatePrefix) -> bool:
        """Return whether whoever signed a proven record may replace what stands; only what holds is anybody's."""
        held = self._prefix(old)
        if self._work.context.verifier.follows(held, new) or not self.holds(old):
            return True
        self._refuse(message, "foreign", f"{new['court']} may not say what becomes of an entry of {held['court']}")
        return False

    def _note_same(self, message: Message, old: bytes, value: bytes, version: int) -> None:
        self._work.lane.stale += 1
        if version == self._version(old) and old[_CONTENT:] != value[_CONTENT:] and self._refusal(value) is None:
            self._work.note("conflict", message, "the same version came twice with different content")

    def _proven(self, message: Message, value: bytes, prefix: GatePrefix) -> bool:
        refused = self._refusal(value, prefix)
        if refused is not None:
            self._refuse(message, "wrong-signature", refused)
        return refused is None

    def _refuse(self, message: Message, kind: str, why: str) -> None:
        self._work.lane.refused += 1
        self._work.note(kind, message, why)

    def holds(self, stands: bytes) -> bool:
        """Return whether what stands is proven; what cannot be read was, or it would not stand."""
        return opaque_of(stands) is not None or self._refusal(stands) is None

    def _refusal(self, value: bytes, prefix: GatePrefix | None = None) -> str | None:
        """Return why a readable record does not hold here, None if it does."""
        work, body = self._work, body_of(value)
        try:
            known = prefix or decode_prefix(body)
            work.context.verifier.in_list(work.list_place, fingerprint_of(value), body, known)
        except SignatureInvalid as refused:
            return refused.message
        return None

    def _version(self, stands: bytes) -> int:
        return self._prefix(stands)["version"]

    @staticmethod
    def _prefix(stands: bytes) -> GatePrefix:
        """Return the gate prefix of what stands, which a record of a later schema has, too."""
        opaque = opaque_of(stands)
        return decode_prefix(body_of(stands) if opaque is None else body_of_raw(opaque))
