"""The check API as an RSGI application: routes, callers, limits, problems. Decisions are made elsewhere."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import msgspec
import structlog

from ...schemas.dates import rfc3339
from ...schemas.errors import LiandongError
from ...schemas.masking import Masked
from ...schemas.problems import Language
from ...topics.storage.faults import DatabaseFault
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..acts_db.outcomes import Retry
from .problems import MAX_BODY, MEDIA_TYPE, Problem, RequestProblem, problem_of
from .responses import Response, encode, language_of
from .tokens import SOCKET_CALLER, Caller, TokenFile
from .trace_context import traceparent_in

_log = structlog.get_logger(__name__)
_KEY = "idempotency-key"
_STORE_SECONDS = 2.0
"""After so long a caller asks again what could not be kept."""


class RsgiScope(Protocol):
    """The part of an RSGI scope that is used."""

    method: str
    path: str
    headers: Any


class ApiRequest(Masked, msgspec.Struct, frozen=True):
    """One request, its caller known."""

    body: bytes
    path: str
    caller: Caller
    lang: Language
    idempotency_key: str | None = None
    """The header as it was sent."""
    traceparent: str = ""
    """Of whoever asks, as version 00 has it; empty without a valid one."""

    def __repr__(self) -> str:
        """Show no body: requests reach tracebacks."""
        return f"ApiRequest({self.path}, {self.caller.name}, {len(self.body)} bytes)"


Answering = Callable[[RsgiScope, Any], Awaitable[None]]
"""An RSGI application."""
Handler = Callable[[ApiRequest], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """The handlers of a path by method, and the scope a token needs; without a scope it is open to everybody."""

    handlers: Mapping[str, Handler]
    scope: str | None

    @property
    def allowed(self) -> str:
        """The methods, as the header Allow names them."""
        return ", ".join([*self.handlers, *(["HEAD"] if "GET" in self.handlers else [])])


@dataclass(slots=True)
class Routes:
    """Paths and their routes; a path that ends in `/` takes what follows as an id."""

    exact: dict[str, Route] = field(default_factory=dict)
    by_prefix: dict[str, Route] = field(default_factory=dict)

    def find(self, path: str) -> Route:
        """Return the route of a path. Raises PATH_UNKNOWN."""
        route = self.exact.get(path)
        if route is None:
            head, _, tail = path.rpartition("/")
            route = self.by_prefix.get(head + "/") if tail else None
        if route is None:
            raise RequestProblem("PATH_UNKNOWN")
        return route


class Api:
    """The check API as an RSGI application: answers HTTP requests, in one event loop."""

    def __init__(self, routes: Routes, tokens: TokenFile, lang: Language, clock: Clock, chance: Chance) -> None:
        self._routes = routes
        self._tokens = tokens
        self._lang = lang
        self._clock = clock
        self._chance = chance

    def over_socket(self) -> Answering:
        """Return the same application for a Unix socket, where the file's owner decides who may come in."""

        async def application(scope: RsgiScope, protocol: Any) -> None:
            await self.over_tcp(scope, protocol, SOCKET_CALLER)

        return application

    async def over_tcp(self, scope: RsgiScope, protocol: Any, trusted_caller: Caller | None = None) -> None:
        """Answer one request, whatever happens. Over TCP a caller shows a token; `trusted_caller` needs none."""
        lang = language_of(scope.headers.get("accept-language"), self._lang)
        try:
            response = await self._respond(scope, protocol, trusted_caller, lang)
        except DatabaseFault as down:
            _log.warning("the acts store does not answer, nothing can be kept", code=down.code, reason=down.message)
            response = _retry_later(_STORE_SECONDS, lang)
        except LiandongError as error:
            response = _problem_response(problem_of(error, lang, _headers_of(error)))
        except Retry as retry:
            response = _retry_later(retry.after, lang)
        except Exception:  # noqa: BLE001  a server answers whatever happens; the log has the cause
            trace = self._chance.raw(6).hex()
            path = scope.path if scope.path in self._routes.exact else ""
            traceparent = traceparent_in(scope.headers)
            _log.exception("request failed", trace=trace, path=path, traceparent=traceparent)
            response = _problem_response(problem_of(RequestProblem("INTERNAL", trace=trace), lang))
        protocol.response_bytes(
            response.status, [("content-type", response.media_type), *response.headers], response.body
        )

    async def _respond(
        self, scope: RsgiScope, protocol: Any, trusted_caller: Caller | None, lang: Language
    ) -> Response:
        path, method, header = scope.path, scope.method, scope.headers.get
        route = self._routes.find(path)
        caller = self._admit(header("authorization"), route.scope, trusted_caller)
        handler = route.handlers.get("GET" if method == "HEAD" else method)  # the server sends no body to a HEAD
        if handler is None:
            raise RequestProblem("METHOD_NOT_ALLOWED", allowed=route.allowed)
        body = b""
        if method == "POST":
            if not _is_json(header("content-type")):
                raise RequestProblem("MEDIA_TYPE_UNSUPPORTED")
            if _is_sized(header("content-length")):
                body = await protocol()  # the server takes no byte more than was declared
            else:
                body = await _read_stream(protocol)
        key = header(_KEY, "" if _KEY in scope.headers else None)  # the server gives none whose bytes are no text
        return await handler(ApiRequest(body, path, caller, lang, key, traceparent_in(scope.headers)))

    def _admit(self, authorization: str | None, scope: str | None, trusted_caller: Caller | None) -> Caller:
        """Return who asks. Raises TOKEN_REQUIRED, TOKEN_ENDED, TOKEN_NOT_ALLOWED."""
        if scope is None or trusted_caller is not None:
            return trusted_caller or _ANYBODY
        kind, _, token = (authorization or "").partition(" ")
        caller = self._tokens.caller(token.strip()) if kind.lower() == "bearer" else None
        if caller is None:
            raise RequestProblem("TOKEN_REQUIRED")
        if caller.ends_at is not None and self._clock.now() >= caller.ends_at:
            raise RequestProblem("TOKEN_ENDED", at=rfc3339(caller.ends_at))
        if scope not in caller.scopes:
            raise RequestProblem("TOKEN_NOT_ALLOWED", scope=scope)
        return caller


def _retry_later(after: float, lang: Language) -> Response:
    seconds = str(max(1, round(after)))
    later = RequestProblem("RETRY_LATER", seconds=seconds)
    return _problem_response(problem_of(later, lang, {"retry-after": seconds}))


def _is_sized(declared: str | None) -> bool:
    """Return whether a request tells how long its body is. Raises BODY_TOO_LARGE."""
    if declared is None or not declared.isdigit():
        return False
    if int(declared) > MAX_BODY:
        raise RequestProblem("BODY_TOO_LARGE", most=str(MAX_BODY))
    return True


async def _read_stream(protocol: Any) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in protocol:
        size += len(chunk)
        if size > MAX_BODY:
            raise RequestProblem("BODY_TOO_LARGE", most=str(MAX_BODY))
        chunks.append(chunk)
    return b"".join(chunks)


_ANYBODY = Caller("anybody", frozenset())


@lru_cache(maxsize=1024)
def _is_json(declared: str | None) -> bool:
    kind, _, parameters = (declared or "").lower().partition(";")
    charset = parameters.strip().removeprefix("charset=").strip('"')
    return kind.strip() == "application/json" and charset in ("", "utf-8", "utf8")


def _headers_of(error: LiandongError) -> dict[str, str]:
    """Return the headers HTTP wants beside a problem (RFC 9110)."""
    if error.code == "TOKEN_REQUIRED":
        return {"www-authenticate": 'Bearer realm="liandong"'}
    if error.code == "TOKEN_ENDED":
        return {"www-authenticate": 'Bearer realm="liandong", error="invalid_token"'}  # RFC 6750 §3.1
    details = getattr(error, "details", {})
    if error.code == "METHOD_NOT_ALLOWED":
        return {"allow": details["allowed"]}
    if error.code == "RATE_LIMITED":
        return {"retry-after": details["seconds"]}
    return {}


def _problem_response(problem: Problem) -> Response:
    return Response(problem.status, encode(problem.document), MEDIA_TYPE, tuple(problem.headers.items()))
