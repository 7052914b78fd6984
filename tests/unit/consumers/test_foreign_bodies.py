"""Bodies and files that broke a node once (tests/cases): what is wrong with one member of a batch spoils only itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from liandong.consumers.events.file_publishing import EventFileRequest, publish_file
from liandong.consumers.events.files import EventFileProblem, open_event_file
from liandong.schemas.dates import rfc3339
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.cases import case
from liandong.tests.worlds.gate import ApiCaller, CheckDesk, served
from liandong.tests.worlds.people import Person
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import TownAgency, caught_up
from liandong.topics.catalogue import names

JSON = {"content-type": "application/json"}
OTHER_NAME, OTHER_NUMBER = "示例他人", "11010519620202022X"
WATCHED = Person("示例己", normalise(CertificateType.CN_ID, "320505197001010119"))
OK_OR_PROBLEM = {
    "check_body_deep": (400, "JSON_INVALID"),
    "check_body_gb18030": (400, "JSON_INVALID"),
    "check_body_two_numbers": (422, "REQUEST_INVALID"),
}
FILES: dict[str, tuple[int, list[tuple[int, str]]]] = {
    "agency_events_broken_rows": (2, [(2, "EVENT_TEXT"), (3, "EVENT_FIELDS"), (4, "EVENT_ROW")]),
    "agency_events_excel_text": (2, []),
    "agency_events_gb18030": (1, []),
    "agency_events_long_cell": (2, [(2, "EVENT_ROW")]),
    "agency_events_unclosed_quote": (1, [(1, "EVENT_ROW"), (2, "NO_LIVE_WATCH")]),
}


@pytest.mark.parametrize("path", ["/v1/checks", "/v1/events"])
@pytest.mark.parametrize("name", OK_OR_PROBLEM)
def test_a_body_nobody_can_read_is_refused(caller: ApiCaller, name: str, path: str) -> None:
    answer = caller.plain.post(path, content=case(name).read_bytes(), headers=caller.headers | JSON)
    assert (answer.status_code, answer.json()["code"]) == OK_OR_PROBLEM[name]


def test_a_check_in_another_encoding_spoils_no_other_of_its_batch(caller: ApiCaller) -> None:
    body = case("check_batch_one_gb18030").read_bytes()
    answer = caller.plain.post("/v1/checks", content=body, headers=caller.headers | JSON)
    first, second, third = answer.json()["results"]
    assert [first["ref"], third["ref"]] == ["1", "3"]
    assert {first["result"]["decision"], third["result"]["decision"]} == {"ALLOW"}
    assert (second["problem"]["status"], second["problem"]["code"]) == (400, "JSON_INVALID")


BROKEN_MEMBERS = [
    (b'{"ref": "\xff"}', "JSON_INVALID"),
    (b'{"ref": "\\ud83d"}', "JSON_INVALID"),
    (b'{"ref": "\\ud83d\xff", "ref": 2}', "JSON_INVALID"),
    (b'"text"', "REQUEST_INVALID"),
    (b"5", "REQUEST_INVALID"),
    (b"null", "REQUEST_INVALID"),
    (b'{"ref": 1, "ref": 2}', "REQUEST_INVALID"),
    (b'{"subject": {"name": "a", "name": "b"}, "n\\u0061me": 1}', "REQUEST_INVALID"),
]


@pytest.mark.parametrize("path", ["/v1/checks", "/v1/events"])
@pytest.mark.parametrize(("member", "code"), BROKEN_MEMBERS, ids=range(len(BROKEN_MEMBERS)))
def test_a_broken_member_of_a_batch_is_named_at_its_place(
    caller: ApiCaller, path: str, member: bytes, code: str
) -> None:
    good = b'{"ref": "good"}'
    body = b'{"%s": [%s, %s, %s]}' % (path.rpartition("/")[2].encode(), good, member, good)
    answer = caller.plain.post(path, content=body, headers=caller.headers | JSON)
    first, broken, last = answer.json()["results"]
    assert [first["ref"], last["ref"]] == ["good", "good"]
    assert broken["problem"]["code"] == code


@pytest.mark.parametrize("name", ["checks", "events"])
def test_two_batches_in_one_body_are_none(caller: ApiCaller, name: str) -> None:
    body = b'{"%s": [{"ref": 1}], "%s": [{"ref": 2}]}' % (name.encode(), name.encode())
    answer = caller.plain.post(f"/v1/{name}", content=body, headers=caller.headers | JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "JSON_INVALID")
    body = b'{"%s": [{"ref": "%s"}]}' % (name.encode(), name.encode())
    answer = caller.plain.post(f"/v1/{name}", content=body, headers=caller.headers | JSON)
    assert answer.json()["results"][0]["ref"] == name


TWICE = [
    b'"certificates":[{"type":"CN_ID","number":"320505197909090526","n\\u0075mber":"320505197909090534"}],"name":"x"',
    b'"certificates":[{"type":"CN_ID","type":"PASSPORT","number":"320505197909090526"}],"name":"x"',
    b'"certificates":[{"type":"CN_ID","number":"320505197909090526"},{"type":"PASSPORT","country":null,"country":null}],"name":""',
    b'"certificates":[{"type":"CN_ID","number":"320505197909090526"}],"name":"x","name" : "y"',
]


@pytest.mark.parametrize("subject", TWICE, ids=range(len(TWICE)))
def test_a_key_that_stands_twice_is_refused_however_it_is_written(caller: ApiCaller, subject: bytes) -> None:
    body = (
        b'{"transaction":"rail-ticket","subject":{%s},"attributes":{"train_type":"G","seat_class":"second"}}' % subject
    )
    alone = caller.plain.post("/v1/checks", content=body, headers=caller.headers | JSON)
    assert (alone.status_code, alone.json()["code"]) == (422, "REQUEST_INVALID")
    batch = caller.plain.post("/v1/checks", content=b'{"checks":[%s]}' % body, headers=caller.headers | JSON)
    assert batch.json()["results"][0]["problem"]["code"] == "REQUEST_INVALID"


def test_the_same_word_as_key_and_value_is_no_key_twice(caller: ApiCaller) -> None:
    said = {"train_type": "G", "seat_class": "second"}
    subject = {"name": 'name": "', "certificates": [{"type": "CN_ID", "number": "32050519790909050X"}] * 2}
    answer = caller.post({"transaction": "rail-ticket", "subject": subject, "attributes": said, "site": "site"})
    assert answer.json().get("code") != "REQUEST_INVALID"


class TestUnderALiveWatch(TownSuite):
    """What is read well goes to the court that asked, and nothing else does."""

    @pytest.fixture
    def watching(self, town: Town, railway: TownAgency) -> TownAgency:
        town.court.watch(WATCHED)
        railway.settle()
        town.clock.time += 60_000
        return railway

    @pytest.fixture
    def client(self, watching: TownAgency, tmp_path: Path) -> Iterator[httpx.Client]:
        desk = CheckDesk(tmp_path, engine=watching.engine)
        desk.context = watching.context
        token = desk.token("booking-east")
        with served(desk.api()) as client:
            client.headers.update(JSON | {"authorization": f"Bearer {token}"})
            yield client

    def test_an_event_whose_fields_are_no_object_spoils_no_other(
        self, town: Town, watching: TownAgency, client: httpx.Client
    ) -> None:
        answer = client.post("/v1/events", content=shifted(town, case("events_fields_no_object")))
        first, second, third = answer.json()["results"]
        assert answer.status_code == 200
        assert (second["ref"], second["problem"]["status"], second["problem"]["code"]) == ("r2", 422, "EVENT_FIELDS")
        assert (first["ref"], len(first["event_ids"]), len(third["event_ids"])) == ("r1", 1, 1)
        watching.relay()
        assert town.count(names.whereabouts_events("js")) == 2

    def test_a_reference_that_is_a_number_comes_back_with_its_digits(self, client: httpx.Client) -> None:
        events = [{"domain": "asset", "kind": "AIRCRAFT", "ref": ref} for ref in (7, "R-7", None)]
        body = json.dumps({"events": events}).replace('"R-7"', "2.50e-42")
        results = client.post("/v1/events", content=body).json()["results"]
        assert [each.get("ref") for each in results] == [7, "2.50e-42", None]
        assert {each["problem"]["status"] for each in results} == {422}

    @pytest.mark.parametrize("name", FILES)
    def test_a_row_nobody_can_read_spoils_no_other(
        self, town: Town, watching: TownAgency, tmp_path: Path, name: str
    ) -> None:
        file = tmp_path / case(name).name
        file.write_bytes(shifted(town, case(name)))
        told, problems = FILES[name]
        published = publish_file(watching.engine, watching.context, EventFileRequest(file, "whereabouts"))
        assert published.events == told
        assert [(each.row, each.code) for each in published.rejected] == problems
        assert bool(published.rejects_file) == bool(problems)
        if problems:
            again = publish_file(
                watching.engine, watching.context, EventFileRequest(Path(published.rejects_file), "whereabouts")
            )
            assert (again.events, len(again.rejected)) == (0, len(problems))
        watching.relay()
        inbox = town.court.inbox()
        caught_up(inbox)
        reports = [each.content for each in inbox.unshown() if each.item.schema == "whereabouts-event"]
        assert len(reports) == told
        assert not any(secret in repr(reports) for secret in (OTHER_NAME, OTHER_NUMBER))


def shifted(town: Town, file: Path) -> bytes:
    """A case of events, its moment put into the watch."""
    moment = b"2026-11-27T23:10:00+08:00"
    body = file.read_bytes()
    assert moment in body
    return body.replace(moment, rfc3339(town.clock.now()).encode())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("events.csv", "kind,occurred_at\n".encode("utf-16"), "EVENT_FILE_HEADER"),
        ("events.csv", b"kind,occurred_at,certificate_type,number,name,NUMBER\n", "EVENT_FILE_COLUMN_TWICE"),
        ("events.xlsx", b"PK\x03\x04", "EVENT_FILE_XLSX"),
        ("events.jsonl", b"PK\x03\x04", "EVENT_FILE_XLSX"),
        ("events.csv", b"kind,occurred_at\nTRAVEL,2026\n", "EVENT_FILE_HEADER"),
        ("events.csv", b"", "EVENT_FILE_HEADER"),
        ("events.csv", b"\xff" * 300_000, "EVENT_FILE_HEADER"),
        ("missing.csv", None, "EVENT_FILE_MISSING"),
    ],
    ids=[
        "UTF-16",
        "column twice",
        "half a workbook",
        "a workbook by another name",
        "columns missing",
        "empty",
        "no text",
        "no file",
    ],
)
def test_a_file_that_is_none_says_so(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(EventFileProblem) as refused:
        open_event_file(tmp_path / name, "whereabouts")
    assert refused.value.code == code
    assert all(refused.value.in_language("zh"))


def test_the_command_names_a_file_that_is_none(tmp_path: Path) -> None:
    from liandong.__main__ import app

    run = CliRunner().invoke(app, ["agency", "publish", "whereabouts", str(tmp_path / "none.csv"), "--agency", "a"])
    assert run.exit_code != 0
