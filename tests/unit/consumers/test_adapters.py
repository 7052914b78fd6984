"""What the adapters return: what was done with a decision, and which sightings a court could ask for."""

from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.adapters.protocol import Enforced, Handled, NotApplicable
from liandong.consumers.adapters.registry import find_adapter
from liandong.schemas.law.watch_kinds import find_kind, may_travel
from liandong.tests.worlds.gate import CheckDesk
from liandong.tests.worlds.people import LI, WANG, Person


def handled(desk: CheckDesk, transaction: str, who: Person = LI, **attributes: Any) -> Handled:
    request = who.request(transaction, **attributes)
    return find_adapter(desk.rules.kind.adapter).handle(request, desk.gate.check(request))


def assert_may_travel(done: Handled) -> dict[str, str]:
    """The one sighting's fields, all of which its kind has a place for."""
    (sighting,) = done.sightings
    kind = find_kind(sighting.domain, sighting.kind)
    assert kind is not None
    assert set(sighting.fields) <= may_travel(kind)
    assert sighting.certificates == (LI.certificate,)
    return dict(sighting.fields)


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> CheckDesk:
    made = CheckDesk(tmp_path, request.param)
    made.listed(LI)
    return made


@pytest.mark.parametrize("desk", ["railway"], indirect=True)
def test_a_refused_ticket_is_a_sighting_and_a_sold_one_is_none(desk: CheckDesk) -> None:
    refused = handled(desk, "rail-ticket", train_type="G", seat_class="second", service_number="G7001", origin="苏州")
    assert isinstance(refused.outcome, Enforced)
    fields = assert_may_travel(refused)
    assert (fields["service_number"], fields["outcome"], fields["seat_class"]) == ("G7001", "REFUSED", "second")
    sold = handled(desk, "rail-ticket", train_type="D", seat_class="second")
    assert sold == Handled(NotApplicable())
    assert handled(desk, "rail-ticket", WANG, train_type="G", seat_class="second") == Handled(NotApplicable())


@pytest.mark.parametrize("desk", ["police-lodging"], indirect=True)
def test_a_registered_stay_decides_nothing_and_is_a_sighting(desk: CheckDesk) -> None:
    done = handled(desk, "lodging-check-in", place="某酒店", room="801", reference="ZS-1")
    assert done.outcome == NotApplicable()
    assert assert_may_travel(done) == {"place": "某酒店", "room": "801"}
    assert done.sightings[0].source == "ZS-1"


@pytest.mark.parametrize("desk", ["real-estate-registry"], indirect=True)
def test_a_purchase_is_refused_and_a_registered_title_is_an_asset(desk: CheckDesk) -> None:
    refused = handled(desk, "real-estate-purchase")
    assert (isinstance(refused.outcome, Enforced), refused.sightings) == (True, ())
    title = handled(
        desk, "real-estate-title", unit_number="320505001001GB00001F00010001", price="1280000.00", use="住宅"
    )
    fields = assert_may_travel(title)
    assert fields["amount"] == "1280000.00"
    assert fields["reference"] == "320505001001GB00001F00010001"


@pytest.mark.parametrize("desk", ["hotel"], indirect=True)
def test_the_generic_adapter_does_what_the_decision_says(desk: CheckDesk) -> None:
    assert isinstance(handled(desk, "hotel-check-in", star_rating=5).outcome, Enforced)  # held: no limit is configured
    assert handled(desk, "hotel-check-in", star_rating=0) == Handled(NotApplicable())


@pytest.mark.parametrize("desk", ["police-lodging"], indirect=True)
def test_a_sighting_nobody_asked_for_leaves_no_row(desk: CheckDesk) -> None:
    answer = desk.checks.decide(LI.request("lodging-check-in", place="某酒店"), desk.clock.now(), "desk")
    desk.checks.keep([answer])
    assert desk.checks.find(answer.decision.check_id) is None
    assert desk.outbox.unsent("events", 0, 10) == []
