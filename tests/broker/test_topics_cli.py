"""From nothing to published keys, as an administrator types it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from liandong.tests.worlds.commands import Ended, liandong
from liandong.tests.worlds.installation import Installation
from liandong.topics.embedded.ports import some_free
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.opening import await_keys
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaSubscriber
from liandong.topics.workers.clock import SystemClock

Run = Callable[..., Ended]


@pytest.fixture
def run(settings: Settings) -> Run:
    def call(*words: str, root: str = "") -> Ended:
        pinned = {"LIANDONG_ROOT_PUBLIC_KEY": root} if root else {}
        return liandong(*words, environment=Installation(settings, **pinned).variables)

    return call


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_an_administrator_sets_an_installation_up(run: Run, settings: Settings) -> None:
    made = run("participant", "new", "court-su0505", "--kind", "court", "--jurisdiction", "js", "--name", "法院")
    assert (made.code, made.out) == (0, "court-su0505  court  法院\n")
    assert "not published yet" in made.err
    assert "liandong topics apply" in made.err

    missing = run("topics", "check")
    assert missing.code == 1
    assert "missing" in missing.out
    planned = run("topics", "plan")
    assert planned.code == 0
    assert f"create   {settings.topic_prefix}court.debtor-list.js.v1  partitions=3 copies=1 compact" in planned.out
    applied = run("topics", "apply")
    assert applied.code == 0
    assert applied.out.endswith("\nkeys published: court-su0505\n")
    assert run("topics", "check") == Ended(0, "the topics are as the catalogue says\n", "")
    assert run("topics", "apply") == Ended(0, "the topics are as the catalogue says\n", "")

    assert run("participant", "publish", "--all") == Ended(0, "court-su0505: keys published\n", "")
    assert run("participant", "new", "railway-js", "--kind", "agency", "--jurisdiction", "js").err == ""
    assert run("topics", "check").code == 1

    participants = Participants(settings)
    subscriber = KafkaSubscriber(settings, client_id="test")
    directory = await_keys(KeyDirectory(participants.root_public_key, subscriber, SystemClock()))
    for name in ("court-su0505", "railway-js"):
        key = directory.key(participants.signer(name).key_id)
        assert key is not None
        assert key.participant == name
    assert len(directory.recipients("railway-js", "command")) == 2
    assert directory.ignored == 0
    directory.close()


def test_json_tells_the_same(run: Run) -> None:
    made = document(run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js", "--json").out)
    assert (made["id"], made["published"], made["problem"]["code"]) == ("court-a", False, "TOPIC_MISSING")
    assert {key["use"] for key in made["keys"]} == {"sign", "seal"}
    assert not document(run("topics", "plan", "--json").out)["clean"]
    applied = document(run("topics", "apply", "--json").out)
    assert applied["create"]
    assert applied["published"] == ["court-a"]
    assert document(run("topics", "check", "--json").out) == {
        "create": {}, "alter": [], "drift": [], "unmanaged": [], "clean": True
    }  # fmt: skip
    rotated = document(run("participant", "rotate-key", "court-a", "--compromised-since", "2026-01-02", "--json").out)
    assert rotated["published"]
    # midnight in China
    assert [key["revoked_at"] for key in rotated["keys"]] == [1_767_283_200_000] * 79 + [0] * 79
    renewed = document(run("participant", "renew", "court-a", "--months", "14", "--json").out)
    assert (len(renewed["new_keys"]), renewed["published"]) == (2 * 6, True)
    assert run("participant", "erase", "court-a", "--show").out
    assert document(run("participant", "erase", "court-a", "--show", "--json").out) == {"erased": []}
    assert document(run("participant", "retire", "court-a", "--json").out)["retired_at"] > 0
    listed = document(run("participant", "list", "--json").out)
    assert [one["id"] for one in listed["participants"]] == ["court-a"]
    assert len(listed["root_public_key"]) == 64
    assert document(run("participant", "publish", "court-a", "--json").out) == {"published": ["court-a"]}


def test_wrong_usage_exits_2_and_says_what_to_do(run: Run) -> None:
    for arguments in (
        ("participant", "new", "Court", "--kind", "court", "--jurisdiction", "js"),
        ("participant", "new", "court-a", "--kind", "king"),
        ("participant", "retire", "nobody"),
        ("participant", "erase", "court-a", "--kind", "case"),
        ("participant", "publish"),
        ("participant", "publish", "court-a", "--all"),
    ):
        ended = run(*arguments)
        assert ended.code == 2, arguments
        assert "what to do:" in ended.err


def test_a_foreign_root_cannot_publish_here(run: Run) -> None:
    run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    run("topics", "apply")
    refused = run("participant", "publish", "court-a", root="ab" * 32)
    assert refused.code == 2
    assert "ROOT_ELSEWHERE" in refused.err


def test_topics_are_applied_where_the_root_is_not_and_say_that_keys_wait(run: Run) -> None:
    run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    applied = run("topics", "apply", root="ab" * 32)
    assert applied.code == 0
    assert "created" in applied.out
    assert "keys published" not in applied.out
    assert "ROOT_ELSEWHERE" in applied.err


def test_public_halves_can_be_published_from_another_machine(run: Run, settings: Settings) -> None:
    run("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    run("topics", "apply")
    for secret in (settings.state_dir / "participants/court-a").glob("*.key"):
        secret.unlink()
    assert run("participant", "publish", "court-a").code == 0


def test_without_a_broker_the_participant_is_made_and_the_outage_is_told_once(tmp_path: Path) -> None:
    """In a process of its own: what the client library logs ends on its standard error."""
    environment = {
        "LIANDONG_BOOTSTRAP": f"127.0.0.1:{some_free(1)[0]}",
        "LIANDONG_STATE_DIR": str(tmp_path / "state"),
        "PATH": "",
    }
    words = ("participant", "new", "court-a", "--kind", "court", "--jurisdiction", "js")
    command = [sys.executable, "-m", "liandong", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "NOT published yet, BROKER_UNREACHABLE" in done.stderr
    assert done.stderr.count("refuses the connection") == 1
    assert "FAIL" not in done.stderr
    assert (tmp_path / "state/participants/court-a/signing.key").exists()
