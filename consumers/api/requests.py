"""What a caller may send: the shapes of requests, and how a broken one is named without repeating what it holds."""

import re
from datetime import date

import msgspec

from ...schemas.masking import Masked
from ..gate.decision import CheckRequest
from ..gate.identifying import read_subject
from ..gate.subjects import at_field
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


class _Batch(msgspec.Struct):
    checks: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Ref(msgspec.Struct):
    ref: str | int | None = None


_batch = msgspec.json.Decoder(_Batch)
_check = msgspec.json.Decoder(CheckIn)
_ref = msgspec.json.Decoder(_Ref)
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_FIELD = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[A-Za-z_]{1,40})`")


def read_body(body: bytes) -> CheckIn | list[msgspec.Raw]:
    """Read one check, or the checks of a batch as they were sent. Raises RequestProblem."""
    try:
        return _check.decode(body)
    except msgspec.ValidationError as no_check:
        checks = _read_batch(body, no_check)
    except (msgspec.DecodeError, RecursionError) as broken:
        raise _problem_of(broken) from None
    if len(checks) > MAX_CHECKS:
        raise RequestProblem("TOO_MANY_CHECKS", count=str(len(checks)), most=str(MAX_CHECKS))
    if not checks:
        raise at_field(RequestProblem("REQUEST_INVALID", what="checks is empty"), "checks")
    return checks


def _read_batch(body: bytes, no_check: msgspec.ValidationError) -> list[msgspec.Raw]:
    """Return the checks of a batch undecoded. Raises RequestProblem for what is no batch either."""
    try:
        checks = _batch.decode(body).checks
    except (msgspec.DecodeError, RecursionError) as no_batch:
        raise _problem_of(no_batch) from None
    if isinstance(checks, msgspec.UnsetType):
        raise _problem_of(no_check) from None
    return checks


def read_check(raw: msgspec.Raw) -> CheckIn | BadCheck:
    """Read a check of a batch; what is wrong with it concerns no other."""
    try:
        return _check.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        return BadCheck(_ref_of(raw), _problem_of(error))


def _ref_of(raw: msgspec.Raw) -> str | int | None:
    """Return the `ref` of a check that is broken otherwise."""
    try:
        return _ref.decode(raw).ref
    except (msgspec.DecodeError, RecursionError):
        return None


def to_request(check: CheckIn, today: date, traceparent: str = "") -> CheckRequest:
    """Return the question to the gate. Raises FactProblem naming the field."""
    if len(check.site) > MAX_SITE:
        raise at_field(RequestProblem("REQUEST_INVALID", what=f"site has over {MAX_SITE} characters"), "site")
    subject = read_subject(check.subject.certificates, check.subject.name, today)
    return CheckRequest(check.transaction, subject, check.attributes, check.site, traceparent)


def _problem_of(error: msgspec.DecodeError | RecursionError) -> RequestProblem:
    """Return the problem a decoding error is, with the field it is about."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return RequestProblem("JSON_INVALID")
    place = _PLACE.search(text)
    missing = _FIELD.search(text)
    fault = _PLACE.sub("", text) if missing or "field" not in text else "an unknown field"
    path = [place["place"] if place else "", missing["field"] if missing else ""]
    field = ".".join(step for step in path if step)
    problem = RequestProblem("REQUEST_INVALID", what=f"{fault} ({field})" if field else fault)
    if field:
        at_field(problem, field)
    return problem
