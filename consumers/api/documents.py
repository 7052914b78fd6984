"""The check API described: OpenAPI 3.1 for machines, one page for people."""

from html import escape
from typing import Any

import msgspec

from ...schemas.law.agencies import AgencyKind
from ...schemas.law.decisions import Action, Match, Verdict
from ...schemas.law.measures import Effect, MeasureCatalogue
from ...schemas.people.certificates import CertificateType
from ...schemas.problems import Language
from .problems import MAX_CHECKS, MEDIA_TYPE, RequestProblem
from .requests import CheckIn

_REF = "#/components/schemas/"


def openapi(kind: AgencyKind, catalogue: MeasureCatalogue) -> dict[str, object]:
    """Describe this agency's check API in OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Liandong check API",
            "version": "1",
            "description": f"May this person do this? For agencies of the kind {kind.id}. Rules: {catalogue.version}.",
        },
        "security": [{"bearer": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(kind, catalogue),
        },
    }


def _paths() -> dict[str, object]:
    def get(summary: str, answer: dict[str, Any], *, is_open: bool = False) -> dict[str, object]:
        responses = {"200": {"description": "OK", "content": answer}, "default": _problem()}
        described: dict[str, object] = {"summary": summary, "responses": responses}
        return described | ({"security": []} if is_open else {})

    plain = _json({"type": "object"})
    check_id = {
        "name": "check_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^chk_[0-9a-f]{32}$"},
    }
    return {
        "/v1/checks": {"post": _post_checks()},
        "/v1/checks/{check_id}": {
            "get": get("A decision of the past", _json(_to("Decision"))) | {"parameters": [check_id]}
        },
        "/v1/transactions": {"get": get("What can be asked, with a JSON Schema of attributes", plain)},
        "/v1/events": {
            "post": {
                "summary": "What the agency met, for courts with a live watch",
                "requestBody": {"required": True, "content": plain},
                "responses": {"200": {"description": "Told", "content": plain}, "default": _problem()},
            }
        },
        "/v1/status": {"get": get("Where this node stands", plain)},
        "/metrics": {"get": get("Prometheus metrics", {"text/plain": {"schema": {"type": "string"}}})},
        "/docs": {"get": get("This description for people", {"text/html": {"schema": {"type": "string"}}})},
        "/openapi.json": {"get": get("This description", plain)},
        "/healthz": {"get": get("Every part of the node runs", plain, is_open=True)},
        "/readyz": {"get": get("There is a list to decide by", plain, is_open=True)},
    }


def _post_checks() -> dict[str, object]:
    request_schema = {"oneOf": [_to("Check"), _to("Batch")]}
    response_schema = {"oneOf": [_to("Decision"), _to("BatchResult")]}
    statuses = sorted({str(status) for status in RequestProblem.statuses.values()} - {"405", "404"})
    return {
        "summary": f"May this person do this? One check, or up to {MAX_CHECKS} in order",
        "requestBody": {"required": True, "content": _json(request_schema)},
        "responses": {"200": {"description": "Decided", "content": _json(response_schema)}}
        | {status: _problem() for status in statuses},
    }


def _schemas(kind: AgencyKind, catalogue: MeasureCatalogue) -> dict[str, object]:
    _, components = msgspec.json.schema_components([CheckIn], ref_template=_REF + "{name}")
    check = dict(components["CheckIn"])
    transactions = list(kind.transactions)
    check["properties"] = {**check["properties"], "transaction": {"enum": transactions}}
    certificate = dict(components["CertificateIn"])
    certificate["properties"] = {**certificate["properties"], "type": {"enum": [one.name for one in CertificateType]}}
    attributes = {f"Attributes.{id_}": one.json_schema(catalogue) for id_, one in kind.transactions.items()}
    batch = {"type": "array", "items": _to("Check"), "minItems": 1, "maxItems": MAX_CHECKS}
    return {
        "Check": check,
        "SubjectIn": components["SubjectIn"],
        "CertificateIn": certificate,
        "Batch": {"type": "object", "required": ["checks"], "properties": {"checks": batch}},
        "Decision": _decision(),
        "BatchResult": {"type": "object", "properties": {"results": {"type": "array", "items": _result()}}},
        "Measure": _measure(),
        "Problem": _problem_schema(),
        **attributes,
    }


def _decision() -> dict[str, object]:
    stand = {
        "barrier": {"type": "integer"},
        "digest": {"type": "string"},
        "fresh_as_of": {"type": ["string", "null"], "format": "date-time"},
        "stale": {"type": "boolean"},
    }
    properties = {
        "check_id": {"type": "string"},
        "decision": {"enum": [one.value for one in Verdict]},
        "action": {"enum": [one.value for one in Action]},
        "measures": {"type": "array", "items": _to("Measure")},
        "list": {"type": "object", "properties": stand},
        "rule_version": {"type": "string"},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _measure() -> dict[str, object]:
    texts = ("id", "instrument", "entry_id", "court", "court_id", "case_number", "legal_basis", "contest")
    properties: dict[str, object] = {name: {"type": "string"} for name in texts}
    properties |= {"effect": {"enum": [one.name for one in Effect]}, "match": {"enum": [one.value for one in Match]}}
    properties |= {"version": {"type": "integer"}, "since": {"type": "string", "format": "date-time"}}
    return {"type": "object", "properties": properties | {"until": {"type": ["string", "null"], "format": "date-time"}}}


def _result() -> dict[str, object]:
    properties = {"ref": {"type": ["string", "integer", "null"]}, "result": _to("Decision"), "problem": _to("Problem")}
    return {"type": "object", "properties": properties}


def _problem_schema() -> dict[str, object]:
    texts = ("type", "title", "detail", "code", "remedy", "field")
    properties: dict[str, object] = {name: {"type": "string"} for name in texts}
    return {"type": "object", "properties": properties | {"status": {"type": "integer"}}}


def _problem() -> dict[str, object]:
    return {"description": "A problem (RFC 9457)", "content": {MEDIA_TYPE: {"schema": _to("Problem")}}}


def _to(name: str) -> dict[str, str]:
    return {"$ref": _REF + name}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


_EXAMPLE = """curl -s http://127.0.0.1:PORT/v1/checks \\
  -H "Authorization: Bearer $(cat token)" -H "Content-Type: application/json" \\
  --data @check.json      # {"transaction": "TRANSACTION", "site": "…",
                          #  "subject": {"certificates": [{"type": "CN_ID", "number": "…"}], "name": "…"},
                          #  "attributes": {…}, "ref": "1"}
                          # or {"checks": [ … up to 1,000 … ]}"""
_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Check API of {agency}",
        "intro": "Ask before you act. The answer says what to do (<code>action</code>), why (<code>measures</code>), by "
        "which copy of the list (<code>list</code>) and by which rules (<code>rule_version</code>).",
        "decisions": "Decisions",
        "ALLOW": "nothing stands against it",
        "BLOCK": "refuse; tell the person measure, court, case and how to contest it",
        "REVIEW": "hold; a person decides (name differs, link unverified, doubtful record or value)",
        "UNKNOWN": "the copy is too old to tell: proceed, and send the same check again when it is fresh",
        "transactions": "Transactions of this agency",
        "attributes": "attributes",
        "errors": "Errors are problem details (RFC 9457) with a stable <code>code</code> and a <code>remedy</code>.",
    },
    "zh": {
        "title": "{agency} 核查接口",
        "intro": "办理之前先核查。回答说明应如何处理（<code>action</code>）、原因（<code>measures</code>）、所依据的名单副本"
        "（<code>list</code>）和规则版本（<code>rule_version</code>）。",
        "decisions": "决定",
        "ALLOW": "无限制",
        "BLOCK": "拒绝办理；告知当事人措施、法院、案号和救济途径",
        "REVIEW": "暂缓，由人工决定（姓名不一致、证件关联未核实、记录或属性存疑）",
        "UNKNOWN": "名单副本过旧，无法判断：先予办理，待副本恢复后重新核查",
        "transactions": "本单位事项",
        "attributes": "属性",
        "errors": "错误采用 RFC 9457 问题描述，含固定的 <code>code</code> 和处理办法 <code>remedy</code>。",
    },
}
_STYLE = "body{font:16px/1.6 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}pre{background:#f4f4f4;padding:1rem;overflow:auto}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}"


def docs_page(agency: str, kind: AgencyKind, lang: Language) -> str:
    """Write the page at /docs; it needs nothing from elsewhere."""
    texts = _TEXTS[lang]
    decisions = "".join(f"<tr><th>{one.value}</th><td>{texts[one.value]}</td></tr>" for one in Verdict)
    rows = []
    for id_, transaction in kind.transactions.items():
        name = escape(transaction.text.zh if lang == "zh" else transaction.text.en)
        attributes = ", ".join(f"<code>{escape(attribute)}</code>" for attribute in transaction.attributes) or "–"
        rows.append(f"<tr><th><code>{escape(id_)}</code></th><td>{name}</td><td>{attributes}</td></tr>")
    title = escape(texts["title"].format(agency=agency))
    example = escape(_EXAMPLE.replace("TRANSACTION", next(iter(kind.transactions), "…")))
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{texts['intro']}</p><pre>{example}</pre>"
        f"<h2>{texts['decisions']}</h2><table>{decisions}</table>"
        f"<h2>{texts['transactions']}</h2><table>{''.join(rows)}</table>"
        f'<p>{texts["errors"]}</p><p><code>GET /v1/transactions</code> · <a href="/openapi.json">/openapi.json</a></p></html>'
    )
