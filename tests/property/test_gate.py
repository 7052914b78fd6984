"""What holds of the gate for every list, every subject and every code: rules no example can prove."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from liandong.consumers.gate.gate import Gate
from liandong.consumers.gate.rules import Rules
from liandong.schemas.law.agencies import agency_kind
from liandong.schemas.law.attributes import Attribute, AttributeProblem
from liandong.schemas.law.decisions import EntryFacts, Outcome, Trust, Verdict, decide, match_identity
from liandong.schemas.law.listing import Change, Status
from liandong.schemas.law.measures import load_catalogue
from liandong.schemas.problems import FactProblem
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.gate import MemoryView
from liandong.tests.worlds.people import KEY, LI, WANG, Person
from liandong.tests.worlds.records import CourtScribe

CATALOGUE = load_catalogue()
EVERYTHING_ON = {one.id: frozenset({"js"}) for one in CATALOGUE.measures}
RULES = Rules(agency_kind("railway"), CATALOGUE, {}, CATALOGUE.version, 60_000)
G = {"train_type": "G", "seat_class": "second"}
DAY = date(2026, 11, 22)
STRENGTH = {Verdict.ALLOW: 0, Verdict.UNKNOWN: 1, Verdict.REVIEW: 2, Verdict.BLOCK: 3}

codes = st.integers(-3, 12)
matches = st.builds(match_identity, st.just(b"s" * 16), codes, same_name=st.booleans())
facts = st.builds(
    EntryFacts,
    entry_id=st.binary(min_size=16, max_size=16),
    version=st.just(1),
    court=st.just("court-su0505"),
    instrument=codes,
    record_class=codes,
    status=codes,
    person_kind=codes,
    person_role=codes,
    effective_from=st.sampled_from([0, NOW - 1, NOW, NOW + 1]),
    effective_until=st.sampled_from([0, NOW - 1, NOW, NOW + 1]),
    match=matches,
    opaque=st.booleans(),
    jurisdiction=st.just("js"),
)
transactions = st.sampled_from(
    ["air-ticket", "border-exit", "credit-decision", "customs-certification", "real-estate-purchase"]
)


def judged(entries: list[EntryFacts], transaction: str, *, stale: bool = False, trust: Trust = Trust.PROVEN) -> Outcome:
    plan = CATALOGUE.plan(transaction, {}, {}, DAY, EVERYTHING_ON)
    return decide(entries, plan, NOW, stale=stale, trusted=lambda _: trust)


@given(st.lists(facts, max_size=6), transactions, st.booleans(), st.sampled_from(Trust))
def test_only_a_sure_match_in_force_and_signed_is_ever_refused(
    entries: list[EntryFacts], transaction: str, stale: bool, trust: Trust
) -> None:
    outcome = judged(entries, transaction, stale=stale, trust=trust)
    sure = [
        one
        for one in entries
        if one.match.acts
        and one.status == Status.ACTIVE
        and not one.opaque
        and one.effective_from <= NOW
        and not 0 < one.effective_until <= NOW
    ]
    if outcome.verdict is Verdict.BLOCK:
        assert sure
        assert trust is Trust.PROVEN
        assert not stale
    if not sure:
        assert outcome.verdict is not Verdict.BLOCK


@given(st.lists(facts, max_size=6), transactions, st.booleans())
def test_what_no_court_signed_is_as_if_it_were_not_there(
    entries: list[EntryFacts], transaction: str, stale: bool
) -> None:
    assert judged(entries, transaction, stale=stale, trust=Trust.NOBODYS) == judged([], transaction, stale=stale)


@given(facts, transactions)
def test_an_entry_in_force_with_a_code_nobody_knows_is_never_let_through_unseen(
    entry: EntryFacts, transaction: str
) -> None:
    outcome = judged([entry], transaction)
    planned = CATALOGUE.plan(transaction, {}, {}, DAY, EVERYTHING_ON)
    meant = entry.instrument not in (1, 2, 3) or any(entry.instrument in one.triggers for one in planned)
    if entry.in_effect(NOW) and entry.doubtful and meant:
        assert outcome.verdict is Verdict.REVIEW
        assert outcome.rulings


@given(st.lists(facts, max_size=5), facts, transactions, st.booleans())
def test_another_entry_never_makes_a_decision_weaker(
    entries: list[EntryFacts], another: EntryFacts, transaction: str, stale: bool
) -> None:
    before = judged(entries, transaction, stale=stale)
    after = judged([*entries, another], transaction, stale=stale)
    assert STRENGTH[after.verdict] >= STRENGTH[before.verdict]


@given(st.lists(facts, max_size=5), transactions)
def test_a_stale_copy_never_refuses_and_never_says_all_is_well(entries: list[EntryFacts], transaction: str) -> None:
    assert judged(entries, transaction, stale=True).verdict in (Verdict.UNKNOWN, Verdict.REVIEW)


def gate_over(view: MemoryView) -> Gate:
    return Gate(view, RULES, (KEY,), HandClock(), CHANCE)


@given(st.text(min_size=1, max_size=40))
def test_a_namesake_never_meets_an_entry_and_another_name_never_blocks(name: str) -> None:
    court, view = CourtScribe(), MemoryView()
    view.apply(court.include(identities=LI.identities(), name=LI.name))
    gate = gate_over(view)
    namesake = gate.check(Person(LI.name, WANG.certificate).request("rail-ticket", **G))
    assert namesake.verdict is Verdict.ALLOW
    other = gate.check(LI.request("rail-ticket", name=name, **G))
    same = gate.check(LI.request("rail-ticket", **G))
    assert same.verdict is Verdict.BLOCK
    if other.verdict is Verdict.BLOCK:
        assert other.outcome.rulings[0].entry.match.level == "CERTIFICATE_AND_NAME"
        from liandong.schemas.people.names import comparison_form

        assert comparison_form(name) == comparison_form(LI.name)


@given(
    st.lists(
        st.sampled_from([Change.CORRECT, Change.SHIELD, Change.UNSHIELD, Change.REVOKE, Change.DELETE]), max_size=6
    ),
    st.randoms(),
)
def test_in_whatever_order_versions_come_the_newest_decides(changes: list[Change], random: Any) -> None:
    from liandong.schemas.law.listing import TransitionRefused

    court, view = CourtScribe(), MemoryView()
    bodies = [court.include(identities=LI.identities(), name=LI.name)]
    entry = bodies[0][72:88]
    for change in changes:
        try:
            bodies.append(court.change(entry, change))
        except TransitionRefused:
            continue
    shuffled = list(bodies)
    random.shuffle(shuffled)
    for body in [*shuffled, *shuffled]:
        view.apply(body)
    last = Status(court.entries[entry]["status"])
    verdict = gate_over(view).check(LI.request("rail-ticket", **G)).verdict
    assert verdict is (Verdict.BLOCK if last is Status.ACTIVE else Verdict.ALLOW)


values: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=300),
    st.sampled_from(["G", "D", "second", "软卧"]),
)


@given(st.dictionaries(st.sampled_from(["train_type", "seat_class", "service_number", "colour"]), values))
def test_whatever_the_attributes_a_listed_person_is_decided_on_or_the_attribute_is_named(
    given_: dict[str, Any],
) -> None:
    court, view = CourtScribe(), MemoryView()
    view.apply(court.include(identities=LI.identities(), name=LI.name))
    try:
        decision = gate_over(view).check(LI.request("rail-ticket", **given_))
    except AttributeProblem as problem:
        assert problem.details["attribute"]  # noqa: PT017  the other outcome is no error
        return
    train, seat = decision.values.get("train_type"), decision.values.get("seat_class")
    if decision.verdict is Verdict.ALLOW:
        allowed = {
            "D": {"second", "standing", "hard-seat", "hard-sleeper"},
            "C": {"second", "standing", "hard-seat", "hard-sleeper"},
        }
        ordinary = {
            "second",
            "first",
            "premium-first",
            "special",
            "business",
            "standing",
            "hard-seat",
            "soft-seat",
            "hard-sleeper",
        }
        assert seat in allowed.get(str(train), ordinary)
        assert train not in (None, "G")


@given(st.text(max_size=300))
def test_no_spelling_of_a_code_breaks_its_reading(written: str) -> None:
    seat: Attribute = RULES.kind.transactions["rail-ticket"].attributes["seat_class"]
    try:
        assert seat.read("seat_class", written) is not None
    except FactProblem as problem:
        assert problem.code == "ATTRIBUTE_INVALID"  # noqa: PT017  the other outcome is no error
