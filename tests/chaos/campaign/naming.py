"""What `status` names while something happens, and when it is green again."""

import threading
import time
from typing import Any, Self

import httpx


class StatusReader:
    """Reads `/v1/status` of the monitor twice a second from a thread while a `with` block runs, and keeps what it names."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/v1/status"
        self.named: dict[str, float] = {}
        """Kind of finding to when it was seen first, in seconds of the monotonic clock."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def read(self) -> dict[str, Any] | None:
        """Return the document; None if the monitor does not answer."""
        try:
            document: dict[str, Any] = httpx.get(self._url, timeout=20).json()
        except httpx.TransportError:
            return None
        for finding in document["findings"]:
            self.named.setdefault(finding["kind"], time.monotonic())
        return document

    def _run(self) -> None:
        while not self._stop.wait(0.5):
            self.read()
