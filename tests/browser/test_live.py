"""The page over real processes: a court publishes, an agency applies, somebody is freed, and the page shows it."""

import csv
import signal
from pathlib import Path

import pytest

from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.privacy import planted, search

from .conftest import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
ENTRIES = 30
MATRIX = "section[aria-label='Newest updates'] tbody"


def test_an_operator_watches_a_publication_and_a_revocation(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    people = tmp_path / "list.csv"
    installation.run("synthetic", "list", "--count", str(ENTRIES), "--seed", "7", "--output", str(people))
    monitor = installation.start("monitor", "serve", "--port", str(installation.ports[0]))
    installation.until(lambda found: bool(found["jurisdictions"]))
    browser.open(f"http://127.0.0.1:{installation.ports[0]}/")
    browser.shows("▲ 1 to look at", "railway-js must obey js and has sent no receipt lately.")
    browser.shows("liandong agency run railway-js", css=".findings")

    installation.run("court", "publish", str(people), "--court", "court-su0505")
    browser.shows(f"0 / {ENTRIES}", css="section[aria-label=Batches]")
    installation.start("agency", "run", "railway-js", "--port", str(installation.ports[1]))
    browser.shows("● Healthy", "nodes fresh\n1 / 1", "100 %", css=".summary")
    browser.shows("● applied", css="section[aria-label=Batches]")

    browser.all(f"{MATRIX} a")[0].click()
    browser.shows("entry\nent_", css=".result")
    entry = browser.all(".result .facts a")[0].text
    installation.run("court", "revoke", entry, "--reason", "NO_GROUND", "--court", "court-su0505")
    browser.shows("revoke\nversion 2", css=MATRIX)
    browser.all(".result .facts a")[0].click()
    browser.shows("include\nversion 1", "revoke\nversion 2", css=".result tbody")
    browser.until(lambda: browser.text(".result tbody").count("● applied") == 2)

    shown = browser.driver.page_source + browser.received()
    assert entry in shown
    assert told_of_people(people, shown) == []
    monitor.send_signal(signal.SIGTERM)
    assert monitor.wait(30) == 0, installation.logs()
    installation.processes.remove(monitor)
    browser.until(lambda: "Connection lost" in browser.text("#popup"))
    assert all("ERR_CONNECTION" in error for error in browser.errors())
    browser.driver.get("about:blank")


def told_of_people(people: Path, shown: str) -> list[str]:
    """Names, case numbers and certificate numbers of the file that can be found in what the browser got."""
    with people.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    numbers = [
        value for row in rows for key, value in row.items() if "certificate" in key and "number" in key and value
    ]
    texts = [row[key] for row in rows for key in ("name", "case_number", "decision_number", "legal_representative")]
    assert search(numbers[:1], [planted(numbers[0])]), "the search finds nothing at all"
    found = search(numbers, [("page", shown.encode())])
    return [each.dress for each in found] + [text for text in texts if text and text in shown]
