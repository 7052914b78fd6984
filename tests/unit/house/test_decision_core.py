"""What decides about a person could be tried with nothing but paper: no client library, no database, no clock, no chance."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CORE = (
    "consumers.commands.parking",
    "consumers.gate",
    "consumers.replication.apply",
    "consumers.replication.barriers",
    "consumers.replication.proof",
    "schemas.law",
    "schemas.wire.digest",
    "topics.keys.signatures",
)
PORTS = {"topics.workers.chance": {"Chance"}, "topics.workers.clock": {"Clock"}}
"""Beside each port stands the machine's own; the core may name the port only."""
LIBRARIES = {
    *(
        "blake3",
        "chinese_calendar",
        "cryptography",
        "fastavro",
        "msgspec",
        "nacl",
        "numpy",
        "stdnum",
        "structlog",
        "yaml",
    ),
}
"""Encoding, hashing, signing, numbers, the State Council's holidays as a table, and the log."""
IMPURE = {
    *(
        "asyncio",
        "http",
        "multiprocessing",
        "os",
        "random",
        "secrets",
        "selectors",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
    ),
    *("subprocess", "threading", "time", "urllib", "uuid"),
}


@dataclass
class Walk:
    """The modules of the product that some modules need when they are imported, and what these need of others."""

    seen: dict[str, str] = field(default_factory=dict)
    """Module to the one that was seen to need it first."""
    foreign: dict[str, str] = field(default_factory=dict)
    """Package of somebody else, or what is no port in a port's module, to the module that needs it."""

    def into(self, module: str, needed_by: str = "") -> None:
        if module in self.seen:
            return
        self.seen[module] = needed_by
        for name, names in imports(module):
            if not name.startswith("liandong."):
                self.foreign.setdefault(name.split(".")[0], module)
                continue
            inside = name.removeprefix("liandong.")
            if inside in PORTS:
                self.foreign |= {f"{inside}.{each}": module for each in names - PORTS[inside]}
                continue
            for each in (inside, *(f"{inside}.{one}" for one in names)):
                if source(each).is_file() and each not in PORTS:
                    self.into(each, module)

    def way_to(self, module: str) -> str:
        """How the walk came to a module."""
        way = [module]
        while self.seen[way[0]]:
            way.insert(0, self.seen[way[0]])
        return " > ".join(way)


def source(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def modules(name: str) -> Iterator[str]:
    """The modules of a drawer, or the one of that name."""
    path = source(name)
    if path.name != "__init__.py":
        yield name
        return
    for each in sorted(path.parent.rglob("*.py")):
        if each.name != "__init__.py":
            yield ".".join(each.relative_to(ROOT).with_suffix("").parts)


def imports(module: str) -> Iterator[tuple[str, set[str]]]:
    """What a module imports, as absolute names; what only a type checker sees is left out."""
    tree = ast.parse(source(module).read_text(encoding="utf-8"))
    unseen = {id(node) for block in ast.walk(tree) if _is_for_types(block) for node in ast.walk(block)}
    package = ["liandong", *module.split(".")]
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from ((each.name, set()) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level] if node.level else []
            yield ".".join([*above, *([node.module] if node.module else [])]), {each.name for each in node.names}


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("module", [module for name in CORE for module in modules(name)])
def test_the_core_needs_no_client_library_no_database_no_clock_and_no_chance(module: str) -> None:
    walk = Walk()
    walk.into(module)
    pure = sys.stdlib_module_names - IMPURE
    impure = {name: walk.way_to(by) for name, by in walk.foreign.items() if name not in pure | LIBRARIES}
    assert not impure


def test_a_module_that_needs_a_database_somewhere_below_is_found() -> None:
    walk = Walk()
    walk.into("consumers.commands.parked")
    assert "sqlalchemy" in walk.foreign
    assert walk.way_to("topics.storage.database").startswith("consumers.commands.parked > ")


def test_the_machines_own_clock_beside_the_port_is_found() -> None:
    walk = Walk()
    walk.into("__main__")
    assert "topics.workers.clock.SystemClock" in walk.foreign
