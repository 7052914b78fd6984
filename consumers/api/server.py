"""Serves the check API with granian in the node's own process: TCP, and a Unix socket where wanted."""

import asyncio
import gc
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from ...schemas.errors import Unavailable
from ...schemas.phrases import port_trouble
from ...topics.private_files import private_folder
from ...topics.serving import ServingLimits
from .app import Answering, Api, RsgiScope
from .problems import RequestProblem

_BACKLOG = 1024
_STOP_SECONDS = 2.0
_COLLECT_AT = (50_000, 20, 50)


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where the API listens; TLS by files."""

    host: str = "127.0.0.1"
    port: int = 8600
    socket_file: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @property
    def url(self) -> str:
        """The URL of the TCP listener."""
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://{self.host}:{self.port}"


class ApiServer:
    """Runs the API until told to stop."""

    def __init__(self, api: Api, listening: ListenAddress, limits: ServingLimits) -> None:
        self._api = api
        self.listening = listening
        self._limits = limits

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set. Raises API_PORT_IN_USE."""
        gc.collect()
        gc.freeze()  # what is there now stays; a batch makes thousands of objects more that all go together
        gc.set_threshold(*_COLLECT_AT)
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            runner.run(self._serve(stop))

    async def _serve(self, stop: threading.Event) -> None:
        require_free(self.listening.host, self.listening.port)
        servers = [self._over_tcp()]
        if self.listening.socket_file is not None:
            servers.append(self._over_socket(self.listening.socket_file))
        tasks = [asyncio.create_task(server.serve()) for server in servers]
        waiting = asyncio.create_task(_wait_for(stop))
        try:
            ended, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            for server in servers:
                server.stop()  # type: ignore[no-untyped-call]
            _, late = await asyncio.wait(tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
        for task in ended - {waiting}:
            task.result()
            raise Unavailable(
                "API_ENDED",
                "the server of the check API ended by itself",
                "start the node again",
                "核查接口的服务自行退出",
                "请重新启动节点",
            )

    def _over_tcp(self) -> Server:
        listening = self.listening
        tls: dict[str, Any] = {}
        if listening.tls_certificate is not None:
            tls = {"ssl_cert": listening.tls_certificate, "ssl_key": listening.tls_key}
        application = _within(self._limits.request_seconds, self._api.over_tcp)
        return Server(application, address=listening.host, port=listening.port, **_options(self._limits), **tls)

    def _over_socket(self, path: Path) -> Server:
        path.unlink(missing_ok=True)
        private_folder(path.parent)
        application = _within(self._limits.request_seconds, self._api.over_socket())
        server = Server(application, uds=path, **_options(self._limits))
        server.uds_permissions = 0o600
        return server


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def _within(seconds: float, answering: Answering) -> Answering:
    """Return an application to which the body of each request has to come within a time."""

    async def application(scope: RsgiScope, protocol: Any) -> None:
        await answering(scope, _ImpatientProtocol(protocol, seconds))

    return application


class _ImpatientProtocol:
    """The server's side of a request. Whoever sends a body has a time for it."""

    __slots__ = ("_protocol", "_seconds", "response_bytes")

    def __init__(self, protocol: Any, seconds: float) -> None:
        self._protocol, self._seconds = protocol, seconds
        self.response_bytes = protocol.response_bytes

    async def __call__(self) -> bytes:
        """Return the whole body. Raises BODY_TOO_SLOW."""
        return await self._before(asyncio.get_running_loop().time() + self._seconds, self._protocol())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body as it comes. Raises BODY_TOO_SLOW."""
        deadline = asyncio.get_running_loop().time() + self._seconds
        chunks = aiter(self._protocol)
        while True:
            try:
                yield await self._before(deadline, anext(chunks))
            except StopAsyncIteration:
                return

    async def _before(self, deadline: float, coming: Awaitable[bytes]) -> bytes:
        try:
            async with asyncio.timeout_at(deadline):
                return await coming
        except TimeoutError:
            raise RequestProblem("BODY_TOO_SLOW", seconds=f"{self._seconds:g}") from None


def _options(limits: ServingLimits) -> dict[str, Any]:
    return {
        "interface": Interfaces.RSGI,
        "http": HTTPModes.http1,
        "websockets": False,
        "backlog": _BACKLOG,
        "backpressure": limits.connections,  # granian accepts no more until one of them is gone
        "http1_settings": HTTP1Settings(header_read_timeout=int(limits.request_seconds * 1000)),
        "log_enabled": False,
    }


async def _wait_for(stop: threading.Event) -> None:
    while not stop.is_set():  # noqa: ASYNC110  another thread sets it
        await asyncio.sleep(0.05)


def require_free(host: str, port: int) -> None:
    """Raise API_PORT_IN_USE if nobody can listen there: granian binds with SO_REUSEPORT and would share it silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            trouble = port_trouble(error)
            remedy = "stop the program that listens there, or choose another with --port"
            raise Unavailable(
                "API_PORT_IN_USE",
                f"{host}:{port} {trouble}",
                remedy,
                f"{host}:{port} {trouble.zh}",
                "请停止占用该端口的程序，或用 --port 换用其他端口",
            ) from error
