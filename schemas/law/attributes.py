"""Attributes of a transaction: their definitions, what a caller wrote made comparable, and their JSON Schema.

An attribute is a code with known values, an integer, an amount in CNY, a boolean, or text. Text never decides. A value
that is not known is kept and marked: a rule that would need it asks a person.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import ClassVar, Literal

import msgspec

from ..phrases import Phrase
from ..problems import FactProblem, Text

MAX_TEXT = 200


class AttributeProblem(FactProblem):
    """An attribute that is missing, unknown to the transaction, or of the wrong kind."""

    texts: ClassVar[dict[str, Text]] = {
        "ATTRIBUTE_MISSING": Text(
            "the attribute {attribute} decides for {transaction} and is missing",
            "send attributes.{attribute}; GET /v1/transactions describes it",
            "事项 {transaction} 缺少起决定作用的属性 {attribute}",
            "请填写 attributes.{attribute}，说明见 GET /v1/transactions",
        ),
        "ATTRIBUTE_UNKNOWN": Text(
            "the transaction {transaction} has no attribute {attribute}",
            "leave it out, or correct its name; GET /v1/transactions lists the attributes",
            "事项 {transaction} 没有属性 {attribute}",
            "请删除或更正属性名，属性清单见 GET /v1/transactions",
        ),
        "ATTRIBUTE_INVALID": Text(
            "the attribute {attribute} must be {expected}",
            "correct attributes.{attribute}; GET /v1/transactions describes it",
            "属性 {attribute} 应为 {expected}",
            "请更正 attributes.{attribute}，说明见 GET /v1/transactions",
        ),
    }


class Wording(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class Unknown(msgspec.Struct, frozen=True):
    """A code nobody defined, as the caller wrote it."""

    written: str


Value = str | int | Decimal | bool | Unknown
Values = Mapping[str, Value]


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One attribute as `agencies.yaml` defines it; `values` are a code's canonical values with their aliases."""

    text: Wording
    type: Literal["code", "integer", "amount", "boolean", "text"]
    values: dict[str, list[str]] = {}
    minimum: int | None = None
    maximum: int | None = None

    def read(self, name: str, written: object) -> Value:
        """Return the comparable value of what a caller wrote. Raises AttributeProblem."""
        if self.type == "boolean":
            return _boolean(name, written)
        if self.type == "integer":
            return self._integer(name, written)
        if self.type == "amount":
            return _amount(name, written)
        if not isinstance(written, str) or not written.strip() or len(written) > MAX_TEXT:
            raise AttributeProblem(
                "ATTRIBUTE_INVALID",
                attribute=name,
                expected=Phrase(f"text of 1 to {MAX_TEXT} characters", f"1 至 {MAX_TEXT} 个字符的文字"),
            )
        return written if self.type == "text" else self._code(written)

    @cached_property
    def _by_spelling(self) -> dict[str, str]:
        spellings = ((one, value) for value, aliases in self.values.items() for one in (value, *aliases))
        return {fold(one): value for one, value in spellings}

    def _code(self, written: str) -> Value:
        return self._by_spelling.get(fold(written)) or Unknown(written)

    def _integer(self, name: str, written: object) -> int:
        number = _number(written)
        if number is None or number != number.to_integral_value() or not self._in_range(int(number)):
            most = "" if self.maximum is None else f"至 {self.maximum}"
            expected = Phrase(
                f"a whole number from {self.minimum} to {self.maximum}", f"整数，自 {self.minimum or 0} 起{most}"
            )
            raise AttributeProblem("ATTRIBUTE_INVALID", attribute=name, expected=expected)
        return int(number)

    def _in_range(self, number: int) -> bool:
        low = self.minimum is None or number >= self.minimum
        return low and (self.maximum is None or number <= self.maximum)

    def json_schema(self) -> dict[str, object]:
        """Return the JSON Schema (2020-12) of the attribute; codes name their values and admit others, which ask a person."""
        described: dict[str, object] = {"title": self.text.zh, "description": self.text.en}
        if self.type == "code":
            known = {"enum": list(self.values)}
            return described | {"anyOf": [known, {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}]}
        if self.type == "amount":
            return described | {
                "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": AMOUNT_PATTERN}]
            }
        if self.type == "text":
            return described | {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        return described | {"type": self.type} | {key: value for key, value in limits.items() if value is not None}


AMOUNT_PATTERN = r"^[0-9]{1,15}(\.[0-9]{1,2})?$"


def fold(code: str) -> str:
    """Return the form in which two spellings of a code are equal: NFKC, lower case, `-` for blanks and underscores."""
    return unicodedata.normalize("NFKC", code).strip().casefold().replace("_", "-").replace(" ", "-")


def _boolean(name: str, written: object) -> bool:
    if isinstance(written, bool):
        return written
    if isinstance(written, str) and written.strip().lower() in ("true", "false"):
        return written.strip().lower() == "true"
    raise AttributeProblem("ATTRIBUTE_INVALID", attribute=name, expected=Phrase("true or false", "true 或 false"))


def _number(written: object) -> Decimal | None:
    if isinstance(written, bool) or not isinstance(written, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(written).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None


def _amount(name: str, written: object) -> Decimal:
    number = _number(written)
    if number is None or number < 0 or number != round(number, 2):
        raise AttributeProblem(
            "ATTRIBUTE_INVALID",
            attribute=name,
            expected=Phrase("an amount in CNY such as 1280.00", "人民币金额，如 1280.00"),
        )
    return number


def read_all(
    definitions: Mapping[str, Attribute], attributes: Mapping[str, object], transaction: str
) -> dict[str, Value]:
    """Make all attributes of a request comparable; null counts as missing. Raises AttributeProblem."""
    values: dict[str, Value] = {}
    for name, raw in attributes.items():
        definition = definitions.get(name)
        if definition is None:
            raise AttributeProblem("ATTRIBUTE_UNKNOWN", attribute=shown_name(name), transaction=transaction)
        if raw is not None:
            values[name] = definition.read(name, raw)
    return values


def shown_name(name: str) -> str:
    """Return an attribute's name as an error may repeat it: callers can mistake a number for a name."""
    plain = name if name.isascii() and name.replace("_", "").replace("-", "").isalpha() else "?"
    return plain[:40]


def json_schema_of(definitions: Mapping[str, Attribute], required: Iterable[str]) -> dict[str, object]:
    """Return the JSON Schema of a transaction's attributes; `required` are those that can decide."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: attribute.json_schema() for name, attribute in definitions.items()},
        "required": sorted(required),
        "additionalProperties": False,
    }
