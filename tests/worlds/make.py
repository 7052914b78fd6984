"""The Makefile as somebody at a terminal runs it, also while `make test` is what runs the tests."""

import os
import subprocess
from pathlib import Path

_OF_THE_OUTER_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "ARGS")


def make(*words: str, cwd: Path) -> str:
    """Run make in a folder; what it printed. It inherits nothing of the make this may be part of."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_THE_OUTER_MAKE}
    done = subprocess.run(
        ["make", *words], cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
