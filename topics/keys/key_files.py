"""Secrets on disk: 32 bytes as hexadecimal text, readable by their owner alone."""

from pathlib import Path

from ...schemas.errors import LiandongError, WrongUsage
from ..private_files import write_private
from ..workers.chance import Chance

SEED_LENGTH = 32


class KeyFileBroken(LiandongError):
    """A key file that does not hold a key."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            "KEY_FILE_BROKEN", f"{path}: {problem}", "restore the file from its backup, or rotate the key of its owner"
        )


def new_seed(path: Path, chance: Chance) -> bytes:
    """Draw a secret and write it to a file."""
    seed = chance.raw(SEED_LENGTH)
    write_private(path, seed.hex() + "\n")
    return seed


def read_seed(path: Path) -> bytes:
    """Read the secret in a file. Raises KEY_FILE_MISSING, KEY_FILE_BROKEN."""
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
