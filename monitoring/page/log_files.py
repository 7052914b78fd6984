"""Transparency logs over HTTP, as C2SP tlog-tiles asks for: static files, of which only the checkpoint ever changes."""

import re
from collections.abc import Mapping
from pathlib import Path

from fastapi import Response
from fastapi.responses import FileResponse, JSONResponse

from ..log.heads import NotaryName
from ..transparency.tiled_log import CHECKPOINT

LOG_ROUTE = "/tlog/{jurisdiction}/{notary}/{path:path}"
_TILE = re.compile(r"tile/(?:[0-9]{1,2}|entries)/(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?", re.ASCII)


class LogFiles:
    """Answers with the files of the logs in these folders, and with nothing else."""

    def __init__(self, logs: Mapping[NotaryName, Path]) -> None:
        self._logs = logs

    def get(self, jurisdiction: str, notary: str, path: str) -> Response:
        """Answer one request."""
        folder = self._logs.get(NotaryName(jurisdiction, notary))
        known = path == CHECKPOINT or _TILE.fullmatch(path)
        file = folder / path if folder and known else None
        if file is None or not file.is_file():
            remedy = "see `liandong monitor logs`; a partial tile is gone once the full one is there"
            return JSONResponse({"code": "NOT_FOUND", "message": "no such file of a log here", "remedy": remedy}, 404)
        if path == CHECKPOINT:
            return FileResponse(file, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "max-age=5"})
        lasting = {"Cache-Control": "max-age=31536000, immutable"}
        return FileResponse(file, media_type="application/octet-stream", headers=lasting)
