"""What is installed by hash is what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED: list[str] = PROJECT["project"]["dependencies"]
EXTRAS: list[str] = [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.lock", NEEDED),
        ("requirements-dev.lock", NEEDED + EXTRAS),
        ("requirements-build.lock", PROJECT["dependency-groups"]["build"]),
    ],
)
def test_a_lock_holds_every_dependency_in_a_version_asked_for(lock: str, asked: list[str]) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    held = dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE))
    assert [one for one in asked if not _holds(held, Requirement(one))] == [], "run: make lock"


def _holds(held: dict[str, str], wanted: Requirement) -> bool:
    name = canonicalize_name(wanted.name)
    return name in held and wanted.specifier.contains(held[name], prereleases=True)
