"""Tessera's checker of transparency logs, unmodified: built by Go once and kept for the user."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from liandong.schemas.wire.signed_note import NoteKey

VERSION = "v1.0.4"
MODULE = f"github.com/transparency-dev/tessera/cmd/fsck@{VERSION}"
has_go = shutil.which("go") is not None


@cache
def _program() -> Path:
    home = user_cache_path("liandong", ensure_exists=True) / f"tessera-fsck-{VERSION}"
    program = home / "fsck"
    with FileLock(home.with_name(home.name + ".lock")):
        if not program.exists():
            environment = {**os.environ, "GOBIN": str(home)}
            built = subprocess.run(
                ["go", "install", MODULE],
                env=environment,
                cwd=user_cache_path("liandong"),
                capture_output=True,
                encoding="utf-8",
                check=False,
                timeout=500,
            )
            assert built.returncode == 0, built.stderr
    return program


def fsck(url: str, key: NoteKey, folder: Path) -> str:
    """Let it check a log; return its reason to refuse it, empty if it accepts. It says so in words: it always exits 0."""
    vkey = folder / "vkey"
    vkey.write_text(str(key), encoding="ascii")
    # its one worker ends at the first tile that differs, and the rest of it would wait for that worker for ever
    command = [str(_program()), f"--storage_url={url}", f"--public_key={vkey}", "--ui=false", "-N=4"]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    refused = [line for line in ended.stderr.splitlines() if "fsck failed" in line]
    accepted = "Successfully fsck'd log" in ended.stderr
    assert accepted != bool(refused), ended.stderr
    return "" if accepted else refused[0]
