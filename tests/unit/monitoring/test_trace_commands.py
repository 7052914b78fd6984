"""`liandong trace verify` without any cluster, and what it says in both languages."""

import json
from pathlib import Path

import pytest

from liandong.monitoring.trace import cli
from liandong.monitoring.trace.document import bytes_of, write_proof
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.commands import Ended, liandong
from liandong.tests.worlds.traced import TracedJurisdiction
from liandong.tests.worlds.wires import MemoryWire


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> TracedJurisdiction:
    made = TracedJurisdiction(MemoryWire(), tmp_path_factory.mktemp("world"))
    made.publish(*(made.court.include(effective_until=1_900_000_000_000) for _ in range(9)))
    made.publish(made.court.change(list(made.court.entries)[1], Change.REVOKE))
    notary = made.notary()
    for _ in range(3):
        made.barrier(notary)
    notary.close()
    made.publish(made.court.change(next(iter(made.court.entries)), Change.SHIELD))
    return made


def run(world: TracedJurisdiction, folder: Path, *words: str, root: str | None = None) -> Ended:
    """Verify a file in an environment that knows no cluster and no keys."""
    pinned = world.root.public_key.hex() if root is None else root
    options = ("--root", pinned) if pinned else ()
    return liandong(*words, *options, environment={"LIANDONG_STATE_DIR": str(folder / "state")})


def test_what_is_proven_is_said_in_both_languages(world: TracedJurisdiction, tmp_path: Path) -> None:
    first, ended, *_ = world.court.entries
    file = tmp_path / "proof.json"
    proof = world.make(first).proof
    assert write_proof(file, proof) == file.read_bytes() == bytes_of(proof)
    assert file.stat().st_mode & 0o777 == 0o600
    said = run(world, tmp_path, "trace", "verify", str(file))
    assert said.code == 0, said.err
    barrier = world.proven(proof).barrier
    assert f"At barrier {barrier} of notary notary-js-1 (js), at 2026-11-18T" in said.out
    assert f"ent_{first.hex()} was active." in said.out
    assert "Since then" in said.out
    assert "version 2, shielded, by court-su0505" in said.out
    assert "term until 2030-03-18T01:46:40.000+08:00" in said.out
    chinese = run(world, tmp_path, "--lang", "zh", "trace", "verify", str(file))
    assert f"ent_{first.hex()} 有效。" in chinese.out
    assert "第 2 版，已屏蔽，court-su0505" in chinese.out
    write_proof(file, world.make(ended).proof)
    said = run(world, tmp_path, "trace", "verify", str(file))
    assert "was not among the live ones." in said.out
    assert "How it had ended: version 2, revoked" in said.out
    assert "only the log can tell" in said.out
    assert "不在有效条目之中" in run(world, tmp_path, "--lang", "zh", "trace", "verify", str(file)).out


def test_a_failed_check_is_named_and_the_exit_code_is_one(world: TracedJurisdiction, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    write_proof(file, world.make(next(iter(world.court.entries))).proof)
    said = run(world, tmp_path, "trace", "verify", str(file), root="00" * 32)
    assert said.code == 1
    assert said.out.startswith("NOT PROVEN")
    assert "TRACE_KEY_INVALID" in said.out
    document = json.loads(
        run(world, tmp_path, "--lang", "zh", "trace", "verify", str(file), "--json", root="00" * 32).out
    )
    assert (document["proven"], "entry" in document) == (False, False)
    assert [each["code"] for each in document["problems"]] == ["TRACE_KEY_INVALID"]
    assert "公钥无效" in document["problems"][0]["message"]
    document = json.loads(run(world, tmp_path, "trace", "verify", str(file), "--json").out)
    assert (document["proven"], document["state"], document["problems"]) == (True, "active", [])


def test_wrong_usage_is_told_with_its_code(world: TracedJurisdiction, tmp_path: Path) -> None:
    missing = run(world, tmp_path, "trace", "verify", str(tmp_path / "none.json"))
    assert (missing.code, "TRACE_FILE_MISSING" in missing.err) == (2, True)
    bad = run(world, tmp_path, "trace", "verify", __file__, root="zz")
    assert (bad.code, "TRACE_ROOT_INVALID" in bad.err) == (2, True)
    unknown = run(world, tmp_path, "trace", "verify", __file__, root="gm:" + "00" * 32)
    assert (unknown.code, "SUITE_UNKNOWN" in unknown.err) == (2, True)
    no_root = run(world, tmp_path, "trace", "verify", __file__, root="")
    assert no_root.code != 0
    assert "what to do" in no_root.err
    garbage = run(world, tmp_path, "trace", "verify", __file__)
    assert (garbage.code, "TRACE_FILE_UNREADABLE" in garbage.out) == (1, True)


def test_whatever_is_no_command_is_what_is_traced() -> None:
    assert "prove" in liandong("trace", "ent_1", "--help").out.lower()
    assert "--out" in liandong("trace", "--out", "x", "--help").out
    assert "verify" in liandong("trace", "--help").out
    assert "--root" in liandong("trace", "verify", "--help").out
    assert cli.entry.__doc__
