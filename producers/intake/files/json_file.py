"""JSON files: objects with the intake's column names (jsonl), or with the public site's field names (zxgk)."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ....schemas.files.encoding import FileStart
from ....schemas.files.json_values import JsonValue, JsonValues
from ....schemas.problems import Language
from ..findings.findings import Notice, Reject, notice, reject
from ..rows.columns import MAX_CERTIFICATES, column_of, headers, is_passed_over
from ..rows.model import RawRow

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

REJECT_KEY = "reject"


class JsonFile:
    """Rows of a JSON file. Raises nothing for a bad row: it is rejected and the next one goes on."""

    header: tuple[str, ...] = ()

    def __init__(self, head: FileStart, stream: BinaryIO, lang: Language, *, is_zxgk: bool) -> None:
        """Nothing is read yet."""
        self._values = JsonValues(head, stream)
        self._objects = ObjectRows(lang, is_zxgk=is_zxgk)

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

    def _row(self, value: JsonValue) -> RawRow:
        if value.damage:
            return RawRow(value.row, {}, {}, self._objects.reject(value.row, value.damage), value.text)
        if not isinstance(value.value, dict):
            damage = self._objects.reject(value.row, "NOT_AN_OBJECT")
            return RawRow(value.row, {}, {}, damage, str(value.value)[:200])
        return self._objects.row_of(value.row, value.value)


class ObjectRows:
    """Turns objects into rows."""

    def __init__(self, lang: Language = "en", *, is_zxgk: bool = False) -> None:
        """`notices` collects unknown keys, each once."""
        self._lang = lang
        self._is_zxgk = is_zxgk
        self._unknown: set[str] = set()
        self.notices: list[Notice] = []

    def row_of(self, number: int, fields: Mapping[str, object]) -> RawRow:
        """Return the row of one object; it is parsed like any other."""
        before = fields.get(REJECT_KEY)
        line = str(before.get("line", "")) if isinstance(before, dict) else ""
        if line and len(fields) == 1:
            return RawRow(number, {}, fields, self.reject(number, "NOT_CORRECTED"), line)
        values = self._zxgk_values(fields) if self._is_zxgk else {}
        for key, value in fields.items():
            if self._is_zxgk and key in ZXGK_FIELDS:
                continue
            column = column_of(key)
            if column is not None:
                values[column] = _text(value)
            elif key == "certificates" and isinstance(value, list):
                values |= _certificates(value)
            else:
                self._note_unknown(number, key)
        damage = self.reject(number, "ENCODING") if any("\ufffd" in text for text in values.values()) else None
        return RawRow(number, values, fields, damage)

    def _zxgk_values(self, fields: Mapping[str, object]) -> dict[str, str]:
        values: dict[str, str] = {}
        for key, column in ZXGK_FIELDS.items():
            text = _text(fields.get(key))
            better = _BETTER.get(key)
            if text and not (better and _text(fields.get(better))):
                values[column] = text
        return values

    def _note_unknown(self, number: int, key: str) -> None:
        if key in self._unknown or is_passed_over(key) or len(self._unknown) > 100:
            return
        self._unknown.add(key)
        known = ", ".join(headers(self._lang))
        self.notices.append(notice(number, key[:40], "COLUMN_UNKNOWN", self._lang, column=key[:40], known=known))

    def reject(self, number: int, code: str) -> Reject:
        """Return a reject of a whole object."""
        return reject(number, "", code, self._lang, encoding="UTF-8/GB 18030")


def _text(value: object) -> str:
    """Return a JSON value as the text a CSV cell would hold."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_text(each) for each in value)
    return str(value)


def _certificates(certificates: list[object]) -> dict[str, str]:
    """Return the columns of a list of `{"type", "number", "country", "link"}`, as the check API writes certificates."""
    values: dict[str, str] = {}
    for position, each in enumerate(certificates[:MAX_CERTIFICATES], start=1):
        prefix = "certificate_" if position == 1 else f"certificate_{position}_"
        if isinstance(each, dict):
            values |= {prefix + part: _text(each.get(part)) for part in ("type", "number", "country", "link")}
    values.pop("certificate_link", None)
    return values
