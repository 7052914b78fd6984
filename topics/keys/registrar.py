"""Making participants and changing their keys; what is only read of them stands in `participants`."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import yaml
from filelock import FileLock
from pydantic import ValidationError

from ...schemas.wire.key_register import register_hash
from ...schemas.wire.sealing import SealingKey
from ...schemas.wire.signing import encode_signed
from ...schemas.wire.suites import Signer, signing_key, suite_of
from ..private_files import private_folder, write_private
from ..settings import Settings
from ..workers.chance import Chance
from ..workers.clock import Clock
from . import signed_register
from .key_book import KeyBook, KeyEntry, Use
from .key_files import new_seed, read_seed
from .manifest import Kind, ManifestFields, Participant, ParticipantRefused
from .participants import ESCROW, Participants

_DAY_MS = 86_400_000
OVERLAP_MS = 24 * 3_600_000
"""How long a replaced key stays valid, so that processes that still hold it finish."""


class Registrar(Participants):
    """The store under the state directory, to write: it draws keys, and keeps the book of their validity."""

    def __init__(self, settings: Settings, clock: Clock, chance: Chance) -> None:
        """Open nothing; `new` makes what is missing."""
        super().__init__(settings)
        self.clock = clock
        self.chance = chance

    def new(self, participant: str, kind: Kind, *, suite: str = "", **fields: Unpack[ManifestFields]) -> Participant:
        """Make a participant with its keys; with the first one root, escrow and matching key 1, unless a root is pinned.

        Its keys are of the suite named, else of that of the settings, as root, escrow and matching key always are.
        PARTICIPANT_REFUSED if the id is taken or a field is wrong; SUITE_UNKNOWN.
        """
        suite = suite_of(suite or self.settings.suite).name
        try:
            manifest = Participant.model_validate(
                {"id": participant, "kind": kind, **fields, "created_at": self.clock.now()}
            )
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or participant
            raise ParticipantRefused(f"{where}: {first['msg']}", "see `liandong participant new --help`") from None
        with self._locked():
            if self._manifest(participant).exists():
                raise ParticipantRefused(f"{participant} exists", "choose another id, or rotate its keys")
            if self._pinned is None:
                self._draw_root()
            self._draw_keys(participant, suite)
            self._follow(participant, 0)
            self._write(manifest)
        return manifest

    def keys(self, participant: str) -> list[KeyEntry]:
        """Return the public side of all its keys, oldest first; its manifest and `keys.yaml` are enough to know them."""
        if participant == ESCROW:
            escrow = self.escrow
            return [KeyEntry(use="seal", suite=escrow.suite, public_key=escrow.public_key.hex(), valid_from=0)]
        self.load(participant)
        with self._locked():
            if self._file(participant, "signing.key").exists():
                self._follow(participant, 0)
            return self._book(participant).entries()

    def rotate(
        self, participant: str, *, overlap_ms: int = OVERLAP_MS, compromised_since: int | None = None, suite: str = ""
    ) -> list[KeyEntry]:
        """Draw new signing and sealing keys; the old ones end after the overlap, or are revoked as of when they were compromised.

        They are of the suite named, else of that of the key before. Raises SUITE_UNKNOWN.
        """
        self._active(participant)
        if suite:
            suite_of(suite)
        with self._locked():
            book, sealing = self._book(participant), self._file(participant, "sealing.key")
            self._follow(participant, 0)
            old = SealingKey(*read_seed(sealing))
            former = self._file(participant, f"sealing.{old.key_id.hex()}.key")
            write_private(former, sealing.read_text(encoding="ascii"))
            self._draw_keys(participant, suite or old.suite)
            current = self._follow(participant, overlap_ms)
            if compromised_since is not None:
                book.end(compromised_since, compromised=True, but=current)
            return book.entries()

    def retire(self, participant: str) -> Participant:
        """End a participant and its keys from now on; what it signed before stays valid."""
        manifest = self._active(participant)
        with self._locked():
            self._follow(participant, 0)
            now = self.clock.now()
            self._book(participant).end(now, compromised=False)
            retired = manifest.model_copy(update={"retired_at": now})
            self._write(retired)
        return retired

    def sign_register(self, records: Sequence[Mapping[str, Any]]) -> bytes:
        """Return the root's signed word that its register holds these keys, all there are.

        It is the same bytes again while nothing has changed, until half of its validity has passed; otherwise its number grows.
        """
        validity, now, content = (
            round(self.settings.key_register_days * _DAY_MS),
            self.clock.now(),
            register_hash(records),
        )
        with self._locked():
            path = self._root / "register.yaml"
            said: dict[str, Any] = {"number": 0, "hash": ""}
            if path.exists():
                said = yaml.safe_load(path.read_text(encoding="utf-8"))
            if said["hash"] != content.hex() or said["valid_until"] - now < validity / 2:
                times = {"issued_at": now, "valid_until": now + validity}
                said = {"number": said["number"] + 1, "keys": len(records), "hash": content.hex(), **times}
                write_private(path, yaml.safe_dump(said, sort_keys=False))
        fields = {**said, "hash": content}
        return encode_signed(signed_register.SCHEMA, fields, signed_register.SCHEMA, self.root_signer())

    def _draw_root(self) -> None:
        """Draw root, escrow and matching key 1, each if it is missing."""
        secret_files = (
            self._root / "signing.key",
            self._root / "escrow.key",
            self.settings.state_dir / "matching" / "1.key",
        )
        for path in secret_files:
            if not path.exists() and not (path.parent.name == "matching" and self.settings.matching_key_file):
                new_seed(path, self.chance, self.settings.suite)
        write_private(self._root / "public.key", f"{self.root_public_key}\n")

    def _draw_keys(self, participant: str, suite: str) -> None:
        for name in ("signing", "sealing"):
            new_seed(self._file(participant, f"{name}.key"), self.chance, suite)

    def _follow(self, participant: str, overlap: int) -> frozenset[bytes]:
        """Bring the book up to the private files; return the ids of the current keys."""
        book, now = self._book(participant), self.clock.now()
        signing = signing_key(*read_seed(self._file(participant, "signing.key")))
        sealing = SealingKey(*read_seed(self._file(participant, "sealing.key")))
        current: tuple[tuple[Use, Signer | SealingKey], ...] = (("sign", signing), ("seal", sealing))
        for use, key in current:
            book.note(KeyEntry(use=use, suite=key.suite, public_key=key.public_key.hex(), valid_from=now), overlap)
        return frozenset(key.key_id for _, key in current)

    def _active(self, participant: str) -> Participant:
        manifest = self.load(participant)
        if manifest.retired_at:
            raise ParticipantRefused(
                f"{participant} is retired", "make a new participant; an ended id never comes back"
            )
        return manifest

    def _book(self, participant: str) -> KeyBook:
        return KeyBook(self._file(participant, "keys.yaml"))

    def _write(self, participant: Participant) -> None:
        text = yaml.safe_dump(participant.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        write_private(self._manifest(participant.id), text)

    def _locked(self) -> FileLock:
        return FileLock(private_folder(self._folder) / ".lock")
