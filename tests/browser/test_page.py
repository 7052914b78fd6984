"""The operator's page in a real browser, with snapshots the test makes."""

import pytest
from selenium.webdriver.common.keys import Keys

from liandong.monitoring.page.feed import SearchResult
from liandong.schemas.errors import Unavailable, WrongUsage

from .conftest import Browser, Stage
from .documents import (
    AGENCIES,
    BATCH,
    ENTRY,
    LATE_UPDATE,
    OTHER_UPDATE,
    UPDATE,
    agency,
    batch,
    document,
    jurisdiction,
    node,
    snapshot,
    update,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
A_NUMBER = "32050519900307123X"


def test_it_says_that_all_is_well_and_where_everything_is(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot(update(), update(OTHER_UPDATE, "revoke", 2, hotel_js="pending"))
    browser.open(stage.url)
    browser.shows("● Healthy", "nodes fresh\n3 / 3", "100 %", css=".summary")
    rows = browser.text("section[aria-label=Agencies] tbody")
    assert all(name in rows for name in AGENCIES)
    assert "● 10:20:29" in rows
    assert "0.80 s old" in rows
    assert "● equal\n#41" in rows
    matrix = browser.text("section[aria-label='Newest updates'] tbody")
    assert "revoke\nversion 2" in matrix
    assert "○ pending\n10:20:05" in matrix
    assert "● applied\n10:20:05 · +0.42 s" in matrix
    assert "none" in browser.text("section[aria-label=Lists] tbody")


def test_it_shows_what_courts_have_published_of_enforcement(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot()
    browser.open(stage.url, languages="zh-CN")
    section = "section[aria-label='法院公布的拦截统计']"
    browser.shows("12 + 少于五次\n2026-W08", "40 + 2 项各少于五次", "最新一期公布于 2026-03-02", css=section)
    assert "尚无法院公布" not in browser.text(section)
    stage.feed.snapshot = snapshot(status=document(enforcement=[]))
    browser.shows("尚无法院公布上一统计周或上一统计月的数字。", css=section)


def test_what_is_wrong_stands_on_top_with_the_command_to_type(stage: Stage, browser: Browser) -> None:
    where = {"agency": "hotel-js", "jurisdiction": "js", "node": "1"}
    wrong = node(proof=node()["proof"] | {"state": "unequal", "lanes": ["court.debtor-list.js.v1/2"]})
    status = document(
        {"kind": "unequal", **where, "lanes": ["court.debtor-list.js.v1/2"]},
        {"kind": "late", "agency": "railway-js", "node": "1", "updates": 1_234},
        {"kind": "stale", "agency": "registry-js", "jurisdiction": "js", "node": None},
        {"kind": "dead-letters", "agency": "hotel-js", "count": 2},
        agencies=[
            agency("hotel-js", [wrong], dead_letters=2),
            agency("railway-js", late_updates=1_234, relief_waiting=3),
            agency("registry-js", [], silent_in=["js"]),
        ],
        jurisdictions=[jurisdiction(lost=4)],
    )
    stage.feed.snapshot = snapshot(update(LATE_UPDATE, railway_js="late", hotel_js="refused"), status=status)
    browser.open(stage.url)
    browser.shows("▲ 4 to look at", css=".summary")
    findings = browser.text(".findings")
    assert "railway-js: 1,234 updates are not applied within the promised time." in findings
    assert "liandong agency run registry-js" in findings
    assert "liandong dead-letters list --agency hotel-js" in findings
    agencies = browser.text("section[aria-label=Agencies] tbody")
    assert "✕ UNEQUAL" in agencies
    assert "▲ never heard of" in agencies
    matrix = browser.text("section[aria-label='Newest updates'] tbody")
    assert "▲ late" in matrix
    assert "✕ refused" in matrix
    assert "▲ 4\n37 …" in browser.text("section[aria-label=Lists] tbody")
    browser.until(lambda: browser.driver.title == "▲ 4 · Liandong monitor")


def test_it_follows_what_happens_in_place(stage: Stage, browser: Browser) -> None:
    before = [update(f"upd_{number:032x}", hotel_js="pending") for number in range(30)]
    stage.feed.snapshot = snapshot(*before, status=document(batches=[batch(hotel_js=0)]))
    browser.open(stage.url)
    browser.shows("○ pending")
    box, row = browser.all("form.find input")[0], browser.all("section[aria-label='Newest updates'] tbody tr")[5]
    box.send_keys("upd_12")
    browser.run("window.scrollTo(0, 300)")
    assert browser.all("section[aria-label=Batches] progress")[0].get_attribute("value") == "0"

    newer = update(OTHER_UPDATE, "shield", 3)
    after = [newer, *(update(f"upd_{number:032x}") for number in range(29))]
    stage.feed.snapshot = snapshot(*after, status=document(at="2026-03-02T10:20:31.000+08:00"))
    browser.until(lambda: "○ pending" not in browser.text("tbody"))
    first = browser.all("section[aria-label='Newest updates'] tbody tr")[0]
    assert "shield\nversion 3" in first.text
    assert len(browser.all("section[aria-label='Newest updates'] tbody tr")) == 30
    assert browser.all("section[aria-label='Newest updates'] tbody tr")[6] == row
    assert browser.text(".clock time") == "10:20:31"
    assert browser.all("section[aria-label=Batches] progress")[0].get_attribute("value") == "40"
    assert box.get_attribute("value") == "upd_12"
    assert browser.run("return window.scrollY") == 300
    assert browser.driver.switch_to.active_element == box


def test_it_says_when_no_newer_evidence_comes(stage: Stage, browser: Browser) -> None:
    browser.open(stage.url)
    browser.shows("Reading the log.")
    stage.feed.snapshot = snapshot()
    browser.shows("● Healthy")
    stage.feed.set_trouble(Unavailable("BROKER_UNREACHABLE", "nobody answers", "start Kafka"))
    stage.feed.set_trouble(Unavailable("BROKER_UNREACHABLE", "nobody answers", "start Kafka"))
    browser.shows("The evidence has stood still since 10:20:30. BROKER_UNREACHABLE: nobody answers (start Kafka)")
    stage.feed.set_trouble(None)
    browser.until(lambda: "stood still" not in browser.text())


def test_it_speaks_the_language_of_the_browser_and_changes_it_on_the_way(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot(results={UPDATE: SearchResult(updates=[update()])})
    browser.open(f"{stage.url}/?find={UPDATE}", languages="zh-CN,zh;q=0.9,en;q=0.8")
    browser.shows("● 正常", "协助单位", "● 已生效", "消息日志位置")
    assert browser.run("return document.documentElement.lang") == "zh-CN"
    browser.all(".choices a")[0].click()
    browser.shows("● Healthy", "in the log")
    assert browser.driver.current_url == f"{stage.url}/en?find={UPDATE}"
    assert browser.run("return document.documentElement.lang") == "en-US"


def test_an_update_an_entry_and_a_batch_are_found_by_their_ids(stage: Stage, browser: Browser) -> None:
    history = [update(), update(OTHER_UPDATE, "revoke", 2, hotel_js="received")]
    found = {
        UPDATE: SearchResult(updates=[update()]),
        ENTRY: SearchResult(updates=history),
        BATCH: SearchResult(batches=[batch(hotel_js=7)]),
        LATE_UPDATE: SearchResult(refused=WrongUsage("UPDATE_UNKNOWN", "no register here has it", "ask elsewhere")),
    }
    stage.feed.snapshot = snapshot(results=found)
    browser.open(stage.url)
    browser.shows("● Healthy")
    box = browser.all("form.find input")[0]
    box.send_keys(f" {UPDATE.upper()} ", Keys.ENTER)
    browser.shows(UPDATE, "court.debtor-list.js.v1/2 @ 17", css=".result")
    browser.all(".result .facts a")[0].click()
    browser.shows(ENTRY, "revoke\nversion 2", "◔ received", css=".result")
    browser.until(lambda: browser.driver.current_url == f"{stage.url}/en?find={ENTRY}")
    browser.all(".result .facts a")[1].click()
    browser.shows("7 / 40", css=".result")
    box.clear()
    box.send_keys(LATE_UPDATE, Keys.ENTER)
    browser.shows("No register on this machine has this update.", css=".result")
    browser.all(".result .title button")[0].click()
    browser.until(lambda: not browser.all(".result")[0].is_displayed())
    assert browser.driver.current_url == f"{stage.url}/en"
    assert box.get_attribute("value") == ""


def test_a_certificate_number_typed_by_mistake_never_leaves_the_browser(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot()
    browser.open(stage.url)
    browser.shows("● Healthy")
    asked = dict(stage.feed._followed)
    browser.sent()
    browser.all("form.find input")[0].send_keys(A_NUMBER, Keys.ENTER)
    browser.shows("has not left this browser", css=".result")
    assert stage.feed._followed == asked
    assert browser.all("form.find input")[0].get_attribute("value") == ""
    assert A_NUMBER not in browser.driver.page_source
    sent = browser.sent()
    assert "payloadData" in sent, "not even the question was seen to be sent: the watch on the wire does not work"
    assert A_NUMBER not in sent


def test_its_colours_follow_the_system_until_somebody_chooses(stage: Stage, browser: Browser) -> None:
    def brightness() -> int:
        channels = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
        return int(browser.run(f"return Math.max(...{channels})"))

    stage.feed.snapshot = snapshot()
    browser.open(stage.url, scheme="dark")
    browser.shows("● Healthy")
    assert brightness() < 64
    browser.all("[data-theme-choice=light]")[0].click()
    assert brightness() > 192
    browser.open(stage.url, scheme="dark")
    browser.shows("● Healthy")
    assert brightness() > 192
    browser.until(lambda: browser.all("[data-theme-choice=light]")[0].get_attribute("aria-pressed") == "true")
    browser.all("[data-theme-choice=auto]")[0].click()
    assert brightness() < 64


def test_a_telephone_shows_all_of_it(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot()
    browser.open(stage.url, width=400)
    browser.shows("● Healthy")
    assert browser.run("return document.documentElement.scrollWidth") <= 400
    cards = browser.all("section[aria-label=Agencies] tbody tr")
    assert [card.text.split()[0] for card in cards] == list(AGENCIES)
    for cell in browser.all("section[aria-label=Agencies] tbody td"):
        assert cell.rect["x"] + cell.rect["width"] <= 400
    label = browser.run(
        "return getComputedStyle(document.querySelector('section[aria-label=Agencies] td'), '::before').content"
    )
    assert label == '"fresh as of"'


def test_it_can_be_used_without_a_mouse(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot()
    browser.open(stage.url)
    browser.shows("● Healthy")
    reached = []
    for _ in range(12):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        active = browser.driver.switch_to.active_element
        reached.append(active.get_attribute("aria-label") or active.text)
    assert reached[0] == "Skip to content"
    assert {"Find", "dark", "中文", "Agencies", "Newest updates"} <= set(reached)


def test_everything_it_loads_comes_from_its_own_port(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot()
    browser.open(stage.url)
    browser.shows("● Healthy")
    loaded = browser.run("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert loaded
    assert [each for each in loaded if not each.startswith((stage.url, "data:"))] == []


def test_nobody_watching_costs_nothing(stage: Stage, browser: Browser) -> None:
    stage.feed.snapshot = snapshot()
    browser.open(stage.url)
    browser.shows("● Healthy")
    assert stage.feed._watchers > 0
    browser.driver.get("about:blank")
    browser.until(lambda: stage.feed._watchers == 0)
