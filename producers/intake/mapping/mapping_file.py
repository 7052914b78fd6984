"""Reading a mapping file. Everything that can be known to be wrong is said before a row is read, by its line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from ....schemas.errors import WrongUsage
from ....schemas.files.encoding import decoded
from ....schemas.files.plain_yaml import plain_node
from ....schemas.law.grounds import Ground, recognise_grounds
from ....schemas.phrases import reason_of
from ..rows import words
from ..rows.column import MAX_CERTIFICATES
from ..rows.columns import COLUMN_NAMES, DAY_COLUMNS, REQUIRED, header_form
from .day_patterns import DayPattern, day_pattern
from .export_mapping import CodeTable, ExportMapping, Titled
from .problems import MappingProblem

_MOST_BYTES = 1_000_000
_CODED: dict[str, Mapping[str, object]] = {
    "instrument": words.INSTRUMENTS,
    "role": words.ROLES,
    "kind": words.KINDS,
    "sex": words.SEXES,
    "certificate_type": words.CERTIFICATE_TYPES,
    "term_start_basis": words.TERM_BASES,
    "extension_gravity": words.GRAVITIES,
    "initiated_by": words.INITIATIVES,
    "performance": words.PERFORMANCES,
    "debtor_category": words.CATEGORIES,
    **{f"certificate_{at}_type": words.CERTIFICATE_TYPES for at in range(2, MAX_CERTIFICATES + 1)},
    **{f"certificate_{at}_link": words.LINKS for at in range(2, MAX_CERTIFICATES + 1)},
}
"""Column → what its words mean. Grounds are codes too, with a reader of their own."""
_GROUNDS = "grounds"
_GROUND_VALUES = ", ".join(each.name for each in Ground if each is not Ground.OTHER_LEGACY)
_CODED_NAMES = ", ".join([*_CODED, _GROUNDS])


class _Written(NamedTuple):
    """A key of the file with what stands under it, and its line."""

    key: str
    node: yaml.Node
    line: int

    @property
    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise MappingProblem("MAPPING_FORM", line=str(self.line), key=self.key[:40])
        return str(self.node.value).strip()


def read_mapping(path: Path) -> ExportMapping:
    """Read a mapping file. Raises MappingProblem, FILE_UNREADABLE."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise MappingProblem("MAPPING_UNREADABLE", file=str(path), why=f"> {_MOST_BYTES} B")
        data = path.read_bytes()
    except OSError as error:
        raise WrongUsage(
            "FILE_UNREADABLE",
            f"{path}: {error.strerror}",
            "check the path and its permissions",
            f"{path}：{reason_of(error).zh}",
            "请检查路径和权限",
        ) from error
    return mapping_of(data, str(path))


def mapping_of(data: bytes, name: str) -> ExportMapping:
    """Do as `read_mapping` with what stands in a file of that name."""
    try:
        root = plain_node(decoded(data))
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise MappingProblem("MAPPING_UNREADABLE", file=name, why=f"{line}: {broken.problem}"[:200]) from broken
    except (yaml.YAMLError, ValueError, RecursionError) as broken:
        raise MappingProblem("MAPPING_UNREADABLE", file=name, why=type(broken).__name__) from broken
    if not isinstance(root, yaml.MappingNode):
        raise MappingProblem("MAPPING_UNREADABLE", file=name, why="YAML")
    return _Reader(root).mapping()


class _Reader:
    """Takes the parts of a mapping from its document."""

    def __init__(self, root: yaml.MappingNode) -> None:
        parts = {written.key: written for written in _written(root)}
        known = ("columns", "values", "dates", "constants", "ignore")
        for part in parts.values():
            if part.key not in known:
                raise MappingProblem("MAPPING_KEY", line=str(part.line), key=part.key[:40], known=", ".join(known))
        self._parts = parts

    def mapping(self) -> ExportMapping:
        titles = self._titles()
        constants = self._constants({titled.column for titled in titles.values()})
        line = str(self._parts["columns"].line) if "columns" in self._parts else "1"
        given = {titled.column for titled in titles.values()} | set(constants)
        if missing := [name for name in REQUIRED if name not in given]:
            raise MappingProblem("MAPPING_NEEDED", line=line, missing=", ".join(missing))
        return ExportMapping(titles, self._codes(), self._days(), constants, self._ignored())

    def _under(self, name: str) -> list[_Written]:
        part = self._parts.get(name)
        if part is None or (isinstance(part.node, yaml.ScalarNode) and not part.text):
            return []
        if not isinstance(part.node, yaml.MappingNode):
            raise MappingProblem("MAPPING_FORM", line=str(part.line), key=name)
        return _written(part.node)

    def _columns(self, name: str) -> Iterator[_Written]:
        for written in self._under(name):
            if written.key not in COLUMN_NAMES:
                known = ", ".join(COLUMN_NAMES)
                raise MappingProblem("MAPPING_COLUMN", line=str(written.line), column=written.key[:40], known=known)
            yield written

    def _titles(self) -> dict[str, Titled]:
        titles: dict[str, Titled] = {}
        for written in self._columns("columns"):
            form = header_form(written.text)
            if not form:
                raise MappingProblem("MAPPING_FORM", line=str(written.line), key=written.key)
            if form in titles:
                raise MappingProblem("MAPPING_TITLE_TWICE", line=str(written.line), title=written.text[:40])
            titles[form] = Titled(written.key, written.text, written.line)
        return titles

    def _constants(self, titled: set[str]) -> dict[str, str]:
        constants: dict[str, str] = {}
        for written in self._columns("constants"):
            if written.key in titled:
                raise MappingProblem("MAPPING_TITLE_TWICE", line=str(written.line), title=written.key)
            if written.key in _CODED or written.key == _GROUNDS:
                _check_value(written.key, written.text, written.line)
            constants[written.key] = written.text
        return constants

    def _codes(self) -> dict[str, CodeTable]:
        tables: dict[str, CodeTable] = {}
        for written in self._columns("values"):
            if written.key not in _CODED and written.key != _GROUNDS:
                line = str(written.line)
                raise MappingProblem("MAPPING_NOT_CODED", line=line, column=written.key, known=_CODED_NAMES)
            if not isinstance(written.node, yaml.MappingNode):
                raise MappingProblem("MAPPING_FORM", line=str(written.line), key=written.key)
            table = {}
            for code in _written(written.node):
                if code.text:  # a code that means nothing is empty
                    _check_value(written.key, code.text, code.line)
                table[code.key] = code.text
            tables[written.key] = CodeTable(table, written.line)
        return tables

    def _days(self) -> dict[str, DayPattern]:
        days: dict[str, DayPattern] = {}
        for written in self._columns("dates"):
            line = str(written.line)
            if written.key not in DAY_COLUMNS:
                known = ", ".join(sorted(DAY_COLUMNS))
                raise MappingProblem("MAPPING_NOT_DATE", line=line, column=written.key, known=known)
            pattern = day_pattern(written.text, written.line)
            if pattern is None:
                raise MappingProblem("MAPPING_DATE_PATTERN", line=line, column=written.key)
            days[written.key] = pattern
        return days

    def _ignored(self) -> frozenset[str]:
        part = self._parts.get("ignore")
        if part is None:
            return frozenset()
        if not isinstance(part.node, yaml.SequenceNode):
            raise MappingProblem("MAPPING_FORM", line=str(part.line), key="ignore")
        items = [_Written("ignore", node, node.start_mark.line + 1) for node in part.node.value]
        return frozenset(header_form(item.text) for item in items)


def _written(node: yaml.MappingNode) -> list[_Written]:
    return [_Written(str(key.value).strip(), value, key.start_mark.line + 1) for key, value in node.value]


def _check_value(column: str, value: str, line: int) -> None:
    """Refuse a text that is no value of a column."""
    if column == _GROUNDS:
        grounds = recognise_grounds(value)
        if grounds and Ground.OTHER_LEGACY not in grounds:
            return
        known = _GROUND_VALUES
    else:
        table = _CODED[column]
        if words.knows(table, value):
            return
        known = words.allowed(table)
    raise MappingProblem("MAPPING_VALUE", line=str(line), value=value[:40], column=column, known=known)
