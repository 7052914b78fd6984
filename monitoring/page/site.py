"""The monitor's web application: the page for people, `/v1/status` and `/metrics` for programs, all on one port."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from nicegui import app as pages
from nicegui import ui
from nicegui.language import Language as PageLanguage
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from ...schemas.errors import LiandongError
from ...schemas.problems import Language, told
from ..log.heads import NotaryName
from ..service.status_source import StatusSource
from ..status.document import StatusQuery
from .feed import Feed
from .log_files import LOG_ROUTE, LogFiles
from .problems import PageProblem
from .view import ID_PATTERN, PageView
from .words import Words

_HERE = Path(__file__).parent
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f57b8"/>'
    '<path d="M4 4v8h8" stroke="#fff" stroke-width="2" fill="none"/><circle cx="11" cy="5" r="2" fill="#fff"/></svg>'
)
_PAGES: tuple[tuple[Language, PageLanguage], ...] = (("zh", "zh-CN"), ("en", "en-US"))


class Site:
    """Holds the application; one per process, because NiceGUI keeps its pages in the process."""

    def __init__(
        self,
        feed: Feed,
        source: StatusSource,
        registry: CollectorRegistry,
        lang: Language,
        logs: Mapping[NotaryName, Path],
    ) -> None:
        """Make the application; `lang` is for browsers that want neither of our languages, `logs` are the folders of the
        transparency logs of this machine.
        """
        self._source, self._registry, self._lang = source, registry, lang
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        for path, endpoint in (
            ("/", self._home),
            ("/metrics", self._metrics),
            ("/healthz", self._healthz),
            ("/v1/status", self._status),
            (LOG_ROUTE, LogFiles(logs, self._preferred).get),
        ):
            self.app.add_api_route(path, endpoint, methods=["GET"], response_model=None)
        add_pages(feed)
        pages.add_exception_handler(404, self._not_served)
        ui.run_with(
            self.app,
            title="Liandong",
            favicon=_ICON,
            dark=None,
            tailwind=False,
            binding_refresh_interval=None,
            reconnect_timeout=10,
            show_welcome_message=False,
        )

    def _preferred(self, request: Request) -> Language:
        return preferred(request.headers.get("accept-language", ""), self._lang)

    def _home(self, request: Request) -> Response:
        lang = self._preferred(request)
        find = request.query_params.get("find", "")
        return RedirectResponse(f"/{lang}?find={find}" if ID_PATTERN.fullmatch(find) else f"/{lang}")

    async def _not_served(self, request: Request, _error: Any) -> Response:
        """Refuse what no route takes: it ends at the pages, whose mount takes every path and method."""
        if request.method not in {"GET", "HEAD"}:
            return _refused(PageProblem("METHOD_NOT_ALLOWED", method=request.method), 405, self._preferred(request))
        return _refused(PageProblem("NOT_FOUND", path=request.url.path), 404, self._preferred(request))

    # these look at databases, so they are no coroutines: the server gives each a thread

    def _metrics(self) -> Response:
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    def _healthz(self) -> Response:
        """Say whether the monitor is ready, and whether the status has any finding (`degraded` 1)."""
        ready = self._source.gathering.rounds > 0
        if not ready:
            return JSONResponse({"ready": False}, 503)
        try:
            with self._source.current() as status:
                kinds = sorted({finding["kind"] for finding in status.document(StatusQuery())["findings"]})
        except LiandongError as failed:  # such as its own database: it runs, and what it watches it cannot say
            return JSONResponse({"ready": True, "degraded": 1, "findings": None, "code": failed.code})
        return JSONResponse({"ready": True, "degraded": int(bool(kinds)), "findings": kinds})

    def _status(self, request: Request) -> Response:
        query = StatusQuery(*(request.query_params.get(name, "") for name in ("agency", "update", "batch", "entry")))
        try:
            with self._source.current() as status:
                return JSONResponse(status.document(query))
        except LiandongError as failed:
            return _refused(failed, failed.http_status, self._preferred(request))


def add_pages(feed: Feed) -> None:
    """Add the page in each language, `/zh` and `/en`."""
    style = f"<style>{_HERE.joinpath('page.css').read_text(encoding='utf-8')}</style>"
    script = f"<script>{_HERE.joinpath('page.js').read_text(encoding='utf-8')}</script>"
    for lang, tag in _PAGES:
        words = Words(lang)
        builder = _builder(feed, words, style + script)
        ui.page(f"/{lang}", title=words("title"), language=tag)(builder)


def _builder(feed: Feed, words: Words, head: str) -> Callable[[str], None]:
    def build(find: str = "") -> None:
        ui.add_head_html(head)
        view = PageView(feed, words, find if ID_PATTERN.fullmatch(find) else "")
        ui.run_javascript("liandong.show()")
        ui.context.client.on_delete(view.leave)

    return build


def preferred(accepted: str, fallback: Language) -> Language:
    """Return the one of our languages an `Accept-Language` header (RFC 9110 §12.5.4) likes best."""
    weights: dict[Language, float] = {}
    for choice in accepted.split(","):
        tag, _, weight = choice.partition(";q=")
        primary = tag.strip().lower()[:2]
        for lang, _tag in _PAGES:
            if primary == lang:
                weights[lang] = max(weights.get(lang, 0), _weight(weight))
    return max(weights, key=lambda lang: weights[lang]) if any(weights.values()) else fallback


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def _refused(problem: LiandongError, status: int, lang: Language) -> Response:
    return JSONResponse(problem.as_dict() | told(problem, lang)._asdict(), status)
