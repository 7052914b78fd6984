"""The root's own books, on the machine that keeps its private key: what it said of the register, and what it was before."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from filelock import FileLock
from pydantic import BaseModel, Field

from ...schemas.files.plain_yaml import own_yaml
from ...schemas.wire.key_register import register_hash
from ...schemas.wire.signing import encode_signed
from ...schemas.wire.suites import Signer, signing_key, suite_of
from ..private_files import private_folder, write_private
from ..workers.chance import Chance
from ..workers.clock import Clock
from . import signed_register
from .key_files import StoredKey, new_seed, read_seed
from .participants import Participants
from .root_changes import RootBooksBroken, changes_of_roots
from .roots import change_of_roots
from .signed_register import SignedRegister

_DAY_MS = 86_400_000
_Number = Annotated[int, Field(strict=True, ge=0, lt=1 << 53)]


class _Said(BaseModel):
    """What stands in `register.yaml`: the root's last word, or with an empty hash the number alone that it had."""

    number: _Number
    keys: _Number = 0
    hash: str = Field(pattern=r"^([0-9a-f]{2})*$")
    issued_at: _Number = 0
    valid_until: _Number = 0


_NOTHING = _Said(number=0, hash="").model_dump()


class RootBooks:
    """Signs what the register holds, numbered without a gap, and lets another root key take the place of this one."""

    def __init__(self, participants: Participants, clock: Clock) -> None:
        """Open nothing."""
        self._participants, self._clock = participants, clock
        self._folder = participants.root_folder
        self._path = self._folder / "register.yaml"

    def sign(self, records: Sequence[Mapping[str, Any]], *, anew: bool = False) -> bytes:
        """Return the root's signed word that its register holds these keys, all there are.

        It is the same bytes again while nothing has changed, until half of its validity has passed; otherwise, or if it is to be
        said anew, its number grows. Raises ROOT_ELSEWHERE, ROOT_BOOKS_BROKEN.
        """
        root, now = self._participants.root_signer(), self._clock.now()
        validity = round(self._participants.settings.key_register_days * _DAY_MS)
        content = register_hash(records, root.suite)
        with self._locked():
            said = self._said()
            if anew or said["hash"] != content.hex() or said["valid_until"] - now < validity / 2:
                times = {"issued_at": now, "valid_until": now + validity}
                said = {"number": said["number"] + 1, "keys": len(records), "hash": content.hex(), **times}
                write_private(self._path, yaml.safe_dump(said, sort_keys=False))
        fields = {**said, "hash": content}
        return encode_signed(signed_register.SCHEMA, fields, signed_register.SCHEMA, root)

    def said(self) -> SignedRegister | None:
        """Return what the root said last, None before it said anything. Raises ROOT_BOOKS_BROKEN."""
        with self._locked():
            said = self._said()
        return SignedRegister.of({**said, "hash": bytes.fromhex(said["hash"])}) if said["hash"] else None

    def level_with(self, read: SignedRegister | None) -> None:
        """Bring the books level with the highest word on the topic: books that were put back must not give a number twice."""
        with self._locked():
            said = self._said()
            if read is None or (read.number, read.hash.hex()) == (said["number"], said["hash"]):
                return
            if read.number >= said["number"]:
                write_private(self._path, yaml.safe_dump({"number": read.number, "hash": ""}, sort_keys=False))

    def replace_root(self, chance: Chance, suite: str = "") -> StoredKey:
        """Draw another root key, have both sign that it takes this one's place, and keep it instead; return its public half.

        A crash leaves one of them, and the next call goes on where it was. Raises ROOT_ELSEWHERE, SUITE_UNKNOWN.
        """
        former, waiting = self._participants.root_signer(), self._folder / "next.key"
        with self._locked():
            if not waiting.exists():
                new_seed(waiting, chance, suite_of(suite or former.suite).name)
            new = signing_key(*read_seed(waiting))
            if new.key_id != former.key_id:  # else the crash came after the last step but one
                self._note_change(former, new)
                write_private(self._folder / "signing.key", f"{read_seed(waiting)}\n")
            public = StoredKey(new.public_key, new.suite)
            write_private(self._folder / "public.key", f"{public}\n")
            waiting.unlink()
        return public

    def _note_change(self, former: Signer, new: Signer) -> None:
        changes = changes_of_roots(self._folder)
        body = change_of_roots(former, new, self._clock.now())
        write_private(_numbered(self._folder, len(changes) + 1), body.hex())
        number = self._said()["number"]
        write_private(self._path, yaml.safe_dump({"number": number, "hash": ""}, sort_keys=False))

    def _said(self) -> Mapping[str, Any]:
        """Raises ROOT_BOOKS_BROKEN."""
        if not self._path.exists():
            return _NOTHING
        try:
            return _Said.model_validate(own_yaml(self._path.read_bytes())).model_dump()
        except ValueError as broken:
            raise RootBooksBroken(self._path, broken) from broken

    def _locked(self) -> FileLock:
        return FileLock(private_folder(self._folder) / ".lock")


def _numbered(folder: Path, number: int) -> Path:
    return folder / "changes" / f"{number:04}.hex"
