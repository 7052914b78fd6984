"""From nothing to published keys, as an administrator types it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from liandong.__main__ import main
from liandong.topics.embedded.ports import some_free
from liandong.topics.keys.directory import load_directory
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaSubscriber

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("LIANDONG_BOOTSTRAP", str(settings.bootstrap))
    monkeypatch.setenv("LIANDONG_TOPIC_PREFIX", settings.topic_prefix)
    monkeypatch.setenv("LIANDONG_STATE_DIR", str(settings.state_dir))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return call


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_an_administrator_sets_an_installation_up(run: Run, settings: Settings) -> None:
    code, out, err = run(
        "participant", "new", "court-su0505", "--kind", "court", "--jurisdiction", "js", "--name", "法院"
    )
    assert (code, out) == (0, "court-su0505  court  法院\n")
    assert "not published yet" in err
    assert "liandong topics apply" in err

    code, out, _ = run("topics", "check")
    assert code == 1
    assert "missing" in out
    code, out, _ = run("topics", "plan")
    assert code == 0
    assert f"create   {settings.topic_prefix}court.debtor-list.js.v1  partitions=3 copies=1 compact" in out
    code, out, _ = run("topics", "apply")
    assert code == 0
    assert out.endswith("\nkeys published: court-su0505\n")
    assert run("topics", "check")[:2] == (0, "the topics are as the catalogue says\n")
    assert run("topics", "apply")[:2] == (0, "the topics are as the catalogue says\n")

    assert run("participant", "publish", "--all")[:2] == (0, "court-su0505: keys published\n")
    assert run("participant", "new", "railway-js", "--kind", "agency", "--jurisdiction", "js")[2] == ""
    assert run("topics", "check")[0] == 1

    participants = Participants(settings)
    directory = load_directory(KafkaSubscriber(settings, client_id="test"), participants.root_public_key)
    for name in ("court-su0505", "railway-js"):
        key = directory.key(participants.signer(name).key_id)
        assert key is not None
        assert key.participant == name
    assert len(directory.recipients("railway-js")) == 2
    assert directory.ignored == 0
    directory.close()


def test_json_tells_the_same(run: Run) -> None:
    made = document(run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js", "--json")[1])
    assert (made["id"], made["published"], made["problem"]["code"]) == ("court-a", False, "TOPIC_MISSING")
    assert {key["use"] for key in made["keys"]} == {"sign", "seal"}
    assert not document(run("topics", "plan", "--json")[1])["clean"]
    applied = document(run("topics", "apply", "--json")[1])
    assert applied["create"]
    assert applied["published"] == ["court-a"]
    assert document(run("topics", "check", "--json")[1]) == {
        "create": {}, "alter": [], "drift": [], "unmanaged": [], "clean": True
    }  # fmt: skip
    rotated = document(run("participant", "rotate-key", "court-a", "--compromised-since", "2026-01-02", "--json")[1])
    assert rotated["published"]
    # midnight in China
    assert [key["revoked_at"] for key in rotated["keys"]] == [1_767_283_200_000] * 2 + [0, 0]
    assert document(run("participant", "retire", "court-a", "--json")[1])["retired_at"] > 0
    listed = document(run("participant", "list", "--json")[1])
    assert [one["id"] for one in listed["participants"]] == ["court-a"]
    assert len(listed["root_public_key"]) == 64
    assert document(run("participant", "publish", "court-a", "--json")[1]) == {"published": ["court-a"]}


def test_wrong_usage_exits_2_and_says_what_to_do(run: Run) -> None:
    for arguments in (
        ("participant", "new", "Court", "--kind", "court", "--jurisdiction", "js"),
        ("participant", "new", "court-a", "--kind", "king"),
        ("participant", "retire", "nobody"),
        ("participant", "publish"),
        ("participant", "publish", "court-a", "--all"),
    ):
        code, _, err = run(*arguments)
        assert code == 2, arguments
        assert "what to do:" in err


def test_a_foreign_root_cannot_publish_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    run("topics", "apply")
    monkeypatch.setenv("LIANDONG_ROOT_PUBLIC_KEY", "ab" * 32)
    code, _, err = run("participant", "publish", "court-a")
    assert code == 2
    assert "ROOT_ELSEWHERE" in err


def test_topics_are_applied_where_the_root_is_not_and_say_that_keys_wait(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    monkeypatch.setenv("LIANDONG_ROOT_PUBLIC_KEY", "ab" * 32)
    code, out, err = run("topics", "apply")
    assert code == 0
    assert "created" in out
    assert "keys published" not in out
    assert "ROOT_ELSEWHERE" in err


def test_public_halves_can_be_published_from_another_machine(run: Run, settings: Settings) -> None:
    run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    run("topics", "apply")
    for secret in (settings.state_dir / "participants/court-a").glob("*.key"):
        secret.unlink()
    assert run("participant", "publish", "court-a")[0] == 0


def test_without_a_broker_the_participant_is_made_and_the_outage_is_told_once(tmp_path: Path) -> None:
    environment = {
        "LIANDONG_BOOTSTRAP": f"127.0.0.1:{some_free(1)[0]}",
        "LIANDONG_STATE_DIR": str(tmp_path / "state"),
        "PATH": "",
    }
    command = [
        sys.executable,
        "-m",
        "liandong",
        "participant",
        "new",
        "court-a",
        "--kind",
        "court",
        "--jurisdiction",
        "js",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "NOT published yet, BROKER_UNREACHABLE" in done.stderr
    assert done.stderr.count("Connection refused") == 1
    assert (tmp_path / "state/participants/court-a/signing.key").exists()
