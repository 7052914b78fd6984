"""A page with a feed in the test's hands, and a headless Chromium to look at it."""

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from nicegui import core
from prometheus_client import CollectorRegistry
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from liandong.monitoring.page.feed import Feed
from liandong.monitoring.page.site import Site

PATIENCE = 30.0
_CHROMES = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    """One window."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, url: str, *, width: int = 1280, scheme: str = "light", languages: str = "en") -> None:
        """A fresh page, as a screen of this width in these surroundings shows it."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        headers = {"headers": {"Accept-Language": languages}}
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", headers)
        self.driver.get(url)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str = "body") -> str:
        """What can be read there, at one moment."""
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText).join('\\n')"
        read: str = self.driver.execute_script(script, css)
        return read.replace("\t", "\n")

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def errors(self) -> list[str]:
        """What the console has called an error since this was asked last."""
        written = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [each["message"] for each in written if each["level"] == "SEVERE"]

    def sent(self) -> str:
        """Everything that has gone out since the wire was looked at last: requests with their bodies, frames."""
        return self._wire("Network.requestWillBeSent", "Network.webSocketFrameSent")

    def received(self) -> str:
        """Every frame that has come in since the wire was looked at last."""
        return self._wire("Network.webSocketFrameReceived")

    def _wire(self, *wanted: str) -> str:
        log = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        seen = (json.loads(each["message"])["message"] for each in log)
        return "\n".join(json.dumps(each["params"], ensure_ascii=False) for each in seen if each["method"] in wanted)

    def until(self, happened: Callable[[], bool]) -> None:
        """Waits for what the page is to become."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.05)

    def shows(self, *texts: str, css: str = "body") -> None:
        """Waits until all of these can be read."""
        self.until(lambda: all(text in self.text(css) for text in texts))


@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    binary = os.environ.get("LIANDONG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _CHROMES)), None)
    service = shutil.which("chromedriver")
    if binary is None or service is None:
        pytest.skip("no Chromium with its driver here: install the packages chromium and chromium-driver")
    options = Options()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(service))
    yield running
    running.quit()


@pytest.fixture
def browser(driver: webdriver.Chrome) -> Iterator[Browser]:
    """Nothing may be reported as an error on the console, whatever the test does."""
    made = Browser(driver)
    made.errors()
    yield made
    errors = made.errors()
    driver.get("about:blank")
    assert errors == []


class Stage:
    """A running site whose snapshots the test makes."""

    def __init__(self) -> None:
        self.gathering = SimpleNamespace(rounds=0, failure=None)
        document = {"findings": [{"kind": "late"}, {"kind": "stale"}, {"kind": "late"}]}
        status = SimpleNamespace(document=lambda _query: document)
        # nothing is read from a log here
        source: Any = SimpleNamespace(gathering=self.gathering, current=lambda: nullcontext(status))
        self.feed = Feed(source)
        self.site = Site(self.feed, source, CollectorRegistry(), "en", {})
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self.site.app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        core.app.config.reconnect_timeout = 1.0  # whoever has left does not come back here, and is not waited for
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture(scope="session")
def running_stage() -> Iterator[Stage]:
    """One per process, as NiceGUI has it."""
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def stage(running_stage: Stage) -> Stage:
    running_stage.feed.snapshot = running_stage.feed.trouble = None
    running_stage.gathering.rounds = 0
    return running_stage
