"""Keys on disk and in settings: `SUITE:` and hexadecimal text; without a suite's name before it, of `intl`.

Private ones are seeds of 32 bytes, readable by their owner alone.
"""

from pathlib import Path
from typing import ClassVar, NamedTuple

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase, chinese, reason_of
from ...schemas.problems import Text, UsageProblem
from ...schemas.wire.intl import INTL
from ..private_files import write_private
from ..workers.chance import Chance

SEED_LENGTH = 32


class KeyFileBroken(LiandongError):
    """A key file that does not hold a key."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            "KEY_FILE_BROKEN",
            f"{path}: {problem}",
            "restore the file from its backup, or rotate the key of its owner",
            f"{path}：{chinese(problem)}",
            "请从备份恢复该文件，或为其所有者更换密钥",
        )


class KeyFileMissing(UsageProblem):
    """A key file that is not there, or has no key of the kind that is wanted."""

    texts: ClassVar[dict[str, Text]] = {
        "KEY_FILE_MISSING": Text(
            "{path}: {problem}",
            "run on the machine that holds this key, or make the participant with `liandong participant new`",
            "密钥文件 {path} 不存在或没有所需密钥：{problem}",
            "请在保管该密钥的机器上执行，或用 `liandong participant new` 建立参与方",
        ),
    }

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__("KEY_FILE_MISSING", path=str(path), problem=problem)


class StoredKey(NamedTuple):
    """A key, private or public, and whose algorithms it is for."""

    raw: bytes
    suite: str = INTL

    @classmethod
    def parse(cls, text: str) -> "StoredKey":
        """Read what `str` gives. Raises ValueError."""
        suite, colon, digits = text.strip().rpartition(":")
        return cls(bytes.fromhex(digits), suite if colon else INTL)

    def __str__(self) -> str:
        """Show it as it stands in a file."""
        return self.raw.hex() if self.suite == INTL else f"{self.suite}:{self.raw.hex()}"


def new_seed(path: Path, chance: Chance, suite: str = INTL) -> bytes:
    """Draw a secret and write it to a file."""
    seed = chance.raw(SEED_LENGTH)
    write_private(path, f"{StoredKey(seed, suite)}\n")
    return seed


def read_seed(path: Path) -> StoredKey:
    """Read the secret in a file. Raises KEY_FILE_MISSING, KEY_FILE_BROKEN."""
    seed = read_key(path)
    if len(seed.raw) != SEED_LENGTH:
        raise KeyFileBroken(
            path,
            Phrase(
                f"holds {len(seed.raw)} bytes instead of {SEED_LENGTH}",
                f"长度为 {len(seed.raw)} 字节，应为 {SEED_LENGTH} 字节",
            ),
        )
    return seed


def read_key(path: Path) -> StoredKey:
    """Read the key in a file, of any length. Raises KEY_FILE_MISSING, KEY_FILE_BROKEN."""
    try:
        return StoredKey.parse(path.read_text(encoding="ascii"))
    except OSError as error:
        raise KeyFileMissing(path, reason_of(error)) from error
    except ValueError:
        raise KeyFileBroken(path, Phrase("not hexadecimal text", "不是十六进制文字")) from None
