"""What is installed by hash is what pyproject.toml asks for."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from liandong.topics.extras import LIBRARIES

ROOT = Path(__file__).resolve().parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED: list[str] = PROJECT["project"]["dependencies"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
RUN_TIME_EXTRAS = [extra for extra in EXTRAS if extra != "test"]


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.lock", NEEDED + EXTRAS["postgres"] + EXTRAS["excel"]),
        ("requirements-demo.lock", [*NEEDED, *(one for extra in RUN_TIME_EXTRAS for one in EXTRAS[extra])]),
        ("requirements-dev.lock", [*NEEDED, *(one for extra in EXTRAS.values() for one in extra)]),
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


def test_production_has_the_postgresql_driver_and_workbooks_and_none_of_the_demos_parts() -> None:
    production, demo = _names("requirements.lock"), _names("requirements-demo.lock")
    parts = {library for extra in ("embedded", "synthetic") for library in _distributions(EXTRAS[extra])}
    assert _distributions(EXTRAS["postgres"]) | _distributions(EXTRAS["excel"]) <= production
    assert parts <= demo
    assert parts & production == set()
    assert "cloudevents" not in production | demo


LOCKS = [*ROOT.glob("requirements*.lock"), ROOT / "tests/clients/requirements.lock"]


@pytest.mark.parametrize("lock", sorted(str(path.relative_to(ROOT)) for path in LOCKS))
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 3
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def _imports(files: Iterable[Path], *, at_once: bool = False) -> set[str]:
    """Top-level names of the modules some files import; `at_once` leaves out what functions and type checkers import."""
    found = set()
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body if at_once else ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return found


SOURCES = [ROOT / "__init__.py", ROOT / "__main__.py"]
SOURCES += [file for room in ("schemas", "topics", "producers", "consumers", "monitoring") for file in (ROOT / room).rglob("*.py")]  # fmt: skip


def test_every_dependency_is_imported_by_the_product_and_what_it_imports_is_a_dependency() -> None:
    providers = packages_distributions()
    third = _imports(SOURCES) - set(sys.stdlib_module_names) - {"liandong"}
    imported = {canonicalize_name(one) for module in third for one in providers.get(module, [module])}
    # SQLAlchemy imports the driver it is told to
    optional = _distributions([one for extra in RUN_TIME_EXTRAS for one in EXTRAS[extra]]) - {"psycopg"}
    assert imported == _distributions(NEEDED) | optional


def test_the_product_imports_what_an_extra_brings_only_where_it_is_used() -> None:
    libraries = {library for names in LIBRARIES.values() for library in names}
    assert libraries & _imports(SOURCES, at_once=True) == set()


def test_the_libraries_an_extra_is_known_by_are_those_it_installs() -> None:
    providers = packages_distributions()
    assert set(LIBRARIES) == set(RUN_TIME_EXTRAS)
    for extra, libraries in LIBRARIES.items():
        installed = {canonicalize_name(one) for library in libraries for one in providers[library]}
        assert installed == _distributions(EXTRAS[extra])


def _distributions(requirements: Iterable[str]) -> set[str]:
    return {str(canonicalize_name(Requirement(one).name)) for one in requirements}


def _names(lock: str) -> set[str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {str(canonicalize_name(name)) for name in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE)}
