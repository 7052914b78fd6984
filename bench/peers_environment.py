"""The peers' own virtual environment: they pin another confluent-kafka than the product uses."""

import subprocess
import sys
import tomllib
import venv
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

from ..schemas.errors import Unavailable
from .commands import output_of

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(__file__).parent / "peers"
GROUP = "bench"


def requirements() -> list[str]:
    """Read the dependency group of pyproject.toml; it is no part of any install of the product."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    group: list[str] = document["dependency-groups"][GROUP]
    return group


def python() -> Path:
    """Return the interpreter of that environment, made on first use and again when the group changes.

    Raises BENCH_PEERS_MISSING.
    """
    wanted = requirements()
    name = sha256("\n".join((sys.version, *wanted)).encode()).hexdigest()[:12]
    folder = user_cache_path("liandong", ensure_exists=True) / f"bench-{name}"
    interpreter = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    complete = folder / "complete"
    if not complete.exists():
        venv.create(folder, clear=True, with_pip=True)
        command = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(
                "BENCH_PEERS_MISSING",
                f"the peers could not be installed: {done.stderr.strip().splitlines()[-1:]}",
                "check that packages can be installed here, or measure without peers: --without-peers",
            )
        complete.touch()
    return interpreter


def versions() -> dict[str, str]:
    """Name to version of what the group installed directly, and of the client beneath it."""
    code = (
        "from importlib.metadata import version\n"
        "for name in ('faststream', 'quixstreams', 'confluent-kafka', 'fastavro', 'rocksdict', 'matplotlib'):\n"
        "    print(name, version(name))"
    )
    versions = output_of("asking for the peers' versions", [str(python()), "-c", code])
    return dict(line.split() for line in versions.splitlines())
