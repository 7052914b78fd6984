"""Calling an application in place: as its server would, without a socket, a thread or a loop that waits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

from liandong.consumers.api.app import Api

P = ParamSpec("P")
T = TypeVar("T")


class InPlace(Executor):
    """Does what it is given at once."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(call(*args, **kwargs))
        return done


@dataclass
class Call:
    """A request as it comes from the network."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


@dataclass
class Reply:
    """What comes back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def call(api: Api, request: Call) -> Reply:
    """Let an application answer. Whatever comes out of it but an answer is raised."""
    protocol = _Protocol(request.body)
    answering = api.over_tcp(request, protocol)
    asyncio._set_running_loop(cast("asyncio.AbstractEventLoop", _Loop()))  # what whoever writes a loop is to call
    try:
        while True:
            answering.send(None)
    except StopIteration:
        return protocol.reply
    finally:
        asyncio._set_running_loop(None)
        answering.close()


class _Loop:
    """As much of a loop as an application uses that has nothing to wait for."""

    async def run_in_executor(self, executor: Executor, done: Callable[..., Any], *arguments: Any) -> Any:
        return executor.submit(done, *arguments).result()


@dataclass
class _Protocol:
    """The server's side of one request."""

    body: bytes
    reply: Reply = field(default_factory=Reply)

    async def __call__(self) -> bytes:
        return self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), _CHUNK):
            yield self.body[start : start + _CHUNK]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert not self.reply.status, "answered twice"
        self.reply = Reply(status, dict(headers), body)


_CHUNK = 1 << 16
