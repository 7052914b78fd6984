"""Where a participant acts and under whom, as their oldest signing key says, for ever: copies are the same whenever they were made."""

from dataclasses import replace

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase, chinese
from ...schemas.wire.rules import FOUNDED_KINDS
from ...schemas.wire.signing import PublicKey

MOST_LEVELS = 8
"""Of participants above each other; China's courts have four."""


class KeyContradiction(LiandongError):
    """A record the root signed that goes against what is registered."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "KEY_CONTRADICTION",
            message,
            "register a new key; a registered one never changes its owner",
            f"与已登记的密钥相抵触：{chinese(message)}",
            "请登记新的密钥；已登记的密钥不得变更所有者",
        )


class Foundings:
    """The oldest signing key of each participant, and what it says; one thread notes keys, any may ask."""

    def __init__(self) -> None:
        self._oldest: dict[str, PublicKey] = {}
        self._superior_of_key: dict[bytes, str] = {}

    def note(self, new: PublicKey, superior: str) -> None:
        """Note a key that was registered; it founds its owner if it is the oldest for signing, of two the one with the lower id."""
        self._superior_of_key[new.key_id] = superior
        before = self._oldest.get(new.participant)
        if new.use == "sign" and (before is None or before.key_id == new.key_id or _age(new) < _age(before)):
            self._oldest[new.participant] = new

    def require_as_before(self, known: PublicKey, new: PublicKey, superior: str) -> None:
        """Require that a registered key says what it said of where its owner acts and under whom: copies were made by that.

        Raises KEY_CONTRADICTION.
        """
        decides = new.use == "sign" and new.kind in FOUNDED_KINDS
        before = known.jurisdiction, self._superior_of_key[known.key_id]
        if decides and before != (new.jurisdiction, superior):
            raise KeyContradiction(
                Phrase(
                    f"key {new.key_id.hex()} of {known.participant} cannot move to another place or superior",
                    f"{known.participant} 的密钥 {new.key_id.hex()} 不得变更辖区或上级",
                )
            )

    def as_founded(self, key: PublicKey) -> PublicKey:
        """Return a key that acts where its owner's oldest does, if what its owner signs decides what a copy is."""
        founding = self._oldest.get(key.participant) if key.kind in FOUNDED_KINDS else None
        same = founding is None or key.jurisdiction == founding.jurisdiction
        return key if founding is None or same else replace(key, jurisdiction=founding.jurisdiction)

    def key_of(self, participant: str) -> PublicKey | None:
        """Return a participant's oldest signing key, of two the one with the lower id; None if it has none."""
        return self._oldest.get(participant)

    def under(self, participant: str) -> str:
        """Return the participant above one, empty if there is none."""
        key = self.key_of(participant)
        return "" if key is None else self._superior_of_key[key.key_id]

    def above(self, participant: str) -> list[str]:
        """Return everybody who may speak for a participant in lists, the next one first; `MOST_LEVELS` at most."""
        found: list[str] = []
        while len(found) < MOST_LEVELS and (participant := self.under(participant)):
            found.append(participant)
        return found


def _age(key: PublicKey) -> tuple[int, bytes]:
    """Return what orders the keys of a participant: since when they are valid, then their ids."""
    return key.valid_from, key.key_id
