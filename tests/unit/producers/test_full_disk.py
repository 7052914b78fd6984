"""A court's disk that really is full: what was accepted stands, the clerk is told how much, and publishing again goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.producers.register.register import open_register
from liandong.tests.worlds.cases import case
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.court_office import COURT, JURISDICTION, rows, write
from liandong.tests.worlds.register_updates import all_updates
from liandong.tests.worlds.small_disk import fill, grow, small_disk
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings, load_settings
from liandong.topics.workers.clock import SystemClock


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "tiny", 5) as folder:
        yield folder


@pytest.fixture
def settings(tmp_path: Path, disk: Path) -> Settings:
    settings = load_settings(state_dir=tmp_path / "state", outbox_url=f"sqlite:///{disk}/js.db")
    Registrar(settings, SystemClock(), CHANCE).new(COURT, "court", name="示例区人民法院", jurisdictions=[JURISDICTION])
    return settings


def environment(settings: Settings) -> dict[str, str]:
    return {"LIANDONG_STATE_DIR": str(settings.state_dir), "LIANDONG_OUTBOX_URL": str(settings.outbox_url)}


def accepted(settings: Settings) -> int:
    register = open_register(settings, JURISDICTION, SystemClock())
    try:
        return len(all_updates(register))
    finally:
        register.close()


def test_a_disk_that_becomes_full_under_the_register_is_told_with_what_is_accepted(
    settings: Settings, disk: Path, tmp_path: Path
) -> None:
    assert "--count 6000 --seed 11" in case("outbox_disk_full").read_text(encoding="utf-8")
    file = write(tmp_path / "big.csv", rows(6000, seed=11))
    ended = liandong("court", "publish", str(file), "--no-wait", "--json", environment=environment(settings))
    error = json.loads(ended.out)["error"]
    assert (ended.code, error["code"]) == (1, "PUBLICATION_INTERRUPTED")
    assert "DATABASE_FULL" in error["message"]
    assert "publish the same file again" in error["remedy"]
    kept = accepted(settings)
    assert f"so far {kept} entries" in error["message"]
    chinese = liandong("--lang", "zh", "court", "publish", str(file), "--no-wait", environment=environment(settings))
    assert "请释放磁盘空间" in chinese.err
    grow(disk, 60)
    summary = json.loads(
        liandong("court", "publish", str(file), "--no-wait", "--json", environment=environment(settings)).out
    )
    assert summary["accepted"] + summary["unchanged"] == 6000
    assert summary["unchanged"] >= kept
    assert accepted(settings) == 6000


def test_a_disk_that_is_full_before_the_first_row_is_told(settings: Settings, disk: Path, tmp_path: Path) -> None:
    fill(disk)
    file = write(tmp_path / "small.csv", rows(3))
    ended = liandong("court", "publish", str(file), "--no-wait", environment=environment(settings))
    assert ended.code == 1
    assert "DATABASE_FULL" in ended.err


def test_a_full_disk_below_the_rejects_leaves_what_was_accepted(tmp_path: Path, disk: Path, settings: Settings) -> None:
    settings = load_settings(state_dir=settings.state_dir, outbox_url=f"sqlite:///{tmp_path}/js.db")
    good = rows(20)
    bad = [row | {"case_number": "no case"} for row in rows(20, seed=2)]
    file = write(tmp_path / "mixed.csv", [*good, *bad])
    ballast = fill(disk)
    words = ("court", "publish", str(file), "--no-wait", "--json", "--rejects", str(disk / "rejects.csv"))
    ended = liandong(*words, environment=environment(settings))
    error = json.loads(ended.out)["error"]
    assert (ended.code, error["code"]) == (1, "PUBLICATION_INTERRUPTED")
    assert "DISK_FULL" in error["message"]
    assert accepted(settings) == 20
    ballast.unlink()
    again = liandong(*words, environment=environment(settings))
    summary = json.loads(again.out)
    assert (again.code, summary["unchanged"], summary["rejected"]) == (3, 20, 20)
    assert (disk / "rejects.csv").stat().st_size > 0
