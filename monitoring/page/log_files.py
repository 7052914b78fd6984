"""Transparency logs over HTTP, as C2SP tlog-tiles asks for: static files, of which only the checkpoint ever changes."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse, JSONResponse

from ...schemas.problems import Language, told
from ..log.heads import NotaryName
from ..transparency.tiled_log import CHECKPOINT
from .problems import LogFileMissing

LOG_ROUTE = "/tlog/{jurisdiction}/{notary}/{path:path}"
_TILE = re.compile(r"tile/(?:[0-9]{1,2}|entries)/(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?", re.ASCII)


class LogFiles:
    """Answers with the files of the logs in these folders, and with nothing else."""

    def __init__(self, logs: Mapping[NotaryName, Path], language_of: Callable[[Request], Language]) -> None:
        """Take the folders, and what says in which language a request is answered."""
        self._logs, self._language_of = logs, language_of

    def get(self, request: Request, jurisdiction: str, notary: str, path: str) -> Response:
        """Answer one request."""
        folder = self._logs.get(NotaryName(jurisdiction, notary))
        known = path == CHECKPOINT or _TILE.fullmatch(path)
        file = folder / path if folder and known else None
        if file is None or not file.is_file():
            problem = LogFileMissing("NOT_FOUND")
            return JSONResponse(problem.as_dict() | told(problem, self._language_of(request))._asdict(), 404)
        if path == CHECKPOINT:
            return FileResponse(file, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "max-age=5"})
        lasting = {"Cache-Control": "max-age=31536000, immutable"}
        return FileResponse(file, media_type="application/octet-stream", headers=lasting)
