"""The sentence that everything accepted is applied, fresh and proven never stands beside a count that is short."""

from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from liandong.monitoring.status.text import StatusText
from liandong.monitoring.status.whole import WHOLE, is_whole, progress_lines
from liandong.tests.browser.documents import NOW, agency, document, node, update

Document = dict[str, Any]
Harm = Callable[[Document, int], None]


def _agency(key: str) -> Harm:
    return lambda made, count: made["agencies"][count % 3].update({key: count})


def _node(**changes: Any) -> Harm:
    def harm(made: Document, count: int) -> None:
        known = made["agencies"][count % 3]["nodes"][0]
        known.update({name: change(count) if callable(change) else change for name, change in changes.items()})

    return harm


def _court(**changes: Callable[[int], int]) -> Harm:
    return lambda made, count: made["jurisdictions"][0]["courts"][0].update(
        {name: change(count) for name, change in changes.items()}
    )


def _on_the_way(made: Document, count: int) -> None:
    made["agencies"][1]["applied"] -= count
    made["on_the_way"] = [{"agency": "railway-js", "count": count, "since": NOW}]


def _unsent(made: Document, count: int) -> None:
    made["unsent"] = [{"jurisdiction": "js", "lane": "relief", "count": count, "since": NOW}]


def _same(count: int) -> int:
    return count


HARMS: list[Harm] = [
    _on_the_way,
    _unsent,
    lambda made, count: made["agencies"][0].update(applied=40 - count),
    *map(_agency, ("late_updates", "relief_waiting", "dead_letters", "parked")),
    lambda made, _: made["agencies"][0].update(parked=None),
    lambda made, _: made["agencies"][0].update(paused="DATABASE_UNAVAILABLE"),
    _node(unexamined=_same),
    lambda made, _: made["agencies"][0].update(dead_letters=None),
    lambda made, _: made["agencies"][0].update(silent_in=["js"]),
    _node(stale=True),
    _node(opaque=_same),
    _node(receipts_missing=_same),
    _node(twins=["a", "b"]),
    _node(canaries={"right": 9, "wrong": 1, "at": NOW}),
    _node(proof={"state": "none"}),
    _node(proof={"state": "unequal"}),
    _court(contiguous=lambda count: 40 - count),
    _court(published=lambda count: 40 + count),
    _court(live_missing=_same),
    _court(live_missing=lambda count: -count),
    lambda made, _: made["jurisdictions"][0]["notaries"][0].update(valid=False),
    lambda made, count: made["batches"][0].update(sent=40 - count),
    lambda made, count: made["batches"][0]["applied"].update({"hotel-js": 40 - count}),
    lambda made, _: made.update(updates=[update(hotel_js="received")]),
    lambda made, _: made["evidence"].update(code="LOG_STALLED"),
    lambda made, _: made.update(uncounted=["cq"]),
    lambda made, _: made.update(agencies=[]),
]  # fmt: skip


def printed(made: Document, lang: str) -> str:
    console = Console(file=StringIO(), width=300)
    StatusText(made, "zh" if lang == "zh" else "en").print(console)
    return cast("StringIO", console.file).getvalue()


def test_it_stands_when_every_count_is_whole_whatever_a_node_that_left_says() -> None:
    gone = node(node="2", serving=False, stale=True, proof={"state": "none", "lanes": []})
    made = document(agencies=[agency("railway-js", [node(), gone])])
    made["updates"] = []
    assert is_whole(made)
    assert progress_lines(made, "en") == [WHOLE[0]]
    assert progress_lines(made, "zh") == [WHOLE[1]]


@given(st.lists(st.sampled_from(HARMS), min_size=1, max_size=3), st.integers(1, 39))
def test_it_never_stands_while_any_count_is_short(harms: list[Harm], count: int) -> None:
    made = deepcopy(document())
    for harm in sorted(harms, key=HARMS.index):  # the one that takes all agencies away comes last
        harm(made, count)
    assert not is_whole(made)
    for lang, sentence in zip(("en", "zh"), WHOLE, strict=True):
        lines = progress_lines(made, "zh" if lang == "zh" else "en")
        assert lines
        assert sentence not in lines


def test_what_is_on_its_way_is_told_with_number_and_time_in_both_languages() -> None:
    made = document()
    _on_the_way(made, 7)
    _unsent(made, 3)
    for lang in ("en", "zh"):
        said = printed(made, lang)
        assert "railway-js" in said
        assert "relief" in said
        assert said.count(NOW) >= 2
        assert not any(sentence in said for sentence in WHOLE)
    assert "7 updates" in printed(made, "en")
    assert "7 条更新" in printed(made, "zh")


def test_a_machine_without_the_register_does_not_speak_of_everything_accepted() -> None:
    made = document(uncounted=["cq", "js"])
    assert "cq, js" in printed(made, "en")
    assert "cq, js" in printed(made, "zh")
