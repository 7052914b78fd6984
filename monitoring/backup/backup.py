"""Copies what a participant keeps into a folder while its processes run, and puts it back while none does.

Every database is copied as it is at one moment, by its own means; all files are private. `backup.yaml` says of whom it is, when
it was made, and the hash of each file, so that a copy that was cut or changed is refused whole.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, NamedTuple

import lmdb
import yaml
from pydantic import BaseModel, ConfigDict

from ... import __version__
from ...consumers.acts_db.agency_home import agency_folder
from ...consumers.node.locks import is_running
from ...producers.upkeep.book import forget_comparison
from ...schemas.dates import rfc3339
from ...schemas.files.plain_yaml import own_yaml
from ...schemas.fingerprints import fingerprint_of_file
from ...schemas.phrases import Phrase, chinese
from ...schemas.problems import Text, UsageProblem
from ...topics.keys.manifest import Participant
from ...topics.keys.participants import Participants
from ...topics.private_files import PrivateFile, private_folder, write_private
from ...topics.settings import Settings
from ...topics.storage.copies import copy_mapped, copy_sqlite, is_in_use
from ...topics.workers.clock import Clock
from ..notary.tally_store import is_counted
from .places import CopyKind, StatePlace, elsewhere, places_of

_INDEX = "backup.yaml"
_BLOCK = 1 << 20
_BESIDE = {CopyKind.SQLITE: ("-wal", "-shm", "-journal"), CopyKind.MAPPED: (), CopyKind.FILE: ()}


class BackupRefused(UsageProblem):
    """A backup that cannot be made or put back as asked."""

    http_status = 409
    texts: ClassVar[dict[str, Text]] = {
        "BACKUP_FOLDER_TAKEN": Text(
            "{folder} is not empty",
            "name a folder that is empty or not there yet: every backup has one of its own",
            "{folder} 不是空文件夹",
            "请指定空的或尚不存在的文件夹，每份备份单独存放",
        ),
        "BACKUP_NOTHING": Text(
            "this machine keeps nothing of {participant}",
            "see `liandong participant list`; run this on the machine of the participant",
            "本机没有 {participant} 的任何数据",
            "请用 `liandong participant list` 查看，并在该参与方的机器上执行",
        ),
        "BACKUP_NOT_READ": Text(
            "{path} cannot be copied: {what}",
            "see the runbook on damaged stores; if it is only busy, try again",
            "无法复制 {path}：{what}",
            "请查阅运维手册中关于存储损坏的部分；若仅因繁忙，请重试",
        ),
        "BACKUP_UNREADABLE": Text(
            "{folder} is no whole backup: {what}",
            "take another backup; one that was cut short or changed is not put back",
            "{folder} 不是完整的备份：{what}",
            "请改用其他备份，残缺或被改动的备份不会恢复",
        ),
        "BACKUP_OF_ANOTHER": Text(
            "{folder} is a backup of {other}, not of {participant}",
            "name the participant it is of, or another folder",
            "{folder} 是 {other} 的备份，不是 {participant} 的",
            "请填写备份所属的参与方，或改用其他文件夹",
        ),
        "RESTORE_IN_USE": Text(
            "a process has {path} open",
            "stop what runs as {participant} (node, relay, inbox, monitor) and try again",
            "有进程正在使用 {path}",
            "请停止 {participant} 的进程（节点、发送、收件箱、监控）后重试",
        ),
        "RESTORE_EXISTS": Text(
            "{path} is there already",
            "what is there is usually newer; to put the older one in its place all the same give --replace",
            "{path} 已经存在",
            "现有数据通常更新；确要用旧数据替换时请加 --replace",
        ),
    }


class BackupIndex(BaseModel):
    """What stands in `backup.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    participant: str
    kind: str
    made_at: str
    release: str
    elsewhere: tuple[str, ...] = ()
    """Settings whose databases are not in it."""
    files: dict[str, str]
    """By path below the state directory the fingerprint of the copy."""


def back_up(settings: Settings, participant_id: str, folder: Path, clock: Clock) -> BackupIndex:
    """Copy a participant's state of this machine into a folder; processes may run meanwhile.

    Raises PARTICIPANT_UNKNOWN, BackupRefused, OSError.
    """
    participant = Participants(settings).load(participant_id)
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused("BACKUP_FOLDER_TAKEN", folder=str(folder))
    places = places_of(settings, participant)
    if not places:
        raise BackupRefused("BACKUP_NOTHING", participant=participant_id)
    private_folder(folder)
    for place in places:
        _copy(settings.state_dir / place.path, folder / place.path, place.kind)
    index = BackupIndex(
        participant=participant.id,
        kind=participant.kind,
        made_at=rfc3339(clock.now()),
        release=__version__,
        elsewhere=tuple(elsewhere(settings, participant)),
        files={place.path.as_posix(): _hash(folder / place.path) for place in places},
    )
    # last: a backup that was broken off has none
    write_private(folder / _INDEX, yaml.safe_dump(index.model_dump(mode="json"), allow_unicode=True, sort_keys=False))
    return index


class Restored(NamedTuple):
    """What was put back."""

    made_at: str
    """When it was copied."""
    paths: Sequence[Path]
    """What was written, below the state directory."""


def restore(settings: Settings, participant_id: str, folder: Path, *, replace: bool) -> Restored:
    """Put a backup back where it was taken from, or on another machine; return what was written.

    Nothing is written before all of it was looked at. Files of keys that are there stay. Raises BackupRefused, OSError.
    """
    index = _index(folder)
    if index.participant != participant_id:
        raise BackupRefused(
            "BACKUP_OF_ANOTHER", folder=str(folder), other=index.participant, participant=participant_id
        )
    participant = _participant(folder, index)
    kinds = {place.path.as_posix(): place for place in places_of(_at(settings, folder), participant)}
    if unknown := sorted(index.files.keys() - kinds.keys()):
        raise BackupRefused("BACKUP_UNREADABLE", folder=str(folder), what=ascii(unknown[0]))
    _require_whole(folder, index)
    places = [kinds[path] for path in index.files]
    _require_free(settings, participant, places)
    root = settings.state_dir
    new = [place for place in places if not (place.keeps_newest and (root / place.path).exists())]
    if not replace and (there := [place for place in new if (root / place.path).exists()]):
        raise BackupRefused("RESTORE_EXISTS", path=str(root / there[0].path))
    for place in new:
        _put(folder / place.path, root / place.path, place.kind)
        if place.is_register:
            forget_comparison(root / place.path)
    return Restored(index.made_at, [place.path for place in new])


def _copy(source: Path, target: Path, kind: CopyKind) -> None:
    private_folder(target.parent)
    try:
        if kind is CopyKind.SQLITE:
            copy_sqlite(source, target)
        elif kind is CopyKind.MAPPED:
            copy_mapped(source.parent, target.parent)
        else:
            write_private(target, source.read_bytes())
    except (sqlite3.Error, lmdb.Error) as failed:
        raise BackupRefused("BACKUP_NOT_READ", path=str(source), what=Phrase(str(failed), chinese(failed))) from failed


def _put(source: Path, target: Path, kind: CopyKind) -> None:
    """Write one file in the place of what is there; what lies beside that belongs to it and goes."""
    private_folder(target.parent)
    for suffix in _BESIDE[kind]:
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    if kind is CopyKind.MAPPED:
        for name in ("lock.mdb", "sealed"):
            target.with_name(name).unlink(missing_ok=True)
    with source.open("rb") as content, PrivateFile(target) as file:
        while block := content.read(_BLOCK):
            file.stream.write(block)


def _hash(path: Path) -> str:
    with path.open("rb") as content:
        return fingerprint_of_file(content).hex()


def _index(folder: Path) -> BackupIndex:
    try:
        return BackupIndex.model_validate(own_yaml((folder / _INDEX).read_bytes()))
    except (OSError, ValueError) as broken:
        raise BackupRefused(
            "BACKUP_UNREADABLE", folder=str(folder), what=f"{_INDEX}: {type(broken).__name__}"
        ) from broken


def _require_whole(folder: Path, index: BackupIndex) -> None:
    for path, expected in index.files.items():
        found = ""
        with suppress(OSError):
            found = _hash(folder / path)
        if found != expected:
            raise BackupRefused("BACKUP_UNREADABLE", folder=str(folder), what=path)


def _participant(folder: Path, index: BackupIndex) -> Participant:
    """Return the manifest as it stands in the backup, which may come to a machine that knows nothing of it."""
    path = folder / "participants" / index.participant / "manifest.yaml"
    try:
        found = Participant.model_validate(own_yaml(path.read_bytes()))
    except (OSError, ValueError) as broken:
        raise BackupRefused("BACKUP_UNREADABLE", folder=str(folder), what=path.name) from broken
    if found.id != index.participant:
        raise BackupRefused("BACKUP_UNREADABLE", folder=str(folder), what=path.name)
    return found


def _at(settings: Settings, folder: Path) -> Settings:
    """Return the settings as if the backup were the state directory, with no database elsewhere."""
    return settings.model_copy(update={"state_dir": folder, "acts_url": None, "outbox_url": None})


def _require_free(settings: Settings, participant: Participant, places: Sequence[StatePlace]) -> None:
    """Raise RESTORE_IN_USE if a process uses what is to be replaced."""
    root = settings.state_dir
    checks: list[tuple[Path, Callable[[], bool]]] = []
    if participant.kind == "agency":
        home = agency_folder(settings, participant.id)
        checks.append((home, lambda: is_running(home)))
    for place in places:
        path = root / place.path
        if place.kind is CopyKind.SQLITE:
            checks.append((path, lambda path=path: is_in_use(path)))  # type: ignore[misc]
        if place.kind is CopyKind.MAPPED:
            checks.append((path, lambda path=path: is_counted(path.parent)))  # type: ignore[misc]
    for path, in_use in checks:
        if in_use():
            raise BackupRefused("RESTORE_IN_USE", path=str(path), participant=participant.id)
