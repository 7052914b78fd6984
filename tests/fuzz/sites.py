"""Where the product gives bytes and texts a meaning: calls of parsers, by the function they stand in.

A parser is whatever turns what somebody wrote into something else: of JSON, YAML, CSV, Avro, packed numbers, hexadecimal and
other encodings, dates. Words are looked for, so that a parser of a new kind has to be named here.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("schemas", "topics", "producers", "consumers", "monitoring")
METHODS = frozenset(  # words in a text: a list would be forty lines
    """loads safe_load decode raw_decode convert fromhex from_bytes fromisoformat strptime reader DictReader unpack_from unpackb
    model_validate model_validate_json validate_python validate_json fromstring literal_eval load_workbook b64decode
    urlsafe_b64decode unhexlify schemaless_reader""".split()  # noqa: SIM905
)
"""Of modules, classes and objects."""
NAMES = frozenset(
    """decode unframe b64decode schemaless_reader decode_prefix decode_fields from_wire open_sealed own_yaml plain_yaml unwrap
    unwrap_value unhexlify literal_eval""".split()  # noqa: SIM905
)
"""Of functions."""


class Site(NamedTuple):
    """A function in which something is parsed."""

    file: str
    function: str
    """Its qualified name."""


def sites(sources: Mapping[str, str]) -> dict[Site, set[str]]:
    """The functions that call parsers, and which."""
    found: dict[Site, set[str]] = {}
    for file, source in sources.items():
        for function, parser in _calls(ast.parse(source), ()):
            found.setdefault(Site(file, function), set()).add(parser)
    return found


def product_sources() -> dict[str, str]:
    """The sources of the product, by path."""
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _calls(node: ast.AST, within: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _calls(child, (*within, child.name))
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _calls(child, (*within, child.name, "<locals>"))
        else:
            if isinstance(child, ast.Call) and (parser := _parser(child.func)):
                yield ".".join(within).removesuffix(".<locals>") or "<module>", parser
            yield from _calls(child, within)


def _parser(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute) and called.attr in METHODS:
        return called.attr
    return called.id if isinstance(called, ast.Name) and called.id in NAMES else ""
