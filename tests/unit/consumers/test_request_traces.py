"""A caller's trace, from the check API to the courts that are told, and in nothing that others read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.cli.inbox import as_dict
from liandong.consumers.cli.inbox_lines import as_line
from liandong.consumers.inbox.inbox import OpenedItem
from liandong.schemas.dates import rfc3339
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.people import LI, WANG, Person
from liandong.tests.worlds.privacy import planted, search, topic_blobs
from liandong.tests.worlds.running_node import G, Place, Running
from liandong.tests.worlds.town_members import caught_up
from liandong.topics.catalogue import names
from liandong.topics.workers.clock import SystemClock

TRACES = [f"{number:02x}f92f3577b34da6a3ce929d0e0e4736" for number in (0x4B, 0x5B, 0x6B)]
SENT = [f"00-{trace_id}-00f067aa0ba902b7-01" for trace_id in TRACES]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A node of the railway, which has heard that the court lists Li, and watches him."""
    place = Place(tmp_path)
    place.town.court.watch(LI)
    place.listed(LI)
    place.barrier()
    with place.node() as node:
        node.until(lambda: place.town.count(names.feedback("js")) == 1)
        node.until(lambda: node.client.get("/readyz").status_code == 200)
        yield node


def ask(
    running: Running, document: dict[str, Any], traceparent: str, path: str = "/v1/checks", **headers: str
) -> dict[str, Any]:
    answer = running.client.post(path, json=document, headers={"traceparent": traceparent, **headers})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def met(who: Person) -> dict[str, Any]:
    event = {"domain": "whereabouts", "kind": "TRAVEL", "occurred_at": rfc3339(SystemClock().now())}
    return event | {"subject": who.asked("")["subject"], "ref": "booking-1"}


def told(running: Running, count: int) -> list[OpenedItem]:
    """What the court's inbox has once so many interceptions and reports were sent."""
    topics = (names.interceptions("js"), names.whereabouts_events("js"))
    running.until(lambda: running.place.town.count(*topics) == count)
    inbox = running.place.town.court.inbox()
    caught_up(inbox)
    return [each for each in inbox.all_items() if each.item.schema != "control-feedback"]


def traces(items: list[OpenedItem], schema: str) -> list[str]:
    return sorted(each.content["traceparent"] for each in items if each.item.schema == schema)


def test_a_court_reads_the_trace_of_every_request_it_is_told_of(running: Running) -> None:
    check = LI.asked("rail-ticket", **G)
    one = ask(running, check, SENT[0])
    batch = ask(running, {"checks": [check, WANG.asked("rail-ticket", **G)]}, SENT[1])
    ask(running, met(LI), SENT[2], "/v1/events")
    without = ask(running, check | {"site": "南京站"}, "garbage")
    items = told(running, 7)
    assert traces(items, "interception") == ["", *SENT[:2]]
    assert traces(items, "whereabouts-event") == ["", *SENT]
    of_check = {each.content["check_id"]: each.content["traceparent"] for each in items if "check_id" in each.content}
    assert of_check == {
        one["check_id"]: SENT[0],
        batch["results"][0]["result"]["check_id"]: SENT[1],
        without["check_id"]: "",
    }
    for check_id, traceparent in of_check.items():
        past = running.client.get(f"/v1/checks/{check_id}").json()
        assert past["traceparent"] == (traceparent or None)


def test_no_key_header_or_clear_byte_of_a_topic_and_no_metric_has_it(running: Running) -> None:
    ask(running, LI.asked("rail-ticket", **G), SENT[0])
    ask(running, met(LI), SENT[1], "/v1/events")
    assert len(told(running, 3)) == 3
    town = running.place.town
    blobs = list(topic_blobs(town.wire.subscriber(), [*town.all_topics(), names.RECEIPTS]))
    blobs.append(("metrics", running.client.get("/metrics").content))
    assert search([*TRACES, SENT[0], "00f067aa0ba902b7"], blobs) == []
    raw = [bytes.fromhex(each) for each in (*TRACES, "00f067aa0ba902b7")]
    assert [where for where, blob in blobs for form in raw if form in blob] == []
    assert search(TRACES[:1], [*blobs, planted(TRACES[0])])
    headers = [
        dict(each.headers() or ()) for each in town.messages(names.interceptions("js"), names.whereabouts_events("js"))
    ]
    own = [
        (each["ce_id"].decode().removeprefix("evt_"), each["traceparent"].decode().split("-")[1]) for each in headers
    ]
    assert [trace_id for _, trace_id in own] == [event_id for event_id, _ in own]
    assert len(set(own)) == 3


def test_a_request_sent_again_in_another_trace_is_the_first_one(running: Running) -> None:
    for traceparent in SENT[:2]:
        ask(running, LI.asked("rail-ticket", **G), traceparent, **{"idempotency-key": "a-ticket"})
    for traceparent in SENT[1:]:
        ask(running, met(LI), traceparent, "/v1/events")
    items = told(running, 3)
    assert traces(items, "interception") == [SENT[0]]
    assert traces(items, "whereabouts-event") == [SENT[0], SENT[1]]


def test_a_release_is_in_nobodys_trace(running: Running) -> None:
    court, (measure,) = running.place.court, ask(running, LI.asked("rail-ticket", **G), SENT[0])["measures"]
    entry = bytes.fromhex(measure["entry_id"].removeprefix("ent_"))
    running.place.send(court.relief(court.change(entry, Change.REVOKE, at=SystemClock().now())))
    items = told(running, 3)
    by_outcome = {each.record["outcome"]: each.content for each in items if each.item.schema == "interception"}
    assert (by_outcome["REFUSED"]["traceparent"], by_outcome["RELEASED"]["traceparent"]) == (SENT[0], "")
    assert by_outcome["REFUSED"]["check_id"] == by_outcome["RELEASED"]["check_id"]


@pytest.mark.parametrize("sent", [SENT[0], "garbage"])
def test_a_court_is_shown_it(running: Running, sent: str) -> None:
    ask(running, LI.asked("rail-ticket", **G), sent)
    shown = [as_dict(each) for each in told(running, 2)]
    assert [each["traceparent"] for each in shown] == [sent if sent == SENT[0] else None] * 2
    assert [SENT[0] in as_line(each, "en") for each in shown] == [sent == SENT[0]] * 2
    assert not any(as_line(each, "en").endswith((" ", "None")) for each in shown)
