"""The check API over a real server: every status, the shapes others script against, and what must never appear."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from liandong.schemas import ids
from liandong.schemas.wire.codec import decode
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.sealing import open_sealed
from liandong.tests.worlds.batches import let_leave
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.gate import ApiCaller, CheckDesk, FixedPosition, served
from liandong.tests.worlds.people import FIRM, LI, WANG
from liandong.tests.worlds.privacy import planted, search
from liandong.topics.storage.faults import DatabaseUnavailable

G = {"train_type": "G", "seat_class": "second"}


def outbox_records(desk: CheckDesk) -> list[dict[str, Any]]:
    let_leave(desk.context, desk.engine, desk.clock)
    return [decode(*unframe(row.record.value or b"")) for row in desk.outbox.unsent("events", 0, 1000)]


def test_a_listed_person_is_refused_and_told_why(caller: ApiCaller) -> None:
    answer = caller.post(LI.asked("rail-ticket", **G) | {"site": "苏州站"}).json()
    assert (answer["decision"], answer["action"]) == ("BLOCK", "REFUSE")
    measure = answer["measures"][0]
    assert measure["id"] == "rail-gd-all"
    assert measure["effect"] == "BLOCK"
    assert measure["match"] == "CERTIFICATE_AND_NAME"
    assert measure["instrument"] == "LIST_ENTRY"
    assert measure["entry_id"].startswith("ent_")
    assert measure["court"] == "苏州市虎丘区人民法院"
    assert measure["case_number"] == "（2026）苏0505执1234号"
    assert "发改财金〔2018〕384号" in measure["legal_basis"]
    assert measure["since"].endswith("+08:00")
    assert measure["until"] is None
    assert "10 days" in measure["contest"]
    assert answer["list"]["barrier"] == 7
    assert answer["list"]["digest"] == "d" * 64
    assert answer["list"]["fresh_as_of"].endswith("+08:00")
    assert answer["rule_version"].startswith("2026-")
    assert LI.name not in json.dumps(answer, ensure_ascii=False)


def test_texts_come_in_the_language_asked_for(caller: ApiCaller) -> None:
    chinese = caller.post(LI.asked("rail-ticket", **G), **{"accept-language": "zh-CN,en;q=0.5"}).json()
    assert "乘坐火车" in chinese["measures"][0]["legal_basis"]
    assert "复议" in chinese["measures"][0]["contest"]
    problem = caller.post(LI.asked("rail-ticket"), **{"accept-language": "fr, zh;q=0.3, en;q=0.2"}).json()
    assert "缺少" in problem["detail"]


def test_somebody_who_is_not_listed_goes_on_and_leaves_nothing(caller: ApiCaller) -> None:
    answer = caller.post(WANG.asked("rail-ticket", **G)).json()
    assert (answer["decision"], answer["action"], answer["measures"]) == ("ALLOW", "PROCEED", [])
    assert caller.get(f"/v1/checks/{answer['check_id']}").status_code == 404


def test_what_is_allowed_to_a_listed_person_tells_nothing_about_him(caller: ApiCaller) -> None:
    allowed = caller.post(LI.asked("rail-ticket", train_type="D", seat_class="二等座")).json()
    other = caller.post(WANG.asked("rail-ticket", train_type="D", seat_class="二等座")).json()
    same = ("decision", "action", "measures", "list", "rule_version")
    assert {key: allowed[key] for key in same} == {key: other[key] for key in same}


def test_a_decision_can_be_looked_up_by_its_id(caller: ApiCaller) -> None:
    answer = caller.post(LI.asked("rail-ticket", **G) | {"site": "苏州站"}).json()
    later = caller.get(f"/v1/checks/{answer['check_id']}").json()
    assert {key: later[key] for key in answer} == answer
    assert later["transaction"] == "rail-ticket"
    assert later["attributes"] == G
    assert later["caller"] == "booking-east"
    assert later["outcome"] == "ENFORCED"


@pytest.mark.parametrize("check_id", ["chk_" + "0" * 32, "chk_1", "ent_" + "0" * 32, "..%2f..", "x" * 500])
def test_an_id_nobody_gave_is_not_found(caller: ApiCaller, check_id: str) -> None:
    answer = caller.get(f"/v1/checks/{check_id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_court_of_the_entry_is_told_sealed(caller: ApiCaller) -> None:
    before = len(outbox_records(caller.desk))
    asked = LI.asked("rail-ticket", **G, service_number="G7001", origin="苏州", destination="北京南")
    answer = caller.post(asked | {"site": "苏州站"}).json()
    record = outbox_records(caller.desk)[before]
    assert record["court"] == "court-su0505"
    assert record["outcome"] == "REFUSED"
    assert record["rule_version"] == answer["rule_version"]
    detail = open_sealed(record["sealed"], f"interception:{record['event_id'].hex()}", caller.desk.court_keys.sealing)
    assert detail["check_id"] == answer["check_id"]
    measure = answer["measures"][0]
    assert (detail["measure"], ids.text("ent", detail["entry_id"])) == ("rail-gd-all", measure["entry_id"])
    assert (detail["notary"], detail["barrier"]) == ("notary-js-1", answer["list"]["barrier"])
    assert detail["attributes"]["service_number"] == "G7001"
    assert detail["site"] == "苏州站"


def test_a_batch_answers_in_order_each_by_itself(caller: ApiCaller) -> None:
    people = [LI if number % 7 == 0 else WANG for number in range(1000)]
    checks = [one.asked("rail-ticket", **G) | {"ref": number} for number, one in enumerate(people)]
    checks[10] = {"ref": 10, "transaction": "rail-ticket"}
    checks[11] = WANG.asked("rail-ticket", train_type="D") | {"ref": "eleven"}
    checks[12] = WANG.asked("no-such-thing") | {"ref": 12}
    answer = caller.post({"checks": checks})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["ref"] for one in results] == [*range(11), "eleven", *range(12, 1000)]
    assert results[10]["problem"]["field"] == "subject"
    assert results[11]["problem"]["field"] == "attributes.seat_class"
    assert results[12]["problem"]["code"] == "TRANSACTION_UNKNOWN"
    decided = {number: one["result"]["decision"] for number, one in enumerate(results) if "result" in one}
    assert len(decided) == 997
    assert all(said == ("BLOCK" if people[number] is LI else "ALLOW") for number, said in decided.items())


def test_an_event_goes_nowhere_without_a_live_watch(caller: ApiCaller) -> None:
    event = {"domain": "whereabouts", "kind": "TRAVEL", "occurred_at": "2026-11-18T10:00:00+08:00"}
    event |= {"subject": LI.asked("x")["subject"]}
    before = len(outbox_records(caller.desk))
    answer = caller.post(event, path="/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (409, "NO_LIVE_WATCH")
    assert len(outbox_records(caller.desk)) == before


def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    caller_token = {"authorization": f"Bearer {desk.token('greedy')}"}
    patient = {"authorization": f"Bearer {desk.token('patient')}"}
    batch = {"checks": [WANG.asked("rail-ticket", **G)] * 10}
    with served(desk.api(rate=0.001, burst=10)) as client:
        assert client.post("/v1/checks", json=batch, headers=caller_token).status_code == 200
        refused = client.post("/v1/checks", json=WANG.asked("rail-ticket", **G), headers=caller_token)
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
        assert int(refused.headers["retry-after"]) > 0
        assert client.post("/v1/checks", json=batch, headers=patient).status_code == 200


def test_a_stale_copy_refuses_nobody_and_says_so(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    desk.listed(LI)
    desk.view.stand = FixedPosition(fresh_as_of=NOW - 60_001)
    token = {"authorization": f"Bearer {desk.token('booking')}"}
    with served(desk.api()) as client:
        hit = client.post("/v1/checks", json=LI.asked("rail-ticket", **G), headers=token).json()
        miss = client.post("/v1/checks", json=WANG.asked("rail-ticket", **G), headers=token).json()
    assert (hit["decision"], hit["action"], hit["list"]["stale"]) == ("REVIEW", "HOLD", True)
    assert (miss["decision"], miss["action"]) == ("UNKNOWN", "PROCEED_AND_RECHECK")


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("DROP TABLE decision_reasons", "DATABASE_DAMAGED"),
        ("CREATE TRIGGER t BEFORE INSERT ON decision_reasons BEGIN SELECT RAISE(ABORT, 'no'); END", "INTERNAL"),
    ],
)
def test_a_failure_inside_is_told_without_what_was_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str, code: str
) -> None:
    desk = CheckDesk(tmp_path)
    desk.listed(LI)
    token = {"authorization": f"Bearer {desk.token('booking')}"}
    with desk.engine.begin() as connection:
        connection.execute(text(broken))
    with served(desk.api()) as client, caplog.at_level(logging.DEBUG, "liandong"):
        answer = client.post("/v1/checks", json=LI.asked("rail-ticket", **G), headers=token)
    assert (answer.status_code, answer.json()["code"]) == (500, code)
    assert not search([LI.number], [("log", caplog.text.encode()), ("answer", answer.content)])


def test_the_log_of_a_failure_has_the_trace_its_caller_gave_and_the_answer_has_not(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    desk.listed(LI)
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"authorization": f"Bearer {desk.token('booking')}", "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
    with desk.engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER t BEFORE INSERT ON decision_reasons BEGIN SELECT RAISE(ABORT, 'no'); END")
        )
    with served(desk.api()) as client, capture_logs() as lines:
        answer = client.post("/v1/checks", json=LI.asked("rail-ticket", **G), headers=headers)
    assert [line["traceparent"] for line in lines if line["event"] == "request failed"] == [headers["traceparent"]]
    assert trace_id not in answer.text + str(answer.headers)


def test_while_a_revoked_key_is_looked_into_a_miss_says_why_it_is_unknown(caller: ApiCaller) -> None:
    view = caller.desk.view
    view.stand = FixedPosition(examined=False)
    caller.desk.clock.time += 1_000
    unknown = caller.post(WANG.asked("rail-ticket", **G)).json()
    assert (unknown["decision"], unknown["action"]) == ("UNKNOWN", "PROCEED_AND_RECHECK")
    assert unknown["reason"]["code"] == "REVOKED_KEY_UNEXAMINED"
    assert (
        "密钥已被吊销"
        in caller.post(WANG.asked("rail-ticket", **G), **{"accept-language": "zh"}).json()["reason"]["message"]
    )
    assert "reason" not in caller.post(LI.asked("rail-ticket", **G)).json(), "the list alone makes it so"
    view.stand = FixedPosition(examined=False, fresh_as_of=0)
    caller.desk.clock.time += 1_000
    stale = caller.post(WANG.asked("rail-ticket", **G)).json()
    assert (stale["decision"], "reason" in stale) == ("UNKNOWN", False), "its age alone makes it so"
    view.stand = FixedPosition(fresh_as_of=caller.desk.clock.now())
    caller.desk.clock.time += 1_000
    assert "reason" not in caller.post(WANG.asked("rail-ticket", **G)).json()


def test_while_the_acts_store_does_not_answer_who_is_not_listed_goes_on_and_a_hit_is_held_with_the_reason(
    tmp_path: Path,
) -> None:
    desk = CheckDesk(tmp_path)
    desk.listed(LI)
    token = {"authorization": f"Bearer {desk.token('booking')}"}

    def gone(*_: object) -> None:
        raise DatabaseUnavailable("the database", "server closed the connection unexpectedly")

    with served(desk.api()) as client:
        event.listen(desk.engine, "begin", gone)
        miss = client.post("/v1/checks", json=WANG.asked("rail-ticket", **G), headers=token)
        hit = client.post("/v1/checks", json=LI.asked("rail-ticket", **G), headers=token)
        batch = {"checks": [who.asked("rail-ticket", **G) for who in (LI, WANG)]}
        both = client.post("/v1/checks", json=batch, headers=token | {"accept-language": "zh"})
        keyed = client.post(
            "/v1/checks", json=LI.asked("rail-ticket", **G), headers=token | {"idempotency-key": "once"}
        )
        event.remove(desk.engine, "begin", gone)
        assert (miss.status_code, miss.json()["decision"]) == (200, "ALLOW")
        held = hit.json()
        assert (hit.status_code, held["decision"], held["action"]) == (200, "REVIEW", "HOLD")
        assert (held["reason"]["code"], len(held["measures"])) == ("ACTS_STORE_AWAY", 1)
        results = [each["result"] for each in both.json()["results"]]
        assert [each["action"] for each in results] == ["HOLD", "PROCEED"]
        assert "处置数据库没有应答" in results[0]["reason"]["message"]
        assert "reason" not in results[1]
        assert (keyed.status_code, keyed.json()["code"]) == (503, "RETRY_LATER")  # it may have been decided before
        assert int(keyed.headers["retry-after"]) > 0
        assert outbox_records(desk) == []
        again = client.post("/v1/checks", json=LI.asked("rail-ticket", **G), headers=token)
    assert again.json()["decision"] == "BLOCK"
    assert len(outbox_records(desk)) == 1


def test_no_number_and_no_name_reaches_journal_outbox_metrics_tokens_or_logs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = CheckDesk(tmp_path, "real-estate-registry")
    for who in (LI, FIRM):
        desk.listed(who)
    token = {"authorization": f"Bearer {desk.token('desk')}"}
    with served(desk.api()) as client, caplog.at_level(logging.DEBUG, "liandong"):
        for who in (LI, FIRM, WANG):
            asked = who.asked("real-estate-purchase", use=f"住宅 {who.number}") | {
                "site": f"窗口 {who.number}",
                "ref": who.number,
            }
            assert client.post("/v1/checks", json=asked, headers=token).status_code == 200
            broken = who.asked("real-estate-purchase", **{who.number: "1"})
            assert client.post("/v1/checks", json=broken, headers=token).status_code == 422
            typed = who.asked(who.number)
            assert who.number not in client.post("/v1/checks", json=typed, headers=token).text
            client.get(f"/v1/checks/{who.number}", headers=token)
        metrics = client.get("/metrics", headers=token).content
    desk.engine.dispose()
    out, err = capfd.readouterr()
    blobs = [(path.name, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()]
    blobs += [("metrics", metrics), ("log", caplog.text.encode()), ("out", (out + err).encode())]
    numbers = [one.number for one in (LI, FIRM, WANG)]
    assert search(numbers, [planted(LI.number)])
    assert not search(numbers, blobs)
    names = [one.name.encode() for one in (LI, WANG, FIRM)]
    assert not [name for name in names for where, blob in blobs if name in blob]
    assert b'liandong_interceptions_total{agency="real-estate-registry-js",measure="real-estate-buy"' in metrics
    assert b'liandong_check_misses_total{agency="real-estate-registry-js",node="1"} 1.0' in metrics
