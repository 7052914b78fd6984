"""Grounds and deletion reasons of domain.md §3.1 and §11 cases 19 to 21."""

from datetime import date

import pytest

from liandong.schemas.law.grounds import (
    DELETION_TEXTS,
    GROUND_TEXTS,
    DeletionReason,
    DeletionReasonProblem,
    Ground,
    check_deletion_reason,
    check_relisting,
    needs_term,
    recognise_grounds,
)


@pytest.mark.parametrize(
    ("written", "grounds"),
    [
        ("有履行能力而拒不履行生效法律文书确定义务", [1]),
        ("其他有履行能力而拒不履行生效法律文书确定义务的", [1]),
        ("以伪造证据、暴力、威胁等方法妨碍、抗拒执行", [2]),
        ("伪造证据妨碍、抗拒执行", [2]),
        ("以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行的", [3]),
        ("违反财产报告制度", [4]),
        ("违反限制高消费令的", [5]),
        ("违反限制消费令", [5]),
        ("被执行人无正当理由拒不履行执行和解协议的", [6]),
        ("有履行能力而拒不履行生效法律文书确定义务,违反财产报告制度", [1, 4]),
        ("违反财产报告制度;其他有履行能力而拒不履行生效法律文书确定义务", [1, 4]),
        ("G4;G1", [1, 4]),
        ("g5", [5]),
        ("Ｇ６", [6]),
        ("某种旧表述", [99]),
        ("", []),
        ("  ", []),
    ],
)
def test_grounds_are_told_by_their_words_in_every_version_of_the_rules(written: str, grounds: list[int]) -> None:
    assert [int(ground) for ground in recognise_grounds(written)] == grounds


def test_the_laws_own_wording_of_each_ground_is_recognised_as_that_ground_alone() -> None:
    for ground, text in GROUND_TEXTS.items():
        assert recognise_grounds(text) == (ground,)


def test_only_grounds_two_to_six_have_a_term() -> None:
    assert not needs_term([Ground.G1])
    assert not needs_term([Ground.OTHER_LEGACY])
    assert all(needs_term([ground]) for ground in (Ground.G2, Ground.G3, Ground.G4, Ground.G5, Ground.G6))
    assert needs_term([Ground.G1, Ground.G4])


def test_an_entry_with_a_term_is_deleted_by_its_end_or_an_early_decision_only() -> None:
    assert check_deletion_reason("early", has_term=True) is DeletionReason.EARLY
    assert check_deletion_reason("TERM", has_term=True) is DeletionReason.TERM
    for code in ("D1", "D3", "D7"):
        with pytest.raises(DeletionReasonProblem, match="DELETION_REASON_TERMED"):
            check_deletion_reason(code, has_term=True)


def test_an_entry_without_a_term_is_deleted_for_a_reason_of_article_ten() -> None:
    assert check_deletion_reason("D1", has_term=False) is DeletionReason.D1
    for code in ("TERM", "EARLY"):
        with pytest.raises(DeletionReasonProblem, match="DELETION_REASON_UNTERMED"):
            check_deletion_reason(code, has_term=False)
    with pytest.raises(DeletionReasonProblem, match="DELETION_REASON_UNKNOWN"):
        check_deletion_reason("D8", has_term=False)


def test_the_creditor_waits_six_months_after_asking_for_the_deletion_the_court_does_not() -> None:
    deleted = date(2026, 1, 10)
    with pytest.raises(DeletionReasonProblem, match="2026-07-10"):
        check_relisting(deleted, DeletionReason.D3, date(2026, 6, 1), ex_officio=False)
    check_relisting(deleted, DeletionReason.D3, date(2026, 6, 1), ex_officio=True)
    check_relisting(deleted, DeletionReason.D3, date(2026, 8, 1), ex_officio=False)
    check_relisting(deleted, DeletionReason.D1, date(2026, 6, 1), ex_officio=False)


def test_every_reason_says_what_it_is_in_both_languages() -> None:
    assert set(DELETION_TEXTS) == set(DeletionReason)
