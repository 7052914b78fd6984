"""The root keys an installation has had: the pinned one, and those that took its place by records both had signed.

Behind a change the new root's signature counts alone. Who pins a root that is no longer the last follows the changes on the
topic; who pins the last one learns from the same records which came before it. Of two changes of one root the first that was
read counts for ever, and the other is named: somebody else has that root's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...schemas.phrases import Phrase
from ...schemas.wire.codec import encode
from ...schemas.wire.signing import PROOF_LENGTH, Keyring, PublicKey, SignatureInvalid, Signer, prove, verify
from ...schemas.wire.suites import key_id
from .key_files import StoredKey

SCHEMA = "root-change"
"""Schema, and context of both signatures."""
KEY_PREFIX = b"root/"
"""Its key on the topic is this and the new root's key id in hexadecimal: changes are kept one beside the other."""


@dataclass(frozen=True, slots=True)
class KeyringOfRoots:
    """A keyring of some root keys and nobody else's."""

    keys: Mapping[bytes, PublicKey]

    def key(self, key_id_: bytes) -> PublicKey | None:
        """Return one of them."""
        return self.keys.get(key_id_)


class RootChain:
    """Root keys in the order in which they took each other's place."""

    def __init__(self, pinned: StoredKey) -> None:
        self._keys = [_as_key(pinned)]
        self.forked = False
        """Whether a root has signed two successors."""

    @property
    def current(self) -> StoredKey:
        """The root whose signature counts now."""
        return StoredKey(self._keys[-1].public_key, self._keys[-1].suite)

    @property
    def count(self) -> int:
        """How many roots are known."""
        return len(self._keys)

    @property
    def now(self) -> Keyring:
        """The current root."""
        return KeyringOfRoots({self._keys[-1].key_id: self._keys[-1]})

    @property
    def ever(self) -> Keyring:
        """The current root and all before it."""
        return KeyringOfRoots({key.key_id: key for key in self._keys})

    def is_past(self, key_id_: bytes) -> bool:
        """Whether a key was a root once and is none any more."""
        return any(key.key_id == key_id_ for key in self._keys[:-1])

    def take(self, record: Mapping[str, Any], body: bytes) -> bool:
        """Take a change of roots; return whether another root counts now. Raises SignatureInvalid."""
        former, new = (
            _as_key(StoredKey(record["former_key"], record["former_suite"])),
            _as_key(StoredKey(record["public_key"], record["suite"])),
        )
        verify(body, SCHEMA, KeyringOfRoots({former.key_id: former}), 0)
        verify(body[PROOF_LENGTH:], SCHEMA, KeyringOfRoots({new.key_id: new}), 0)
        ids = [key.key_id for key in self._keys]
        if former.key_id == ids[-1] and new.key_id not in ids:
            self._keys.append(new)
            return True
        if former.key_id in ids[:-1]:
            self.forked = self.forked or new.key_id != ids[ids.index(former.key_id) + 1]
        elif new.key_id == ids[0] and former.key_id not in ids:
            self._keys.insert(0, former)
        else:
            raise SignatureInvalid(
                Phrase(
                    f"the root {former.key_id.hex()} it replaces is none that counts here",
                    f"其所更替的根 {former.key_id.hex()} 在此无效",
                )
            )
        return False


def change_of_roots(former: Signer, new: Signer, issued_at: int) -> bytes:
    """Return the body of the record by which one root takes another's place."""
    fields = {
        "proof": bytes(PROOF_LENGTH),
        "successor_proof": bytes(PROOF_LENGTH),
        "former_suite": former.suite,
        "former_key": former.public_key,
        "suite": new.suite,
        "public_key": new.public_key,
        "issued_at": issued_at,
    }
    by_the_new, _ = prove(encode(SCHEMA, fields)[2 * PROOF_LENGTH :], SCHEMA, new)
    return prove(by_the_new, SCHEMA, former)[0]


def _as_key(stored: StoredKey) -> PublicKey:
    root_id = key_id(stored.raw, stored.suite)
    return PublicKey(root_id, "root", "root", "", "sign", stored.raw, suite=stored.suite)
