"""What the campaign of incidents calls wrong, doubtful and late."""

from collections.abc import Sequence

from liandong.tests.chaos.campaign.truth import Act, Answer, Verdict, judged

LISTED = Act(1, listed=True, begun=10.0, accepted=10.5)
FREED = Act(1, listed=False, begun=20.0, accepted=20.5, calm=False)


def verdict(*said: tuple[float, str], acts: Sequence[Act] = (LISTED, FREED)) -> Verdict:
    return judged([Answer("1", 1, at - 0.1, at, decision) for at, decision in said], acts)


def test_what_follows_the_acts_in_order_is_right_and_timed() -> None:
    seen = verdict((5, "ALLOW"), (11, "ALLOW"), (12, "BLOCK"), (21, "BLOCK"), (22.5, "ALLOW"), (30, "ALLOW"))
    assert (seen.answers, seen.wrong, seen.doubtful) == (6, [], 0)
    assert (seen.wrongful, seen.wrongful_meanwhile) == ([], [2.0])


def test_an_innocent_blocked_a_listed_one_let_through_and_one_blocked_again_are_wrong() -> None:
    assert len(verdict((5, "BLOCK")).wrong) == 1
    assert len(verdict((12, "BLOCK"), (13, "ALLOW")).wrong) == 1
    assert len(verdict((12, "BLOCK"), (21, "ALLOW"), (22, "BLOCK")).wrong) == 1
    assert len(verdict((12, "BLOCK"), acts=()).wrong) == 1


def test_somebody_freed_before_a_gate_had_heard_of_him_may_be_blocked_for_a_moment() -> None:
    seen = verdict((15, "ALLOW"), (21, "ALLOW"), (22, "BLOCK"), (23, "ALLOW"))
    assert (seen.wrong, seen.wrongful_meanwhile) == ([], [])


def test_leaving_it_to_a_person_counts_only_where_nothing_is_on_its_way() -> None:
    assert verdict((5, "REVIEW")).doubtful == 1
    assert verdict((10.2, "REVIEW")).doubtful == 0
    assert verdict((12, "BLOCK"), (13, "HOLD"), (14, "UNKNOWN")).doubtful == 2
