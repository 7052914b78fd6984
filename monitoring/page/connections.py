"""Connections to the monitor: who sends no whole request within a time is closed, and the longest waiting makes room first.

uvicorn itself waits for ever for the first request of a connection, for the rest of a head and for the rest of a body, and
takes a head of any size.
"""

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ...topics.serving import ServingLimits

_MAX_HEAD = 64 * 1024
"""Bytes of a request line and headers."""


class _Connection(HttpToolsProtocol):
    """One connection, which waits for a request only so long."""

    limits: ClassVar[ServingLimits]
    waiting: ClassVar[dict[HttpToolsProtocol, None]]
    """Those of one server that wait for a request, the longest waiting first."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """Of a request whose head is not whole; -1 from then on until the next one begins."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unanswered: list[RequestResponseCycle] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections and self.waiting:
            next(iter(self.waiting)).transport.abort()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_bytes >= 0:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > _MAX_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._timer is None and not self._unanswered:
            self._wait()  # for the rest of what began behind an answered request

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = max(0, self._head_bytes)
        if self._timer is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._head_bytes = -1
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self._unanswered.append(self.cycle)

    def on_response_complete(self) -> None:
        self._unanswered = [cycle for cycle in self._unanswered if not cycle.response_complete]
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        self._end()
        super().send_400_response(msg)

    def on_message_complete(self) -> None:
        self._wait_no_more()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._wait_no_more()
        super().handle_websocket_upgrade()

    def _answers(self) -> bool:
        """Return whether a request that came whole is being answered."""
        return any(not cycle.more_body for cycle in self._unanswered)

    def _wait(self) -> None:
        if not self.transport.is_closing():
            self.waiting[self] = None
            self._timer = self.loop.call_later(self.limits.request_seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._wait_no_more()
        if self._answers():
            self._wait()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _wait_no_more(self) -> None:
        self.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: HTTPStatus) -> None:
        """Close, and say why where a request has begun."""
        begun = self._head_bytes != 0
        self._end()
        if begun:
            said = f"HTTP/1.1 {status} {status.phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(said.encode())
        self.transport.close()

    def _end(self) -> None:
        """Let nothing that is still being answered write to a connection that closes."""
        self._wait_no_more()
        self.pipeline.clear()
        for cycle in self._unanswered:
            cycle.disconnected = True


def impatient_protocol(limits: ServingLimits) -> type[HttpToolsProtocol]:
    """Return the class of a server's connections."""
    return type("Connection", (_Connection,), {"limits": limits, "waiting": {}})
