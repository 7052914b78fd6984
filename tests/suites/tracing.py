"""What tracing an entry must do, on whichever transport."""

from pathlib import Path
from typing import Any

import pytest

from liandong.monitoring.notary.notary import Notary
from liandong.monitoring.trace.count import RootDiffers
from liandong.monitoring.trace.head_pair import SnapshotMissing
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.codec import to_wire
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.records import NotaryScribe
from liandong.tests.worlds.traced import TracedJurisdiction
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord


class TracingSuite:
    """Behaviour of `liandong trace`; needs the fixture `wire`."""

    @pytest.fixture
    def world(self, wire: Wire, tmp_path: Path) -> TracedJurisdiction:
        return TracedJurisdiction(wire, tmp_path)

    def snapshot(self, world: TracedJurisdiction, notary: Notary) -> dict[str, Any]:
        """Let the notary show what is live now; the head of the barrier it is shown at."""
        world.clock.pass_seconds(3_600)
        before = len(world.heads())
        for _ in range(3):
            world.barrier(notary)
        heads = world.heads()[before:]
        shown = next(head["snapshot_barrier"] for head in heads if head["snapshot_barrier"] >= 0)
        return next(head for head in heads if head["number"] == shown)

    def test_a_live_entry_is_proven_at_its_barrier_with_what_came_later(self, world: TracedJurisdiction) -> None:
        world.publish(*(world.court.include() for _ in range(20)))
        entries = list(world.court.entries)
        world.publish(*(world.court.change(each, Change.SHIELD) for each in entries[5:8]))
        notary = world.notary()
        shown = self.snapshot(world, notary)
        world.publish(world.court.change(entries[0], Change.SHIELD), world.court.change(entries[0], Change.REVOKE))
        for entry_id in entries:
            found = world.proven(world.make(entry_id).proof)
            state = "shielded" if entry_id in entries[5:8] else "active"
            assert (found.state, found.barrier, found.at) == (state, shown["number"], shown["issued_at"])
            assert (found.notary, found.jurisdiction, found.entry) == ("notary-js-1", "js", f"ent_{entry_id.hex()}")
            later = ["shielded", "revoked"] if entry_id == entries[0] else []
            assert [each.state for each in found.later] == later

    def test_what_was_deleted_before_and_revoked_after_a_snapshot_is_proven_too(
        self, world: TracedJurisdiction
    ) -> None:
        world.publish(*(world.court.include() for _ in range(3)))
        entry_id = next(iter(world.court.entries))
        world.publish(world.court.change(entry_id, Change.DELETE))
        self.snapshot(world, world.notary())
        world.publish(world.court.change(entry_id, Change.REVOKE))
        found = world.proven(world.make(entry_id).proof)
        assert found.record is not None
        assert (found.state, found.record.state) == ("not-live", "deleted")
        assert [each.state for each in found.later] == ["revoked"]

    def test_an_entry_that_was_not_live_is_proven_missing_between_its_neighbours(
        self, world: TracedJurisdiction
    ) -> None:
        first = CHANCE.ordered_id()
        world.publish(*(world.court.include() for _ in range(12)))
        entries = list(world.court.entries)
        world.publish(*(world.court.change(each, Change.REVOKE) for each in entries[3:6]))
        world.publish(world.court.include(record_class=1))
        canary = list(world.court.entries)[-1]
        notary = world.notary()
        self.snapshot(world, notary)
        world.publish(world.court.include())
        begun = list(world.court.entries)[-1]
        for entry_id in entries[3:6]:
            found = world.proven(world.make(entry_id).proof)
            assert (found.state, found.later) == ("not-live", ())
            assert found.record is not None
            assert found.record.state == "revoked"
        found = world.proven(world.make(begun).proof)
        assert (found.state, found.record, [each.state for each in found.later]) == ("not-live", None, ["active"])
        for never in (first, CHANCE.ordered_id(), bytes(16), b"\xff" * 16):
            found = world.proven(world.make(never).proof)
            assert (found.state, found.record, found.later) == ("not-live", None, ())
        assert world.proven(world.make(canary).proof).state == "not-live"

    def test_orders_are_looked_for_in_their_own_list(self, world: TracedJurisdiction) -> None:
        world.publish(world.court.include(instrument=Instrument.CONSUMPTION_ORDER))
        (order,) = world.court.entries
        self.snapshot(world, world.notary())
        made = world.make(order, "ord")
        assert made.proof.topic == names.orders("js")
        assert (world.proven(made.proof).state, world.proven(made.proof).entry) == ("active", f"ord_{order.hex()}")
        assert world.proven(world.make(order).proof).state == "not-live"

    def test_what_no_court_signed_is_left_out_and_counted(self, world: TracedJurisdiction) -> None:
        body = world.court.include()
        world.publish(body)
        (entry_id,) = world.court.entries
        self.snapshot(world, world.notary())
        world.publish(world.court.forged(world.court.change(entry_id, Change.REVOKE), reason="forged"))
        world.publish(body)  # a redelivery is no later record
        made = world.make(entry_id)
        assert (made.refused, world.proven(made.proof).later) == (1, ())

    def test_an_entry_nobody_signed_is_not_among_the_live_ones(self, world: TracedJurisdiction) -> None:
        world.publish(world.court.forged(world.court.include(), name="某人"))
        (entry_id,) = world.court.entries
        self.snapshot(world, world.notary())
        made = world.make(entry_id)
        assert made.refused == 1
        assert world.proven(made.proof).state == "not-live"

    def test_an_entry_that_could_not_be_read_then_is_not_among_the_live_ones(self, world: TracedJurisdiction) -> None:
        message = world.court.message(world.court.include())
        (entry_id,) = world.court.entries
        later = world.court.later(world.court.change(entry_id, Change.EXTEND))
        world.send(message, OutgoingRecord(message.topic, message.key, later))
        self.snapshot(world, world.notary())
        found = world.proven(world.make(entry_id).proof)
        assert (found.state, found.record) == ("not-live", None)

    def test_without_a_snapshot_or_with_another_log_there_is_no_proof(self, world: TracedJurisdiction) -> None:
        world.publish(world.court.include())
        (entry_id,) = world.court.entries
        with pytest.raises(SnapshotMissing):
            world.make(entry_id)
        self.snapshot(world, world.notary())
        made = world.make(entry_id)
        scribe = NotaryScribe(signer=world.signers["notary-js-2"], notary="notary-js-2")
        lanes = [row | {"live": row["live"]} for row in world.heads()[-1]["lanes"]]
        rows = [
            {"topic": row["topic"], "partition": row["partition"], "root": bytes(32), "entries": row["live"]}
            for row in lanes
        ]
        at = world.clock.now() + 1
        world.send(scribe.head(1, lanes, issued_at=at))
        world.send(scribe.head(2, lanes, issued_at=at, snapshot_barrier=1, snapshot=rows))
        with pytest.raises(RootDiffers):
            world.make(entry_id)
        assert world.proven(made.proof).state == "active"

    def test_heads_nobody_may_trust_and_keys_the_root_did_not_sign_change_nothing(
        self, world: TracedJurisdiction
    ) -> None:
        world.publish(world.court.include())
        (entry_id,) = world.court.entries
        self.snapshot(world, world.notary())
        before = world.make(entry_id).proof
        scribe, at = NotaryScribe(notary="notary-js-1"), world.clock.now() + 1
        lanes = world.heads()[-1]["lanes"]
        world.send(scribe.head(900, lanes, issued_at=at), OutgoingRecord(names.heads("js"), b"k", b"garbage"))
        world.send(scribe.head(901, lanes, issued_at=at, snapshot_barrier=900, snapshot=[]))
        world.register(world.court.public_key, by=scribe.signer)
        world.send(OutgoingRecord(names.KEYS, b"k", to_wire("list-record", world.court.include())))
        assert world.make(entry_id).proof == before
