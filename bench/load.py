"""Asks a server on loopback as fast as it answers: some connections, each with one request under way."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from ..topics.embedded.ports import HOST

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_SILENCE = 30
"""Seconds after which a server that answers nobody is given up."""


@dataclass(slots=True)
class _Caller:
    connection: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    seconds: float
    latencies: list[float]
    """ms, in the order of the answers."""
    bodies: list[bytes]
    """Only if they were to be kept."""


def request(path: str, body: bytes, token: str) -> bytes:
    """Return the bytes of one POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask(port: int, requests: Sequence[bytes], callers: int, *, keep: bool = False) -> Answered:
    """Send every request once and wait for all answers; an answer other than 200 is an error."""
    waiting, result = iter(requests), Answered(0.0, [], [])
    with ExitStack() as block:
        selector = block.enter_context(selectors.DefaultSelector())
        connections = [block.enter_context(socket.create_connection((HOST, port))) for _ in range(callers)]
        start, busy = time.perf_counter(), 0
        for connection in connections:
            caller = _Caller(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, caller)
            busy += _send(caller, waiting)
        while busy:
            for key, _ in selector.select(_SILENCE) or _silent():
                caller = key.data
                body = _received(caller)
                if body is None:
                    continue
                result.latencies.append((time.perf_counter() - caller.sent_at) * 1e3)
                if keep:
                    result.bodies.append(body)
                busy -= 1 - _send(caller, waiting)
        seconds = time.perf_counter() - start
    return replace(result, seconds=seconds)


def _send(caller: _Caller, waiting: Iterator[bytes]) -> int:
    """Send the next request; return how many that were, 0 or 1."""
    following = next(waiting, None)
    if following is None:
        return 0
    caller.sent_at = time.perf_counter()
    caller.connection.sendall(following)
    return 1


def _received(caller: _Caller) -> bytes | None:
    """Return the body of an answer that is complete now."""
    part = caller.connection.recv(1 << 18)
    if not part:
        raise ConnectionError("the server closed a connection")
    received = caller.received
    received += part
    end = received.find(_END)
    if end < 0:
        return None
    if not received.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(f"the server answered {bytes(received[:500])!r}")
    at = received.find(_LENGTH) + len(_LENGTH)
    length = int(received[at : received.index(b"\r", at)])
    if len(received) < end + len(_END) + length:
        return None
    body = bytes(received[end + len(_END) :])
    received.clear()
    return body


def _silent() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError(f"the server was silent for {_SILENCE} s")
