"""The participants of this installation: who they are, and the keys that lie on this machine.

`<state_dir>/root/{signing,escrow,public}.key` · `matching/<key id>.key` · `participants/<id>/{manifest.yaml, keys.yaml,
signing.key, sealing.key, sealing.<key id>.key}`. The root signs the public halves of all others; it belongs on a machine
of its own (see docs/decisions/0010-participants-and-keys.md), and its public half is pinned everywhere else: by the setting
`root_public_key`, or by a copy of `root/public.key`, which stands there without the private ones.
"""

import re
from pathlib import Path
from typing import Unpack

import yaml
from filelock import FileLock
from pydantic import ValidationError

from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.sealing import SealingKey
from ...schemas.wire.signing import Ed25519Signer
from ..catalogue.families import TopicScope
from ..private_files import private_folder, write_private
from ..settings import Settings
from ..workers.clock import Clock, SystemClock
from .key_book import KeyBook, KeyEntry, Use
from .key_files import new_seed, read_seed
from .manifest import Kind, ManifestFields, Participant, ParticipantRefused

ESCROW = "escrow"
"""The participant id of the audit escrow, which has a sealing key and nothing else."""
OVERLAP_MS = 24 * 3_600_000
"""How long a replaced key stays valid, so that processes that still hold it finish."""
Everybody = list[Participant]
KeyEntries = list[KeyEntry]
MatchingKeys = list[MatchingKey]
SealingKeys = list[SealingKey]
_MATCHING_FILE = re.compile(r"([1-9][0-9]{0,8})\.key\Z")


class Participants:
    """The store under the state directory."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Open nothing; `new` makes what is missing."""
        self.settings = settings
        self.clock = clock or SystemClock()
        self._folder = settings.state_dir / "participants"
        self._root = settings.state_dir / "root"

    def new(self, participant: str, kind: Kind, **fields: Unpack[ManifestFields]) -> Participant:
        """Make a participant with its keys; with the first one root, escrow and matching key 1, unless a root is pinned.

        PARTICIPANT_REFUSED if the id is taken or a field is wrong.
        """
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
            for name in ("signing", "sealing"):
                new_seed(self._file(participant, f"{name}.key"))
            self._follow(participant, 0)
            self._write(manifest)
        return manifest

    def load(self, participant: str) -> Participant:
        """Read one participant. Raises PARTICIPANT_UNKNOWN."""
        path = self._manifest(participant)
        if participant not in (known.name for known in self._folder.glob("*")) or not path.exists():
            raise WrongUsage(
                "PARTICIPANT_UNKNOWN",
                f"there is no participant {participant!r} on this machine",
                "see `liandong participant list`, or make it with `liandong participant new`",
            )
        try:
            return Participant.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (ValidationError, yaml.YAMLError) as error:
            raise LiandongError("MANIFEST_BROKEN", f"{path}: {error}", "mend the file; it is plain YAML") from error

    def list(self) -> Everybody:
        """Read all participants on this machine, by id."""
        return [self.load(path.parent.name) for path in sorted(self._folder.glob("*/manifest.yaml"))]

    def signer(self, participant: str) -> Ed25519Signer:
        """Return its current signing key."""
        self.load(participant)
        return Ed25519Signer(read_seed(self._file(participant, "signing.key")))

    def sealing_keys(self, participant: str) -> SealingKeys:
        """Return all its sealing keys, the current one first: older ones open what was sealed before a rotation."""
        self.load(participant)
        current = SealingKey(read_seed(self._file(participant, "sealing.key")))
        older = [SealingKey(read_seed(path)) for path in (self._folder / participant).glob("sealing.*.key")]
        return [current, *(key for key in older if key.key_id != current.key_id)]

    def keys(self, participant: str) -> KeyEntries:
        """Return the public side of all its keys, oldest first; its manifest and `keys.yaml` are enough to know them."""
        if participant == ESCROW:
            return [KeyEntry(use="seal", public_key=self.escrow.public_key.hex(), valid_from=0)]
        self.load(participant)
        with self._locked():
            if self._file(participant, "signing.key").exists():
                self._follow(participant, 0)
            return self._book(participant).entries()

    def rotate(
        self, participant: str, *, overlap_ms: int = OVERLAP_MS, compromised_since: int | None = None
    ) -> KeyEntries:
        """Draw new signing and sealing keys; the old ones end after the overlap, or are revoked as of when they were compromised."""
        self._active(participant)
        with self._locked():
            book, sealing = self._book(participant), self._file(participant, "sealing.key")
            self._follow(participant, 0)
            old = SealingKey(read_seed(sealing))
            former = self._file(participant, f"sealing.{old.key_id.hex()}.key")
            write_private(former, sealing.read_text(encoding="ascii"))
            for name in ("signing", "sealing"):
                new_seed(self._file(participant, f"{name}.key"))
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

    def root_signer(self) -> Ed25519Signer:
        """Return the root's signing key. Raises ROOT_ELSEWHERE if it is not this machine that holds the pinned one."""
        signer = Ed25519Signer(read_seed(self._root / "signing.key"))
        if self._pinned not in (None, signer.public_key):
            raise WrongUsage(
                "ROOT_ELSEWHERE",
                "the root key on this machine is not the one that is pinned",
                "run this where the pinned root is kept",
            )
        return signer

    @property
    def root_public_key(self) -> bytes:
        """The pinned root key, else that of the root on this machine."""
        return self._pinned or self.root_signer().public_key

    @property
    def _pinned(self) -> bytes | None:
        """The root this machine trusts although it need not hold it."""
        if self.settings.root_public_key:
            return bytes.fromhex(self.settings.root_public_key)
        path = self._root / "public.key"
        return read_seed(path) if path.exists() and not (self._root / "signing.key").exists() else None

    @property
    def escrow(self) -> SealingKey:
        """The audit escrow's sealing key."""
        return SealingKey(read_seed(self._root / "escrow.key"))

    def matching_keys(self) -> MatchingKeys:
        """Return the keys of surrogates, newest last. Raises MATCHING_KEY_MISSING."""
        configured = self.settings.matching_key_file
        place = self.settings.state_dir / "matching" if configured is None else configured
        files = [place] if place.is_file() else sorted(place.glob("*.key"))
        numbered = [(int(parts[1]), path) for path in files if (parts := _MATCHING_FILE.match(path.name))]
        if not numbered:
            raise WrongUsage(
                "MATCHING_KEY_MISSING",
                f"no key of surrogates at {place}",
                "put the file <number>.key there that the administrator handed out (matching_key_file names another place)",
            )
        return [MatchingKey(number, read_seed(path)) for number, path in sorted(numbered)]

    def _draw_root(self) -> None:
        """Draw root, escrow and matching key 1, each if it is missing."""
        secret_files = (
            self._root / "signing.key",
            self._root / "escrow.key",
            self.settings.state_dir / "matching" / "1.key",
        )
        for path in secret_files:
            if not path.exists() and not (path.parent.name == "matching" and self.settings.matching_key_file):
                new_seed(path)
        write_private(self._root / "public.key", self.root_signer().public_key.hex() + "\n")

    def _follow(self, participant: str, overlap: int) -> frozenset[bytes]:
        """Bring the book up to the private files; return the ids of the current keys."""
        book, now = self._book(participant), self.clock.now()
        public: dict[Use, bytes] = {
            "sign": Ed25519Signer(read_seed(self._file(participant, "signing.key"))).public_key,
            "seal": SealingKey(read_seed(self._file(participant, "sealing.key"))).public_key,
        }
        for use, key in public.items():
            book.note(use, key, now, overlap)
        return frozenset(
            entry.key_id for entry in book.entries() if entry.public_key in {key.hex() for key in public.values()}
        )

    def _active(self, participant: str) -> Participant:
        manifest = self.load(participant)
        if manifest.retired_at:
            raise ParticipantRefused(
                f"{participant} is retired", "make a new participant; an ended id never comes back"
            )
        return manifest

    def _book(self, participant: str) -> KeyBook:
        return KeyBook(self._file(participant, "keys.yaml"))

    def _manifest(self, participant: str) -> Path:
        return self._file(participant, "manifest.yaml")

    def _file(self, participant: str, name: str) -> Path:
        return self._folder / participant / name

    def _write(self, participant: Participant) -> None:
        text = yaml.safe_dump(participant.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        write_private(self._manifest(participant.id), text)

    def _locked(self) -> FileLock:
        return FileLock(private_folder(self._folder) / ".lock")


def registered_scope(settings: Settings) -> TopicScope:
    """Name the jurisdictions and agencies of the participants on this machine that are not retired."""
    active = [one for one in Participants(settings).list() if not one.retired_at]
    return TopicScope(
        frozenset(place for one in active for place in one.jurisdictions),
        frozenset(one.id for one in active if one.kind == "agency"),
    )
