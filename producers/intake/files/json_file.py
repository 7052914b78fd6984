"""JSON files: objects with the intake's column names (jsonl), or with the public site's field names (zxgk)."""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ....schemas.files.encoding import FileStart
from ....schemas.files.json_values import JsonValue, JsonValues
from ....schemas.problems import Language
from ....schemas.spelling import compact, is_text
from ..findings.findings import Notice, Reject, notice, reject
from ..rows.column import MAX_CERTIFICATES
from ..rows.model import RawRow
from .titles import OWN_TITLES, TitleBook

ZXGK_FIELDS = {
    "id": "source_id",
    "iname": "name",
    "sexy": "sex",
    "cardNum": "certificate_number",
    "fullCardNum": "certificate_number",
    "businessEntity": "legal_representative",
    "partyTypeName": "kind",
    "caseCode": "case_number",
    "gistId": "basis_number",
    "gistUnit": "basis_maker",
    "courtName": "court_name",
    "regDate": "filing_date",
    "publishDate": "publish_date",
    "publishDateStamp": "publish_date",
    "performance": "performance",
    "disruptTypeName": "grounds",
}
"""Field of the public list → column. Of two fields for one column the better one wins, see `_BETTER`."""

_BETTER = {"cardNum": "fullCardNum", "publishDateStamp": "publishDate"}
"""Field → the field that outranks it: a full number outranks a masked one, a written date outranks its stamp."""

_PUBLIC_FIELDS = {name.lower(): name for name in ZXGK_FIELDS}

_DAYS = ("regDate", "publishDate")
_WITH_TIME = re.compile(r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
"""A day as copies of the list keep it, with the time in China beside it."""

_MOST_UNKNOWN = 100
"""Unknown keys that are named; objects whose keys are data have millions."""
REJECT_KEY = "reject"
_CERTIFICATE_PARTS = ("type", "number", "country", "link")


class JsonFile:
    """Rows of a JSON file. Raises nothing for a bad row: it is rejected and the next one goes on."""

    header: tuple[str, ...] = ()

    def __init__(
        self, head: FileStart, stream: BinaryIO, lang: Language, book: TitleBook = OWN_TITLES, *, is_zxgk: bool
    ) -> None:
        """Nothing is read yet."""
        self._values = JsonValues(head, stream, single_keys=True, as_digits=True)
        self._objects = ObjectRows(lang, book, is_zxgk=is_zxgk)

    @property
    def bytes_read(self) -> int:
        """How far the file is read."""
        return self._values.bytes_read

    @property
    def notices(self) -> list[Notice]:
        """Keys that are not known, each once."""
        return self._objects.notices

    def __iter__(self) -> Iterator[RawRow]:
        """Each object."""
        for value in self._values:
            yield self._row(value)
        self._objects.end()

    def _row(self, value: JsonValue) -> RawRow:
        if value.damage:
            return RawRow(value.row, {}, {}, self._objects.reject(value.row, value.damage), value.text)
        if not isinstance(value.value, dict):
            damage = self._objects.reject(value.row, "NOT_AN_OBJECT")
            return RawRow(value.row, {}, {}, damage, str(value.value)[:200])
        return self._objects.row_of(value.row, value.value)


class ObjectRows:
    """Turns objects into rows."""

    def __init__(self, lang: Language = "en", book: TitleBook = OWN_TITLES, *, is_zxgk: bool = False) -> None:
        """`notices` collects unknown keys, each once."""
        self._book = book
        self._lang = lang
        self._is_zxgk = is_zxgk
        self._unknown: set[str] = set()
        self._more_unknown = 0
        self._seen: set[str] = set()
        self.notices: list[Notice] = []

    def row_of(self, number: int, fields: Mapping[str, object]) -> RawRow:
        """Return the row of one object; it is parsed like any other."""
        before = fields.get(REJECT_KEY)
        line = str(before.get("line", "")) if isinstance(before, dict) else ""
        if line and len(fields) == 1:
            return RawRow(number, {}, fields, self.reject(number, "NOT_CORRECTED"), line)
        try:
            return RawRow(number, self._values_of(number, fields), fields, is_public=self._is_zxgk)
        except _ValueRefused as refused:
            damage = self.reject(number, refused.code, refused.key, **refused.details)
            return RawRow(number, {}, fields, damage)

    def _values_of(self, number: int, fields: Mapping[str, object]) -> dict[str, str]:
        values = _public_values(fields) if self._is_zxgk else {}
        named: dict[str, str] = {}
        for key, value in fields.items():
            if not is_text(key):
                raise _ValueRefused("ENCODING", "")
            if self._is_zxgk and public_field(key):
                continue
            if key == "certificates" and isinstance(value, list) and self._book.mapping is None:
                for name, text in _certificates(value).items():
                    _name_once(named, name, key)
                    values[name] = text
            elif (column := self._book.column_of(key)) is None:
                self._note_unknown(number, key)
            else:
                _name_once(named, column, key)
                self._seen.add(column)
                text = _text(value, key, column)
                if text and not _agree(values.get(column, ""), text):
                    raise _ValueRefused("COLUMN_TWICE", key, twice=key)
                values[column] = text or values.get(column, "")
        return values

    def end(self) -> None:
        """Note the titles of a mapping that no object had (a table would have been refused for them), and what was not named."""
        if self._more_unknown:
            details = {"named": str(_MOST_UNKNOWN), "times": str(self._more_unknown)}
            self.notices.append(notice(0, "", "COLUMNS_UNKNOWN_MORE", self._lang, **details))
        for titled in () if self._book.mapping is None else self._book.mapping.titles.values():
            if titled.column not in self._seen:
                details = {"title": titled.title, "line": str(titled.line)}
                self.notices.append(notice(0, titled.column, "MAPPING_TITLE_UNSEEN", self._lang, **details))

    def _note_unknown(self, number: int, key: str) -> None:
        if key in self._unknown or self._book.is_passed_over(key):
            return
        if len(self._unknown) >= _MOST_UNKNOWN:
            self._more_unknown += 1
            return
        self._unknown.add(key)
        known = self._book.known(self._lang)
        self.notices.append(notice(number, key[:40], "COLUMN_UNKNOWN", self._lang, column=key[:40], known=known))

    def reject(self, number: int, code: str, key: str = "", **details: str) -> Reject:
        """Return a reject of a whole object, or of what stands under one of its keys."""
        return reject(number, key[:40], code, self._lang, encoding="UTF-8/GB 18030", **details)


class _ValueRefused(Exception):
    """What stands under a key is no value of a column, so its row is rejected."""

    def __init__(self, code: str, key: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.key = key
        self.details = details


def public_field(key: str) -> str:
    """Return the public site's field that a key names, as `ZXGK_FIELDS` has it; empty if it is none of them.

    The site itself and what copies it write fields in capitals, in small letters and in both.
    """
    return _PUBLIC_FIELDS.get(key.lower().replace("_", ""), "")


def _public_values(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the columns of what stands under the public site's fields."""
    given: dict[str, str] = {}
    named: dict[str, str] = {}
    for key, value in fields.items():
        if name := public_field(key):
            _name_once(named, name, key)
            written = _text(value, key, ZXGK_FIELDS[name])
            given[name] = _WITH_TIME.sub(r"\1", written) if name in _DAYS else written
    values: dict[str, str] = {}
    for name, column in ZXGK_FIELDS.items():
        better = given.get(_BETTER.get(name, ""), "")
        if column == "certificate_number" and not _agree(given.get(name, ""), better):
            raise _ValueRefused("COLUMN_TWICE", named[name], twice=f"{named[name]}, {named[_BETTER[name]]}")
        if (text := given.get(name)) and not better:
            values[column] = text
    return values


def _agree(one: str, other: str) -> bool:
    """Tell whether two texts for one column say the same; one that is masked or empty contradicts nothing."""
    return not one or not other or "*" in one or compact(one) == compact(other)


def _name_once(named: dict[str, str], column: str, key: str) -> None:
    """Note by which key a column is given; a second one is refused, since nobody knows which of the two counts."""
    if column in named:
        raise _ValueRefused("COLUMN_TWICE", key, twice=f"{named[column]}, {key}"[:80])
    named[column] = key


def _text(value: object, key: str, column: str = "") -> str:
    """Return a JSON value as the text a CSV cell would hold; only the column of grounds may be a list."""
    if isinstance(value, str):
        if "\ufffd" in value or not is_text(value):
            raise _ValueRefused("ENCODING", key)
        return value
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and column == "grounds" and all(isinstance(each, str) for each in value):
        return ";".join(_text(each, key) for each in value)
    raise _ValueRefused("NOT_TEXT", key)


def _certificates(certificates: list[object]) -> dict[str, str]:
    """Return the columns of a list of `{"type", "number", "country", "link"}`, as the check API writes certificates."""
    if len(certificates) > MAX_CERTIFICATES:
        raise _ValueRefused("CERTIFICATES_TOO_MANY", "certificates", limit=str(MAX_CERTIFICATES))
    values: dict[str, str] = {}
    for position, each in enumerate(certificates, start=1):
        prefix = "certificate_" if position == 1 else f"certificate_{position}_"
        if not isinstance(each, dict):
            raise _ValueRefused("NOT_TEXT", "certificates")
        values |= {prefix + part: _text(each.get(part), "certificates") for part in _CERTIFICATE_PARTS}
    values.pop("certificate_link", None)
    return values
