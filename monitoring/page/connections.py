"""Connections to the monitor: who sends no whole request within a time is closed, and the longest waiting makes room first.

uvicorn itself waits for ever for the first request of a connection, for the rest of a head and for the rest of a body, and
takes a head of any size.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ...topics.serving import ServingLimits

_MAX_HEAD = 64 * 1024
"""Bytes of a request line and headers."""


def impatient_protocol(limits: ServingLimits) -> type[HttpToolsProtocol]:
    """Return the class of a server's connections; they share its limits."""
    waiting: dict[HttpToolsProtocol, None] = {}

    class ImpatientConnection(HttpToolsProtocol):
        """One connection, which waits for a request only so long."""

        _timer: asyncio.TimerHandle | None = None
        _head_bytes = 0
        """Of a request whose head is not whole; -1 while a body comes or an answer is made."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
            super().connection_made(transport)
            if len(self.connections) > limits.connections and waiting:
                next(iter(waiting)).transport.abort()
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._wait_no_more()

        def data_received(self, data: bytes) -> None:
            if self._head_bytes >= 0:
                self._head_bytes += len(data)
            super().data_received(data)
            if self._head_bytes > _MAX_HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif self._timer is None and not self._answers():
                self._wait()  # for the rest of what began behind an answered request

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._head_bytes = max(0, self._head_bytes)
            if self._timer is None:
                self._wait()

        def on_headers_complete(self) -> None:
            self._head_bytes = -1
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self._wait_no_more()
            super().on_message_complete()

        def handle_websocket_upgrade(self) -> None:
            self._wait_no_more()
            super().handle_websocket_upgrade()

        def _answers(self) -> bool:
            cycle: RequestResponseCycle | None = self.cycle
            return cycle is not None and not cycle.response_complete

        def _wait(self) -> None:
            if not self.transport.is_closing():
                waiting[self] = None
                self._timer = self.loop.call_later(limits.request_seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

        def _wait_no_more(self) -> None:
            waiting.pop(self, None)
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _refuse(self, status: HTTPStatus) -> None:
            """Close, and say why unless an answer has begun or nothing was asked."""
            self._wait_no_more()
            if self._head_bytes > 0:
                self.transport.write(
                    f"HTTP/1.1 {status} {status.phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode()
                )
            self.transport.close()

    return ImpatientConnection
