"""A node opened by hand: its parts are stepped in any order, it is killed without being closed, and opened again."""

from pathlib import Path
from random import Random

import pytest

from liandong.consumers.acts_db.database import acts_url, open_acts
from liandong.consumers.node import desk as desks
from liandong.consumers.node.assembly import OpenAgency
from liandong.consumers.node.desk import Machine, visiting
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock
from liandong.tests.worlds.people import LI, WANG, Person, invented
from liandong.tests.worlds.railway import NODE_PARTS, RailwayPlace
from liandong.tests.worlds.town_members import COURT, RAILWAY
from liandong.topics.catalogue import names
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.worker import Part

G = {"train_type": "G", "seat_class": "second"}


class SteppedPlace(RailwayPlace):
    """The railway's nodes, stepped by a scheduler that picks among what is due."""

    def __init__(self, directory: Path) -> None:
        self.virtual = VirtualClock(SystemClock().now() + 60_000)  # the keys are older
        super().__init__(directory, self.virtual)
        self.random = Random(7)

    def work(self, *parts: Part, seconds: float = 3) -> None:
        end = self.virtual.monotonic() + seconds
        due = {id(part): self.virtual.monotonic() for part in parts}
        while True:
            now = self.virtual.monotonic()
            ready = [part for part in parts if due[id(part)] <= now]
            if ready:
                part = self.random.choice(ready)
                due[id(part)] = now + part.worker.step()
            elif now >= end:
                return
            else:
                self.virtual.pass_seconds(min(*due.values(), end) - now)

    def said(self, agency: OpenAgency, who: Person) -> str:
        """What the check desk answers, kept as the API keeps it."""
        at = self.virtual.now()
        answer = agency.desk.checks.decide(who.request("rail-ticket", **G), at, "counter")
        agency.desk.checks.keep([answer])
        return answer.decision.verdict.value

    def told(self, topic: str) -> list[dict[str, object]]:
        return [from_wire(message.value() or b"") for message in self.town.messages(topic)]


@pytest.fixture
def place(tmp_path: Path) -> SteppedPlace:
    return SteppedPlace(tmp_path)


def test_parts_stepped_in_any_order_copy_decide_tell_and_free(place: SteppedPlace) -> None:
    entry = place.listed(LI)
    place.barrier()
    agency = place.opened()
    parts = agency.parts()
    assert tuple(part.name for part in parts) == NODE_PARTS
    assert place.said(agency, LI) == "UNKNOWN"
    place.work(*parts)
    assert (place.said(agency, LI), place.said(agency, WANG)) == ("BLOCK", "ALLOW")
    place.send(place.court.relief(place.court.change(entry, Change.REVOKE, at=place.virtual.now())))
    place.barrier()
    place.work(*parts)
    assert place.said(agency, LI) == "ALLOW"
    assert sorted(str(each["outcome"]) for each in place.told(names.interceptions("js"))) == ["REFUSED", "RELEASED"]
    assert len(place.told(names.RECEIPTS)) == 2
    for part in parts:
        part.worker.close()
    agency.close()


def test_a_node_whose_clock_is_slow_tells_the_time_by_the_newest_barrier(place: SteppedPlace) -> None:
    place.listed(LI)
    place.barrier()
    agency = place.opened()
    place.work(*agency.parts())
    context, barrier_at = agency.desk.context, agency.desk.view.position("js").barrier_at
    assert context.instant().of("js") == place.virtual.now() > barrier_at
    place.virtual.time -= 3_600_000
    assert (context.instant().of("js"), context.instant().last) == (barrier_at, barrier_at)
    assert context.instant().of("cq") == place.virtual.now() < barrier_at
    agency.close()


def test_a_release_whose_relief_was_lost_is_told_once_from_the_list(place: SteppedPlace) -> None:
    entry = place.listed(LI)
    place.barrier()
    agency = place.opened()
    parts = agency.parts()
    place.work(*parts)
    assert place.said(agency, LI) == "BLOCK"
    ended = place.court.change(entry, Change.REVOKE, at=place.virtual.now())
    for lane in (place.court.message, place.court.relief):
        place.send(lane(ended))
        place.work(*parts, seconds=20)
        assert sorted(str(each["outcome"]) for each in place.told(names.interceptions("js"))) == ["REFUSED", "RELEASED"]
    agency.abandon()


def test_a_killed_node_is_opened_again_in_the_same_process_and_goes_on(place: SteppedPlace) -> None:
    place.listed(LI)
    place.barrier()
    agency = place.opened()
    place.work(*agency.parts())
    agency.abandon()
    again = place.opened()
    assert place.said(again, LI) in ("BLOCK", "REVIEW")  # the keys of the court are not read yet
    parts = again.parts()
    place.work(*parts)
    assert place.said(again, LI) == "BLOCK"
    lanes = again.desk.copy.lists.status().lanes
    assert sum(lane.applied for lane in lanes) == 1
    again.abandon()


def test_after_a_loss_of_power_the_copy_is_made_again_before_it_refuses_anybody(place: SteppedPlace) -> None:
    place.listed(LI)
    place.barrier()
    agency = place.opened()
    place.work(*agency.parts())
    agency.abandon()
    again = place.opened(boot="the second boot")
    assert place.said(again, LI) in {"UNKNOWN", "REVIEW"}  # without a copy, or by the last proven one, which is stale
    place.work(*again.parts())
    assert place.said(again, LI) == "BLOCK"
    again.abandon()


def test_after_a_loss_of_power_the_last_proven_copy_serves_as_stale(place: SteppedPlace) -> None:
    entry = place.listed(LI)
    place.barrier()
    agency = place.opened()
    place.work(*agency.parts(), seconds=10)
    agency.abandon()
    again = place.opened(boot="the second boot")
    assert again.desk.view.entry(entry) is not None
    assert again.desk.gate.stand(place.virtual.now()).stale
    assert (place.said(again, LI), place.said(again, WANG)) == ("REVIEW", "UNKNOWN")
    place.barrier()
    place.work(*again.parts())
    assert (place.said(again, LI), place.said(again, WANG)) == ("BLOCK", "ALLOW")
    again.abandon()


def test_two_nodes_of_one_agency_share_an_acts_store_and_carry_out_each_command_once(place: SteppedPlace) -> None:
    engine = open_acts(acts_url(place.town.settings, RAILWAY))
    nodes = [place.opened(node=name, engine=engine) for name in ("1", "2")]
    parts = [part for node in nodes for part in node.parts()]
    place.work(*parts)
    for seed in range(8):
        place.town.court.watch(invented(seed))
        place.work(*parts, seconds=0.3)
    place.work(*parts, seconds=60)
    assert place.town.codes() == ["00"] * 8
    nodes[0].abandon()
    assert nodes[1].desk.checks.find("chk_unknown") is None
    nodes[1].abandon()


def test_an_acts_store_that_is_away_ends_no_part(place: SteppedPlace) -> None:
    agency = place.opened()
    parts = agency.parts()
    place.work(*parts)
    file = place.town.settings.state_dir / "agencies" / RAILWAY / "acts.db"
    agency.desk.engine.dispose()
    hidden = file.with_suffix(".away")
    file.rename(hidden)
    file.mkdir()  # SQLite can open nothing there
    place.listed(LI)
    place.barrier()
    place.town.court.watch(invented(1))
    place.work(*parts, seconds=10)
    file.rmdir()
    hidden.rename(file)
    place.work(*parts, seconds=10)
    assert place.said(agency, LI) == "BLOCK"
    assert place.town.codes() == ["00"]
    assert len(place.told(names.RECEIPTS)) == 1
    agency.abandon()


def test_a_visit_lets_nobody_pass_whom_a_revoked_key_has_ended(
    place: SteppedPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "_EXAMINED_SECONDS", 1.0)
    entry_id = place.listed(LI)
    place.send(place.court.message(place.court.change(entry_id, Change.REVOKE, at=place.clock.now())))
    place.barrier()
    agency = place.opened()
    parts = agency.parts()
    place.work(*parts)
    for part in parts:
        part.worker.close()
    agency.close()
    place.town.participants.rotate(COURT, compromised_since=place.virtual.now() - 60_000)
    place.town.publish(COURT)
    machine = Machine(place.virtual, CHANCE, "the first boot")
    with visiting(place.town.settings, RAILWAY, "1", place.wire.subscriber, machine) as desk:
        decided = desk.checks.decide(LI.request("rail-ticket", **G), place.virtual.now(), "command-line").decision
    assert decided.verdict.value == "REVIEW"


def test_a_visit_decides_by_the_nodes_copy_from_outside(place: SteppedPlace) -> None:
    place.listed(LI)
    place.barrier()
    agency = place.opened()
    parts = agency.parts()
    place.work(*parts)
    for part in parts:
        part.worker.close()
    agency.close()
    machine = Machine(place.virtual, CHANCE, "the first boot")
    with visiting(place.town.settings, RAILWAY, "1", place.wire.subscriber, machine) as desk:
        decided = desk.checks.decide(LI.request("rail-ticket", **G), place.virtual.now(), "command-line").decision
    assert decided.verdict.value == "BLOCK"
