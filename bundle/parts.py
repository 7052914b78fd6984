"""The Python packages a release is made of, by the locks: name, version, licence, and which part of the product needs each."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .licence_names import licence_of

ROOT = Path(__file__).resolve().parents[1]
PRODUCTION, DEMO, DEVELOPMENT = "requirements.lock", "requirements-demo.lock", "requirements-dev.lock"
BUILD = "requirements-build.lock"
Purpose = Literal["product", "postgres", "excel", "embedded", "synthetic", "development"]


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One line of a lock."""

    name: str
    """Canonical."""
    version: str


@dataclass(frozen=True, slots=True)
class Package:
    """One locked Python package."""

    name: str
    version: str
    licence: str
    """An SPDX expression."""
    purpose: Purpose


def project() -> dict[str, Any]:
    """Read the table `project` of pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def pins(lock: str, *, here: bool = False) -> set[Pin]:
    """Read every package in a lock; `here` leaves out what is for other systems and Pythons."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = [Requirement(line.rstrip(" \\")) for line in text.splitlines() if re.match(r"\w", line)]
    fitting = [one for one in entries if not here or one.marker is None or one.marker.evaluate()]
    return {Pin(canonicalize_name(one.name), str(one.specifier).removeprefix("==")) for one in fitting}


def packages(*locks: str, here: bool = False) -> list[Package]:
    """List every package of some locks, by name."""
    purposes = _purposes()
    return [
        Package(pin.name, pin.version, licence_of(pin.name), purposes.get(pin.name, "development"))
        for pin in sorted({pin for lock in locks for pin in pins(lock, here=here)})
    ]


def is_here(name: str) -> bool:
    """Whether a package is installed, as every locked one is that fits this system."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def required_by(name: str, extras: Iterable[str] = ()) -> dict[str, set[str]]:
    """Return what an installed package asks for on this system, with the extras it asks for."""
    return _fitting(distribution(name).requires or (), extras)


def asked_for(extra: str | None = None) -> dict[str, set[str]]:
    """Return what pyproject.toml asks for: the product itself, or one of its extras."""
    said = project()
    texts = said["dependencies"] if extra is None else said["optional-dependencies"][extra]
    return _fitting(texts)


def closure(asked: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return everything that some requirements bring on this system, with the extras each is asked for with."""
    seen: dict[str, set[str]] = {}
    waiting = dict(asked)
    while waiting:
        name, extras = waiting.popitem()
        if not is_here(name) or (name in seen and extras <= seen[name]):
            continue
        seen[name] = seen.get(name, set()) | extras
        for found, more in required_by(name, seen[name]).items():
            waiting[found] = waiting.get(found, set()) | more
    return seen


def _purposes() -> dict[str, Purpose]:
    """Say why each package of production's and the demo's lock is there; one that several need counts for the first."""
    product = set(closure(asked_for()))
    postgres, excel, synthetic = (
        set(closure(asked_for(extra))) - product for extra in ("postgres", "excel", "synthetic")
    )
    found: dict[str, Purpose] = {}
    for pin in pins(DEMO):
        found[pin.name] = "synthetic" if pin.name in synthetic else "embedded"
    for pin in pins(PRODUCTION):
        found[pin.name] = "postgres" if pin.name in postgres else "excel" if pin.name in excel else "product"
    return found


def _fitting(texts: Iterable[str], extras: Iterable[str] = ()) -> dict[str, set[str]]:
    """Return those of some requirements that hold on this system, by name, with the extras they ask for."""
    environments = [{"extra": extra} for extra in ("", *extras)]
    found: dict[str, set[str]] = {}
    for one in map(Requirement, texts):
        if one.marker is None or any(one.marker.evaluate(each) for each in environments):
            name = canonicalize_name(one.name)
            found[name] = found.get(name, set()) | one.extras
    return found
