"""An item of a court's inbox as one readable line, in the language of who reads it."""

from collections.abc import Mapping
from typing import Any

from ...schemas.law.watch_kinds import ASSET_KINDS, WHEREABOUTS_KINDS
from ...schemas.law.watch_words import COMMANDS_ZH, FIELDS_ZH
from ...schemas.phrases import quoted
from ...schemas.wire.feedback import feedback_text
from .answer_words import named_measure, named_transaction
from .court_notices import notice_line

_KINDS = {"asset-event": ASSET_KINDS, "whereabouts-event": WHEREABOUTS_KINDS}
_TYPES = {
    "interception": "拦截情况",
    "control-feedback": "指令反馈",
    "asset-event": "财产反馈",
    "whereabouts-event": "下落反馈",
    "court-notice": "法院通报",
}
_OUTCOMES = {"REFUSED": "已拒绝办理", "HELD": "转人工审核", "RELEASED": "已放行"}


def as_line(document: Mapping[str, Any], lang: str) -> str:
    """Describe an item in one line."""
    return _chinese(document) if lang == "zh" else _english(document)


def _english(document: Mapping[str, Any]) -> str:
    head = f"{document['received_at'][:19]}  {document['type']:18} {document['agency']}"
    if document["refused"]:
        return f"{head}  ALARM refused: {document['refused']} ({document['event_id']}); its content was not kept"
    if document.get("erased"):
        return f"{head}  erased when its time was over"
    if document["type"] == "control-feedback":
        answer = f"{document['code']} {feedback_text(document['code'], 'en')}"
        return f"{head}  {document['command_id']} ({document['kind']}): {answer}; {document['message']}"
    if document["type"] == "court-notice":
        return f"{head}  {notice_line(document, 'en')}"
    trace = f"  {document['traceparent']}" if document["traceparent"] else ""
    if document["type"] == "interception":
        occasion = f"{document['transaction']} at {document['site']}, {document['occurred_at'][:19]}"
        return f"{head}  {document['outcome']} {document['measure']} for {document['entry_id']}: {occasion}{trace}"
    details = ", ".join(f"{name}={value}" for name, value in sorted(document["details"].items()))
    place = document.get("place") or document.get("description") or ""
    person = f"{document['name']} ({document['certificate']})"
    met = f"{document['kind']} {person} {document['occurred_at'][:19]} {place} {details}"
    return f"{head}  {met}  {document['case_number']}{trace}"


def _chinese(document: Mapping[str, Any]) -> str:
    type_ = document["type"]
    head = f"{document['received_at'][:19]}  {_TYPES.get(type_, type_)}  {document['agency']}"
    if document["refused"]:
        return f"{head}  警报：不予采信 {document['refused']}（{document['event_id']}），内容未保存"
    if document.get("erased"):
        return f"{head}  保存期届满，已清除"
    if type_ == "control-feedback":
        answer = f"{document['code']} {feedback_text(document['code'], 'zh')}"
        command = COMMANDS_ZH.get(document["kind"], document["kind"])
        said = f"；单位附言：{quoted(document['message']).zh}" if document["message"] else ""
        return f"{head}  {document['command_id']}（{command}）：{answer}{said}"
    if type_ == "court-notice":
        return f"{head}  {notice_line(document, 'zh')}"
    trace = f"  {document['traceparent']}" if document["traceparent"] else ""
    if type_ == "interception":
        site = f"，地点 {document['site']}" if document["site"] else ""
        outcome = _OUTCOMES.get(document["outcome"], document["outcome"])
        occasion = f"{named_transaction(document['transaction'])}{site}，{document['occurred_at'][:19]}"
        return (
            f"{head}  {outcome}：{named_measure(document['measure'])}，条目 {document['entry_id']}，{occasion}{trace}"
        )
    details = "，".join(f"{FIELDS_ZH.get(name, name)}：{value}" for name, value in sorted(document["details"].items()))
    place = document.get("place") or document.get("description") or ""
    kind = _KINDS.get(type_, {}).get(document["kind"])
    person = f"{document['name']}（{document['certificate']}）"
    met = f"{kind.zh if kind else document['kind']}  {person}  {document['occurred_at'][:19]} {place} {details}"
    return f"{head}  {met}  {document['case_number']}{trace}"
