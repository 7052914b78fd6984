"""Logs of long-running processes: structlog and the standard library's loggers on one stream, text or JSON lines.

Tracebacks never show local variables: a certificate number may be among them.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from ..schemas.dates import rfc3339
from .settings import Settings
from .workers.clock import SystemClock

_CLOCK = SystemClock()
FACTS = ("code", "reason", "seconds")
"""What a record of the standard library's loggers may say beside its text, as its `extra`."""


def configure_logging(settings: Settings) -> None:
    """Send everything to standard error in the configured form; call once, at the start of a process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _stamp,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    foreign: list[Processor] = [*shared, structlog.stdlib.ExtraAdder(FACTS)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=foreign, processors=_last(settings)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log_beside_output() -> None:
    """Send what a command logs that is not configured otherwise to standard error: its output may be read by a program."""
    if not structlog.is_configured():
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def _stamp(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Put the time in, as the status and its findings say it: with its zone."""
    return {"timestamp": rfc3339(_CLOCK.now()), **event}


def _last(settings: Settings) -> list[Any]:
    plain = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if settings.log_json:
        transformed = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        return [plain, transformed, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        plain,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
