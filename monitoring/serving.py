"""`liandong monitor serve`: evidence gathered all the time, served as a page, as JSON and as metrics."""

import socket
import threading
from functools import partial
from typing import TYPE_CHECKING

from ..schemas.errors import Unavailable
from ..schemas.phrases import port_trouble
from ..topics.serving import serving_limits
from ..topics.workers.threads import once_set
from ..topics.workers.worker import Part
from .page.feed import Feed
from .service.context import MonitoringContext
from .service.finding_log import FindingLog
from .service.metrics import LedgerCollector
from .service.status_source import StatusSource

if TYPE_CHECKING:
    import uvicorn

_BACKLOG = 1024
_CLOSE_SECONDS = 2
"""Seconds open pages are given to hear that the monitor goes away."""


class MonitorServer:
    """Gathers evidence and answers `/`, `/metrics`, `/v1/status?agency=&update=&batch=&entry=`, `/healthz` and `/tlog/…`."""

    def __init__(self, context: MonitoringContext, host: str, port: int) -> None:
        """Take the port; raise MONITOR_PORT_IN_USE if another program has it."""
        self._context, self._source = context, StatusSource(context)
        self._feed, self._findings = Feed(self._source), FindingLog(self._source, context.clock)
        context.signals.registry.register(LedgerCollector(self._source))
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]

    @property
    def parts(self) -> list[Part]:
        """What gathers the evidence, takes the page's snapshots, and tells the log of findings."""
        return [*self._source.parts, Part("snapshots", self._feed, self._feed.wait), self._findings.part]

    def serve(self, stop: threading.Event) -> None:
        """Answer HTTP requests until `stop` is set."""
        server = self._web_server()
        once_set(stop, partial(_end, server), "web-stop")
        server.run(sockets=[self._socket])
        if not stop.is_set():
            raise Unavailable(
                "MONITOR_ENDED",
                "the monitor's web server ended by itself",
                "start it again",
                "监控的网页服务自行退出",
                "请重新启动",
            )

    def _web_server(self) -> "uvicorn.Server":
        import uvicorn  # with the page it takes a second to load: notaries need not wait for that

        from .page.connections import impatient_protocol
        from .page.site import Site

        context = self._context
        logs = {local: context.log_folder(local) for local in context.local_notaries()}
        site = Site(self._feed, self._source, context.signals.registry, context.settings.lang, logs)
        config = uvicorn.Config(
            site.app,
            http=impatient_protocol(serving_limits(context.settings)),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_CLOSE_SECONDS,
        )
        return uvicorn.Server(config)


def _end(server: "uvicorn.Server") -> None:
    server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = port_trouble(error)
        remedy = "stop the program that listens there, or choose another with --port"
        raise Unavailable(
            "MONITOR_PORT_IN_USE",
            f"{host}:{port} {reason}",
            remedy,
            f"{host}:{port} {reason.zh}",
            "请停止占用该端口的程序，或用 --port 换用其他端口",
        ) from error
