"""What a caller may send: the shapes of requests, and how a broken one is named without repeating what it holds."""

import json
import re
from datetime import date
from typing import Any

import msgspec

from ...schemas.files.json_values import Digits, KeyTwice, with_single_keys
from ...schemas.masking import Masked
from ...schemas.phrases import Phrase
from ...schemas.wrong_shape import value_fault
from ..events.intake import UnreadEvent
from ..gate.decision import CheckRequest
from ..gate.identifying import read_subject
from ..gate.subjects import at_field
from .members import members_of
from .problems import MAX_CHECKS, RequestProblem

MAX_SITE = 100


class CertificateIn(Masked, msgspec.Struct, forbid_unknown_fields=True):
    """A certificate as written on it; `country` (ISO 3166-1 alpha-3) with passports."""

    type: str
    number: str
    country: str | None = None

    def __repr__(self) -> str:
        """Show the type only: requests reach tracebacks."""
        return f"CertificateIn({self.type})"


class SubjectIn(Masked, msgspec.Struct, forbid_unknown_fields=True):
    """Whom the check is about: name and every certificate the transaction is made with."""

    certificates: list[CertificateIn]
    name: str

    def __repr__(self) -> str:
        """Show no name and no number."""
        return f"SubjectIn({len(self.certificates)} certificates)"


class CheckIn(msgspec.Struct, forbid_unknown_fields=True):
    """One check. `ref` comes back with the result; `site` says where it is asked."""

    transaction: str
    subject: SubjectIn
    attributes: dict[str, str | int | float | bool | None] = {}
    site: str = ""
    ref: str | int | None = None


class BadCheck(msgspec.Struct):
    """A check of a batch that cannot be read, and why."""

    ref: str | int | None
    problem: RequestProblem


class _Ref(msgspec.Struct):
    ref: str | int | None = None


_Broken = msgspec.DecodeError | UnicodeDecodeError | RecursionError | KeyTwice
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyTwice)
"""What the decoder raises for bytes that are no JSON in UTF-8, nested too deep, of another shape or with a key twice."""
_check = msgspec.json.Decoder(CheckIn)
_ref = msgspec.json.Decoder(_Ref)
_object = msgspec.json.Decoder(dict[str, Any])
_key = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:')
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_UNKNOWN_FIELD = "an unknown field"
_FIELD = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[A-Za-z_]{1,40})`")


def read_body(body: bytes) -> CheckIn | list[msgspec.Raw]:
    """Read one check, or the checks of a batch as they were sent. Raises RequestProblem."""
    try:
        return _decode_check(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as no_check:
        checks = _read_batch(body, no_check)
    except _BROKEN as broken:
        raise _problem_of(broken) from None
    if len(checks) > MAX_CHECKS:
        raise RequestProblem("TOO_MANY_CHECKS", count=str(len(checks)), most=str(MAX_CHECKS))
    if not checks:
        raise at_field(RequestProblem("REQUEST_INVALID", what=Phrase("checks is empty", "checks 为空")), "checks")
    return checks


def _read_batch(body: bytes, no_check: msgspec.DecodeError | UnicodeDecodeError) -> list[msgspec.Raw]:
    """Return the checks of a batch undecoded. Raises RequestProblem for what is no batch either."""
    try:
        checks = members_of(body, "checks")
    except _BROKEN as no_batch:
        raise _problem_of(no_batch) from None
    if isinstance(checks, msgspec.UnsetType):
        raise _problem_of(no_check) from None
    return checks


def read_check(raw: msgspec.Raw) -> CheckIn | BadCheck:
    """Read a check of a batch; what is wrong with it concerns no other."""
    try:
        return _decode_check(raw)
    except _BROKEN as error:
        return BadCheck(_ref_of(raw), _problem_of(error))


def read_events(body: bytes) -> dict[str, Any]:
    """Read the body of POST /v1/events; an event of several that cannot be read is an `UnreadEvent`. Raises RequestProblem."""
    try:
        events = members_of(body, "events")
        if isinstance(events, msgspec.UnsetType):
            return _decode_object(body)
    except msgspec.ValidationError:
        raise RequestProblem(
            "REQUEST_INVALID",
            what=Phrase(
                "one JSON object is wanted, with a list if it has events",
                "应为一个 JSON 对象；含 events 的，其值应为列表",
            ),
        ) from None
    except _BROKEN as broken:
        raise _problem_of(broken) from None
    return {"events": [_read_event(raw) for raw in events]}


def _read_event(raw: msgspec.Raw) -> dict[str, Any] | UnreadEvent:
    try:
        return _decode_object(raw)
    except _BROKEN as error:
        return UnreadEvent(_ref_of(raw), _problem_of(error))


def _decode_object(body: bytes | msgspec.Raw) -> dict[str, Any]:
    """Decode an object whose keys stand once; numbers with a point keep their digits. Raises what `_BROKEN` names."""
    _object.decode(body)
    read: dict[str, Any] = json.loads(bytes(body), object_pairs_hook=with_single_keys, parse_float=Digits)
    return read


def _decode_check(body: bytes | msgspec.Raw) -> CheckIn:
    """Decode a check whose keys stand once. Raises what `_BROKEN` names.

    Of two numbers the decoder would take the last and another reader the first: two people. Keys that are surely different
    are told without decoding them a second time.
    """
    check = _check.decode(body)
    keys: list[bytes] = _key.findall(body)
    if len(check.subject.certificates) > 1 or len(set(keys)) != len(keys) or b"\\" in b"".join(keys):
        json.loads(bytes(body), object_pairs_hook=with_single_keys)
    return check


def _ref_of(raw: msgspec.Raw) -> str | int | None:
    """Return the `ref` of a check that is broken otherwise."""
    try:
        return _ref.decode(raw).ref
    except _BROKEN:
        return None


def to_request(check: CheckIn, today: date, traceparent: str = "") -> CheckRequest:
    """Return the question to the gate. Raises FactProblem naming the field."""
    if len(check.site) > MAX_SITE:
        raise at_field(
            RequestProblem(
                "REQUEST_INVALID", what=Phrase(f"site has over {MAX_SITE} characters", f"site 超过 {MAX_SITE} 个字符")
            ),
            "site",
        )
    subject = read_subject(check.subject.certificates, check.subject.name, today)
    return CheckRequest(check.transaction, subject, check.attributes, check.site, traceparent)


def _fault_zh(fault: str, field: str) -> str:
    said = "没有这样的字段" if fault == _UNKNOWN_FIELD else value_fault(fault).zh
    return f"{said}（{field}）" if field and field not in said else said


def _problem_of(error: _Broken) -> RequestProblem:
    """Return the problem a decoding error is, with the field it is about."""
    if isinstance(error, KeyTwice):
        return RequestProblem(
            "REQUEST_INVALID", what=Phrase("a key stands twice in one object", "同一对象中有重复的键")
        )
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return RequestProblem("JSON_INVALID")
    place = _PLACE.search(text)
    missing = _FIELD.search(text)
    fault = _PLACE.sub("", text) if missing or "field" not in text else _UNKNOWN_FIELD
    path = [place["place"] if place else "", missing["field"] if missing else ""]
    field = ".".join(step for step in path if step)
    said = Phrase(fault, _fault_zh(fault, field))
    problem = RequestProblem("REQUEST_INVALID", what=Phrase(f"{said} ({field})", said.zh) if field else said)
    if field:
        at_field(problem, field)
    return problem
