"""Decisions, as a numbered table: the edge cases of the domain brief (§11) a gate must get right."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from liandong.schemas.law.agencies import load_agencies
from liandong.schemas.law.attributes import read_all
from liandong.schemas.law.decisions import EntryFacts, MatchFound, Outcome, Trust, better, decide, match_identity
from liandong.schemas.law.measures import load_catalogue
from liandong.tests.worlds.clock import NOW

CATALOGUE = load_catalogue()
EVERYTHING_ON = {one.id: frozenset({"js"}) for one in CATALOGUE.measures}
TRANSACTIONS = {id_: one for kind in load_agencies().values() for id_, one in kind.transactions.items()}
SAME = match_identity(b"s" * 16, 0, same_name=True)
OTHER_NAME = match_identity(b"s" * 16, 0, same_name=False)
LIST, ORDER, EXIT_BAN = 1, 2, 3

LISTED = EntryFacts(b"e" * 16, 1, "court-su0505", LIST, 0, 1, 1, 0, NOW - 1000, 0, SAME, jurisdiction="js")
ORDERED = replace(LISTED, entry_id=b"o" * 16, instrument=ORDER)
BANNED = replace(LISTED, entry_id=b"x" * 16, instrument=EXIT_BAN)
ENTITY = replace(LISTED, person_kind=2)


def ask(transaction: str, *entries: EntryFacts, stale: bool = False, at: int = NOW, **attributes: Any) -> Outcome:
    values = read_all(TRANSACTIONS[transaction].attributes, attributes, transaction)
    plan = CATALOGUE.plan(transaction, values, {}, date(2026, 11, 22), EVERYTHING_ON)
    return decide(entries, plan, at, stale=stale, trusted=lambda _: Trust.PROVEN)


def said(outcome: Outcome) -> tuple[str, str]:
    return outcome.verdict.value, outcome.action.value


ALLOW, BLOCK, REVIEW = ("ALLOW", "PROCEED"), ("BLOCK", "REFUSE"), ("REVIEW", "HOLD")
RECHECK = ("UNKNOWN", "PROCEED_AND_RECHECK")
G = {"train_type": "G", "seat_class": "second"}
D2 = {"train_type": "D", "seat_class": "second"}
NOT_YET = replace(LISTED, effective_from=NOW + 1)
LAST_MOMENT = replace(LISTED, effective_until=NOW + 1)
OVER = replace(LISTED, effective_until=NOW)
LINKED = match_identity(b"s" * 16, 1, same_name=True)
UNVERIFIED = match_identity(b"s" * 16, 2, same_name=True)

CASES: list[tuple[str, tuple[str, str], str, list[EntryFacts], dict[str, Any]]] = [
    ("1 a namesake has another certificate, so nothing is found", ALLOW, "rail-ticket", [], G),
    ("3 the same number, another name", REVIEW, "rail-ticket", [replace(LISTED, match=OTHER_NAME)], G),
    ("listed, G train", BLOCK, "rail-ticket", [LISTED], G),
    ("30 listed, D train second class", ALLOW, "rail-ticket", [LISTED], D2),
    ("30 listed, unknown seat", REVIEW, "rail-ticket", [LISTED], {"train_type": "D", "seat_class": "throne"}),
    ("10 three cases, one deleted: still blocked", BLOCK, "air-ticket", [replace(LISTED, status=4), LISTED], {}),
    ("11 only the order is left: flights blocked", BLOCK, "air-ticket", [replace(LISTED, status=4), ORDERED], {}),
    ("11 only the order is left: the loan mark is gone", ALLOW, "credit-decision", [ORDERED], {}),
    ("the loan mark informs and refuses nobody", ALLOW, "credit-decision", [LISTED], {}),
    ("12 the order lifted, the list entry remains", BLOCK, "air-ticket", [replace(ORDERED, status=6), LISTED], {}),
    ("16 the term ends this millisecond", ALLOW, "air-ticket", [OVER], {}),
    ("16 one millisecond is left", BLOCK, "air-ticket", [LAST_MOMENT], {}),
    ("an entry that is not in force yet", ALLOW, "air-ticket", [NOT_YET], {}),
    ("shielded", ALLOW, "air-ticket", [replace(LISTED, status=2)], {}),
    ("expired, deleted, revoked", ALLOW, "air-ticket", [replace(LISTED, status=each) for each in (3, 4, 5)], {}),
    ("25 the listed entity does not limit air travel of anybody", ALLOW, "air-ticket", [ENTITY], {}),
    ("25 the listed entity may not buy real estate", BLOCK, "real-estate-purchase", [ENTITY], {}),
    ("25 a legal representative limited by an order", BLOCK, "air-ticket", [replace(ORDERED, person_role=1)], {}),
    (
        "25 a legal representative on the list itself is an error",
        REVIEW,
        "air-ticket",
        [replace(LISTED, person_role=1)],
        {},
    ),
    (
        "26 an order says nothing about company positions",
        ALLOW,
        "company-position",
        [ORDERED],
        {"position": "director"},
    ),
    ("28 an exit ban says nothing about hotels", ALLOW, "hotel-check-in", [BANNED], {"star_rating": 5}),
    ("an exit ban stops at the border", BLOCK, "border-exit", [BANNED], {}),
    ("the list alone does not stop at the border", ALLOW, "border-exit", [LISTED, ORDERED], {}),
    ("31 a linked passport, verified", BLOCK, "air-ticket", [replace(LISTED, match=LINKED)], {}),
    ("31 a linked passport, unverified", REVIEW, "air-ticket", [replace(LISTED, match=UNVERIFIED)], {}),
    ("52 stale: nobody found", RECHECK, "air-ticket", [], {}),
    ("52 stale: a last known hit on a flight", REVIEW, "air-ticket", [LISTED], {}),
    ("52 stale: an exit ban", REVIEW, "border-exit", [BANNED], {}),
    ("52 stale: a hotel", RECHECK, "hotel-check-in", [LISTED], {"star_rating": 5}),
    ("52 stale: a term known to have ended frees", RECHECK, "air-ticket", [OVER], {}),
    ("52 stale: a reference", RECHECK, "credit-decision", [LISTED], {}),
    ("59 an unknown instrument", REVIEW, "air-ticket", [replace(LISTED, instrument=9)], {}),
    ("59 an unknown status", REVIEW, "air-ticket", [replace(LISTED, status=9)], {}),
    ("59 an unknown class", REVIEW, "air-ticket", [replace(LISTED, record_class=7)], {}),
    ("59 an unknown kind of person", REVIEW, "air-ticket", [replace(LISTED, person_kind=0)], {}),
    ("59 an unknown role", REVIEW, "air-ticket", [replace(LISTED, person_role=12)], {}),
    ("59 a record nobody can read", REVIEW, "air-ticket", [replace(LISTED, opaque=True)], {}),
    (
        "59 unknown codes ask even where a measure only informs",
        REVIEW,
        "credit-decision",
        [replace(LISTED, status=9)],
        {},
    ),
    ("a record that is doubtful and one that is not", BLOCK, "air-ticket", [replace(LISTED, status=9), ORDERED], {}),
    ("a canary is answered like anybody", BLOCK, "air-ticket", [replace(LISTED, record_class=1)], {}),
    ("a measure on an unverified basis, switched on by an act, asks", REVIEW, "customs-certification", [ENTITY], {}),
    (
        "and does nothing to an entry of a jurisdiction where no act did",
        ALLOW,
        "customs-certification",
        [replace(ENTITY, jurisdiction="cq")],
        {},
    ),
]


@pytest.mark.parametrize(
    ("what", "expected", "transaction", "entries", "attributes"), CASES, ids=[case[0] for case in CASES]
)
def test_the_gate_decides(
    what: str, expected: tuple[str, str], transaction: str, entries: list[EntryFacts], attributes: dict[str, Any]
) -> None:
    assert said(ask(transaction, *entries, stale="stale" in what, **attributes)) == expected


def test_every_reason_is_told_strongest_first() -> None:
    outcome = ask("air-ticket", replace(LISTED, match=OTHER_NAME), ORDERED)
    assert [(one.entry.instrument, one.verdict.value) for one in outcome.rulings] == [
        (ORDER, "BLOCK"),
        (LIST, "REVIEW"),
    ]


def test_what_is_not_restricted_tells_nothing_about_the_person() -> None:
    assert ask("rail-ticket", LISTED, train_type="D", seat_class="second").rulings == ()


def test_a_signature_is_asked_for_before_an_entry_reaches_somebody_and_for_nothing_else() -> None:
    asked: list[bytes] = []

    def distrust(entry: EntryFacts) -> Trust:
        asked.append(entry.entry_id)
        return Trust.OPEN

    def ask_with(transaction: str, entry: EntryFacts) -> tuple[str, str]:
        plan = CATALOGUE.plan(transaction, {}, {}, date(2026, 11, 22), EVERYTHING_ON)
        return said(decide([entry], plan, NOW, stale=False, trusted=distrust))

    assert ask_with("air-ticket", LISTED) == REVIEW
    assert asked == [LISTED.entry_id]
    ask_with("air-ticket", replace(LISTED, match=OTHER_NAME))
    ask_with("credit-decision", LISTED)
    assert asked == 3 * [LISTED.entry_id]
    ask_with("air-ticket", OVER)
    ask_with("air-ticket", replace(LISTED, instrument=BANNED.instrument))
    assert asked == 3 * [LISTED.entry_id]


def test_the_best_of_several_matches_counts() -> None:
    assert better(OTHER_NAME, LINKED) == LINKED
    assert better(LINKED, SAME) == SAME
    assert better(SAME, OTHER_NAME) == SAME
    assert better(None, OTHER_NAME) == OTHER_NAME
    assert not match_identity(b"s" * 16, 7, same_name=True).acts
    assert isinstance(better(None, SAME), MatchFound)
