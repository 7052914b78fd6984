"""`liandong monitor serve`: evidence gathered all the time, served as metrics and JSON."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ..schemas.errors import LiandongError
from ..topics.transport.errors import TransportError
from .ledger_metrics import LedgerCollector
from .log_reading import LogStalled
from .looking import Looker
from .post import Post
from .status import Scope

_log = structlog.get_logger(__name__)
_GATHER_SECONDS = 1.0


class Server:
    """Gathers evidence and answers `/metrics`, `/v1/status?agency=&update=&batch=` and `/healthz`."""

    def __init__(self, post: Post, host: str, port: int) -> None:
        """Takes the port; OSError if somebody has it."""
        self._looker = Looker(post)
        self._gathered = threading.Event()
        post.signals.registry.register(LedgerCollector(self._looker))
        handler = type("Handler", (_Handler,), {"looker": self._looker, "post": post, "gathered": self._gathered})
        self._http = ThreadingHTTPServer((host, port), handler)
        self.port: int = self._http.server_port

    def gather(self, stop: threading.Event) -> None:
        """Reads receipts, heads and interceptions as they come; outlives the broker's absences."""
        while not stop.is_set():
            try:
                self._looker.refresh()
                self._gathered.set()
            except (TransportError, LogStalled) as failed:
                _log.warning("evidence cannot be read, trying again", code=failed.code, reason=failed.message)
            stop.wait(_GATHER_SECONDS)

    def run(self, stop: threading.Event) -> None:
        """Serves until `stop` is set."""
        thread = threading.Thread(target=self._http.serve_forever, name="http")
        thread.start()
        try:
            stop.wait()
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    looker: ClassVar[Looker]
    post: ClassVar[Post]
    gathered: ClassVar[threading.Event]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name is http.server's
        """Answers one request."""
        url = urlsplit(self.path)
        if url.path == "/metrics":
            self._answer(200, generate_latest(self.post.signals.registry), CONTENT_TYPE_LATEST)
        elif url.path == "/healthz":
            self._json(200 if self.gathered.is_set() else 503, {"ready": self.gathered.is_set()})
        elif url.path == "/v1/status":
            self._status({key: values[0] for key, values in parse_qs(url.query).items()})
        else:
            self._json(
                404, {"code": "NOT_FOUND", "message": f"no {url.path} here", "remedy": "see /v1/status, /metrics"}
            )

    def _status(self, query: dict[str, str]) -> None:
        scope = Scope(*(query.get(name, "") for name in ("agency", "update", "batch")))
        try:
            with self.looker.look() as status:
                self._json(200, status.document(scope))
        except LiandongError as failed:
            self._json(failed.http_status, failed.as_dict())

    def _json(self, code: int, document: Any) -> None:
        self._answer(code, json.dumps(document, ensure_ascii=False).encode(), "application/json")

    def _answer(self, code: int, body: bytes, content_type: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is http.server's
        """Requests are not logged: Prometheus asks every few seconds."""
