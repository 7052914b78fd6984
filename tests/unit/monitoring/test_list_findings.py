"""What the status says is amiss in the lists: from heads, reports and two heads of one barrier, in both languages, with what to type."""

from collections.abc import Callable
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry
from rich.console import Console

from liandong.monitoring.notary.findings import FindingKind
from liandong.monitoring.page.summary import sentences
from liandong.monitoring.page.words import Words
from liandong.monitoring.service.metrics import LedgerCollector
from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits
from liandong.monitoring.status.text import StatusText
from liandong.tests.worlds.clock import DAY_MS, NOW
from liandong.tests.worlds.receipts import WatchRoom
from liandong.tests.worlds.records import NotaryScribe
from liandong.topics.catalogue import names

LIST, COURT = names.debtor_list("js"), "court-su0505"
GAP: dict[str, Any] = {
    "kind": "sequence-gap", "list": LIST, "court": COURT, "low": 3, "high": 4, "count": 5, "partition": -1, "offset": -1, "at": NOW,
}  # fmt: skip
TWICE = GAP | {"kind": "sequence-duplicate", "low": 7, "high": 9, "count": 2, "partition": 1, "offset": 88}
CONFLICT = TWICE | {"kind": "version-conflict", "low": 2, "high": 2}
FOREIGN = TWICE | {"kind": "foreign-record"}
TWIN = TWICE | {"kind": "notary-twin", "court": "", "low": 41, "high": 1_041}
RESTORED = TWIN | {"kind": "notary-restored", "list": names.heads("js"), "partition": -1, "offset": -1}
LATER = TWICE | {"kind": "unheard-of", "court": ""}


@pytest.fixture
def room(tmp_path: Path) -> WatchRoom:
    return WatchRoom(tmp_path)


def status(room: WatchRoom) -> StatusDocument:
    sources = DeliverySources(room.view, {}, [], {})
    return StatusDocument(sources, LatenessLimits(room.clock.now(), 60_000, 60_000, 60_000))


@pytest.fixture
def found(room: WatchRoom) -> Callable[[], list[dict[str, Any]]]:
    def findings() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = status(room).document(StatusQuery())["findings"]
        return [each for each in told if each["kind"] not in {"head-expired", "notary-clock"}]

    return findings


Found = Callable[[], list[dict[str, Any]]]


def test_every_finding_of_a_report_is_one_of_the_status_with_court_numbers_and_place(
    room: WatchRoom, found: Found
) -> None:
    room.hear(room.notary.report(1, findings=[GAP, TWICE, CONFLICT, FOREIGN, TWIN, RESTORED, LATER]))
    told = {each["kind"]: each for each in found()}
    assert set(told) == {kind.value for kind in FindingKind} | {"later-finding"}
    gap = told["sequence-gap"]
    assert (gap["court"], gap["list"], gap["low"], gap["high"], gap["count"]) == (COURT, LIST, 3, 4, 5)
    assert "place" not in gap
    assert told["sequence-duplicate"]["place"] == f"{LIST}/1 @ 88"
    assert (told["notary-twin"]["notary"], told["notary-twin"]["high"]) == ("notary-js-1", 1_041)
    assert (told["notary-restored"]["notary"], told["notary-restored"]["low"]) == ("notary-js-1", 41)
    assert told["later-finding"]["what"] == "unheard-of"
    assert not status(room).document(StatusQuery())["healthy"]


def test_the_newest_report_counts_and_a_week_after_it_none(room: WatchRoom, found: Found) -> None:
    room.hear(room.notary.report(1, findings=[GAP]), room.notary.report(2, findings=[TWICE]))
    assert [each["kind"] for each in found()] == ["sequence-duplicate"]
    room.clock.pass_seconds(7 * DAY_MS / 1000 + 1)
    assert found() == []


def test_what_is_missing_says_the_newest_report_and_what_happened_any(room: WatchRoom, found: Found) -> None:
    other = NotaryScribe(notary="notary-js-2")
    room.keys.known[other.public_key.key_id] = other.public_key
    room.hear(room.notary.report(1, findings=[GAP, TWICE, TWIN]))
    room.clock.pass_seconds(1)
    room.hear(other.report(1, findings=[TWICE | {"count": 1}, TWIN]))
    told = [(each["kind"], each["count"], each.get("notary")) for each in found()]
    assert told == [
        ("notary-twin", 2, "notary-js-1"),
        ("notary-twin", 2, "notary-js-2"),
        ("sequence-duplicate", 2, None),
    ]


def test_a_report_under_another_key_or_of_another_place_says_nothing(room: WatchRoom, found: Found) -> None:
    forger = NotaryScribe(signer=room.agency.signer)
    elsewhere = NotaryScribe(signer=room.notary.signer, jurisdiction="js")
    room.hear(forger.report(1, findings=[GAP]), elsewhere.report(1, findings=[GAP], jurisdiction="cq"))
    assert found() == []
    assert room.refused(names.notary_reports("js"), "signature") == 2


def test_a_notary_that_has_ended_is_missed_by_nobody_and_stands_in_no_ones_way(room: WatchRoom) -> None:
    room.hear(room.head(1))
    room.clock.pass_seconds(3_600)
    for notaries, shown in (
        (None, 1),
        ({"notary-js-1": frozenset({"js"})}, 1),
        ({}, 0),
        ({"notary-js-1": frozenset({"cq"})}, 0),
    ):
        sources = DeliverySources(room.view, {}, [], {}, notaries=notaries)
        made = StatusDocument(sources, LatenessLimits(room.clock.now(), 1, 1, 1)).document(StatusQuery())
        assert len(made["jurisdictions"][0]["notaries"]) == shown
        assert [each["kind"] for each in made["findings"]] == ["head-expired"] * shown


def test_two_heads_of_one_barrier_are_named_with_notary_number_and_both_hashes(room: WatchRoom, found: Found) -> None:
    room.hear(room.head(5, "a"), room.head(5, "b"))
    (split,) = found()
    assert (split["kind"], split["notary"], split["low"], split["high"]) == ("split-view", "notary-js-1", 5, 5)
    assert len(set(split["hashes"])) == 2


def test_command_line_page_and_metrics_say_the_same_in_both_languages(room: WatchRoom, found: Found) -> None:
    court = {"list": LIST, "court": COURT, "contiguous": 4, "highest": 4, "live": 4, "published": 6, "live_missing": 0}
    room.hear(room.head(5, courts=[court]), room.head(5, "b"))
    room.hear(room.notary.report(5, findings=[GAP, TWICE, CONFLICT, FOREIGN, TWIN, RESTORED, LATER]))
    document = status(room).document(StatusQuery())
    kinds = [each["kind"] for each in found()]
    assert set(kinds) == {"lost-tail", "split-view", "later-finding", *(kind.value for kind in FindingKind)}
    for lang in ("en", "zh"):
        console = Console(file=StringIO(), width=400)
        StatusText(document, lang).print(console)
        printed = cast("StringIO", console.file).getvalue()
        told = {each.key.partition("/")[0]: each for each in sentences(document, Words(lang))}
        for finding in found():
            assert finding["next"] in printed
            assert told[finding["kind"]].command == finding["next"]
            assert finding["next"].startswith("liandong ")
        assert "№ 41 … 1,041" in printed
        assert f"{LIST}/1 @ 88" in told["sequence-duplicate"].text
        assert COURT in told["sequence-gap"].text
    registry = CollectorRegistry()
    source = SimpleNamespace(current=lambda: nullcontext(status(room)))
    registry.register(LedgerCollector(cast("Any", source)))
    for kind in kinds:
        assert registry.get_sample_value("liandong_findings", {"kind": kind}) == 1


@pytest.mark.parametrize("off_ms", [-3_600_000, -119_000, 0, 119_000, 3_600_000])
def test_whose_clock_is_off_the_brokers_is_named_in_both_languages(room: WatchRoom, off_ms: int) -> None:
    for number in (5, 6):
        room.clock.pass_seconds(6)
        at = room.clock.now() + off_ms
        room.hear(room.head(number, issued_at=at, valid_until=at + 60_000), room.agency.receipt(number, at=at))
    document = status(room).document(StatusQuery())
    told = {each["kind"]: each["seconds"] for each in document["findings"] if each["kind"].endswith("-clock")}
    is_off = abs(off_ms) > 120_000
    assert told == ({"notary-clock": off_ms // 1_000, "agency-clock": off_ms // 1_000} if is_off else {})
    for lang in ("en", "zh"):
        said = [each for each in sentences(document, Words(lang)) if each.key.partition("/")[0] in told]
        assert len(said) == len(told)
        assert all(str(off_ms // 1_000) in each.text.replace(",", "") for each in said)
        assert {each.command for each in said} == ({"timedatectl set-ntp true"} if is_off else set())


@pytest.mark.parametrize("apart", [0.0, 0.05, 3.0])
def test_what_is_sent_late_after_an_outage_is_no_wrong_clock(room: WatchRoom, apart: float) -> None:
    began = room.clock.now()
    room.clock.pass_seconds(600)
    for number in range(60):
        at = began + number * 5_000
        room.hear(
            room.head(number, issued_at=at, valid_until=at + 10**9), room.agency.receipt(number, at=at)
        )  # a backlog goes out
        room.clock.pass_seconds(apart)
        kinds = {each["kind"] for each in status(room).document(StatusQuery())["findings"]}
        assert not {kind for kind in kinds if kind.endswith("-clock")}, number


def test_a_clock_that_was_slow_is_right_with_the_first_record_that_is(room: WatchRoom) -> None:
    for number, off_ms in enumerate((-600_000, -600_300, 0), start=1):
        at = room.clock.now() + off_ms
        room.hear(room.head(number, issued_at=at, valid_until=at + 10**9), room.agency.receipt(number, at=at))
        room.clock.pass_seconds(10)
        found = [each["kind"] for each in status(room).document(StatusQuery())["findings"]]
        assert ([kind for kind in found if kind.endswith("-clock")] != []) is (number == 2)


def test_a_receipt_that_is_repeated_says_nothing_of_the_clock(room: WatchRoom) -> None:
    receipt = room.agency.receipt(5, at=room.clock.now())
    room.hear(room.head(5, issued_at=room.clock.now(), valid_until=room.clock.now() + 60_000), receipt)
    room.clock.pass_seconds(3_600)
    room.hear(receipt)
    kinds = {each["kind"] for each in status(room).document(StatusQuery())["findings"]}
    assert "agency-clock" not in kinds
