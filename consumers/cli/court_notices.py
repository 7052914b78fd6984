"""A notice of another court as an inbox shows it."""

from collections.abc import Mapping
from typing import Any

_NOTICE = {
    "en": "{court_name} listed the state organ {name} ({code}) in {case_number} by {decision_number} on {publish_date}, on {grounds}: "
    "notify its superior unit or the department in charge (法释〔2017〕7号 art. 8 ¶4)",
    "zh": "{court_name} 于 {publish_date} 在 {case_number} 案中依 {decision_number} 将国家机关 {name}（{code}）纳入失信被执行人名单，"
    "情形 {grounds}：请通报其上级单位或者主管部门（法释〔2017〕7号第八条第四款）",
}


def notice_content(record: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notice says, for JSON: whose it is, its kind and the entry."""
    if not content:
        return {}
    return {"kind": record["kind"], **content, "entry_id": content["entry_id"].hex()}


def notice_line(document: Mapping[str, Any], lang: str) -> str:
    """Describe it in one sentence that says what is to be done."""
    return _NOTICE[lang].format_map(document)
