"""The catalogue of measures and the agency kinds: what the rows say, and rows that must be refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from liandong.schemas.errors import WrongUsage
from liandong.schemas.law.agencies import agency_kind, load_agencies, parse_agencies
from liandong.schemas.law.attributes import AttributeProblem, Wording, read_all
from liandong.schemas.law.conditions import Clause, Limit
from liandong.schemas.law.listing import Instrument, PersonKind, PersonRole
from liandong.schemas.law.measures import CATALOGUE_FILE, Effect, Who, load_catalogue, parse_catalogue, who_is

CATALOGUE = load_catalogue()
AGENCIES = load_agencies()
DAY = date(2026, 11, 22)
TRANSACTIONS = {id_: one for kind in AGENCIES.values() for id_, one in kind.transactions.items()}
REQUIRED = [
    *("air-ticket", "rail-gd-all", "rail-emu-first", "rail-soft-sleeper", "hotel-star", "real-estate-buy"),
    *("house-build-luxury", "vehicle-buy", "insurance-premium", "travel-holiday", "exit-ban", "company-legal-rep"),
    "loan-credit",
]
LIMIT = Limit(Decimal(500), Wording("某省规定", "a rule of the province"), date(2020, 1, 1))


def plan(
    transaction: str, limits: dict[str, Limit] | None = None, day: date = DAY, **attributes: object
) -> dict[str, str]:
    values = read_all(TRANSACTIONS[transaction].attributes, attributes, transaction)
    return {one.measure.id: one.effect.name for one in CATALOGUE.plan(transaction, values, limits or {}, day)}


@pytest.mark.parametrize("measure", REQUIRED)
def test_the_catalogue_holds_the_measures_every_installation_needs(measure: str) -> None:
    assert CATALOGUE.measure(measure) is not None


def test_every_measure_names_a_basis_and_transactions_some_agency_has() -> None:
    for measure in CATALOGUE.measures:
        assert all((measure.basis.zh, measure.basis.en, measure.text.zh, measure.text.en)), measure.id
        assert set(measure.transactions) <= set(TRANSACTIONS), measure.id
        for test in measure.when:
            for transaction in measure.transactions:
                definition = TRANSACTIONS[transaction].attributes[test.attribute]
                assert set(test.among or []) | set(test.unsure) <= set(definition.values), measure.id


def test_no_edition_of_the_national_list_is_claimed_that_nobody_has_read() -> None:
    bases = [basis for one in CATALOGUE.measures for basis in (one.basis, one.list_basis) if basis]
    assert {basis.edition for basis in bases} == {""}


@pytest.mark.parametrize(
    ("measure", "listed", "ordered"),
    [("air-ticket", "发改财金〔2018〕385号", "第（一）项"), ("rail-gd-all", "发改财金〔2018〕384号", "第（九）项")],
)
def test_a_measure_rests_on_another_text_for_lists_than_for_orders(measure: str, listed: str, ordered: str) -> None:
    row = CATALOGUE.measure(measure)
    assert row is not None
    assert listed in row.basis_for(Instrument.LIST_ENTRY).zh
    assert ordered in row.basis_for(Instrument.CONSUMPTION_ORDER).zh
    assert "法释〔2015〕17号" in row.basis_for(Instrument.CONSUMPTION_ORDER).zh


@pytest.mark.parametrize("measure", ["hotel-star", "nightclub-golf", "house-build-luxury", "travel-holiday"])
def test_what_a_unit_can_do_itself_reaches_the_unit(measure: str) -> None:
    """法释〔2015〕17号 art. 3 ¶2: the debtor that is a unit must not either."""
    row = CATALOGUE.measure(measure)
    assert row is not None
    assert set(row.who) == {Who.NATURAL, Who.ENTITY, Who.RELATED}


def test_every_agency_kind_has_transactions_and_an_adapter_that_is_installed() -> None:
    from liandong.consumers.adapters.registry import find_adapter

    for kind in AGENCIES.values():
        assert kind.transactions
        assert hasattr(find_adapter(kind.adapter), "handle")


def test_an_adapter_nobody_offers_is_named() -> None:
    from liandong.consumers.adapters.registry import find_adapter

    with pytest.raises(WrongUsage, match="police-lodging") as raised:
        find_adapter("teleport")
    assert raised.value.code == "ADAPTER_UNKNOWN"


# edge case 30 of the domain: what 限消规定 art. 3 ¶1 items 1 and 9 mean for a seat
TRAINS = [
    ("G", "second", {"rail-gd-all": "BLOCK"}),
    ("G", "二等座", {"rail-gd-all": "BLOCK"}),
    ("g", None, {"rail-gd-all": "BLOCK"}),  # the seat does not decide
    ("高铁", "无座", {"rail-gd-all": "BLOCK"}),
    ("D", "second", {}),
    ("D", "二等座", {}),
    ("D", "standing", {}),
    ("D", "first", {"rail-emu-first": "BLOCK"}),
    ("动车", "一等座", {"rail-emu-first": "BLOCK"}),
    ("D", "商务座", {"rail-emu-first": "BLOCK"}),
    ("D", "特等座", {"rail-emu-first": "BLOCK"}),
    ("D", "优选一等座", {"rail-emu-first": "BLOCK"}),
    ("C", "second", {}),
    ("C", "first", {"rail-emu-first": "BLOCK"}),
    ("D", "动卧", {"rail-soft-sleeper": "BLOCK"}),
    ("D", "soft-sleeper", {"rail-soft-sleeper": "BLOCK"}),
    ("D", "二等卧", {"rail-emu-first": "REVIEW", "rail-soft-sleeper": "REVIEW"}),  # the law is open
    ("K", "软卧", {"rail-soft-sleeper": "BLOCK"}),
    ("T", "高级软卧", {"rail-soft-sleeper": "BLOCK"}),
    ("Z", "DELUXE_SOFT_SLEEPER", {"rail-soft-sleeper": "BLOCK"}),
    ("K", "软座", {}),
    ("K", "硬座", {}),
    ("Z", "硬卧", {}),
    ("普快", "hard-seat", {}),
    ("X", "second", {"rail-gd-all": "REVIEW"}),  # an unknown train may be a G train
    ("X", "first", {"rail-gd-all": "REVIEW", "rail-emu-first": "REVIEW"}),
    ("X", "软卧", {"rail-gd-all": "REVIEW", "rail-soft-sleeper": "BLOCK"}),  # whatever the train
    ("K", "throne", {"rail-soft-sleeper": "REVIEW"}),
    ("D", "throne", {"rail-emu-first": "REVIEW", "rail-soft-sleeper": "REVIEW"}),
    ("G", "throne", {"rail-gd-all": "BLOCK", "rail-soft-sleeper": "REVIEW"}),
]


@pytest.mark.parametrize(("train", "seat", "expected"), TRAINS)
def test_a_train_ticket_is_reached_by_these_measures(train: str, seat: str | None, expected: dict[str, str]) -> None:
    assert plan("rail-ticket", train_type=train, seat_class=seat) == expected
    assert plan("rail-ticket-change", train_type=train, seat_class=seat) == expected


@pytest.mark.parametrize(
    ("attributes", "missing"),
    [
        ({}, "train_type"),
        ({"train_type": "D"}, "seat_class"),
        ({"train_type": "K"}, "seat_class"),
        ({"train_type": "X"}, "seat_class"),
        ({"seat_class": "second"}, "train_type"),
        ({"train_type": None, "seat_class": "second"}, "train_type"),
    ],
)
def test_a_missing_attribute_that_decides_is_named(attributes: dict[str, Any], missing: str) -> None:
    with pytest.raises(AttributeProblem) as raised:
        plan("rail-ticket", **attributes)
    assert raised.value.code == "ATTRIBUTE_MISSING"
    assert raised.value.details["attribute"] == missing


def test_an_attribute_that_cannot_change_the_answer_may_stay_away() -> None:
    # a soft sleeper is refused to the same people on every train
    assert plan("rail-ticket", seat_class="软卧") == {"rail-soft-sleeper": "BLOCK"}


def test_a_hotel_asks_a_person_while_no_limit_is_configured_and_blocks_above_one_with_a_basis() -> None:
    star: dict[str, Any] = {"star_rating": 4, "price_per_night": "800"}
    assert plan("hotel-check-in", **star) == {"hotel-star": "REVIEW"}
    assert plan("hotel-check-in", star_rating=4) == {"hotel-star": "REVIEW"}  # the price could not change that
    assert plan("hotel-check-in", star_rating=0, price_per_night=9000) == {}
    limits = {"hotel-price-per-night": LIMIT}
    assert plan("hotel-check-in", limits, **star) == {"hotel-star": "BLOCK"}
    assert plan("hotel-check-in", limits, star_rating=5, price_per_night=500) == {}
    assert plan("hotel-check-in", limits, star_rating=5, price_per_night=500.01) == {"hotel-star": "BLOCK"}
    with pytest.raises(AttributeProblem, match="price_per_night"):
        plan("hotel-check-in", limits, star_rating=5)


@pytest.mark.parametrize(
    "limit",
    [
        msgspec.structs.replace(LIMIT, basis=Wording(" ", "")),
        msgspec.structs.replace(LIMIT, valid_from=date(2027, 1, 1)),
        msgspec.structs.replace(LIMIT, valid_until=DAY),
    ],
)
def test_a_limit_without_a_standing_basis_cannot_block(limit: Limit) -> None:
    assert plan("hotel-booking", {"hotel-price-per-night": limit}, star_rating=5, price_per_night=900) == {
        "hotel-star": "REVIEW"
    }


def test_a_measure_whose_basis_nobody_has_verified_is_off_until_an_act_switches_it_on_and_then_asks() -> None:
    assert plan("customs-certification") == {}
    on = {"customs-aeo": frozenset({"js"}), "air-ticket": frozenset({"cq"})}
    (asking,) = CATALOGUE.plan("customs-certification", {}, {}, DAY, on)
    assert (asking.measure.effect_name, asking.effect, asking.only_in) == ("BLOCK", Effect.REVIEW, frozenset({"js"}))
    (air,) = CATALOGUE.plan("air-ticket", {}, {}, DAY, on)
    assert (air.effect, air.only_in) == (Effect.BLOCK, None)


def test_a_measure_whose_basis_has_ended_or_is_missing_does_nothing() -> None:
    air = CATALOGUE.measure("air-ticket")
    assert air is not None
    assert air.enabled(DAY)
    for basis in (msgspec.structs.replace(air.basis, valid_until=DAY), msgspec.structs.replace(air.basis, zh="")):
        assert not msgspec.structs.replace(air, basis=basis).enabled(DAY)


def test_a_measure_is_in_force_from_its_first_day_until_its_last() -> None:
    assert plan("company-position", day=date(2024, 6, 30), position="董事") == {}
    assert plan("company-position", day=date(2024, 7, 1), position="董事") == {"company-legal-rep": "BLOCK"}
    assert plan("company-position", position="股东") == {}
    assert plan("credit-decision", credit_product="loan") == {}
    assert plan("vehicle-registration", business_necessity=True) == {}
    assert plan("vehicle-registration", business_necessity="false") == {"vehicle-buy": "BLOCK"}


@pytest.mark.parametrize(
    ("transaction", "attributes", "code"),
    [
        ("air-ticket", {"cabine": "economy"}, "ATTRIBUTE_UNKNOWN"),
        ("air-ticket", {"110101199003070000": "economy"}, "ATTRIBUTE_UNKNOWN"),
        ("air-ticket", {"cabin": 5}, "ATTRIBUTE_INVALID"),
        ("air-ticket", {"cabin": " "}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"star_rating": 6}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"star_rating": 4.5}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"star_rating": True}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"price_per_night": "-1"}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"price_per_night": "1e400"}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"price_per_night": "NaN"}, "ATTRIBUTE_INVALID"),
        ("hotel-check-in", {"price_per_night": "12.345"}, "ATTRIBUTE_INVALID"),
        ("vehicle-registration", {"business_necessity": "maybe"}, "ATTRIBUTE_INVALID"),
    ],
)
def test_an_attribute_that_is_wrong_is_refused_without_repeating_it(
    transaction: str, attributes: dict[str, object], code: str
) -> None:
    with pytest.raises(AttributeProblem) as raised:
        read_all(TRANSACTIONS[transaction].attributes, attributes, transaction)
    assert raised.value.code == code
    assert "110101199003070000" not in str(raised.value)


def test_the_rule_version_changes_with_any_letter_of_the_catalogue() -> None:
    text = CATALOGUE_FILE.read_text(encoding="utf-8")
    assert parse_catalogue(text).version == CATALOGUE.version
    assert parse_catalogue(text + "\n# a comment\n").version != CATALOGUE.version
    assert CATALOGUE.version.startswith("2026-11-28+")


_ROW = """
version: 2026-01-01
measures:
  - id: one
    text: {zh: 一, en: one}
    transactions: [air-ticket]
    triggers: [LIST_ENTRY]
    who: [NATURAL]
    effect: BLOCK
    basis: {zh: 法, en: law, edition: "", verified: true}
    enabled_from: 2020-01-01
    stale: HOLD
    existing_business: false
"""
BROKEN = {
    "an unknown key": _ROW.replace("effect: BLOCK", "effect: BLOCK\n    colour: red"),
    "an unknown effect": _ROW.replace("effect: BLOCK", "effect: DESTROY"),
    "an unknown trigger": _ROW.replace("LIST_ENTRY", "RUMOUR"),
    "an unread basis of lists": _ROW + '    list_basis: {zh: 法, en: law, edition: "", verified: false}\n',
    "no basis": _ROW.replace('    basis: {zh: 法, en: law, edition: "", verified: true}\n', ""),
    "a date that is none": _ROW.replace("2020-01-01", "some day"),
    "the same id twice": _ROW + _ROW.split("measures:\n")[1],
    "a test without a kind": _ROW + "    when: [{attribute: cabin}]\n",
    "a test of two kinds": _ROW + "    when: [{attribute: cabin, in: [first], at_least: 3}]\n",
}


def test_the_row_the_broken_ones_are_made_of_is_right() -> None:
    assert parse_catalogue(_ROW).measure("one") is not None


@pytest.mark.parametrize("what", BROKEN)
def test_a_catalogue_is_refused_that_has(what: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  msgspec names the place, the kind is enough
        parse_catalogue(BROKEN[what])


def test_an_agency_file_with_an_attribute_nobody_defined_is_refused() -> None:
    text = """
attributes: {}
transactions: {t: {text: {zh: 事, en: t}, attributes: [ghost]}}
kinds: {k: {text: {zh: 类, en: k}, transactions: [t]}}
"""
    with pytest.raises(KeyError, match="ghost"):
        parse_agencies(text)


def test_an_unknown_agency_kind_is_answered_with_those_there_are() -> None:
    with pytest.raises(WrongUsage, match="railway"):
        agency_kind("space-port")


def test_the_json_schema_of_a_transaction_names_known_values_and_what_decides() -> None:
    schema = TRANSACTIONS["rail-ticket"].json_schema(CATALOGUE)
    assert schema["required"] == ["seat_class", "train_type"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert "G" in properties["train_type"]["anyOf"][0]["enum"]


def test_a_clause_about_a_code_by_a_number_is_never_certain() -> None:
    finding = Clause(attribute="cabin", at_least=1).evaluate({"cabin": "first"}, {}, DAY)
    assert finding.truth.value == "unsure"


def test_a_statutory_agent_is_bound_as_the_persons_of_a_debtor_are_and_an_unknown_role_as_nobody_known() -> None:
    assert who_is(PersonKind.NATURAL, PersonRole.STATUTORY_AGENT) is Who.RELATED
    ban = CATALOGUE.measure("exit-ban")
    assert ban is not None
    assert Who.RELATED in ban.who
    assert who_is(PersonKind.ENTITY, PersonRole.STATUTORY_AGENT) is None
    assert who_is(PersonKind.NATURAL, max(PersonRole) + 1) is None
