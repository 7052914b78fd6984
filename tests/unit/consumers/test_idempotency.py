"""The same request again: one decision, one interception, whatever node is asked and whatever was lost on the way."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from liandong.consumers.acts_db import idempotency
from liandong.consumers.acts_db.database import open_acts
from liandong.consumers.acts_db.tables import decisions, idempotent_answers
from liandong.consumers.acts_db.tables import metadata as acts_tables
from liandong.consumers.api.idempotency_key import MAX_KEY
from liandong.consumers.gate.decision import CheckRequest
from liandong.consumers.interceptions.checks import Checks, _sightings
from liandong.schemas.people.surrogates import MatchingKey
from liandong.tests.worlds.batches import held
from liandong.tests.worlds.gate import CheckDesk, served
from liandong.tests.worlds.people import KEY, LI, WANG, Person
from liandong.topics.storage.database import create_tables, open_database, sqlite_url
from liandong.topics.storage.faults import DatabaseUnavailable

G = {"train_type": "G", "seat_class": "second"}
HIT, MISS = LI.asked("rail-ticket", **G), WANG.asked("rail-ticket", **G)
AGAIN = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@dataclass
class Counter:
    """A client of one node, with a token."""

    desk: CheckDesk
    client: httpx.Client
    headers: dict[str, str]

    def post(
        self, document: Any, key: str | bytes | None = AGAIN, path: str = "/v1/checks", **headers: str
    ) -> httpx.Response:
        own: dict[str, Any] = {} if key is None else {"idempotency-key": key}
        return self.client.post(path, json=document, headers=self.headers | own | headers)

    def left(self) -> tuple[int, int]:
        """Decisions in the journal, and interceptions that wait for their batch."""
        with self.desk.engine.connect() as connection:
            kept = connection.scalar(select(func.count()).select_from(decisions)) or 0
        return kept, held(self.desk.engine)

    def keys(self) -> int:
        with self.desk.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(idempotent_answers)) or 0


@pytest.fixture(params=["sqlite", "postgresql"])
def acts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The acts store that the nodes of one agency share."""
    if request.param == "sqlite":
        engine = open_acts(sqlite_url(tmp_path / "acts.db"))
    else:
        url: str = request.getfixturevalue("postgres_url")
        engine = open_database(url, schema=f"acts_{secrets.token_hex(4)}")
        create_tables(engine, acts_tables)
    yield engine
    engine.dispose()


@pytest.fixture
def nodes(acts: Engine, tmp_path: Path) -> Iterator[list[Counter]]:
    """Two nodes of one agency, each a server with a copy of its own, over one acts store."""
    desks = [CheckDesk(tmp_path, engine=acts) for _ in range(2)]
    desks[0].listed(LI)
    desks[1].view.bodies = dict(desks[0].view.bodies)
    headers = {"authorization": f"Bearer {desks[0].token('booking')}"}
    with ExitStack() as stack:
        yield [Counter(desk, stack.enter_context(served(desk.api())), headers) for desk in desks]


def test_a_hit_sent_again_is_the_same_decision_and_one_interception_on_every_node(nodes: list[Counter]) -> None:
    first = nodes[0].post(HIT).json()
    assert first["decision"] == "BLOCK"
    for node in (*nodes, *nodes):
        node.desk.clock.time += 1_000
        assert node.post(HIT).json() == first
    assert nodes[0].left() == (1, 1)
    chinese = nodes[1].post(HIT, **{"accept-language": "zh"}).json()
    assert (chinese["check_id"], chinese == first) == (first["check_id"], False)
    assert nodes[0].post(HIT, key=None).json()["check_id"] != first["check_id"]
    assert nodes[0].left() == (2, 2)


def test_requests_that_come_at_once_leave_one_interception(nodes: list[Counter]) -> None:
    told: list[str] = []
    begin = threading.Barrier(8)

    def ask(node: Counter) -> None:
        begin.wait(10)
        told.append(node.post(HIT).json()["check_id"])

    threads = [threading.Thread(target=ask, args=(nodes[number % 2],)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert (len(told), len(set(told)), nodes[0].left()) == (8, 1, (1, 1))


def test_a_miss_is_decided_afresh_and_leaves_no_key(nodes: list[Counter]) -> None:
    first = nodes[0].post(MISS).json()
    assert (nodes[0].left(), nodes[0].keys()) == ((0, 0), 0)
    nodes[1].desk.listed(WANG)
    again = nodes[1].post(MISS).json()
    assert (first["decision"], again["decision"]) == ("ALLOW", "BLOCK")
    assert nodes[0].post(MISS).json() == again
    assert (nodes[0].left(), nodes[0].keys()) == ((1, 1), 1)


def test_another_body_under_the_same_key_is_refused_in_both_languages(nodes: list[Counter]) -> None:
    first = nodes[0].post(HIT).json()
    for other in (MISS, HIT | {"site": "苏州站"}, {"checks": [HIT]}):
        refused = nodes[1].post(other)
        assert (refused.status_code, refused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert "内容不同" in nodes[1].post(other, **{"accept-language": "zh"}).json()["title"]
    assert nodes[1].post(HIT).json() == first
    assert nodes[0].left() == (1, 1)


def test_a_key_is_its_callers_own(nodes: list[Counter]) -> None:
    first = nodes[0].post(HIT).json()
    another = {"authorization": f"Bearer {nodes[0].desk.token('tours')}"}
    own = nodes[0].post(MISS, **another)
    assert (own.status_code, own.json()["decision"]) == (200, "ALLOW")
    assert nodes[0].post(HIT, **another).json()["check_id"] != first["check_id"]
    assert nodes[0].left() == (2, 2)


def test_of_a_batch_each_hit_is_kept_once_and_each_miss_decided_afresh(nodes: list[Counter]) -> None:
    checks = [HIT | {"ref": 1}, MISS | {"ref": 2}, {"ref": 3}, HIT | {"ref": 4}]
    first = nodes[0].post({"checks": checks}).json()["results"]
    assert (nodes[0].left(), nodes[0].keys()) == ((2, 2), 2)
    nodes[1].desk.listed(WANG)
    again = nodes[1].post({"checks": checks}).json()["results"]
    assert [again[number] for number in (0, 2, 3)] == [first[number] for number in (0, 2, 3)]
    assert [each["ref"] for each in again] == [1, 2, 3, 4]
    assert [results[1]["result"]["decision"] for results in (first, again)] == ["ALLOW", "BLOCK"]
    assert nodes[0].post({"checks": checks}).json()["results"] == again
    assert nodes[0].left() == (3, 3)
    refused = nodes[0].post({"checks": checks[:3]})
    assert (refused.status_code, refused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_whoever_was_slower_is_told_what_the_other_kept(nodes: list[Counter], monkeypatch: pytest.MonkeyPatch) -> None:
    first = nodes[0].post({"checks": [HIT, MISS]}).json()
    monkeypatch.setattr(Checks, "find_earlier", lambda *_: {})  # as if both had looked before one of them kept anything
    second = nodes[1].post({"checks": [HIT, MISS]}).json()
    assert second["results"][0] == first["results"][0]
    refused = nodes[1].post({"checks": [HIT]})
    assert (refused.status_code, refused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert nodes[0].left() == (1, 1)


def test_what_an_agency_met_is_one_occurrence_however_often_its_request_is_sent(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path, "police-lodging")
    prints = set()
    for key in ("a", "a", "b"):
        desk.clock.time += 1
        asked = CheckRequest("lodging-check-in", WANG.request("").subject, {})
        known = idempotency.keyed_request([KEY], ("hotel", "/v1/checks"), key, b"body")
        answer = desk.checks.decide(asked, desk.clock.now(), "hotel")
        (sighting,) = _sightings(replace(answer, part=idempotency.RequestPart(known, 0)))
        prints.add(sighting.fingerprint())
    assert len(prints) == 2


@pytest.mark.parametrize("acts", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["", '"', '""', 'a"', "a b", "a,b", "x" * 129, "键".encode(), b"\xff"])
def test_a_header_that_is_no_key_is_refused(nodes: list[Counter], key: str | bytes) -> None:
    refused = nodes[0].post(HIT, key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "IDEMPOTENCY_KEY_INVALID")
    assert nodes[0].left() == (0, 0)


@pytest.mark.parametrize("acts", ["sqlite"], indirect=True)
def test_quotes_around_a_key_are_no_part_of_it(nodes: list[Counter]) -> None:
    longest = "x" * MAX_KEY
    assert nodes[0].post(HIT, key=longest).json() == nodes[0].post(HIT, key=f'"{longest}"').json()


def test_an_answer_that_was_lost_after_it_was_kept_is_given_again(
    nodes: list[Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("liandong.consumers.api.checking.shown_answer", lambda *_: 1 / 0)
        assert nodes[0].post(HIT).status_code == 500
    assert nodes[0].left() == (1, 1)
    assert nodes[1].post(HIT).json()["decision"] == "BLOCK"
    assert nodes[0].left() == (1, 1)


def test_what_cannot_be_kept_is_not_confirmed_and_leaves_no_key(
    nodes: list[Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise DatabaseUnavailable("the database", "no disk")

    with monkeypatch.context() as patched:
        patched.setattr("liandong.consumers.interceptions.checks.intercept", fails)
        refused = nodes[0].post(HIT)
    assert (refused.status_code, refused.json()["code"]) == (503, "RETRY_LATER")
    assert (nodes[0].left(), nodes[0].keys()) == ((0, 0), 0)
    assert nodes[1].post(HIT).json()["decision"] == "BLOCK"
    assert nodes[0].left() == (1, 1)


def test_neither_key_nor_number_nor_name_is_stored(nodes: list[Counter]) -> None:
    key = f"{LI.number}-{LI.name.encode().hex()}"
    nodes[0].post(HIT, key=key)
    with nodes[0].desk.engine.connect() as connection:
        (row,) = connection.execute(select(idempotent_answers)).mappings()
    kept = repr(dict(row))
    assert not any(known in kept for known in (key, LI.number, LI.name, LI.name.encode().hex()))
    assert (len(row["key"]), len(row["body"])) == (32, 32)
    guessed = idempotency.keyed_request([MatchingKey(1, bytes(32))], ("booking", "/v1/checks"), key, b"")
    assert guessed.hashes[0].key != row["key"]


def test_a_repeat_is_known_across_a_change_of_the_matching_key(acts: Engine) -> None:
    new = MatchingKey(2, b"n" * 32)
    scope = ("booking", "/v1/checks")
    with acts.begin() as connection:
        before = idempotency.keyed_request([KEY], scope, "k", b"body")
        idempotency.keep_answers(connection, [idempotency.KeptAnswer(idempotency.RequestPart(before, 0), "chk_1", 1)])
        during = idempotency.keyed_request([KEY, new], scope, "k", b"body")
        assert idempotency.kept_answers(connection, during) == {0: "chk_1"}
        with pytest.raises(idempotency.KeyReused):
            idempotency.kept_answers(connection, idempotency.keyed_request([KEY, new], scope, "k", b"other"))
        idempotency.keep_answers(connection, [idempotency.KeptAnswer(idempotency.RequestPart(during, 1), "chk_2", 1)])
        after = idempotency.keyed_request([new], scope, "k", b"body")
        assert idempotency.kept_answers(connection, after) == {1: "chk_2"}


def test_a_key_is_kept_for_a_day(acts: Engine) -> None:
    request = idempotency.keyed_request([KEY], ("booking", "/v1/checks"), "k", b"body")
    kept = idempotency.KeptAnswer(idempotency.RequestPart(request, 0), "chk_1", 1_000)
    with acts.begin() as connection:
        idempotency.keep_answers(connection, [kept])
        idempotency.forget_old(connection, 1_000 + idempotency.KEPT_MS)
        assert idempotency.kept_answers(connection, request) == {0: "chk_1"}
        idempotency.forget_old(connection, 1_001 + idempotency.KEPT_MS)
        assert idempotency.kept_answers(connection, request) == {}


requests = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([LI, WANG]), st.integers(0, 1)), max_size=10)
examples = count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests)
def test_whatever_is_sent_in_whatever_order(nodes: list[Counter], sent: list[tuple[str, Person, int]]) -> None:
    """Against a model: a key belongs to the first hit that came with it."""
    example, kept = next(examples), dict[str, tuple[Person, str]]()
    before = nodes[0].left()
    for letter, who, node in sent:
        key = f"{example}-{letter}"
        answer = nodes[node].post(HIT if who is LI else MISS, key=key)
        if key in kept and kept[key][0] is not who:
            assert answer.json()["code"] == "IDEMPOTENCY_KEY_REUSED"
            continue
        assert answer.json()["decision"] == ("BLOCK" if who is LI else "ALLOW")
        if who is LI:
            assert answer.json()["check_id"] == kept.setdefault(key, (LI, answer.json()["check_id"]))[1]
    assert nodes[0].left() == tuple(each + len(kept) for each in before)
