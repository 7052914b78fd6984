"""What a watch asks for, and for how long: nothing outside its purpose, its kinds and its term is ever covered."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.schemas.law.watch import Purpose, WatchOrder, WatchRules, WatchScope, covers, kinds_of, validate
from liandong.schemas.law.watch_kinds import (
    ASSET_KINDS,
    DAY_MS,
    WHEREABOUTS_KINDS,
    Domain,
    find_kind,
    held_by,
    keep_until,
    may_travel,
)
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.schemas.problems import FactProblem

NOW = 1_780_000_000_000
NAMES = sorted({*ASSET_KINDS, *WHEREABOUTS_KINDS, "CALL_CONTENT", "PHONE_LOCATION", ""})
scopes = st.builds(
    WatchScope,
    purpose=st.sampled_from([*Purpose, "CURIOSITY"]),
    kinds=st.frozensets(st.sampled_from(NAMES), max_size=6),
    since=st.integers(NOW - DAY_MS, NOW),
    until=st.integers(NOW, NOW + 90 * DAY_MS),
    stopped_at=st.one_of(st.just(0), st.integers(NOW - DAY_MS, NOW + 90 * DAY_MS)),
)


def order(**changes: object) -> WatchOrder:
    certificate = normalise(CertificateType.CN_ID, "11010519491231002X")
    valid = WatchOrder(
        case_number="（2026）苏0505执1234号",
        document_number="（2026）苏0505执1234号之一",
        document_hash=bytes(range(32)),
        judge="王明远",
        purpose="LOCATE_DEBTOR",
        kinds=("TRAVEL",),
        until=NOW + 30 * DAY_MS,
        name="陈思远",
        certificates=(certificate,),
    )
    return replace(valid, **changes)  # type: ignore[arg-type]


@given(scopes, st.sampled_from(Domain), st.sampled_from(NAMES), st.integers(NOW - 2 * DAY_MS, NOW + 100 * DAY_MS))
def test_what_is_covered_was_asked_for_in_term_and_for_its_purpose(
    scope: WatchScope, domain: Domain, kind: str, at: int
) -> None:
    if covers(scope, domain, kind, at):
        assert kind in scope.kinds
        assert find_kind(domain, kind) is not None
        assert domain in Purpose(scope.purpose).domains
        assert scope.since <= at < scope.until
        assert not scope.stopped_at or at < scope.stopped_at


@given(st.integers(NOW + 1, NOW + 90 * DAY_MS))
def test_a_watch_ends_at_its_millisecond(until: int) -> None:
    scope = WatchScope(Purpose.LOCATE_DEBTOR, frozenset({"TRAVEL"}), NOW, until)
    assert covers(scope, "whereabouts", "TRAVEL", until - 1)
    assert not covers(scope, "whereabouts", "TRAVEL", until)


def test_the_same_word_is_two_kinds_and_the_purpose_tells_which() -> None:
    scope = WatchScope(Purpose.LOCATE_DEBTOR, frozenset({"VEHICLE"}), NOW, NOW + 1)
    assert covers(scope, "whereabouts", "VEHICLE", NOW)
    assert not covers(scope, "asset", "VEHICLE", NOW)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("WATCH_CASE_KIND", {"case_number": "（2026）苏0505民初1234号"}),
        ("CASE_NUMBER_UNREADABLE", {"case_number": "1234"}),
        ("WATCH_DOCUMENT", {"document_hash": bytes(32)}),
        ("WATCH_DOCUMENT", {"document_number": " "}),
        ("WATCH_JUDGE", {"judge": ""}),
        ("WATCH_PURPOSE", {"purpose": "CURIOSITY"}),
        ("WATCH_KINDS", {"kinds": ()}),
        ("WATCH_KIND", {"kinds": ("TRAVEL", "CALL_CONTENT")}),
        ("WATCH_KIND", {"kinds": ("BANK_DEPOSIT",)}),
        ("WATCH_KIND_NOT_HELD", {"kinds": ("HOTEL_STAY", "TRAVEL")}),
        ("WATCH_END", {"until": NOW}),
        ("WATCH_TOO_LONG", {"until": NOW + 90 * DAY_MS + 1}),
        ("WATCH_SUBJECT", {"name": " "}),
        ("WATCH_SUBJECT", {"certificates": ()}),
    ],
)
def test_an_order_the_law_does_not_allow_is_refused(code: str, changes: dict[str, object]) -> None:
    rules = WatchRules(NOW, 90, held_by("railway"))
    validate(order(), rules)
    with pytest.raises(FactProblem) as refused:
        validate(order(**changes), rules)
    assert refused.value.code == code
    assert all(refused.value.in_language("zh"))


def test_the_term_counts_from_the_courts_moment_not_the_agencys() -> None:
    late = WatchRules(NOW + 10 * DAY_MS, 90, None, issued_at=NOW)
    with pytest.raises(FactProblem):
        validate(order(until=NOW + 91 * DAY_MS), late)


def test_an_order_survives_its_record() -> None:
    assert WatchOrder.from_record(order().as_record()) == order()


def test_a_number_that_is_not_canonical_is_refused_from_an_envelope() -> None:
    record = order().as_record()
    record["certificates"][0]["number"] = "11010519491231002x"
    with pytest.raises(FactProblem):
        WatchOrder.from_record(record)


def test_content_of_calls_and_positions_of_phones_cannot_be_said() -> None:
    fields = {each for kind in (*ASSET_KINDS.values(), *WHEREABOUTS_KINDS.values()) for each in may_travel(kind)}
    names = {name.lower() for name in (*ASSET_KINDS, *WHEREABOUTS_KINDS)}
    for word in ("call", "sms", "message", "position", "latitude", "cell", "face", "biometric"):
        assert not [each for each in fields | names if word in each]


def test_whereabouts_are_kept_as_long_as_their_kind_says() -> None:
    days = {name: kind.keep_days for name, kind in WHEREABOUTS_KINDS.items()}
    assert days == {
        "IDENTITY": 0,
        "RESIDENCE": 0,
        "FAMILY": 30,
        "EXIT_ENTRY": 90,
        "VEHICLE": 0,
        "HOTEL_STAY": 30,
        "VEHICLE_SIGHTING": 7,
        "TRAVEL": 30,
        "TELECOM": 30,
    }
    assert keep_until(WHEREABOUTS_KINDS["VEHICLE_SIGHTING"], NOW) == NOW + 7 * DAY_MS
    assert keep_until(WHEREABOUTS_KINDS["IDENTITY"], NOW) == 0


def test_kind_names_are_written_in_one_way() -> None:
    assert kinds_of([" travel", "HOTEL-STAY", "TRAVEL"]) == ("HOTEL_STAY", "TRAVEL")
