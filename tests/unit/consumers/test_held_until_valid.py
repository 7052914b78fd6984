"""While the agency's key is not valid by its clock nothing is signed, sent or numbered; what there is to tell is told afterwards, once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.sending import AgencyEvent, SealedPart, send, send_unsigned
from liandong.consumers.interceptions.batches import Batches
from liandong.consumers.node.held_relay import HeldRelay
from liandong.tests.unit.consumers.test_waiting_events import interception
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.signing_time import SigningTime

_FEEDBACK = names.feedback("js")


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[TownAgency]:
    made = TownAgency(Town(MemoryWire(), tmp_path), RAILWAY)
    yield made
    made.engine.dispose()


@pytest.fixture
def slow(agency: TownAgency) -> AgencyContext:
    """The agency by a clock of before its key's first day."""
    return replace(agency.context, clock=HandClock(1))


def feedback(agency: TownAgency, handle: bytes) -> AgencyEvent:
    now = agency.town.clock.now()
    fields = {
        "feedback_id": handle, "command_id": handle, "jurisdiction": "js", "court": COURT, "kind": "WATCH", "code": "DONE",
        "due_at": 0, "at": now,
    }  # fmt: skip
    return AgencyEvent(
        "control-feedback",
        _FEEDBACK,
        handle,
        now,
        fields,
        SealedPart("feedback-detail", {"message": "", "details": {}}),
    )


def test_an_answer_waits_unsigned_and_is_given_once(agency: TownAgency, slow: AgencyContext) -> None:
    handle = agency.context.chance.random_id()
    for _ in range(2):  # the command is sent again, and answered again
        with agency.engine.begin() as connection:
            send(connection, slow, feedback(agency, handle))
            assert send_unsigned(connection, slow) == 0
    agency.relay()
    assert agency.town.records(_FEEDBACK) == []
    with agency.engine.begin() as connection:
        assert send_unsigned(connection, agency.context) == 1
    agency.relay()
    [told] = agency.town.messages(_FEEDBACK)
    assert told.key() == handle


def test_a_batch_waits_for_the_clock_and_leaves_apart_from_answers(agency: TownAgency, slow: AgencyContext) -> None:
    clock, handle = HandClock(1), agency.context.chance.random_id()
    batches = Batches(replace(slow, clock=clock), agency.engine)
    with agency.engine.begin() as connection:
        send(connection, slow, interception(agency))
        send(connection, slow, feedback(agency, handle))
    clock.time += 60_000
    for _ in range(3):
        batches.step()
    assert agency.rows()["held_events"] == 2
    clock.time = agency.town.clock.now()
    for _ in range(3):
        batches.step()
    assert agency.rows()["held_events"] == 1
    agency.relay()
    assert len(agency.town.messages(names.interceptions("js"))) == 1


class _Relay:
    """A relay that counts."""

    failure: Exception | None = None

    def __init__(self) -> None:
        self.steps = self.closings = 0

    def step(self) -> float:
        self.steps += 1
        return 1.0

    def wait(self, _seconds: float) -> bool:
        return False

    def close(self) -> None:
        self.closings += 1


def test_a_relay_sends_nothing_meanwhile_gives_its_lease_back_once_and_goes_on(agency: TownAgency) -> None:
    clock, relay = HandClock(1), _Relay()
    signing = SigningTime(RAILWAY, agency.context.signer.key_id, agency.context.directory, clock)
    held = HeldRelay(relay, signing)
    for _ in range(3):
        signing.step()
        held.step()
    assert (relay.steps, relay.closings, held.failure is signing.failure) == (0, 1, True)
    clock.time = agency.town.clock.now()
    signing.step()
    held.step()
    assert (relay.steps, relay.closings, held.failure) == (1, 1, None)
