"""Making participants and changing their keys; what is only read of them stands in `participants`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Unpack

import yaml
from filelock import FileLock
from pydantic import ValidationError

from ...schemas.dates import date_of_ms
from ...schemas.law.retention import Period, opened_by
from ...schemas.phrases import Phrase
from ...schemas.wire.rules import FOUNDED_KINDS
from ...schemas.wire.signing import PublicKey
from ...schemas.wire.suites import signing_key, suite_of
from ...schemas.wrong_shape import model_fault
from ..private_files import private_folder, write_private
from ..settings import Settings
from ..workers.chance import Chance
from ..workers.clock import Clock
from .key_book import KeyBook, KeyEntry
from .key_files import SEED_LENGTH, StoredKey, new_seed, read_seed
from .known_keys import KnownKeys
from .manifest import Kind, ManifestFields, Participant
from .manifest_problems import ParticipantRefused
from .participants import ESCROW, Participants
from .root_books import RootBooks
from .sealing_file import PeriodKey, SealingFile
from .takeover import earliest, require_takeover, takeover_day

OVERLAP_MS = 24 * 3_600_000
"""How long a replaced key stays valid, so that processes that still hold it finish."""
MONTHS_AHEAD = 12
"""Coming months a participant gets sealing keys for at once: the root that must sign them is seldom at hand."""
ENOUGH_MONTHS = 2
"""With fewer coming months left a participant is to renew."""

PeriodsToDraw = Callable[[Sequence[PeriodKey], str], list[Period]]
"""Which periods of a retention kind get a new key, given the keys that are there."""


class Registrar(Participants):
    """The store under the state directory, to write: it draws keys, and keeps the book of their validity."""

    def __init__(self, settings: Settings, clock: Clock, chance: Chance, months_ahead: int = MONTHS_AHEAD) -> None:
        """Open nothing; `new` makes what is missing, sealing keys for so many coming months."""
        super().__init__(settings)
        self.clock = clock
        self.chance = chance
        self.months_ahead = months_ahead

    def new(self, participant: str, kind: Kind, *, suite: str = "", **fields: Unpack[ManifestFields]) -> Participant:
        """Make a participant with its keys; with the first one root, escrow and matching key 1, unless a root is pinned.

        Its keys are of the suite named, else of that of the settings, as root, escrow and matching key always are.
        PARTICIPANT_REFUSED if the id is taken or a field is wrong; SUITE_UNKNOWN.
        """
        suite = suite_of(suite or self.settings.suite).name
        if day := fields.get("takeover_on"):
            require_takeover(participant, day, date_of_ms(self.clock.now()), None)
        manifest = _validated({"id": participant, "kind": kind, **fields, "created_at": self.clock.now()})
        if manifest.kind == "approver" and not manifest.superior:
            raise ParticipantRefused(
                Phrase(f"{participant} approves for no court", f"{participant} 未说明为哪家法院审批"),
                Phrase("name its court with --superior ID", "请用 --superior 编号 指明所属法院"),
            )
        with self._locked():
            if self._manifest(participant).exists():
                raise ParticipantRefused(
                    Phrase(f"{participant} exists", f"{participant} 已存在"),
                    Phrase("choose another id, or rotate its keys", "请换用其他编号，或更换其密钥"),
                )
            if self._pinned is None:
                self._draw_root()
            new_seed(self.file(participant, "signing.key"), self.chance, suite)
            self._draw_sealing(participant, manifest.kind, suite, self._missing_periods)
            self._follow(participant, 0)
            self._write(manifest)
        return manifest

    def keys(self, participant: str) -> list[KeyEntry]:
        """Return the public side of all its keys, oldest first; its manifest and `keys.yaml` are enough to know them."""
        if participant != ESCROW:
            self.load(participant)
        with self._locked():
            self._follow(participant, 0)
            return self._book(participant).entries()

    def renew(self, participant: str, months: int | None = None) -> list[KeyEntry]:
        """Draw the sealing keys that are missing for this month and as many coming ones; return those that are new.

        A participant that is not on this machine, or retired, is refused.
        """
        kind = ESCROW if participant == ESCROW else self._active(participant).kind
        with self._locked():
            self._follow(participant, 0)
            known = {entry.key_id for entry in self._book(participant).entries()}
            self._draw_sealing(
                participant, kind, self._sealing_suite(participant), partial(self._missing_periods, months=months)
            )
            self._follow(participant, OVERLAP_MS)
            return [entry for entry in self._book(participant).entries() if entry.key_id not in known]

    def rotate(
        self, participant: str, *, overlap_ms: int = OVERLAP_MS, compromised_since: int | None = None, suite: str = ""
    ) -> list[KeyEntry]:
        """Draw new signing and sealing keys; the old ones end after the overlap, or are revoked as of when they were compromised.

        They are of the suite named, else of that of the signing key before. Sealing keys are drawn anew for this month and
        the coming ones; the old ones stay to open what was sealed to them. Raises SUITE_UNKNOWN.
        """
        manifest = self._active(participant)
        if suite:
            suite_of(suite)
        with self._locked():
            book = self._book(participant)
            self._follow(participant, 0)
            old = frozenset(entry.key_id for entry in book.entries())
            signing = self.file(participant, "signing.key")
            suite = suite or read_seed(signing).suite
            new_seed(signing, self.chance, suite)
            self._draw_sealing(participant, manifest.kind, suite, self._coming_periods)
            self._follow(participant, overlap_ms)
            if compromised_since is not None:
                current = frozenset(entry.key_id for entry in book.entries()) - old
                book.end(compromised_since, compromised=True, but=current)
            return book.entries()

    def set_court_token(self, participant: str, court_token: str) -> Participant:
        """Say with which token a court's cases are numbered. Raises PARTICIPANT_REFUSED."""
        manifest = self._active(participant)
        changed = _validated({**manifest.model_dump(), "court_token": court_token})
        with self._locked():
            self._write(changed)
        return changed

    def set_takeover(self, participant: str, day: str, signed: date | None = None) -> Participant:
        """Say on which day in China a court's list came here; `signed` is the day that keys of it tell already.

        Raises PARTICIPANT_REFUSED if it is no day that has come, or is later than the one before.
        """
        manifest = self._active(participant)
        before = earliest(takeover_day(manifest.takeover_on), signed)
        require_takeover(participant, day, date_of_ms(self.clock.now()), before)
        changed = _validated({**manifest.model_dump(), "takeover_on": day})
        with self._locked():
            self._write(changed)
        return changed

    def _follow_takeover(self, one: Participant, signed: date | None) -> None:
        """Take a signed day that the manifest lacks or has later: books that were put back move it no more than anybody."""
        first = earliest(takeover_day(one.takeover_on), signed)
        if first is not None and first.isoformat() != one.takeover_on:
            self._write(one.model_copy(update={"takeover_on": first.isoformat()}))

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

    @property
    def root_books(self) -> RootBooks:
        """What the root said of the register, and its change."""
        return RootBooks(self, self.clock)

    def level_with(self, read: KnownKeys) -> None:
        """Take over what the topic knows and the books here do not: ends of keys, and how far the root's words were numbered.

        Books that were put back would otherwise publish a revoked key as a good one. Raises PARTICIPANT_REFUSED where a manifest
        names another superior or place than the register does: what a copy took would no longer be what a new one takes.
        """
        for one in self.list():
            if (founded := read.foundings.key_of(one.id)) is not None:
                _require_founded_so(one, founded, read.foundings.under(one.id))
        self.root_books.level_with(read.signed)
        with self._locked():
            for one in self.list():
                self._follow_takeover(one, read.takeover_on(one.id))
            for owner in (ESCROW, *(one.id for one in self.list())):
                self._book(owner).take_ends(read.ends)

    def adopt(self, read: KnownKeys) -> tuple[list[PublicKey], list[PublicKey]]:
        """Enter the keys that the root has signed and the books here lack, because they were put back.

        Return those that were entered, and those whose owner has no manifest here. Whoever calls this has asked whether the books
        were put back: a thief of the root's key signs keys as well.
        """
        owners = {ESCROW, *(one.id for one in self.list())}
        entered, strangers = list[PublicKey](), list[PublicKey]()
        with self._locked():
            known = {one.key_id for owner in owners for one in self._book(owner).entries()}
            for key in read.all():
                if key.key_id not in known:
                    (entered if key.participant in owners else strangers).append(key)
            for owner in sorted({key.participant for key in entered}):
                self._book(owner).enter(_entry_of(key) for key in entered if key.participant == owner)
        return entered, strangers

    def _draw_root(self) -> None:
        """Draw root, escrow and matching key 1, each if it is missing."""
        for path in (self._root / "signing.key", self.settings.state_dir / "matching" / "1.key"):
            if not path.exists() and not (path.parent.name == "matching" and self.settings.matching_key_file):
                new_seed(path, self.chance, self.settings.suite)
        write_private(self._root / "public.key", f"{self.root_public_key}\n")
        if not self.file(ESCROW, "keys.yaml").exists():
            self._draw_sealing(ESCROW, ESCROW, self.settings.suite, self._missing_periods)
            self._follow(ESCROW, 0)

    def _draw_sealing(self, participant: str, kind: str, suite: str, periods: PeriodsToDraw) -> None:
        """Draw sealing keys of every retention kind a participant of this kind opens, for the periods a rule names."""
        file = SealingFile(self.file(participant, "sealing.key"))
        wanted = [
            (retention, str(period)) for retention in opened_by(kind) for period in periods(file.lines(), retention)
        ]
        file.add([(retention, period, StoredKey(self.chance.raw(SEED_LENGTH), suite)) for retention, period in wanted])

    def _sealing_suite(self, participant: str) -> str:
        """Return the suite of the newest sealing key, that of the settings if there was none."""
        lines = SealingFile(self.file(participant, "sealing.key")).lines()
        return lines[-1].suite if lines else self.settings.suite

    def _coming_periods(self, _lines: Sequence[PeriodKey], _retention: str, months: int | None = None) -> list[Period]:
        """Name this month and the coming ones."""
        now, ahead = Period.at(self.clock.now()), self.months_ahead if months is None else months
        return [now.later(number) for number in range(ahead + 1)]

    def _missing_periods(self, lines: Sequence[PeriodKey], retention: str, months: int | None = None) -> list[Period]:
        """Name those of them there is no key for."""
        held = {line.period for line in lines if line.retention == retention and line.key is not None}
        return [period for period in self._coming_periods(lines, retention, months) if str(period) not in held]

    def _follow(self, participant: str, overlap: int) -> None:
        """Bring the book up to the private files that are here."""
        book, now = self._book(participant), self.clock.now()
        path = self.file(participant, "signing.key")
        if path.exists():
            key = signing_key(*read_seed(path))
            signing = KeyEntry(use="sign", suite=key.suite, public_key=key.public_key.hex(), valid_from=now)
            book.note_signing(signing, overlap)
        lines = [line for line in SealingFile(self.file(participant, "sealing.key")).lines() if line.key is not None]
        keys = (
            (one.retention, Period.parse(one.period), StoredKey(one.key.public_key, one.suite))
            for one in lines
            if one.key
        )
        book.note_sealing(((kind, period, key) for kind, period, key in keys if period), now, overlap)

    def _active(self, participant: str) -> Participant:
        manifest = self.load(participant)
        if manifest.retired_at:
            raise ParticipantRefused(
                Phrase(f"{participant} is retired", f"{participant} 已终止"),
                Phrase("make a new participant; an ended id never comes back", "请新建参与方；已终止的编号不再启用"),
            )
        return manifest

    def _book(self, participant: str) -> KeyBook:
        return KeyBook(self.file(participant, "keys.yaml"))

    def _write(self, participant: Participant) -> None:
        text = yaml.safe_dump(participant.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        write_private(self._manifest(participant.id), text)

    def _locked(self) -> FileLock:
        return FileLock(private_folder(self._folder) / ".lock")


def _require_founded_so(one: Participant, founded: PublicKey, superior: str) -> None:
    """Require that a manifest says what the participant's oldest signing key does. Raises PARTICIPANT_REFUSED."""
    if superior != one.superior:
        raise ParticipantRefused(
            Phrase(
                f"{one.id} was registered under {superior or 'nobody'} and cannot come under {one.superior or 'nobody'}",
                f"{one.id} 登记的上级为{superior or '无'}，不得改为{one.superior or '无'}",
            ),
            Phrase(
                "put the superior in its manifest.yaml right; a court that comes under another one is a new participant",
                "请在其 manifest.yaml 中改回上级；改隶其他法院的，须新建参与方",
            ),
        )
    places = ",".join(one.jurisdictions)
    if one.kind in FOUNDED_KINDS and places != founded.jurisdiction:
        raise ParticipantRefused(
            Phrase(
                f"{one.id} was registered in {founded.jurisdiction} and cannot move to {places}",
                f"{one.id} 登记的辖区为 {founded.jurisdiction}，不得改为 {places}",
            ),
            Phrase(
                "put the jurisdictions in its manifest.yaml right; a court, notary or publisher elsewhere is a new participant",
                "请在其 manifest.yaml 中改回辖区；在其他辖区的法院、见证节点或发布方，须新建参与方",
            ),
        )


def _entry_of(key: PublicKey) -> KeyEntry:
    return KeyEntry(
        use="sign" if key.use == "sign" else "seal",
        suite=key.suite,
        public_key=key.public_key.hex(),
        retention=key.retention,
        period=key.period,
        valid_from=key.valid_from,
        valid_until=key.valid_until,
        revoked_at=key.revoked_at,
    )


def _validated(fields: Mapping[str, object]) -> Participant:
    try:
        return Participant.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or str(fields["id"])
        raise ParticipantRefused(
            Phrase(f"{where}: {first['msg']}", f"{where}：{model_fault(first).zh}"),
            Phrase("see `liandong participant new --help`", "请看 `liandong participant new --help`"),
        ) from None
