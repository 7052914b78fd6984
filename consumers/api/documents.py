"""The check API described for people: one page, with a place to try a check. `openapi` describes it for machines."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from ...schemas.law.agencies import AgencyKind
from ...schemas.law.decisions import Verdict
from ...schemas.problems import Language

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
        "UNKNOWN": "the copy cannot tell now: proceed, and send the same check again when it can",
        "transactions": "Transactions of this agency",
        "attributes": "attributes",
        "try": "Try a check",
        "token": "token; it stays in this page",
        "ask": "Ask",
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
        "UNKNOWN": "名单副本目前无法判断：先予办理，待可判断后重新核查",
        "transactions": "本单位事项",
        "attributes": "属性",
        "try": "试一次核查",
        "token": "令牌（仅保留在本页面）",
        "ask": "核查",
        "errors": "错误采用 RFC 9457 问题描述，含固定的 <code>code</code> 和处理办法 <code>remedy</code>。",
    },
}
_TRIED = """{
  "transaction": "TRANSACTION",
  "subject": {"certificates": [{"type": "CN_ID", "number": ""}], "name": ""},
  "attributes": {}
}"""
_SCRIPT = """document.querySelector("form").addEventListener("submit", async event => {
  event.preventDefault();
  const [token, body] = event.target.elements, answer = document.querySelector("output");
  try {
    const headers = {"Authorization": "Bearer " + token.value.trim(), "Content-Type": "application/json"};
    headers["Accept-Language"] = document.documentElement.lang;
    const reply = await fetch("/v1/checks", {method: "POST", headers, body: body.value});
    answer.textContent = reply.status + "\\n" + JSON.stringify(await reply.json(), null, 2);
  } catch (failure) { answer.textContent = String(failure); }
});"""
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    f"script-src 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'"
)
"""Content-Security-Policy of the page: this script and no other, and requests to this node alone."""
_STYLE = "body{font:16px/1.6 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}pre{background:#f4f4f4;padding:1rem;overflow:auto}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}input,textarea{font:14px monospace;width:100%;box-sizing:border-box}output{white-space:pre-wrap;overflow-wrap:anywhere;font:14px monospace}label{display:block}"


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
    first = next(iter(kind.transactions), "…")
    example = escape(_EXAMPLE.replace("TRANSACTION", first))
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{texts['intro']}</p><pre>{example}</pre>"
        f"<h2>{texts['decisions']}</h2><table>{decisions}</table>"
        f"<h2>{texts['transactions']}</h2><table>{''.join(rows)}</table>"
        f"<h2>{texts['try']}</h2><form><p><label>{texts['token']} <input type=password autocomplete=off></label></p>"
        f"<p><textarea rows=12 aria-label=JSON>{escape(_TRIED.replace('TRANSACTION', first))}</textarea></p><button>{texts['ask']}</button></form>"
        "<p><output></output></p>"
        f'<p>{texts["errors"]}</p><p><code>GET /v1/transactions</code> · <a href="/openapi.json">/openapi.json</a></p><script>{_SCRIPT}</script></html>'
    )
