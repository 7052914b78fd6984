"""Heads as a transparency log, checked by Tessera's fsck, which knows nothing of this package: as files, and over HTTP."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.page.log_files import LOG_ROUTE, LogFiles
from liandong.monitoring.transparency.head_log import note_key
from liandong.monitoring.transparency.tiled_log import LogState, TiledLog
from liandong.schemas.wire.signed_note import NoteKey
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.fsck import fsck, has_go

NOTARY = NotaryName("js", "notary-js-1")
FILES = ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
needs_go = pytest.mark.skipif(not has_go, reason="needs Go, to build Tessera's fsck")


class WrittenLog:
    """A log of 300 entries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "heads-log"
        signer = Ed25519Signer(os.urandom(32))
        self.key: NoteKey = note_key(NOTARY, signer.public_key)
        log = TiledLog(self.folder, self.key, signer)
        for start in range(0, 300, 50):
            log.append([os.urandom(40) for _ in range(50)], LogState(number=start + 1, offset=start + 1))
        log.close()

    @property
    def app(self) -> FastAPI:
        """Serves it as the monitor's site does."""
        app = FastAPI()
        app.add_api_route(
            LOG_ROUTE, LogFiles({NOTARY: self.folder}, lambda _: "en").get, methods=["GET"], response_model=None
        )
        return app


@pytest.fixture
def written(tmp_path: Path) -> WrittenLog:
    return WrittenLog(tmp_path)


@pytest.fixture
def url(written: WrittenLog) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(written.app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/tlog/js/notary-js-1/"
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive()


@needs_go
def test_a_stock_checker_accepts_the_log_as_files_and_as_it_is_served(
    written: WrittenLog, url: str, tmp_path: Path
) -> None:
    assert fsck(f"file://{written.folder}/", written.key, tmp_path) == ""
    assert fsck(url, written.key, tmp_path) == ""


@needs_go
@pytest.mark.parametrize("file", FILES)
def test_a_stock_checker_refuses_the_log_after_any_of_its_files_has_another_byte(
    written: WrittenLog, tmp_path: Path, file: str
) -> None:
    path = written.folder / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert fsck(f"file://{written.folder}/", written.key, tmp_path)


@needs_go
def test_a_stock_checker_refuses_what_another_key_has_signed(written: WrittenLog, tmp_path: Path) -> None:
    assert fsck(f"file://{written.folder}/", note_key(NOTARY, os.urandom(32)), tmp_path)


def test_only_files_of_the_log_are_served_and_each_as_the_specification_says(written: WrittenLog) -> None:
    with TestClient(written.app) as client:
        for file in FILES:
            answer = client.get(f"/tlog/js/notary-js-1/{file}")
            assert answer.content == (written.folder / file).read_bytes()
            binary = file.startswith("tile")
            expected = "application/octet-stream" if binary else "text/plain; charset=utf-8"
            assert answer.headers["content-type"] == expected
            assert ("immutable" in answer.headers["cache-control"]) == binary
        for path in (
            "js/notary-js-1/../heads-log.json",
            "js/notary-js-1/%2e%2e/heads-log.json",
            "js/notary-js-1/tile/0/%2e%2e/%2e%2e/%2e%2e/heads-log.json",
            "js/notary-js-1/tile/0/001.p/45",
            "js/notary-js-2/checkpoint",
            "cq/notary-js-1/checkpoint",
            "js/notary-js-1/",
        ):
            assert client.get(f"/tlog/{path}").status_code == 404, path
