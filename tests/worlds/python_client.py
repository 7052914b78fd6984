"""A Python client that a stock generator makes of an OpenAPI document, in libraries of its own: its needs clash with ours."""

import os
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from platformdirs import user_cache_path

CLIENTS = Path(__file__).parents[1] / "clients"
_LOCK = CLIENTS / "requirements.lock"


def run_generated_client(description: Path, program: Path, *arguments: str) -> str:
    """Run a program that uses the package `check_client`, which is made of a description here; return what it prints."""
    libraries = _installed()
    with TemporaryDirectory() as made:
        options = ("--path", str(description), "--output-path", str(Path(made) / "check_client"), "--meta", "none")
        _python((libraries,), "-m", "openapi_python_client", "generate", *options)
        return _python((Path(made), libraries), str(program), *arguments)


@cache
def _installed() -> Path:
    """Return the folder of the generator and what its clients need, installed by hash once for the user."""
    name = f"openapi-python-client-{sha256(_LOCK.read_bytes()).hexdigest()[:12]}"
    folder = user_cache_path("liandong", ensure_exists=True) / name
    with FileLock(folder.with_name(name + ".lock")):
        if not (folder / "complete").exists():
            options = ("--quiet", "--disable-pip-version-check", "--no-compile", "--upgrade", "--require-hashes")
            _python((), "-m", "pip", "install", *options, "--target", str(folder), "--requirement", str(_LOCK))
            (folder / "complete").touch()
    return folder


def _python(path: tuple[Path, ...], *arguments: str) -> str:
    own = {"PYTHONPATH": os.pathsep.join(map(str, path))} if path else {}
    programs = {"PATH": os.pathsep.join([*(str(each / "bin") for each in path), os.environ["PATH"]])}  # it calls ruff
    command = [sys.executable, *arguments]
    ended = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, timeout=100, env={**os.environ, **own, **programs}
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
