"""Secrets on disk: 32 bytes as hexadecimal text, readable by their owner alone."""

import os
import secrets
from pathlib import Path

from ...schemas.errors import LiandongError, WrongUsage

SEED_LENGTH = 32


class KeyFileBroken(LiandongError):
    """A key file that does not hold a key."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            "KEY_FILE_BROKEN", f"{path}: {problem}", "restore the file from its backup, or rotate the key of its owner"
        )


def private_folder(path: Path) -> Path:
    """Makes a folder (and its parents) that only its owner can enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read, in one step: a crash leaves the old content or the new one."""
    private_folder(path.parent)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def new_seed(path: Path) -> bytes:
    """Draws a secret and writes it to a file."""
    seed = secrets.token_bytes(SEED_LENGTH)
    write_private(path, seed.hex() + "\n")
    return seed


def read_seed(path: Path) -> bytes:
    """The secret in a file; KEY_FILE_MISSING, KEY_FILE_BROKEN."""
    try:
        seed = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise WrongUsage(
            "KEY_FILE_MISSING",
            f"{path}: {error.strerror}",
            "run on the machine that holds this key, or make the participant with `liandong participant new`",
        ) from error
    except ValueError:
        raise KeyFileBroken(path, "not hexadecimal text") from None
    if len(seed) != SEED_LENGTH:
        raise KeyFileBroken(path, f"holds {len(seed)} bytes instead of {SEED_LENGTH}")
    return seed
