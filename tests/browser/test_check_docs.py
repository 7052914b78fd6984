"""The check API's own page in a real browser: open to everybody, and a check can be tried on it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.worlds.people import LI
from liandong.tests.worlds.running_node import G, Place, Running

from .conftest import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Running]:
    place = Place(tmp_path)
    place.listed(LI)
    place.barrier()
    with place.node() as running:
        running.until(lambda: running.said(LI) == "BLOCK")
        yield running


def test_a_check_is_tried_on_the_page(node: Running, browser: Browser) -> None:
    browser.open(f"{node.listening.url}/docs", languages="zh")
    browser.shows("核查接口", "试一次核查", "rail-ticket")
    token = node.place.headers["authorization"].removeprefix("Bearer ")
    typed = json.dumps([token, json.dumps(LI.asked("rail-ticket", **G))])
    browser.run(
        f"const typed = {typed}; document.querySelectorAll('input, textarea').forEach((each, at) => each.value = typed[at]);"
    )
    browser.run("document.querySelector('button').click()")
    browser.shows('"decision": "BLOCK"', "限制", css="output")
    assert browser.all("output")[0].text.startswith("200\n")


def test_the_page_says_what_is_wrong_with_a_request(node: Running, browser: Browser) -> None:
    browser.open(f"{node.listening.url}/docs")
    browser.run("document.querySelector('button').click()")
    browser.shows("TOKEN_REQUIRED", css="output")
    assert any("401" in each for each in browser.errors()), "the console tells of the refusal, and of nothing else"


def test_the_machines_description_opens_without_a_token(node: Running, browser: Browser) -> None:
    browser.open(f"{node.listening.url}/openapi.json")
    browser.shows('"openapi":"3.1.0"')
    assert all("favicon.ico" in each for each in browser.errors()), "a browser asks for a picture of its own accord"
