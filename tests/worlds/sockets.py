"""Callers that are no good: connections that say nothing, half a request, too much or no HTTP at all."""

import socket
import time
from contextlib import ExitStack
from typing import Self

import httpx

HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
HALF_SENT = (b"", b"G", HEAD + b"X-Slow: ", HEAD[:-2], b"\r\n\r\n", b"\x16\x03\x01")
"""What is left at that: nothing, a letter, half a header, half a line, blank lines, TLS where there is none."""


class Crowd:
    """Connections that are held open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._held = ExitStack()
        self.connections: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def hold(self, *said: bytes) -> socket.socket:
        """Open another, which says this much and no more."""
        connection = self._held.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=30))
        for part in said:
            connection.sendall(part)
        self.connections.append(connection)
        return connection

    def kept(self) -> socket.socket:
        """Open one that was answered and is kept."""
        connection = self.hold(HEAD + b"\r\n")
        assert b" 200 " in connection.recv(1 << 16)
        return connection

    def closed(self) -> int:
        """How many the other side has closed by now."""
        return sum(map(_is_closed, self.connections))

    def is_gone(self) -> bool:
        """Whether all of them are closed."""
        return self.closed() == len(self.connections)


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        while connection.recv(1 << 16):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def health_seconds(port: int) -> float:
    """How long /healthz takes to answer on a new connection."""
    began = time.monotonic()
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
    return time.monotonic() - began


def everything_said(port: int, said: bytes, seconds: float = 10) -> bytes:
    """What the other side answers to this, until it closes or says nothing more."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            connection.sendall(said)
        except OSError:
            return b""  # it hung up before it had all of it
        heard = b""
        try:
            while more := connection.recv(1 << 16):
                heard += more
        except OSError:
            pass
        return heard
