"""The file both ways of publishing read: fictitious rows as courts send them, made once per size and run."""

import sys
from pathlib import Path

from .commands import output_of
from .place import Place


def rows_file(place: Place) -> Path:
    """Make a CSV of as many rows as the place says."""
    file = place.folder / f"rows-{place.amount}.csv"
    if not file.exists():
        fresh = file.with_suffix(".new")
        product("synthetic", "list", "--count", str(place.amount), "--seed", "7", "--output", str(fresh))
        fresh.replace(file)
    return file


def product(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Return what one command of the product prints. Exit code 3 (some input was rejected) counts as a failure here."""
    command = [sys.executable, "-m", __package__.rpartition(".")[0], *arguments]
    return output_of(" ".join(arguments[:2]), command, environment)
