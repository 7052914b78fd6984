"""The clock of a rehearsal: follows its file in every process alike, never backwards unasked, on no other cluster."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.monitoring.status.trial import trial_lines
from liandong.schemas.dates import rfc3339
from liandong.schemas.errors import ExitCode, LiandongError
from liandong.schemas.problems import BilingualError
from liandong.tests.worlds.clock import VirtualClock
from liandong.topics.catalogue.families import load_catalogue, rehearsed
from liandong.topics.embedded import cluster
from liandong.topics.embedded.state import Cluster, Folder, Node, new_cluster_id
from liandong.topics.embedded.trial_mark import MARK, is_trial, marked
from liandong.topics.settings import Settings, load_settings
from liandong.topics.transport import cluster_heard
from liandong.topics.transport.kafka import admin
from liandong.topics.transport.process_clock import Rehearsal, clock_of, rehearsal
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.trial_clock import TrialClock, TrialClockProblem, parse_told

SEPTEMBER = "2026-09-29T23:59:50+08:00"
SOURCES = Path(__file__).parents[3]


class Rehearsed:
    """A machine with a file of a rehearsal on it."""

    def __init__(self, folder: Path) -> None:
        self.machine, self.file = VirtualClock(1_700_000_000_000), folder / "clock"
        self.write(SEPTEMBER)

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        at = self.machine.now() * 1_000_000
        os.utime(self.file, ns=(at, at))

    def clock(self) -> TrialClock:
        return TrialClock(self.file, self.machine)

    def passes(self, seconds: float) -> None:
        self.machine.pass_seconds(seconds)


@pytest.fixture
def here(tmp_path: Path) -> Rehearsed:
    return Rehearsed(tmp_path)


def told(clock: TrialClock) -> str:
    return rfc3339(clock.now())[:19]


def test_time_runs_on_from_the_file_over_midnight_and_holiday(here: Rehearsed) -> None:
    clock = here.clock()
    assert told(clock) == "2026-09-29T23:59:50"
    here.passes(10)
    assert told(clock) == "2026-09-30T00:00:00"
    here.passes(86_400)
    assert told(clock) == "2026-10-01T00:00:00"


def test_it_jumps_when_the_file_is_written_again_and_a_process_that_starts_later_has_the_same_time(
    here: Rehearsed,
) -> None:
    first = here.clock()
    here.passes(60)
    here.write("2026-10-08T09:00:00+08:00\n")
    here.passes(5)
    second = here.clock()
    assert told(first) == told(second) == "2026-10-08T09:00:05"
    assert first.problem is None


@pytest.mark.parametrize("text", ["2026-09-29T23:59:49+08:00", "2026-09-29T15:59:49Z", "2024-01-01T00:00:00+08:00"])
def test_time_does_not_go_backwards_unasked(here: Rehearsed, text: str) -> None:
    running = here.clock()
    here.passes(1)
    here.write(text)
    assert told(running) == "2026-09-29T23:59:51"
    assert running.problem is not None
    assert running.problem.code == "TRIAL_CLOCK_BACKWARDS"
    with pytest.raises(TrialClockProblem) as refused:
        here.clock()
    assert "backwards" in refused.value.remedy
    assert "backwards" in refused.value.in_language("zh").remedy
    here.write(f"{text} backwards")
    assert told(running) == told(here.clock()) == rfc3339(parse_told(text.encode())[0])[:19]
    assert running.problem is None


def test_a_file_that_is_touched_or_put_back_takes_no_time_back(here: Rehearsed) -> None:
    running = here.clock()
    here.passes(3600)
    here.write(SEPTEMBER)
    assert told(running) == "2026-09-30T00:59:50"
    assert running.problem is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"tomorrow", b"2026-09-29", b"2026-09-29T23:59:50", b"2026-02-30T00:00:00+08:00", b"1999-12-31T23:59:59Z",
     b"2100-01-01T00:00:00+08:00", b"2026-09-29T23:59:50+08:00 now", b"\xff\xfe2", b"2026-09-29T23:59:50+08:00" * 99,
     "２０２６-09-29T23:59:50+08:00".encode(), b"2026-09-29T23:59:50+99:00"],
)  # fmt: skip
def test_what_says_no_time_starts_nothing_and_moves_nothing(here: Rehearsed, content: bytes) -> None:
    running = here.clock()
    here.file.write_bytes(content)
    assert told(running) == "2026-09-29T23:59:50"
    assert running.problem is not None
    with pytest.raises(TrialClockProblem) as refused:
        here.clock()
    assert refused.value.code == running.problem.code == "TRIAL_CLOCK_NO_TIME"
    assert re.search("[一-鿿]", refused.value.in_language("zh").message)


def test_a_file_that_is_gone_moves_nothing_and_starts_nothing(here: Rehearsed) -> None:
    running = here.clock()
    here.file.unlink()
    here.passes(2)
    assert told(running) == "2026-09-29T23:59:52"
    with pytest.raises(TrialClockProblem, match="No such file"):
        here.clock()


def test_a_note_beside_it_that_is_broken_is_told_not_passed_over(here: Rehearsed) -> None:
    here.clock()
    here.file.with_name("clock.taken").write_text("[]")
    with pytest.raises(TrialClockProblem) as refused:
        here.clock()
    assert refused.value.code == "TRIAL_CLOCK_UNREADABLE"


@given(st.binary(max_size=300))
def test_no_content_is_read_as_anything_but_a_time_or_refused(content: bytes) -> None:
    try:
        told_at, _ = parse_told(content)
    except ValueError:
        return
    assert 2000 <= int(rfc3339(told_at)[:4]) <= 2100


def test_what_is_told_above_a_status_names_time_and_trouble_in_both_languages(here: Rehearsed) -> None:
    clock = here.clock()
    shown = Rehearsal(clock).shown()
    assert trial_lines(shown, "en")[0].startswith("REHEARSAL: the clock says 2026-09-29T23:59:50.000+08:00")
    assert trial_lines(shown, "zh") == [f"演练：时钟为 2026-09-29T23:59:50.000+08:00（{here.file}），此处内容均非真实"]
    here.write("2026-09-01T00:00:00Z")
    clock.now()
    told_of = trial_lines(Rehearsal(clock).shown(), "zh")
    assert told_of[1].startswith("TRIAL_CLOCK_BACKWARDS")
    assert told_of[2].startswith("下一步：") or told_of[2].startswith("下一步:")
    untimed = trial_lines(Rehearsal(SystemClock()).shown(), "en")
    assert untimed[0] == "REHEARSAL: nothing here is real"
    assert untimed[1].startswith("TRIAL_CLOCK_MISSING")


# -- on which cluster ---------------------------------------------------------------------------------------------------


def test_the_mark_is_a_cluster_id_kafka_takes() -> None:
    made = {marked(new_cluster_id()) for _ in range(200)}
    assert len(made) == 200
    for cluster_id in made:
        assert is_trial(cluster_id)
        assert re.fullmatch(r"[A-Za-z0-9_-]{21}[AQgw]", cluster_id)  # sixteen bytes, no bit beside them
    assert not any(is_trial(new_cluster_id()) for _ in range(200))
    assert not is_trial(None)


def embedded(settings: Settings, cluster_id: str) -> None:
    settings.kafka_dir.mkdir(parents=True)
    Folder(settings.kafka_dir).write(Cluster(cluster_id, (Node(1, 19092, 19093),)))


def settings_with(tmp_path: Path, file: Path) -> Settings:
    return load_settings(state_dir=tmp_path / "state", trial_clock=file)


def test_a_rehearsals_cluster_lets_every_process_go_by_the_file(here: Rehearsed, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, here.file)
    embedded(settings, marked(new_cluster_id()))
    clock = clock_of(settings)
    assert isinstance(clock, TrialClock)
    shown = rehearsal(clock)
    assert shown is not None
    assert shown.shown()["now"] == rfc3339(clock.now())[:20] + shown.shown()["now"][20:]
    assert shown.shown()["problem"] is None


@pytest.mark.parametrize("cluster_id", ["h5w4OToWQmS38L2wk-1jkQ", "xLiandongTrial4OToWQmw", "liandongtrialWQmS38L2A"])
def test_any_other_cluster_refuses_it(here: Rehearsed, tmp_path: Path, cluster_id: str) -> None:
    settings = settings_with(tmp_path, here.file)
    embedded(settings, cluster_id)
    with pytest.raises(BilingualError) as refused:
        clock_of(settings)
    assert refused.value.code == "TRIAL_CLOCK_REFUSED"
    assert refused.value.exit_code == ExitCode.WRONG_USAGE
    assert cluster_id in refused.value.in_language("zh").message


def test_where_no_cluster_can_be_asked_no_clock_is_given(
    here: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_with(tmp_path, here.file)
    with pytest.raises(LiandongError, match="kafka"):
        clock_of(settings)
    away = load_settings(state_dir=tmp_path / "state", trial_clock=here.file, bootstrap="127.0.0.1:1")
    monkeypatch.setattr(admin, "ANSWER_SECONDS", 0.2)
    with pytest.raises(LiandongError) as refused:
        clock_of(away)
    assert refused.value.code == "BROKER_UNREACHABLE"


def test_a_process_without_the_clock_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster_heard, "_heard", [])
    settings = load_settings(state_dir=tmp_path / "state")
    embedded(settings, marked(new_cluster_id()))
    clocks = [clock_of(settings) for _ in range(3)]
    assert all(isinstance(each, SystemClock) for each in clocks)
    said = capsys.readouterr()
    assert (said.out + said.err).count("TRIAL_CLOCK_MISSING") == 1
    shown = rehearsal(clocks[0])
    assert shown is not None
    assert shown.shown()["problem"]["code"] == "TRIAL_CLOCK_MISSING"


def test_production_says_nothing_of_a_rehearsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_heard, "_heard", [])
    settings = load_settings(state_dir=tmp_path / "state")
    embedded(settings, new_cluster_id())
    assert rehearsal(clock_of(settings)) is None


def test_no_cluster_that_is_there_becomes_a_rehearsals(tmp_path: Path) -> None:
    settings = load_settings(state_dir=tmp_path / "state")
    embedded(settings, new_cluster_id())
    with pytest.raises(LiandongError) as refused:
        cluster.up(settings.kafka_dir, trial=True)
    assert refused.value.code == "KAFKA_NO_TRIAL"
    assert not cluster.status(settings.kafka_dir).trial
    assert MARK not in Folder(settings.kafka_dir).description.read_text()


def test_topics_of_a_rehearsal_take_any_time_and_let_nothing_go_for_its_age() -> None:
    for family in load_catalogue():
        before = family.state(load_settings())
        after = rehearsed(before).configuration
        assert after.keys() >= before.configuration.keys()
        assert after["message.timestamp.type"] == "CreateTime"
        assert after["retention.ms"] == "-1"
        for name in ("message.timestamp.before.max.ms", "message.timestamp.after.max.ms"):
            assert after[name] == str(2**63 - 1)
        if family.cleanup == "compact":
            assert after["min.compaction.lag.ms"] == after["max.compaction.lag.ms"] == str(2**63 - 1)
        assert after["cleanup.policy"] == family.cleanup


def test_every_process_of_the_product_gets_its_clock_in_one_place() -> None:
    """The machine's clock is made where none can be rehearsed: waiting for a broker, seconds of a demo, times of log lines."""
    rooms = ("topics", "producers", "consumers", "monitoring", "__main__.py")
    sources = [
        path
        for room in rooms
        for path in ([SOURCES / room] if room.endswith(".py") else (SOURCES / room).rglob("*.py"))
    ]
    makers = {
        path.relative_to(SOURCES).as_posix() for path in sources if "SystemClock()" in path.read_text(encoding="utf-8")
    }
    assert makers == {
        "topics/transport/process_clock.py",
        "topics/workers/trial_clock.py",
        "topics/transport/memory/broker.py",
        "topics/embedded/cluster.py",
        "topics/logs.py",
        "monitoring/demo/cli.py",
        "monitoring/demo/latency.py",
        "monitoring/demo/play.py",
        "monitoring/demo/scenes.py",
        "monitoring/demo/stage.py",
    }
