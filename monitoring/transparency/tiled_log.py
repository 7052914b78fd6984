"""A transparency log in a folder, one writer: `checkpoint` and `tile/…`, ready to be served as they lie.

What is appended goes to disk in this order: bundles and tiles, then the state, which says how far the log reaches, then the
checkpoint, which tells everybody. After a crash the state counts: what lies behind it is written again, the same bytes, and
a checkpoint that was not written is. So no checkpoint is ever taken back. A folder that was lost is made again from its
source, and nothing is signed before its root is the one in the state.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from filelock import FileLock, Timeout

from ...schemas.errors import LiandongError, Unavailable
from ...schemas.phrases import Phrase, chinese, quoted
from ...schemas.wire.codec import Undecodable
from ...schemas.wire.merkle import leaf_hash, root
from ...schemas.wire.signed_note import Checkpoint, NoteKey, read_checkpoint, signed_note
from ...schemas.wire.signing import Signer
from ...schemas.wire.tiles import (
    WIDTH,
    Tile,
    TileTree,
    bundle,
    bundle_path,
    bundled,
    edge_path,
    edge_widths,
)
from ...topics.private_files import private_folder, write_private

_HASH = 32
_HEX_HASH = "^[0-9a-f]{64}$"
CHECKPOINT = "checkpoint"


class TransparencyLogDamaged(LiandongError):
    """What lies in the folder is not what was signed; whoever went on from it would sign two truths."""

    def __init__(self, folder: Path, cause: object) -> None:
        super().__init__(
            "TRANSPARENCY_LOG_DAMAGED",
            f"the transparency log in {folder} is not as it was written: {cause}",
            "move that folder away and leave the file .json beside it: the log is made again from the topic of heads",
            f"{folder} 中的透明日志与写入时不同：{chinese(cause)}",
            "请移走该文件夹，保留旁边的 .json 文件：透明日志将由名单签名摘要主题重建",
        )


class TransparencyLogForked(LiandongError):
    """The source no longer gives the log that was signed."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(
            "TRANSPARENCY_LOG_FORKED",
            f"what is made again in {folder} is not the log of {size} entries that was signed",
            "put the folder back from its backup; without one, end this notary and make another with a new name",
            f"{folder} 中重建的内容与已签名的 {size} 条透明日志不符",
            "请从备份恢复该文件夹；没有备份的，请终止本见证节点，另以新的名称建立",
        )


class LogState(msgspec.Struct, frozen=True):
    """How far a log reaches; what it says was on disk before it."""

    size: Annotated[int, msgspec.Meta(ge=0)] = 0
    root: Annotated[str, msgspec.Meta(pattern=_HEX_HASH)] = root([]).hex()
    """In hexadecimal."""
    number: int = 0
    """Of the last entry; entries come with rising numbers."""
    last: str = ""
    """Hash of what the last entry stands for, in hexadecimal."""
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Where the source goes on."""


class TiledLog:
    """Appends to the log and signs its checkpoints."""

    def __init__(self, folder: Path, key: NoteKey, signer: Signer) -> None:
        """Open or make it, with its state in a file beside the folder.

        Raises NOTARY_LOG_RUNNING if another process writes it, TRANSPARENCY_LOG_DAMAGED, OSError.
        """
        self._folder, self._key, self._signer = folder, key, signer
        self._state_file = folder.with_name(folder.name + ".json")
        private_folder(folder.parent)
        self._lock = FileLock(folder.with_name(folder.name + ".lock"), mode=0o600)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise Unavailable(
                "TRANSPARENCY_LOG_RUNNING",
                f"another process writes {folder}",
                "let it run, or stop it first",
                f"另一进程正在写入 {folder}",
                "请让其继续运行，或先将其停止",
            ) from None
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise

    def _open(self) -> None:
        self._signed = self._read_state()
        """What the state on disk says: the log must become that again if it was lost."""
        self.state = self._signed
        """How far it reaches now."""
        if (self._folder / CHECKPOINT).exists() or not self._signed.size:
            self._tree, self._entries = self._read_edge(self._signed.size)
            if self._tree.root().hex() != self._signed.root:
                raise TransparencyLogDamaged(
                    self._folder, Phrase(f"another root than {self._signed.root}", f"根与 {self._signed.root} 不同")
                )
            self._publish()
        else:
            self.state, self._tree, self._entries = LogState(), TileTree(), []

    def append(self, entries: Sequence[bytes], reached: LogState) -> None:
        """Append entries; `reached` says of their source how far it was read. On disk and signed when this returns.

        Raises TRANSPARENCY_LOG_FORKED if a log that is made again becomes another, and OSError; open it anew after that.
        """
        if not entries:
            self.state = msgspec.structs.replace(self.state, offset=reached.offset)
            return
        full = [path for entry in entries for path in self._add(entry)]
        self.state = msgspec.structs.replace(reached, size=self._tree.size, root=self._tree.root().hex())
        if self.state.size < self._signed.size:
            if self.state.number >= self._signed.number:
                raise TransparencyLogForked(self._folder, self._signed.size)
            return
        for tile in self._tree.partial():
            self._write_tile(tile)
        if self._entries:
            place = bundle_path(self._tree.size // WIDTH, len(self._entries))
            write_private(self._folder / place, bundle(self._entries))
        write_private(self._state_file, msgspec.json.encode(self.state))
        self._signed = self.state
        self._publish()
        for path in full:
            shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Let another process write."""
        self._lock.release()

    def _add(self, entry: bytes) -> list[Path]:
        """Add one entry; return where the partial tiles lie that full ones have replaced."""
        replaced = list[Path]()
        self._entries.append(entry)
        for tile in self._tree.add(entry):
            self._write_tile(tile)
            replaced.append(self._folder / f"{tile.path}.p")
        if len(self._entries) == WIDTH:
            path = self._folder / bundle_path(self._tree.size // WIDTH - 1, WIDTH)
            write_private(path, bundle(self._entries))
            replaced.append(path.with_name(f"{path.name}.p"))
            self._entries = []
        if self._tree.size == self._signed.size and self._tree.root().hex() != self._signed.root:
            raise TransparencyLogForked(self._folder, self._signed.size)
        return replaced

    def _write_tile(self, tile: Tile) -> None:
        write_private(self._folder / tile.path, b"".join(tile.hashes))

    def _publish(self) -> None:
        """Write the checkpoint of the state, unless it is there, signed with the present key."""
        root = bytes.fromhex(self.state.root)
        note = signed_note(str(Checkpoint(self._key.name, self.state.size, root)), self._key, self._signer).encode()
        path = self._folder / CHECKPOINT
        there = path.read_bytes() if path.exists() else b""
        if there == note:
            return
        try:
            ahead = bool(there) and read_checkpoint(there.decode()).size > self.state.size
        except (ValueError, Undecodable) as error:
            raise TransparencyLogDamaged(self._folder, error) from error
        if ahead:
            raise TransparencyLogDamaged(
                self._folder, Phrase("its checkpoint is ahead of its state", "其检查点新于其状态")
            )
        write_private(path, note)

    def _read_state(self) -> LogState:
        if not self._state_file.exists():
            if (self._folder / CHECKPOINT).exists():
                raise TransparencyLogDamaged(
                    self._folder, Phrase(f"{self._state_file.name} is missing", f"缺少 {self._state_file.name}")
                )
            return LogState()
        try:
            return msgspec.json.decode(self._state_file.read_bytes(), type=LogState)
        except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
            raise TransparencyLogDamaged(
                self._folder,
                Phrase(f"{self._state_file.name}: {error}", f"{self._state_file.name}：{quoted(error).zh}"),
            ) from error

    def _read_edge(self, size: int) -> tuple[TileTree, list[bytes]]:
        """Read what growing goes on from: the partial tiles and the partial bundle."""
        widths = edge_widths(size)
        try:
            edge = [
                _hashes((self._folder / edge_path(level, size)).read_bytes()) if width else []
                for level, width in enumerate(widths)
            ]
            partial = size % WIDTH
            path = self._folder / bundle_path(size // WIDTH, partial)
            entries = bundled(path.read_bytes()) if partial else []
        except (OSError, ValueError, Undecodable) as error:
            raise TransparencyLogDamaged(self._folder, error) from error
        if [leaf_hash(entry) for entry in entries] != (edge[0] if edge else []):
            raise TransparencyLogDamaged(
                self._folder, Phrase("its newest entries are not those of its tiles", "其最新条目与分块不符")
            )
        return TileTree(edge, size), entries


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[start : start + _HASH] for start in range(0, len(tile), _HASH)]
