"""Two machines that run a node of one name, as receipts show them; a restart, and an old receipt again, are no twins."""

from liandong.monitoring.ledger.starts import TWINS_SHOWN_MS, NodeStarts

A, B, C = "aa" * 16, "bb" * 16, "cc" * 16


def heard(*receipts: tuple[str, int]) -> NodeStarts:
    starts = NodeStarts()
    for incarnation, at in receipts:
        starts.hear(incarnation, at)
    return starts


def test_two_that_report_in_turn_are_named_both() -> None:
    starts = heard((A, 1), (B, 2), (A, 3))
    assert starts.twins_now(4) == [A, B]
    assert starts.twins_now(3 + TWINS_SHOWN_MS) == []


def test_restarts_are_no_twins() -> None:
    assert heard((A, 1), (A, 2), (B, 3), (B, 4), (C, 5)).twins_now(6) == []


def test_an_older_receipt_that_somebody_writes_again_says_nothing() -> None:
    assert heard((A, 1), (A, 2), (B, 3), (A, 2), (A, 1), (B, 4)).twins_now(5) == []


def test_twins_that_were_parted_are_named_no_more_and_new_ones_are() -> None:
    starts = heard((A, 1), (B, 2), (A, 3), (B, 4))
    starts.hear(B, 5 + TWINS_SHOWN_MS)
    assert starts.twins_now(6 + TWINS_SHOWN_MS) == []
    starts.hear(A, 7 + TWINS_SHOWN_MS)
    assert starts.twins_now(8 + TWINS_SHOWN_MS) == [A, B]
