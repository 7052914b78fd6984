"""Erasure: the private sealing keys of a period are destroyed when the keep time of what was sealed to them is over.

It cannot be undone, so it waits for two clocks: the own one and the newest signed barrier must both have passed the end. The
seed is overwritten where it stands, then the erasure is recorded: ids, kind, month, when, why. A crash between the two is
healed by the next look. What `erasures.yaml` says can be shown to anybody; it holds no secret.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import yaml
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, TypeAdapter

from ...schemas.dates import rfc3339
from ...schemas.errors import LiandongError
from ...schemas.files.plain_yaml import own_yaml
from ...schemas.law.retention import KEEP_DAYS, Period, kept_until
from ...schemas.phrases import Phrase
from ...schemas.problems import Text, UsageProblem
from ..private_files import write_private
from ..workers.clock import Clock
from .key_book import KeyBook, KeyEntry
from .key_files import KeyFileBroken
from .participants import Participants
from .sealing_file import PeriodKey, SealingFile

BY_TIMER = "keep time over"
_LOOK_SECONDS = 3_600.0
_SOON_SECONDS = 30.0

logger = logging.getLogger(__name__)


class ErasedKey(BaseModel):
    """One private key that is no more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_id: str
    """Hexadecimal."""
    retention: str
    period: str
    erased_at: int
    """ms UTC, by the clock of the machine that held it."""
    reason: str


_Record = TypeAdapter(list[ErasedKey])


class ErasureRefused(UsageProblem):
    """Keys that may not be destroyed now."""

    http_status = 409
    texts: ClassVar[dict[str, Text]] = {
        "ERASURE_INCOMPLETE": Text(
            "an order to erase names a kind, a month and a reason",
            "give --kind, --period and --reason, or none of them to erase what is due",
            "提前销毁须写明种类、月份和事由",
            "请填写 --kind、--period 和 --reason；只销毁到期密钥时都不填写",
        ),
        "ERASURE_UNKNOWN": Text(
            "there is no {retention} of {period}",
            "name a retention kind ({known}) and a month as 2026-11",
            "没有 {period} 的 {retention} 类密钥",
            "请填写留存种类（{known}）和月份，如 2026-11",
        ),
        "ERASURE_IN_USE": Text(
            "{retention} is still sealed to the key of {period} until {until}",
            "wait until then, or give its owner new keys first with `liandong participant rotate-key`",
            "{period} 的 {retention} 类密钥在 {until} 之前仍在使用",
            "请在此后销毁，或先用 `liandong participant rotate-key` 更换密钥",
        ),
        "ERASURE_WITHOUT_BARRIER": Text(
            "no signed barrier was seen, and the clock of this machine alone destroys no key",
            "start the notary (`liandong monitor serve`) and try again, or order it with --kind, --period and --reason",
            "没有读到签名的校验点，仅凭本机时钟不销毁密钥",
            "请启动见证节点（`liandong monitor serve`）后重试，或用 --kind、--period 和 --reason 提前销毁",
        ),
    }


def erased_keys(folder: Path) -> list[ErasedKey]:
    """Return what a participant's folder says was erased, oldest first. Raises KEY_FILE_BROKEN."""
    path = folder / "erasures.yaml"
    try:
        return _Record.validate_python(own_yaml(path.read_bytes())) if path.exists() else []
    except ValueError as broken:  # pydantic's errors are
        raise KeyFileBroken(path, Phrase("no list of erased keys", "不是已销毁密钥的清单")) from broken


def erased_ids(folder: Path) -> list[bytes]:
    """Return the ids of the keys a participant's folder says were erased."""
    return [bytes.fromhex(one.key_id) for one in erased_keys(folder)]


class KeyErasure:
    """Erases the private sealing keys one participant has on this machine."""

    def __init__(self, participants: Participants, participant: str, clock: Clock) -> None:
        """Open nothing."""
        self._folder = participants.file(participant, "sealing.key").parent
        self._file = SealingFile(self._folder / "sealing.key")
        self._book = KeyBook(self._folder / "keys.yaml")
        self._clock = clock

    def erase_due(self, barrier_at: int) -> list[ErasedKey]:
        """Erase what is over by the own clock and by the newest signed barrier (ms UTC); return what was erased now."""
        now = min(self._clock.now(), barrier_at)
        entries = {entry.key_id: entry for entry in self._book.entries()}
        over = [line for line in self._file.lines() if _is_over(entries.get(line.key_id), now)]
        return self._erase(over, BY_TIMER) if over else []

    def erase_by_order(self, retention: str, period: str, reason: str) -> list[ErasedKey]:
        """Erase the keys of one kind and month before their time, for a reason that is recorded.

        Raises ErasureRefused without a reason, for what does not exist, and for keys that content is still sealed to.
        """
        if not reason.strip():
            raise ErasureRefused("ERASURE_INCOMPLETE")
        if retention not in KEEP_DAYS or Period.parse(period) is None:
            known = ", ".join(KEEP_DAYS)
            raise ErasureRefused("ERASURE_UNKNOWN", retention=retention[:20], period=period[:10], known=known)
        lines = [line for line in self._file.lines() if (line.retention, line.period) == (retention, period)]
        held = {line.key_id for line in lines}
        now = self._clock.now()
        used = [entry for entry in self._book.entries() if entry.key_id in held and _is_used(entry, now)]
        if used:
            until = rfc3339(used[0].valid_until)
            raise ErasureRefused("ERASURE_IN_USE", retention=retention, period=period, until=until)
        return self._erase(lines, reason.strip())

    def _erase(self, lines: Sequence[PeriodKey], reason: str) -> list[ErasedKey]:
        with FileLock(self._folder.parent / ".lock"):
            recorded = erased_keys(self._folder)
            known = {one.key_id for one in recorded}
            pending = [line for line in lines if line.key is not None or line.key_id.hex() not in known]
            if not pending:
                return []
            self._file.overwrite(pending)
            now = self._clock.now()
            new = [
                ErasedKey(
                    key_id=line.key_id.hex(), retention=line.retention, period=line.period, erased_at=now, reason=reason
                )
                for line in pending
                if line.key_id.hex() not in known
            ]
            if new:
                path = self._folder / "erasures.yaml"
                write_private(path, yaml.safe_dump(_Record.dump_python([*recorded, *new]), allow_unicode=True))
        return new


def _is_over(entry: KeyEntry | None, now: int) -> bool:
    """Tell whether the keep time of everything that was or could have been sealed to a key has passed."""
    if entry is None or entry.use != "seal" or not entry.valid_until:
        return False
    over = kept_until(entry.retention, entry.valid_until)
    return over != 0 and over <= now


def _is_used(entry: KeyEntry, now: int) -> bool:
    return not entry.revoked_at and (not entry.valid_until or now < entry.valid_until)


class Eraser:
    """Erases what is due of one participant, once an hour; a `Worker`."""

    def __init__(self, erasure: KeyErasure, barrier_at: Callable[[], int]) -> None:
        """Take when the newest barrier was issued that this process has seen and believed, ms UTC, 0 for none."""
        self._erasure, self._barrier_at = erasure, barrier_at

    def step(self) -> float:
        """Erase what is due now; return when to look again."""
        try:
            barrier_at = self._barrier_at()
            if not barrier_at:
                return _SOON_SECONDS
            erased = self._erasure.erase_due(barrier_at)
        except (OSError, LiandongError):
            logger.exception("keys whose time is over cannot be erased")
            return _LOOK_SECONDS
        if erased:
            logger.info("sealing keys erased: %s", ", ".join(f"{one.retention} of {one.period}" for one in erased))
        return _LOOK_SECONDS

    def close(self) -> None:
        """Do nothing: every step ends what it began."""
