"""Measurements: the arithmetic, the order of runs, the marks, and a corpus that is what the product would make."""

from pathlib import Path

import pytest
import typer

from liandong import __main__ as root
from liandong.bench.catalogue import CASES, chosen
from liandong.bench.corpus.people import number_of
from liandong.bench.corpus.records import Keyring, Scribe, entry_id_of, prefix_of
from liandong.bench.marks import MARKS, judge
from liandong.bench.place import Place
from liandong.bench.questions import Questions
from liandong.bench.result import Result
from liandong.bench.running import Session
from liandong.bench.spread import Spread, interleaved, percentile
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.schemas.wire.signing import verify


def test_a_median_is_not_moved_by_one_bad_run() -> None:
    assert Spread.of([100.0, 101.0, 3.0, 99.0, 102.0]) == Spread(100.0, 3.0, 102.0, 5)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_sample_that_was_taken(share: float, value: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_every_other_round_goes_backwards() -> None:
    assert interleaved(["a", "b", "c"], 2) == [(0, "a"), (0, "b"), (0, "c"), (1, "c"), (1, "b"), (1, "a")]


def test_a_mark_is_judged_by_the_medians_and_left_out_where_they_are_missing() -> None:
    session = Session(
        "tiny", {}, {}, {name: [Result(value, 1.0, 1)] for name, value in (("apply", 90.0), ("faststream", 45.0))}
    )
    judged = {one.mark.says: (one.value, one.word) for one in judge(session.medians())}
    assert judged == {
        "apply against FastStream's batch consumer filling a dict": (2.0, "met"),
        "apply of one record": (1e6 / 90.0, "short"),
    }


def test_details_have_medians_too() -> None:
    runs = [Result(1.0, 1.0, 1, {}, {"p99_ms": each}) for each in (4.0, 9.0, 5.0)]
    assert Session("tiny", {}, {}, {"raw-latency": runs}).medians()["raw-latency.p99_ms"] == 5.0


def test_every_mark_speaks_of_cases_there_are() -> None:
    names = {case.name for case in CASES}
    assert {need.partition(".")[0] for mark in MARKS for need in mark.needs} <= names
    assert len(names) == len(CASES)


def test_cases_are_chosen_by_name_and_by_group() -> None:
    assert [case.name for case in chosen(["relief"], peers=True)] == ["relief"]
    assert {case.group for case in chosen(["check", "http"], peers=True)} == {"check", "http"}
    assert not [case for case in chosen([], peers=False) if case.needs_peers]
    assert [case.name for case in chosen(["publish"], peers=True)] == ["publish"]
    assert not {case.name for case in CASES} & {case.group for case in CASES}
    with pytest.raises(ValueError, match="nonsense"):
        chosen(["apply", "nonsense"], peers=True)


def test_a_session_survives_its_file() -> None:
    session = Session("small", {"cores": 2}, {}, {"apply": [Result(1.5, 2.0, 3, {"poll": 0.5}, {"peak_mb": 9.0})]}, {})
    assert Session.of(session.as_dict()) == session


@pytest.mark.parametrize("entry", [0, 1, 77, 999_999])
def test_a_record_of_the_corpus_is_what_the_product_would_sign(entry: int) -> None:
    scribe, prefix = Scribe(), prefix_of(entry)
    body = scribe.body(prefix)
    assert body == scribe.same_by_the_product(prefix)
    assert verify(body, scribe.context, Keyring(), 0).participant == prefix["court"]


def test_entry_ids_grow_and_are_uuids_of_version_7() -> None:
    found = [entry_id_of(entry) for entry in range(2_000)]
    assert found == sorted(set(found))
    assert {one[6] >> 4 for one in found} == {7}
    assert {one[8] >> 6 for one in found} == {2}


def test_the_people_asked_about_pass_every_check_and_one_in_a_hundred_is_listed() -> None:
    asked = Questions.of(Place("", "", entries=500, amount=1_000))
    assert sum(person < 500 for person in asked.people) == asked.hits == 10
    for person in asked.people:
        assert normalise(CertificateType.CN_ID, number_of(person)).number == number_of(person)


def test_without_a_checkout_the_command_says_where_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = typer.Typer(pretty_exceptions_enable=False)
    installed.callback()(root.root)
    monkeypatch.setattr(root, "app", installed)
    monkeypatch.setattr(root, "__file__", str(tmp_path / "__main__.py"))
    root._mount_bench()
    with pytest.raises(SystemExit) as ended:
        root.main(["bench", "run", "--scale", "full"])
    assert ended.value.code == 2
    assert "what to do: get the source" in capsys.readouterr().err
