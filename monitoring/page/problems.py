"""What the monitor's web server refuses."""

from typing import ClassVar

from ...schemas.problems import BilingualError, Text


class PageProblem(BilingualError):
    """A request for what is not there, or with a method that is not served."""

    texts: ClassVar[dict[str, Text]] = {
        "NOT_FOUND": Text(
            "no {path} here",
            "see /, /v1/status, /metrics, /tlog",
            "此处没有 {path}",
            "请看 /、/v1/status、/metrics、/tlog",
        ),
        "METHOD_NOT_ALLOWED": Text(
            "{method} is not served here",
            "ask with GET: the monitor changes nothing",
            "此处不受理 {method} 请求",
            "请用 GET 查询：监控不作任何更改",
        ),
    }


class LogFileMissing(BilingualError):
    """A file of a transparency log that is not there."""

    texts: ClassVar[dict[str, Text]] = {
        "NOT_FOUND": Text(
            "no such file of a log here",
            "see `liandong monitor logs`; a partial tile is gone once the full one is there",
            "此处没有透明日志的这个文件",
            "请看 `liandong monitor logs`；完整分块写成之后，不完整的分块即不再提供",
        ),
    }
