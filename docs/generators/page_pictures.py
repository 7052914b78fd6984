"""The pictures of the operator's page: a demo is played and looked at in headless Chromium, in both languages.

`python -m liandong.docs.generators.page_pictures` writes docs/images/monitor.png and docs/images/monitor.zh.png. It needs
the packages chromium, chromium-driver and fonts-noto-cjk, and takes as long as the demo.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from .codes import ROOT

PICTURES = {"en": ROOT / "docs" / "images" / "monitor.png", "zh": ROOT / "docs" / "images" / "monitor.zh.png"}
WIDTH, HEIGHT = 1280, 724
_PATIENCE = 30
_RUNNING = re.compile(r"everything goes on running: (http://\S+?)/ ")
_REVOKED = (
    "//tr[.//*[normalize-space()='revoke'] and .//*[normalize-space()='version 4']]"
    "//a[starts-with(normalize-space(), 'upd_')]"
)
"""Of an entry that was suspended and restored before."""


class NoPicture(Exception):
    """The demo ended before it could be looked at."""


@contextmanager
def playing() -> Iterator[str]:
    """Play the demo and keep it running; give the address of its page."""
    with tempfile.TemporaryDirectory(prefix="liandong-pictures-") as folder:
        command = [sys.executable, "-m", "liandong", "--lang", "en", "demo", "--keep", "--dir", folder]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")  # noqa: S603  our own command line
        try:
            lines = iter(demo.stdout or ())
            found = next(filter(None, map(_RUNNING.search, lines)), None)
            if found is None:
                raise NoPicture(f"the demo ended with {demo.wait()} and was not kept running")
            yield found[1]
        finally:
            demo.terminate()
            demo.wait()


@contextmanager
def browsing() -> Iterator[webdriver.Chrome]:
    """Start a headless Chromium with a window of the pictures' size."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    metrics = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield browser
    finally:
        browser.quit()


def shown(browser: webdriver.Chrome, what: str) -> list[WebElement]:
    """Wait until the page shows something; give all of it."""
    WebDriverWait(browser, _PATIENCE).until(lambda page: page.find_elements(By.XPATH, what))
    return browser.find_elements(By.XPATH, what)


def freed_entry(browser: webdriver.Chrome, url: str) -> str:
    """Return the id of an entry the demo has revoked, found as an operator finds it: from the newest updates."""
    browser.get(f"{url}/en")
    browser.execute_script("arguments[0].click()", shown(browser, _REVOKED)[-1])
    return shown(browser, "//a[starts-with(normalize-space(), 'ent_')]")[0].text


def main() -> None:
    """Write both pictures."""
    with playing() as url, browsing() as browser:
        entry = freed_entry(browser, url)
        for lang, picture in PICTURES.items():
            browser.get(f"{url}/{lang}?find={entry}")
            shown(browser, f"//a[normalize-space()='{entry}']")
            browser.save_screenshot(str(picture))


if __name__ == "__main__":
    main()
