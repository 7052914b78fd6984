"""Problems as RFC 9457 says them: a type, a title, a status, what to do, in the caller's language.

No text repeats a value a caller sent: it could be a certificate number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ...schemas.errors import LiandongError
from ...schemas.problems import FactProblem, Language, Text, told
from ..interceptions.journal import without_numbers

MEDIA_TYPE = "application/problem+json"
MAX_CHECKS = 1000
MAX_BODY = 4 * 1024 * 1024
"""Bytes of a request; 1,000 checks of several certificates fit several times."""


class RequestProblem(FactProblem):
    """A request the check API does not take; `status` is its HTTP status."""

    statuses: ClassVar[dict[str, int]] = {
        "TOKEN_REQUIRED": 401,
        "TOKEN_ENDED": 401,
        "TOKEN_NOT_ALLOWED": 403,
        "PATH_UNKNOWN": 404,
        "CHECK_UNKNOWN": 404,
        "METHOD_NOT_ALLOWED": 405,
        "BODY_TOO_SLOW": 408,
        "BODY_TOO_LARGE": 413,
        "TOO_MANY_CHECKS": 413,
        "MEDIA_TYPE_UNSUPPORTED": 415,
        "JSON_INVALID": 400,
        "IDEMPOTENCY_KEY_INVALID": 400,
        "REQUEST_INVALID": 422,
        "RATE_LIMITED": 429,
        "INTERNAL": 500,
        "RETRY_LATER": 503,
    }
    texts: ClassVar[dict[str, Text]] = {
        "TOKEN_REQUIRED": Text(
            "the request carries no valid token",
            "send Authorization: Bearer …; the agency's operator makes one with `liandong agency token add`",
            "请求没有有效令牌",
            "请携带 Authorization: Bearer …；令牌由本单位运维人员以 `liandong agency token add` 签发",
        ),
        "TOKEN_ENDED": Text(
            "the token was good until {at}",
            "ask the agency's operator for the next one: `liandong agency token rotate`",
            "令牌已于 {at} 失效",
            "请向本单位运维人员申领新令牌：`liandong agency token rotate`",
        ),
        "TOKEN_NOT_ALLOWED": Text(
            "the token may not be used for this ({scope})",
            "use a token with the scope {scope}, or have one made with `liandong agency token add … --scope {scope}`",
            "该令牌无此权限（{scope}）",
            "请使用具有 {scope} 权限的令牌，或以 `liandong agency token add … --scope {scope}` 签发",
        ),
        "PATH_UNKNOWN": Text(
            "there is nothing at this path", "see /docs for what there is", "路径不存在", "接口说明见 /docs"
        ),
        "CHECK_UNKNOWN": Text(
            "there is no decision with this id",
            "a check without a match leaves no record, on purpose; compare the id, and ask the node that gave it",
            "没有该编号的决定记录",
            "未命中的核查依设计不留记录；请核对编号，并向作出决定的节点查询",
        ),
        "METHOD_NOT_ALLOWED": Text(
            "this path does not take that method", "use {allowed}", "该路径不支持此方法", "请使用 {allowed}"
        ),
        "BODY_TOO_SLOW": Text(
            "the body did not come within {seconds} s",
            "send the request again, all of it at once",
            "请求体未在 {seconds} 秒内到达",
            "请一次性重新发送完整请求",
        ),
        "BODY_TOO_LARGE": Text(
            "the request is larger than {most} bytes", "split it", "请求超过 {most} 字节", "请分批发送"
        ),
        "TOO_MANY_CHECKS": Text(
            "{count} checks in one request; at most {most} are taken",
            "split the batch",
            "一次请求含 {count} 项核查，最多 {most} 项",
            "请分批发送",
        ),
        "MEDIA_TYPE_UNSUPPORTED": Text(
            "the request is not declared as JSON",
            "send Content-Type: application/json, UTF-8",
            "请求未声明为 JSON",
            "请使用 Content-Type: application/json（UTF-8）",
        ),
        "JSON_INVALID": Text(
            "the body is not valid JSON in UTF-8",
            "send one JSON object; /docs has an example",
            "请求体不是有效的 UTF-8 JSON",
            "请发送一个 JSON 对象，示例见 /docs",
        ),
        "IDEMPOTENCY_KEY_INVALID": Text(
            "the header Idempotency-Key holds no key",
            "send 1 to {most} letters, digits or characters of {others}, with or without double quotes; a UUID is best",
            "请求头 Idempotency-Key 不是有效的键",
            "请使用 1 至 {most} 个字母、数字或 {others} 中的字符，可加双引号；建议使用 UUID",
        ),
        "REQUEST_INVALID": Text(
            "the request does not have the right shape: {what}",
            "correct the named field; /docs has an example, /openapi.json the schema",
            "请求结构不符：{what}",
            "请更正所示字段；示例见 /docs，结构定义见 /openapi.json",
        ),
        "RATE_LIMITED": Text(
            "this caller asks too often",
            "wait {seconds} s; ask for several people in one request, or have the limit raised",
            "请求过于频繁",
            "请等待 {seconds} 秒；可使用批量核查，或请运维人员提高限额",
        ),
        "INTERNAL": Text(
            "the node failed while answering",
            "send the request again; the node's log has the cause under this id: {trace}",
            "节点处理时出错",
            "请重新发送；原因见节点日志，编号：{trace}",
        ),
        "RETRY_LATER": Text(
            "something the node needs does not answer now; nothing was decided",
            "send the request again in {seconds} s",
            "节点所依赖的服务暂不可用，未作出决定",
            "请于 {seconds} 秒后重新发送",
        ),
    }

    @property
    def status(self) -> int:
        """The HTTP status of this code."""
        return self.statuses[self.code]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem ready to be sent."""

    status: int
    document: Mapping[str, object]
    headers: Mapping[str, str] = field(default_factory=dict)


def problem_of(error: LiandongError, lang: Language, headers: Mapping[str, str] | None = None) -> Problem:
    """Return the problem document of an error: type, title, status, detail, code, remedy,
    and the field if it is about one.
    """
    status = error.status if isinstance(error, RequestProblem) else error.http_status
    message, remedy = told(error, lang)
    details: Mapping[str, str] = error.details if isinstance(error, FactProblem) else {}
    document: dict[str, object] = {
        "type": f"urn:liandong:problem:{error.code.lower().replace('_', '-')}",
        "title": without_numbers(message),
        "status": status,
        "detail": f"{without_numbers(message)}{'；' if lang == 'zh' else '; '}{remedy}",
        "code": error.code,
        "remedy": remedy,
    }
    place = details.get("field") or (f"attributes.{details['attribute']}" if "attribute" in details else "")
    if place:
        document["field"] = place
    return Problem(status, document, headers or {})
