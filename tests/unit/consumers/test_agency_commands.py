"""Commands of an agency on the command line: kinds, measures, tokens, what a wrong call says."""

import json
import os
from pathlib import Path

import pytest

from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.commands import liandong
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import load_settings
from liandong.topics.workers.clock import SystemClock


@pytest.fixture
def railway() -> str:
    Registrar(load_settings(), SystemClock(), CHANCE).new(
        "railway-js", "agency", jurisdictions=["js"], agency_kind="railway"
    )
    return "railway-js"


def test_the_catalogue_is_listed_with_basis_and_effect() -> None:
    listed = json.loads(liandong("measures", "list", "--agency-kind", "railway", "--json").out)
    assert [one["id"] for one in listed["measures"]] == ["rail-gd-all", "rail-emu-first", "rail-soft-sleeper"]
    assert listed["measures"][0]["basis"]["verified"] is True
    assert listed["measures"][0]["agency_kinds"] == ["railway"]
    everything = json.loads(liandong("measures", "list", "--json").out)["measures"]
    unsure = next(one for one in everything if one["id"] == "customs-aeo")
    assert (unsure["catalogue_effect"], unsure["effect"], unsure["acts"]) == ("BLOCK", "OFF", None)


def test_the_catalogue_reads_in_both_languages_and_says_that_acts_need_a_jurisdiction() -> None:
    english, chinese = liandong("measures", "list"), liandong("--lang", "zh", "measures", "list")
    assert "give --jurisdiction" in english.out
    assert "请用 --jurisdiction" in chinese.out
    assert "OFF" not in chinese.out
    assert "RELATED" not in chinese.out
    verified = liandong("measures", "list", "--agency-kind", "railway").out
    assert "--jurisdiction" not in verified


@pytest.mark.usefixtures("railway")
def test_acts_that_cannot_be_read_are_an_error_and_not_a_measure_that_is_off() -> None:
    ended = liandong("measures", "list", "--jurisdiction", "js", "--json")
    assert (ended.code, list(json.loads(ended.out))) == (1, ["error"])


def test_the_agency_kinds_are_listed() -> None:
    kinds = {one["id"]: one for one in json.loads(liandong("agency", "list", "--json").out)}
    assert kinds["police-lodging"]["adapter"] == "police-lodging"
    assert "rail-ticket" in kinds["railway"]["transactions"]
    assert "铁路客运" in liandong("--lang", "zh", "agency", "list").out


def test_a_token_is_shown_once_listed_without_itself_and_revoked(railway: str, tmp_path: Path) -> None:
    out = tmp_path / "token"
    made = liandong("agency", "token", "add", railway, "booking", "--scope", "check", "--out", str(out))
    assert made.code == 0
    token = out.read_text(encoding="ascii").strip()
    assert out.stat().st_mode & 0o777 == 0o600
    assert token not in made.out + made.err
    listed = liandong("agency", "token", "list", railway, "--json")
    assert [(one["caller"], one["scopes"]) for one in json.loads(listed.out)] == [("booking", ["check"])]
    assert token not in listed.out
    state = Path(os.environ["LIANDONG_STATE_DIR"])
    assert not [path for path in state.rglob("*") if path.is_file() and token in path.read_text(errors="replace")]
    assert liandong("agency", "token", "revoke", railway, "booking").code == 0
    again = liandong("agency", "token", "revoke", railway, "booking", "--help")
    assert again.code == 0
    assert liandong("agency", "token", "revoke", railway, "booking").code == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("agency", "token", "add", "nobody-js", "booking"), "PARTICIPANT_UNKNOWN"),
        (("agency", "token", "add", "railway-js", "booking", "--scope", "everything"), "SCOPE_UNKNOWN"),
        (("agency", "token", "add", "railway-js", "110101199003070000"), "CALLER_NAME_INVALID"),
        (("agency", "run", "railway-js", "--host", "0.0.0.0"), "TLS_NEEDED"),  # noqa: S104  refused is what is tested
        (("measures", "list", "--agency-kind", "space-port"), "AGENCY_KIND_UNKNOWN"),
    ],
)
def test_a_wrong_call_says_what_to_do(railway: str, arguments: tuple[str, ...], code: str) -> None:
    assert railway
    ended = liandong(*arguments)
    assert (ended.code, code in ended.err) == (2, True)
    assert "what to do:" in ended.err


def test_a_check_without_a_store_says_how_to_get_one(railway: str) -> None:
    options = (
        "--transaction",
        "rail-ticket",
        "--certificate",
        "CN_ID",
        "--name",
        "王测试",
        "--attribute",
        "train_type=G",
    )
    ended = liandong("check", "--agency", railway, *options, typed="440524188001010014\n")
    assert ended.code == 1, ended.err
    assert "STORE_MISSING" in ended.err, ended.err
    assert "440524188001010014" not in ended.err + ended.out


def test_a_check_of_an_api_that_is_not_there_says_so(railway: str) -> None:
    options = (
        "--transaction",
        "rail-ticket",
        "--certificate",
        "CN_ID",
        "--name",
        "王测试",
        "--url",
        "http://127.0.0.1:9",
    )
    ended = liandong("check", "--agency", railway, *options, "--json", typed="440524188001010014\n")
    assert json.loads(ended.out)["error"]["code"] == "API_UNREACHABLE"
