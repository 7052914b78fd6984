"""Tokens of the check API: seen once, read again when their file changes, rotated without a stop, ended by date."""

from datetime import timedelta
from pathlib import Path

import pytest

from liandong.consumers.api.tokens import Caller, Grant, TokenFile
from liandong.schemas.errors import WrongUsage
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.gate import CheckDesk, served
from liandong.tests.worlds.people import WANG

CHECK = WANG.asked("rail-ticket", train_type="G", seat_class="second")
DAY_MS = 86_400_000


def test_tokens_are_read_again_when_their_file_changes(tmp_path: Path) -> None:
    reading, writing = TokenFile(tmp_path / "tokens.yaml"), TokenFile(tmp_path / "tokens.yaml")
    assert reading.caller("ldt_nothing") is None
    first = writing.add(Grant("booking", rate=5), clock=HandClock(), chance=CHANCE)
    assert reading.caller(first) == Caller("booking", frozenset({"check", "events", "status"}), 5)
    second = writing.add(Grant("booking"), clock=HandClock(), chance=CHANCE)
    assert reading.caller(first) is None
    assert reading.caller(second) is not None
    writing.revoke("booking")
    assert reading.caller(second) is None
    (tmp_path / "tokens.yaml").write_text("- {caller: x}\n", encoding="utf-8")
    with pytest.raises(WrongUsage, match="TOKENS_UNREADABLE"):
        reading.caller(second)


def test_a_token_with_an_end_date_is_refused_from_then_on(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    token = desk.tokens.add(Grant("booking", days=2), clock=desk.clock, chance=CHANCE)
    headers = {"authorization": f"Bearer {token}"}
    with served(desk.api()) as client:
        assert client.post("/v1/checks", json=CHECK, headers=headers).status_code == 200
        desk.clock.time += 2 * DAY_MS
        ended = client.post("/v1/checks", json=CHECK, headers=headers)
    assert (ended.status_code, ended.json()["code"]) == (401, "TOKEN_ENDED")
    assert "rotate" in ended.json()["remedy"]
    assert 'error="invalid_token"' in ended.headers["www-authenticate"]


def test_a_rotated_token_is_good_beside_its_successor_for_the_overlap(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    tokens = [desk.tokens.add(Grant("booking", ("check",), 7.5), clock=desk.clock, chance=CHANCE)]
    tokens.append(desk.tokens.rotate("booking", timedelta(hours=1), 30, clock=desk.clock, chance=CHANCE))

    def statuses() -> list[int]:
        headers = ({"authorization": f"Bearer {token}"} for token in tokens)
        return [client.post("/v1/checks", json=CHECK, headers=each).status_code for each in headers]

    with served(desk.api()) as client:
        assert statuses() == [200, 200]
        desk.clock.time += 3_600_000
        assert statuses() == [401, 200]
        tokens.append(desk.tokens.rotate("booking", timedelta(0), None, clock=desk.clock, chance=CHANCE))
        assert statuses() == [401, 401, 200]
    assert [(each.caller, each.scopes, each.rate) for each in desk.tokens.tokens()] == [("booking", ["check"], 7.5)] * 2
    with pytest.raises(WrongUsage, match="TOKEN_UNKNOWN"):
        desk.tokens.rotate("nobody", timedelta(0), None, clock=desk.clock, chance=CHANCE)


def test_rotation_never_prolongs_what_ends_earlier(tmp_path: Path) -> None:
    tokens, clock = TokenFile(tmp_path / "tokens.yaml"), HandClock()
    first = tokens.add(Grant("booking", days=1), clock=clock, chance=CHANCE)
    tokens.rotate("booking", timedelta(days=9), None, clock=clock, chance=CHANCE)
    caller = tokens.caller(first)
    assert caller is not None
    assert caller.ends_at == NOW // 1000 * 1000 + DAY_MS
