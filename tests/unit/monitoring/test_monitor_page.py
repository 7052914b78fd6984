"""What the operator's page says, without drawing it."""

from typing import Any

import pytest

from liandong.monitoring.ledger.rules import State
from liandong.monitoring.page import tables
from liandong.monitoring.page.cells import PageTable, clock, duration, milliseconds
from liandong.monitoring.page.summary import figures, sentences
from liandong.monitoring.page.words import _ALL, Words
from liandong.schemas.errors import WrongUsage
from liandong.schemas.law.listing import Change
from liandong.tests.browser.documents import agency, batch, document, node, update

EN, ZH = Words("en"), Words("zh")


def texts(table: PageTable, key: str) -> list[str]:
    (row,) = (row for row in table.rows if row.key == key)
    return [f"{cell.text} {cell.under}".strip() for cell in row.cells]


def test_every_state_and_every_change_has_words_in_both_languages_and_a_symbol() -> None:
    assert set(tables.STATES) == {str(state) for state in State}
    assert len({symbol for symbol, _ in tables.STATES.values()}) == len(State)
    for words in (EN, ZH):
        assert all(words(str(state)) for state in State)
        assert all(words(change.name.lower()) for change in Change)


def test_both_languages_have_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return {each.partition("}")[0] for each in text.split("{")[1:]}

    assert [key for key, (english, chinese) in _ALL.items() if places(english) != places(chinese)] == []


def test_what_no_register_has_is_said_in_the_language_of_the_page_and_other_errors_as_they_are() -> None:
    unknown = WrongUsage("BATCH_UNKNOWN", "no register here has the batch bat_1", "ask where it was published")
    assert EN.problem(unknown) == "No register on this machine has this batch. Ask where it was published."
    assert ZH.problem(unknown) == "本机登记簿中没有这个批次，请到发布它的机器上查询。"
    other = WrongUsage("ID_INVALID", "that is no id", "copy it whole")
    assert ZH.problem(other) == "ID_INVALID: that is no id (copy it whole)"


def test_every_row_has_a_cell_for_every_column() -> None:
    silent = agency("police-js", [], silent_in=["js", "cq"], parked=2)
    two = agency("hotel-js", [node(), node(node="2", stale=True), node(node="3", serving=False)])
    status = document(agencies=[silent, two, agency("railway-js", latency=None)])
    shown = (
        tables.agencies(status, EN),
        tables.updates([update()], status, EN),
        tables.batches([batch()], status, EN),
        tables.courts(status, EN),
        tables.notaries(status, EN),
    )
    for table in shown:
        assert table.rows
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}
        assert len({row.key for row in table.rows}) == len(table.rows)


def test_what_belongs_to_an_agency_is_said_once_whatever_it_has_nodes() -> None:
    status = document(agencies=[agency("hotel-js", [node(), node(node="2")], late_updates=7, dead_letters=3)])
    first, second = (texts(tables.agencies(status, EN), f"hotel-js/{number}/js") for number in "12")
    assert {"7", "3", "40 / 40"} <= set(first)
    assert not {"7", "3", "40 / 40"} & set(second)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "● 10:20:29 0.80 s old"),
        ({"stale": True, "age_seconds": 75.0}, "▲ stale 10:20:29 · 75.0 s old"),
        ({"serving": False, "stale": True}, "10:20:29 no longer serving"),
        ({"proof": {"state": "none"}}, "○ none yet"),
        ({"canaries": {"right": 12, "wrong": 0, "at": None}}, "● 12 right"),
        ({"canaries": {"right": 12, "wrong": 1, "at": None}}, "✕ 1 wrong 12 right"),
        ({"lag_records": 1_200, "lag_seconds": 3.2}, "1,200 3.2 s behind"),
    ],
)
def test_a_node_says_how_it_is_in_words(changes: dict[str, Any], said: str) -> None:
    status = document(agencies=[agency("hotel-js", [node(**changes)])])
    assert said in texts(tables.agencies(status, EN), "hotel-js/1/js")


def test_an_update_of_another_jurisdiction_leaves_a_blank_where_an_agency_need_not_apply_it() -> None:
    status = document(agencies=[agency("hotel-js"), agency("metro-cq")])
    cells = texts(tables.updates([update()], status, EN), update()["update_id"])
    assert cells[3:] == ["● applied 10:20:05 · +0.42 s", ""]


def test_what_a_gate_proves_of_a_relief_is_a_release() -> None:
    said = [
        texts(tables.updates([update(change=change, hotel_js="gate-proven")], document(), ZH), update()["update_id"])[3]
        for change in ("include", "unshield", "revoke", "shield", "lift")
    ]
    assert [each.split()[1] for each in said] == ["已验证拦截"] * 2 + ["已验证放行"] * 3


def test_the_figures_call_nothing_whole_that_is_not() -> None:
    status = document(agencies=[agency("hotel-js", accepted=100_000, applied=99_999, nodes=[node(stale=True)])])
    said = {label: (cell.text, cell.tone) for label, cell in figures(status, EN)}
    assert said["applied everywhere"] == ("99.9 %", "warn")
    assert said["nodes fresh"] == ("0 / 1", "bad")
    assert said["copies proven"] == ("0 / 1", "bad")
    nothing = document(agencies=[agency("hotel-js", [], silent_in=["js"], accepted=0, applied=0, latency=None)])
    assert dict(figures(nothing, EN))["applied everywhere"].text == "–"
    assert dict(figures(nothing, EN))["nodes fresh"].text == "0 / 1"


def test_every_finding_says_what_to_type() -> None:
    where = {"agency": "hotel-js", "jurisdiction": "js", "node": "1"}
    status = document(
        {"kind": "head-expired", "jurisdiction": "js", "notary": "notary-js-1"},
        {"kind": "late", "agency": "hotel-js", "node": "1", "updates": 3},
        {"kind": "stale", "agency": "hotel-js", "jurisdiction": "js", "node": None},
        {"kind": "stale", **where},
        {"kind": "unequal", **where, "lanes": ["court.orders.js.v1/0"]},
        {"kind": "receipts-missing", **where, "count": 2},
        {"kind": "keys-run-out", "participant": "court-su0505", "months_left": 1},
    )
    for words in (EN, ZH):
        found = sentences(status, words)
        assert len({each.key for each in found}) == 7
        assert all(each.command.startswith("liandong ") for each in found)
    assert sentences(status, EN)[0].command == "liandong monitor notary --jurisdiction js --as notary-js-1"
    assert sentences(status, EN)[2].command == "liandong agency run hotel-js"
    assert sentences(status, EN)[3].command == "liandong agency run hotel-js --node 1"


def test_spans_and_times_are_as_short_as_they_can_be_read() -> None:
    assert [duration(each) for each in (0.31, 12.44, 180, 7_300, 864_000)] == [
        "0.31 s",
        "12.4 s",
        "3 min",
        "2 h",
        "10 d",
    ]
    assert [milliseconds(each) for each in (146.2, 9_503, 12_340)] == ["146 ms", "9,503 ms", "12.3 s"]
    now = "2026-03-02T10:20:30.000+08:00"
    assert clock("2026-03-02T09:01:02.000+08:00", now) == "09:01:02"
    assert clock("2026-02-27T09:01:02.000+08:00", now) == "02-27 09:01"
    assert clock(None, now) == "–"
