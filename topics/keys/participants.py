"""The participants of this installation: who they are, and the keys that lie on this machine.

Under `state_dir`: in `root` the files `signing.key` and `public.key`; in `matching` a `<key id>.key` each; in
`participants/<id>`, for the audit escrow too, `manifest.yaml`, `keys.yaml`, `signing.key`, `sealing.key` and `erasures.yaml`;
in `register` what was read of the register of keys. The root signs the public halves of all others; it belongs on a machine
of its own (see docs/decisions/0010-participants-and-keys.md), and its public half is pinned everywhere else: by the setting
`root_public_key`, or by a copy of `root/public.key`, which stands there without the private ones.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.files.plain_yaml import own_yaml
from ...schemas.people.surrogates import MatchingKey
from ...schemas.problems import Text, UsageProblem
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import Signer, signing_key, suite_of
from ...schemas.wrong_shape import shape_of
from ..catalogue.families import TopicScope
from ..settings import Settings
from .key_files import StoredKey, read_key, read_seed
from .kind_words import KIND_WORDS
from .manifest import Participant
from .root_changes import changes_of_roots
from .roots import RootChain
from .sealing_file import SealingFile

ESCROW = "escrow"
"""The participant id of the audit escrow, which has sealing keys and nothing else."""
Everybody = list[Participant]
MatchingKeys = list[MatchingKey]
_MATCHING_FILE = re.compile(r"([1-9][0-9]{0,8})\.key\Z")


class ParticipantUnknown(UsageProblem):
    """Nobody of this machine, or nobody of the kind that is wanted."""

    texts: ClassVar[dict[str, Text]] = {
        "PARTICIPANT_UNKNOWN": Text(
            "there is no participant {participant} on this machine",
            "see `liandong participant list`, or make it with `liandong participant new`",
            "本机没有参与方 {participant}",
            "请用 `liandong participant list` 查看，或用 `liandong participant new` 建立",
        ),
        "COURT_UNKNOWN": Text(
            "{participant} is no court but {kind}",
            "name a court of this machine",
            "{participant} 的身份是 {kind}，不是法院",
            "请填写本机的一家法院",
        ),
    }


class Participants:
    """The store under the state directory, to read; `Registrar` writes it."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing."""
        self.settings = settings
        self._folder = settings.state_dir / "participants"
        self._root = settings.state_dir / "root"

    def load(self, participant: str) -> Participant:
        """Read one participant. Raises ParticipantUnknown."""
        path = self._manifest(participant)
        if participant not in (known.name for known in self._folder.glob("*")) or not path.exists():
            raise ParticipantUnknown("PARTICIPANT_UNKNOWN", participant=participant)
        try:
            return Participant.model_validate(own_yaml(path.read_bytes()))
        except ValueError as error:
            raise LiandongError(
                "MANIFEST_BROKEN",
                f"{path}: {error}",
                "mend the file; it is plain YAML",
                f"{path}：{shape_of(error).zh}",
                "请改正该文件，其格式为 YAML",
            ) from error

    def court(self, participant: str) -> Participant:
        """Read a court. Raises ParticipantUnknown, also for one who is no court."""
        found = self.load(participant)
        if found.kind != "court":
            raise ParticipantUnknown("COURT_UNKNOWN", participant=participant, kind=KIND_WORDS[found.kind])
        return found

    def list(self) -> Everybody:
        """Read all participants on this machine, by id."""
        return [self.load(path.parent.name) for path in sorted(self._folder.glob("*/manifest.yaml"))]

    def signer(self, participant: str) -> Signer:
        """Return its current signing key."""
        self.load(participant)
        return signing_key(*read_seed(self.file(participant, "signing.key")))

    def sealing_keys(self, participant: str) -> SealingFile:
        """Return its sealing keys: those of this period, of coming ones, and of past ones that are not erased yet.

        Raises SuiteUnknown if one of them is of a suite that is not known here.
        """
        if participant != ESCROW:
            self.load(participant)
        file = SealingFile(self.file(participant, "sealing.key"))
        for line in file.lines():
            if not line.erased:
                suite_of(line.suite)
        return file

    def root_signer(self) -> Signer:
        """Return the root's signing key. Raises ROOT_ELSEWHERE if it is not this machine that holds the pinned one."""
        signer = signing_key(*read_seed(self._root / "signing.key"))
        pinned = self._pinned
        if pinned is not None and self._successor_of(pinned) != StoredKey(signer.public_key, signer.suite):
            raise WrongUsage(
                "ROOT_ELSEWHERE",
                "the root key on this machine is not the one that is pinned",
                "run this where the pinned root is kept",
                "本机的根密钥不是所固定的根密钥",
                "请在保管所固定根密钥的机器上执行",
            )
        return signer

    @property
    def root_public_key(self) -> StoredKey:
        """The pinned root key, else that of the root on this machine. Raises SuiteUnknown."""
        pinned = self._pinned
        if pinned is None:
            signer = self.root_signer()
            return StoredKey(signer.public_key, signer.suite)
        suite_of(pinned.suite)  # asked here, so that whoever starts hears of it and not of a register without keys
        return pinned

    @property
    def root_folder(self) -> Path:
        """Where the root's key and books are, on its own machine; elsewhere at most its public half."""
        return self._root

    def _successor_of(self, pinned: StoredKey) -> StoredKey:
        """Return the root that has taken the place of a pinned one by the changes this machine keeps. Raises ROOT_BOOKS_BROKEN."""
        chain = RootChain(pinned)
        for change in changes_of_roots(self._root):
            with suppress(SignatureInvalid):
                chain.take(*change)
        return chain.current

    @property
    def _pinned(self) -> StoredKey | None:
        """The root this machine trusts although it need not hold it."""
        if self.settings.root_public_key:
            return StoredKey.parse(self.settings.root_public_key)
        path = self._root / "public.key"
        return read_key(path) if path.exists() and not (self._root / "signing.key").exists() else None

    def matching_keys(self) -> MatchingKeys:
        """Return the keys of surrogates, newest last. Raises MATCHING_KEY_MISSING, SuiteUnknown."""
        configured = self.settings.matching_key_file
        place = self.settings.state_dir / "matching" if configured is None else configured
        files = [place] if place.is_file() else sorted(place.glob("*.key"))
        numbered = [(int(parts[1]), path) for path in files if (parts := _MATCHING_FILE.match(path.name))]
        if not numbered:
            raise WrongUsage(
                "MATCHING_KEY_MISSING",
                f"no key of surrogates at {place}",
                "put the file <number>.key there that the administrator handed out (matching_key_file names another place)",
                f"{place} 没有生成代称的密钥",
                "请把管理员下发的 <number>.key 文件放到该处（matching_key_file 可指定其他位置）",
            )
        keys = [MatchingKey(number, *read_seed(path)) for number, path in sorted(numbered)]
        for key in keys:
            suite_of(key.suite)
        return keys

    def _manifest(self, participant: str) -> Path:
        return self.file(participant, "manifest.yaml")

    def file(self, participant: str, name: str) -> Path:
        """Return the path of one of a participant's files."""
        return self._folder / participant / name


def registered_scope(settings: Settings) -> TopicScope:
    """Name the jurisdictions and agencies of the participants on this machine that are not retired."""
    active = [one for one in Participants(settings).list() if not one.retired_at]
    return TopicScope(
        frozenset(place for one in active for place in one.jurisdictions),
        frozenset(one.id for one in active if one.kind == "agency"),
    )
