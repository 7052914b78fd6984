"""Every code the product can say, read from its source: where it is raised, what it says, what to do about it.

Nothing is executed: a code counts where an error is built with it, where a `Text` is kept under it, and where a message
is put aside for it.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeGuard

_PLACE = re.compile(r"\{(\w+)\}")
ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("schemas", "topics", "producers", "consumers", "monitoring")
SOURCES = ("__main__.py", *ROOMS)
_ERROR_ROOTS = frozenset({"LiandongError", "WrongUsage", "Unavailable"})
GAP = "…"
"""Stands where a text takes a value that has no plain name."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code with the texts of one place."""

    code: str
    source: str
    """File below the root, in POSIX form."""
    kind: str
    """`error`: exit 1; `usage`: exit 2; `unavailable`: exit 1, trying again can help; `text`: kept in a table; `failure`."""
    message: str
    remedy: str
    message_zh: str = ""
    remedy_zh: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """One source file, parsed."""

    path: str
    tree: ast.Module


def modules() -> list[Module]:
    """Read all source files of the product, by path."""
    paths = [
        path for name in SOURCES for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    ]
    return [
        Module(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(paths)
    ]


def collect(sources: Sequence[Module]) -> list[Code]:
    """Return every code, once per different text, by source and code."""
    kinds = _error_kinds(sources)
    raised = {code: one for module in sources for code, one in _raised(module, kinds)}
    codes = {code for module in sources for code in (*_of_module(module, kinds), *_tables(module, raised))}
    return sorted(codes, key=lambda one: (one.source, one.code, one.message))


def _error_kinds(sources: Sequence[Module]) -> dict[str, str]:
    """Return the names of the classes of errors, of whatever room, with their kinds; a problem with a fact is a `text`."""
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for module in sources
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }

    def ancestors(name: str) -> set[str]:
        return {name}.union(*(ancestors(base) for base in bases.get(name, ())))

    kinds = {}
    for name in {*bases, *_ERROR_ROOTS}:
        line = ancestors(name)
        if "FactProblem" in line:
            kinds[name] = "text"
        elif line & _ERROR_ROOTS:
            kinds[name] = "usage" if "WrongUsage" in line else "unavailable" if "Unavailable" in line else "error"
    return kinds


def _of_module(module: Module, kinds: dict[str, str]) -> Iterator[Code]:
    for placed in _calls(module.tree, _Surroundings(None, _assigned(module.tree))):
        call, place, name = placed.call, placed.place, placed.name
        kind = "failure" if name == "Poison" else kinds.get(name, "")
        if not kind or len(call.args) < 2:
            continue
        said = [_words(part, place.names) for part in call.args[1:5] if not isinstance(part, ast.Starred)]
        message, remedy, message_zh, remedy_zh = (*said, "", "", "", "")[:4]
        if message == GAP and remedy == "" and kind != "failure":
            continue  # a problem whose texts stand in a table
        if message == GAP and place.owner is not None and place.owner.name == name:
            message = _about(place.owner)
        for code in _codes(call.args[0]):
            yield Code(code, module.path, kind, message, remedy, message_zh, remedy_zh)


@dataclass(frozen=True, slots=True)
class _Raised:
    """As what an error is raised whose texts stand in a table."""

    kind: str
    about: str
    """What its class says of itself, if the error is a class of its own."""


def _raised(module: Module, kinds: Mapping[str, str]) -> Iterator[tuple[str, _Raised]]:
    for placed in _calls(module.tree, _Surroundings(None, {})):
        kind, owner = kinds.get(placed.name, ""), placed.place.owner
        if kind and len(placed.call.args) == 1:
            about = _about(owner) if owner is not None and owner.name == placed.name else ""
            yield from ((code, _Raised(kind, about)) for code in _codes(placed.call.args[0]))


def _about(owner: ast.ClassDef) -> str:
    return (ast.get_docstring(owner) or "").partition("\n\n")[0].replace("\n", " ").rstrip(".")


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What a call stands in."""

    owner: ast.ClassDef | None
    names: Mapping[str, ast.expr]
    """Plain assignments of module and function, the last one of each name."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call where it stands."""

    call: ast.Call
    place: _Surroundings

    @property
    def name(self) -> str:
        """The class that is called, or whose `__init__` is."""
        func, owner = self.call.func, self.place.owner
        if isinstance(func, ast.Attribute) and func.attr == "__init__" and owner is not None:
            return owner.name
        return func.id if isinstance(func, ast.Name) else ""


def _calls(tree: ast.AST, place: _Surroundings) -> Iterator[_Call]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield _Call(node, place)
        if isinstance(node, ast.ClassDef):
            yield from _calls(node, _Surroundings(node, place.names))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _calls(node, _Surroundings(place.owner, {**place.names, **_assigned(node)}))
        else:
            yield from _calls(node, place)


def _assigned(function: ast.AST) -> dict[str, ast.expr]:
    return {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _tables(module: Module, raised: Mapping[str, _Raised]) -> Iterator[Code]:
    """Yield the texts kept under their codes."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Dict):
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if _is_text(value) and isinstance(key, ast.Constant):
                message, *others = [_words(part) for part in value.args]
                one = raised.get(str(key.value), _Raised("text", ""))
                yield Code(str(key.value), module.path, one.kind, one.about or message, *others)


def _is_text(value: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Text"


def _codes(first: ast.expr) -> list[str]:
    """Return the codes an argument can be; none if it is a code made elsewhere."""
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return [first.value]
    if isinstance(first, ast.IfExp):
        return _codes(first.body) + _codes(first.orelse)
    return []


def _words(text: ast.expr, names: Mapping[str, ast.expr] = MappingProxyType({})) -> str:
    """Write a text with a mark for each value it takes."""
    match text:
        case ast.Constant(value=str(value)):
            return _PLACE.sub(r"‹\1›", value)
        case ast.JoinedStr(values=parts):
            return "".join(_words(part) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _words(left, names) + _words(right, names)
        case ast.Name(id=name) if name in names:
            return _words(names[name])
        case ast.FormattedValue(
            value=ast.Name(id=name)
            | ast.Attribute(attr=name)
            | ast.Call(func=ast.Name(id="chinese"), args=[ast.Name(id=name)])
        ):
            return f"‹{name.rstrip('_').removesuffix('_zh')}›"
        case _:
            return GAP


def unused(sources: Sequence[Module]) -> list[str]:
    """Return the codes that have texts and are never raised: no constant names them and no f-string begins like them."""
    keys = {
        id(key)
        for module in sources
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if _is_text(value)
    }
    constants: set[str] = set()
    beginnings: set[str] = set()
    for node in (node for module in sources for node in ast.walk(module.tree)):
        match node:
            case ast.Constant(value=str(value)) if id(node) not in keys:
                constants.add(value)
            case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_]) if begin.isupper():
                beginnings.add(begin)
    texts = {one.code for one in collect(sources) if one.kind == "text"}
    return sorted(code for code in texts if code not in constants and not code.startswith(tuple(beginnings)))
