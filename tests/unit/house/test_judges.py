"""The judges of `make check` see what they are there for: each is shown a checkout with one bad line in it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("schemas", "topics", "producers", "consumers", "monitoring")
BIN = Path(sys.executable).parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The product's sources and the judges' settings, to be spoilt."""
    place = tmp_path / "liandong"
    for name in (*ROOMS, "bench", "bundle", "docs/generators"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in ("__init__.py", "__main__.py", "pyproject.toml", "docs/__init__.py"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, place / name)
    return place


def spoil(checkout: Path, file: str, line: str) -> None:
    path = checkout / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")


def judged(checkout: Path, judge: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PYTHONPATH": str(checkout.parent), "PATH": "/usr/bin:/bin"}
    command = [str(BIN / judge), *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("schemas/dates.py", "from .law import grounds as grounds", "Floors of schemas"),
        ("topics/settings.py", "from .transport import errors as errors", "Floors of topics"),
        ("producers/register/rows.py", "from ..updates import records as records", "Floors of producers"),
        ("producers/intake/rows/words.py", "from ..files import lines as lines", "Floors of the intake"),
        ("consumers/gate/hits.py", "from ..store import values as values", "Floors of consumers"),
        ("monitoring/ledger/rules.py", "from ..status import text as text", "Floors of monitoring"),
        ("schemas/ids.py", "from ..topics import settings as settings", "Imports go one way"),
        ("consumers/gate/gate.py", "import confluent_kafka", "Only topics.transport.kafka"),
    ],
)
def test_an_import_against_the_floors_is_found(checkout: Path, file: str, line: str, broken: str) -> None:
    spoil(checkout, file, line)
    done = judged(checkout, "lint-imports", "--no-cache")
    assert done.returncode == 1, done.stdout + done.stderr
    verdict = re.search(re.escape(broken) + ".*?(KEPT|BROKEN)", done.stdout, re.DOTALL)
    assert verdict is not None
    assert verdict[1] == "BROKEN"


def test_a_new_drawer_without_a_floor_is_found(checkout: Path) -> None:
    (checkout / "consumers" / "cupboard").mkdir()
    (checkout / "consumers" / "cupboard" / "__init__.py").touch()
    done = judged(checkout, "lint-imports", "--no-cache")
    assert done.returncode == 1
    assert "cupboard" in done.stdout


def test_what_nobody_uses_is_found(checkout: Path) -> None:
    assert judged(checkout, "vulture", "--min-confidence", "60").returncode == 0
    spoil(checkout, "schemas/dates.py", "def a_day_nobody_asks_for() -> int:\n    return 1")
    done = judged(checkout, "vulture", "--min-confidence", "60")
    assert done.returncode == 3
    assert "a_day_nobody_asks_for" in done.stdout


def test_a_docstring_that_does_not_say_what_is_done_is_found(checkout: Path) -> None:
    spoil(checkout, "schemas/dates.py", 'def tomorrow() -> int:\n    """Returns what nobody wants."""\n    return 1')
    done = judged(checkout, "ruff", "check", "--no-cache", "--select", "D401", "schemas/dates.py")
    assert done.returncode == 1
    assert "D401" in done.stdout
