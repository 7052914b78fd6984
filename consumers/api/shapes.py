"""The shapes of what callers of the check API send and get, as JSON Schemas (2020-12)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ...schemas.law.agencies import AgencyKind
from ...schemas.law.decisions import Action, Match, Verdict
from ...schemas.law.measures import Effect, MeasureCatalogue
from ...schemas.law.watch_kinds import ASSET_KINDS, WHEREABOUTS_KINDS, Domain
from ...schemas.people.certificates import CertificateType
from ..events.intake import MAX_EVENTS
from ..gate.identifying import MAX_NAME_LENGTH, MAX_SUBJECT_CERTIFICATES
from .problems import MAX_CHECKS
from .requests import MAX_SITE, CheckIn

Shape = Mapping[str, Any]
_REF = "#/components/schemas/"
_TEXT: Shape = {"type": "string"}
_NUMBER: Shape = {"type": "integer"}
_FLAG: Shape = {"type": "boolean"}
_MOMENT: Shape = {"type": "string", "format": "date-time"}
_NO_MOMENT: Shape = {"type": ["string", "null"], "format": "date-time"}
# types in a list, where msgspec writes `anyOf` with a branch for null: some generated clients have no class for that
_VALUES: Shape = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
_CHECK_REF: Shape = {"type": ["string", "integer", "null"]}
_EVENT_REF: Shape = {"type": ["string", "integer"]}
_SUBJECT_LIMITS: Shape = {
    "certificates": {
        "type": "array",
        "items": {"$ref": f"{_REF}CertificateIn"},
        "minItems": 1,
        "maxItems": MAX_SUBJECT_CERTIFICATES,
    },
    "name": {**_TEXT, "minLength": 1, "maxLength": MAX_NAME_LENGTH},
}


def to(name: str) -> dict[str, str]:
    """Return a reference to a shape by its name."""
    return {"$ref": _REF + name}


def one_of(title: str, *names: str) -> dict[str, object]:
    """Return the shape of what has exactly one of these shapes; generated clients name their type by the title."""
    return {"title": title, "oneOf": [to(name) for name in names]}


def shapes(kind: AgencyKind, catalogue: MeasureCatalogue) -> dict[str, object]:
    """Return all shapes by their names."""
    attributes = {f"Attributes.{id_}": one.json_schema(catalogue) for id_, one in kind.transactions.items()}
    return {**_requests(kind), **_answers(), **_events(), **_node(), **attributes}


def _requests(kind: AgencyKind) -> dict[str, object]:
    _, components = msgspec.json.schema_components([CheckIn], ref_template=_REF + "{name}")
    for shape in components.values():
        del shape["title"]  # the class's name here; a caller knows the shape by its key
    check, certificate, subject = (components[name] for name in ("CheckIn", "CertificateIn", "SubjectIn"))
    narrowed = {
        "transaction": {"enum": list(kind.transactions)},
        "site": {**_TEXT, "default": "", "maxLength": MAX_SITE},
        "attributes": {**_VALUES, "default": {}},
        "ref": _CHECK_REF,
    }
    types = {
        "type": {"enum": [one.name for one in CertificateType]},
        "country": {"type": ["string", "null"], "default": None},
    }
    return {
        "Check": {**check, "properties": {**check["properties"], **narrowed}},
        "SubjectIn": {**subject, "properties": {**subject["properties"], **_SUBJECT_LIMITS}},
        "CertificateIn": {**certificate, "properties": {**certificate["properties"], **types}},
        "Batch": _object({"checks": _list(to("Check"), MAX_CHECKS)}),
    }


def _answers() -> dict[str, object]:
    stand = {"barrier": _NUMBER, "digest": _TEXT, "fresh_as_of": _NO_MOMENT, "stale": _FLAG}
    decision: dict[str, Shape] = {
        "check_id": _TEXT,
        "decision": {"enum": [one.value for one in Verdict]},
        "action": {"enum": [one.value for one in Action]},
        "measures": _list(to("Measure")),
        "list": _object(stand),
        "rule_version": _TEXT,
    }
    reason = _object(dict.fromkeys(("code", "message", "remedy"), _TEXT))
    past = {"at": _MOMENT, "attributes": {"type": "object"}, "canary": _FLAG}
    past |= dict.fromkeys(("transaction", "site", "outcome", "caller"), _TEXT)
    past["traceparent"] = {"type": ["string", "null"]}
    measure = dict.fromkeys(
        ("id", "instrument", "entry_id", "court", "court_id", "case_number", "legal_basis", "contest"), _TEXT
    )
    measure |= {"effect": {"enum": [one.name for one in Effect]}, "match": {"enum": [one.value for one in Match]}}
    measure |= {"version": _NUMBER, "since": _MOMENT, "until": _NO_MOMENT}
    return {
        "Decision": _object(decision, reason=reason),
        "PastDecision": _object(decision | past),
        "Measure": _object(measure),
        "BatchResult": _object({"results": _list(one_of("CheckResult", "Decided", "Undecided"))}),
        "Decided": _object({"ref": _CHECK_REF, "result": to("Decision")}),
        "Undecided": _object({"ref": _CHECK_REF, "problem": to("Problem")}),
        "Problem": _object(
            {**dict.fromkeys(("type", "title", "detail", "code", "remedy"), _TEXT), "status": _NUMBER}, field=_TEXT
        ),
    }


def _events() -> dict[str, object]:
    event = {
        "domain": {"enum": [one.value for one in Domain]},
        "kind": {"enum": sorted({*ASSET_KINDS, *WHEREABOUTS_KINDS})},
        "occurred_at": _MOMENT,
        "subject": to("SubjectIn"),
    }
    ids = {"event_ids": _list({"type": "string", "pattern": "^evt_[0-9a-f]{32}$"})}
    refused = _object({**dict.fromkeys(("code", "message", "remedy"), _TEXT), "status": _NUMBER})
    return {
        "Event": _object(event, fields=_VALUES, ref=_EVENT_REF),
        "Events": _object({"events": _list(to("Event"), MAX_EVENTS)}),
        "EventIds": _object(ids),
        "EventResults": _object({"results": _list(one_of("EventResult", "EventTold", "EventRefused"))}),
        "EventTold": _object(ids, ref=_EVENT_REF),
        "EventRefused": _object({"problem": refused}, ref=_EVENT_REF),
    }


def _node() -> dict[str, object]:
    transaction = {"id": _TEXT, "text": _TEXT, "attributes": {"type": "object"}, "measures": _list(_TEXT)}
    copy = {"notary": _TEXT, "barrier": _NUMBER, "digest": _TEXT, "fresh_as_of": _NO_MOMENT, "stale": _FLAG}
    copy |= {"age_seconds": {"type": ["number", "null"]}, "proven": _FLAG, "unequal": _list(_NUMBER)}
    lacking = {"list": _TEXT, "court": _TEXT, "highest": _NUMBER, "trusted": _NUMBER}
    copy |= {"finding": {"type": ["string", "null"]}, "rebuilding": _FLAG, "unexamined": _NUMBER}
    copy |= {"lacking": _list(_object(lacking))}
    copy |= {"entries": _NUMBER, "opaque": _NUMBER}
    part = {"enum": ["running", "waiting", "ended"]}
    status = {"agency": _TEXT, "node": _TEXT, "lists": _map(_object(copy)), "relief_waiting": _NUMBER}
    status |= {"incidents": _NUMBER, "kind": _TEXT, "rule_version": _TEXT, "parts": _map(part), "ready": _FLAG}
    status |= {"waiting": _map(_object({"code": _TEXT, "message": _TEXT})), "replaced_by": {"type": ["string", "null"]}}
    status |= {"outbox": _map(_object({"rows": _NUMBER, "since": {"type": ["integer", "null"]}}))}
    problem = _object({"kind": _TEXT, "next": _TEXT})
    register = {"number": {"type": ["integer", "null"]}, "keys": _NUMBER, "problems": _list(problem)}
    status |= {"register": {**_object(register), "type": ["object", "null"]}}
    said = _object({"en": _TEXT, "zh": _TEXT})
    trouble = _object({"code": _TEXT, "message": said, "remedy": said})
    trial = _object({}, now=_TEXT, file=_TEXT, problem=trouble)  # absent, not null: generated clients cannot read that
    return {
        "Transactions": _object(
            {"agency": _TEXT, "kind": _TEXT, "rule_version": _TEXT, "transactions": _list(_object(transaction))}
        ),
        "Status": _object(status, trial=trial),
        "Health": _object({"alive": _FLAG}),
        "Readiness": _object({"ready": _FLAG}, stale=_FLAG),
    }


def _object(required: Mapping[str, Shape], **optional: Shape) -> dict[str, object]:
    """Return the shape of an object that has these properties, may have others of ours later, and needs the first."""
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def _list(items: Shape, most: int | None = None) -> dict[str, object]:
    listed: dict[str, object] = {"type": "array", "items": items}
    return listed | ({"minItems": 1, "maxItems": most} if most else {})


def _map(values: Shape) -> dict[str, object]:
    return {"type": "object", "additionalProperties": values}
