"""What a notary must do, on whichever transport."""

import dataclasses
import os
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from liandong.monitoring.notary.tally_store import TallyLocked
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.codec import decode, to_wire
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, unframe
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.copying import PARTITIONS, TOPICS
from liandong.tests.worlds.jurisdiction import (
    LIST,
    WatchedJurisdiction,
    assert_chain,
    assert_equal_to_a_recount,
    assert_roots_of_a_recount,
    changed_lanes,
)
from liandong.tests.worlds.records import CourtScribe, Model, NotaryScribe, PublisherScribe, registered, verify_from
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord

NOTARY_LABELS = {"jurisdiction": "js", "notary": "notary-js-1"}


class NotarySuite:
    """Behaviour of a notary; needs the fixture `wire`."""

    @pytest.fixture
    def world(self, wire: Wire, tmp_path: Path) -> WatchedJurisdiction:
        return WatchedJurisdiction(wire, tmp_path)

    def test_heads_say_what_a_recount_of_the_log_below_their_offsets_says(self, world: WatchedJurisdiction) -> None:
        entries = [world.court.include() for _ in range(30)]
        world.publish(*entries)
        notary = world.notary()
        world.barrier(notary)
        ids = list(world.court.entries)
        world.publish(*(world.court.change(each, Change.REVOKE) for each in ids[:7]))
        world.publish(world.canary())
        world.barrier(notary)
        world.publish(*(world.court.change(each, Change.SHIELD) for each in ids[10:13]))
        world.barrier(notary)
        heads = world.heads()
        assert len(heads) >= 3
        assert_chain(heads)
        assert heads[0]["previous"] == bytes(32)
        for head in heads:
            assert_equal_to_a_recount(world, head)
            assert head["valid_until"] == head["issued_at"] + 60_000
        assert sum(row["records"] for row in heads[-1]["lanes"]) == 31
        assert sum(row["live"] for row in heads[-1]["lanes"]) == 23
        (row,) = heads[-1]["courts"]
        assert (row["court"], row["contiguous"], row["highest"], row["live"]) == ("court-su0505", 40, 40, 23)

    def test_records_between_the_markers_of_two_barriers_are_in_the_head_they_stand_below(
        self, world: WatchedJurisdiction
    ) -> None:
        notary = world.notary()
        for turn in range(100):
            if turn >= 15 and len(world.heads()) >= 5:
                break
            world.publish(*(world.court.include() for _ in range(4)))
            world.clock.pass_seconds(1)
            notary.step()
            notary.wait(0.5)
            notary.step()
            world.publish(*(world.court.include() for _ in range(3)))
        world.barrier(notary)
        heads = world.heads()
        assert len(heads) >= 5
        assert_chain(heads)
        for head in heads:
            assert_equal_to_a_recount(world, head)

    @pytest.mark.parametrize("runs", [True, False])
    def test_a_list_that_was_made_again_is_counted_anew(self, world: WatchedJurisdiction, runs: bool) -> None:
        """`runs`: while the notary does; else before it is started again."""
        world.publish(*(world.court.include() for _ in range(9)))
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        if not runs:
            notary.close()
        world.wire.delete(LIST)
        for _ in range(5 * runs):
            world.clock.pass_seconds(1)
            notary.step()
        world.wire.create(LIST, partitions=PARTITIONS)
        if not runs:
            notary = world.notary()
        world.publish(*(world.court.include() for _ in range(4)))

        def counts_anew() -> bool:
            """It learns in its own time that the topic is another one; what it signs until then nobody finds equal."""
            world.clock.pass_seconds(1)
            counted = sum(lane.records for lane in notary._tally.lanes.values())
            return notary.head_number > int(before["number"]) and counted == 4

        world.until(counts_anew, notary)
        world.barrier(notary)
        newest = world.heads()[-1]
        assert_equal_to_a_recount(world, newest)
        assert {row["topic_id"] for row in newest["lanes"]} != {row["topic_id"] for row in before["lanes"]}

    def test_every_partition_of_both_lists_and_the_relief_lane_gets_a_signed_marker(
        self, world: WatchedJurisdiction
    ) -> None:
        notary = world.notary()
        world.barrier(notary)
        for topic in TOPICS:
            markers = world.log(topic)
            assert {message.partition() for message in markers} == set(range(PARTITIONS))
            for message in markers:
                fingerprint, body = unframe(message.value() or b"")
                barrier = decode(fingerprint, body)
                verify_from(body, "barrier", world.keys, "notary-js-1", barrier["issued_at"])
                assert message.key() == b"barrier/notary-js-1"
                assert (barrier["topic"], barrier["partition"]) == (topic, message.partition())

    def test_a_notary_goes_on_with_number_chain_and_tally_after_a_restart(self, world: WatchedJurisdiction) -> None:
        world.publish(*(world.court.include() for _ in range(9)))
        notary = world.notary()
        world.barrier(notary)
        notary.close()
        world.publish(*(world.court.include() for _ in range(4)))
        again = world.notary()
        world.barrier(again)
        heads = world.heads()
        assert_chain(heads)
        assert_equal_to_a_recount(world, heads[-1])
        assert sum(row["records"] for row in heads[-1]["lanes"]) == 13

    def test_a_notary_that_lost_its_disk_uses_no_number_twice_and_goes_on_with_its_chain(
        self, world: WatchedJurisdiction
    ) -> None:
        world.publish(*(world.court.include() for _ in range(9)))
        notary = world.notary()
        world.barrier(notary)
        notary.close()
        again = world.notary(disk="new")
        world.barrier(again)
        heads = world.heads()
        assert_chain(heads)
        assert_equal_to_a_recount(world, heads[-1])
        (row,) = heads[-1]["courts"]
        assert (row["contiguous"], row["highest"]) == (9, 9)

    def test_a_head_whose_fingerprint_is_no_hexadecimal_stops_no_notary(self, world: WatchedJurisdiction) -> None:
        broken = OutgoingRecord(
            names.heads("js"), b"k", b"\x00\x00\x00\x00\x01body", ((FINGERPRINT_HEADER, b"no number"),)
        )
        world.send(broken)
        world.publish(world.court.include())
        notary = world.notary()
        assert notary.live

    def test_two_notaries_agree_without_knowing_of_each_other(self, world: WatchedJurisdiction) -> None:
        first, second = world.notary("notary-js-1"), world.notary("notary-js-2")
        world.publish(*(world.court.include() for _ in range(10)))
        world.barrier(first, second)
        world.barrier(first, second)
        one, two = world.heads("notary-js-1"), world.heads("notary-js-2")
        assert_chain(one)
        assert_chain(two)
        assert [row["digest"] for row in one[-1]["lanes"]] == [row["digest"] for row in two[-1]["lanes"]]
        assert_equal_to_a_recount(world, two[-1])

    def test_a_second_process_with_its_tally_is_stopped(self, world: WatchedJurisdiction) -> None:
        first = world.notary()
        with pytest.raises(TallyLocked, match="notary-js-1"):
            world.notary()
        world.barrier(first)

    def test_a_twin_on_another_machine_is_told_with_number_and_place_and_both_go_on(
        self, world: WatchedJurisdiction
    ) -> None:
        first = world.notary()
        world.barrier(first)
        elsewhere = world.notary(disk="other-machine")
        for _ in range(2):
            world.barrier(elsewhere)
            world.barrier(first)
        (found, *others) = world.findings("notary-twin")
        assert {each["list"] for each in (found, *others)} == set(names.state_topics("js"))
        assert 0 < found["low"] <= found["high"]
        assert found["at"] <= world.clock.now()
        (at,) = (
            one
            for one in world.log(found["list"])
            if (one.partition(), one.offset()) == (found["partition"], found["offset"])
        )
        told = decode(*unframe(at.value() or b""))
        assert (told["notary"], told["number"] <= found["high"]) == ("notary-js-1", True)
        assert world.alarms("notary-twin") > 0
        numbers = [head["number"] for head in world.heads()]
        assert len(set(numbers)) < len(numbers)  # two heads of one number: whoever watches names it

    def test_an_older_state_that_is_put_back_is_told_with_the_numbers_it_did_not_know(
        self, world: WatchedJurisdiction, tmp_path: Path
    ) -> None:
        notary = world.notary()
        world.barrier(notary)
        notary.close()
        known, disk = world.heads()[-1]["number"], world.directory / "disk"
        shutil.copytree(disk, tmp_path / "backup")
        notary = world.notary()
        for _ in range(3):
            world.publish(world.court.include())
            world.barrier(notary)
        assert world.findings("notary-restored") == []
        notary.close()
        signed = world.heads()[-1]["number"]
        shutil.rmtree(disk)
        shutil.copytree(tmp_path / "backup", disk)
        again = world.notary()
        world.barrier(again)
        (found,) = world.findings("notary-restored")
        assert (found["low"], found["high"], found["count"]) == (known + 1, signed, signed - known)
        assert_chain(world.heads())
        assert_equal_to_a_recount(world, world.heads()[-1])
        again.close()
        world.barrier(world.notary())
        assert world.findings("notary-restored") == [found], "a start in order is none"

    def test_a_barrier_of_its_own_again_is_a_replay_and_nothing_else(self, world: WatchedJurisdiction) -> None:
        notary = world.notary()
        world.barrier(notary)
        world.barrier(notary)
        genuine = [one for topic in names.state_topics("js") for one in world.log(topic)]
        place = world.wire.subscriber()
        copies = [
            OutgoingRecord(place.topic_of(one), one.key(), one.value() or b"", partition=one.partition())
            for one in genuine
        ]
        world.send(*copies, *copies[::-1])
        world.publish(world.court.include())
        world.barrier(notary)
        assert_chain(world.heads())
        assert_equal_to_a_recount(world, world.heads()[-1])
        assert world.alarms("replay") == 2 * len(copies)
        assert world.report()["findings"] == []
        notary.close()
        again = world.notary()
        world.send(*copies)
        world.barrier(again)
        assert world.report()["findings"] == []
        assert_chain(world.heads())

    def test_a_barrier_under_its_key_that_it_never_sent_is_told_and_cuts_nothing(
        self, world: WatchedJurisdiction
    ) -> None:
        thief = NotaryScribe(signer=world.signers["notary-js-1"])
        topic, notary = names.debtor_list("js"), world.notary()
        world.barrier(notary)
        newest = world.heads()[-1]["number"]
        for number in (newest + 1, newest + 1_000, (1 << 63) - 1):
            world.send(thief.barrier(topic, 1, number))
        world.publish(*(world.court.include() for _ in range(3)))
        world.barrier(notary)
        world.barrier(notary)
        heads = world.heads()
        assert_chain(heads)
        assert [head["number"] for head in heads[-2:]] == [newest + 1, newest + 2]
        for head in heads[-2:]:
            assert_equal_to_a_recount(world, head)
        (found,) = world.findings("notary-twin")
        assert (found["list"], found["partition"], found["count"]) == (topic, 1, 3)
        assert (found["low"], found["high"]) == (newest + 1, (1 << 63) - 1)
        notary.close()
        again = world.notary()
        world.barrier(again)
        assert_chain(world.heads())
        assert world.findings("notary-twin") == [found]

    def test_a_head_under_its_key_of_the_highest_number_there_is_keeps_it_from_nothing(
        self, world: WatchedJurisdiction
    ) -> None:
        thief = NotaryScribe(signer=world.signers["notary-js-1"])
        world.send(thief.head((1 << 63) - 1, []))
        notary = world.notary()
        world.barrier(notary)
        assert world.heads()[-1]["number"] < 1_000

    def test_a_report_says_where_the_markers_of_its_barrier_stand_in_the_relief_lane(
        self, world: WatchedJurisdiction
    ) -> None:
        notary = world.notary()
        world.barrier(notary)
        found: dict[int, int] = {}
        for _ in range(10):  # the broker may not have confirmed a marker when the report of its barrier goes out
            world.barrier(notary)
            report = world.report()
            found = {row["partition"]: row["offset"] for row in report["relief"]}
            if len(found) == PARTITIONS:
                break
        assert found.keys() == set(range(PARTITIONS))
        for marker in world.log(names.relief("js")):
            told = decode(*unframe(marker.value() or b""))
            assert (told["number"] == report["number"]) == (found[marker.partition()] == marker.offset())

    def test_a_number_used_twice_is_told_with_court_and_numbers_until_a_week_is_over(
        self, world: WatchedJurisdiction
    ) -> None:
        first, second, third = (world.court.include() for _ in range(3))
        notary = world.notary()
        world.publish(first, second, third, first, third)  # the same again is no second use
        world.barrier(notary)
        assert world.report()["findings"] == []
        world.court.sequence -= 2
        world.publish(world.court.include(), world.court.include())
        world.barrier(notary)
        (found,) = world.report()["findings"]
        assert (found["kind"], found["list"], found["court"]) == ("sequence-duplicate", LIST, "court-su0505")
        assert (found["low"], found["high"], found["count"]) == (2, 3, 2)
        notary.close()
        again = world.notary()
        world.barrier(again)
        assert world.report()["findings"] == [found]
        again.close()
        with_new_disk = world.notary(disk="new")
        world.barrier(with_new_disk)
        (lost, counted) = world.report()["findings"]
        assert (lost["kind"], lost["low"]) == ("notary-restored", 1), "its state was lost with the disk"
        assert (counted["low"], counted["high"], counted["count"]) == (2, 3, 2)
        world.clock.pass_seconds(7 * 86_400 + 60)
        world.barrier(with_new_disk)
        world.barrier(with_new_disk)
        assert world.report()["findings"] == []

    def test_two_contents_of_one_version_are_told_with_court_and_version(self, world: WatchedJurisdiction) -> None:
        body = world.court.include()
        notary = world.notary()
        entry = next(iter(world.court.entries))
        world.publish(body, world.court.forged(body, name="某人"))
        world.barrier(notary)
        assert world.findings("version-conflict") == []  # what its court did not sign is not its doing
        before = dict(world.court.entries[entry])
        world.publish(world.court.change(entry, Change.CORRECT))
        world.court.entries[entry] = before
        world.publish(world.court.change(entry, Change.REVOKE))
        world.barrier(notary)
        (found,) = world.findings("version-conflict")
        assert (found["court"], found["low"], found["high"], found["count"]) == ("court-su0505", 2, 2, 1)

    def test_numbers_that_stay_missing_are_told_with_court_and_numbers_until_they_come(
        self, world: WatchedJurisdiction
    ) -> None:
        bodies = [world.court.include() for _ in range(9)]
        notary = world.notary()
        world.publish(*bodies[:2], *bodies[4:6], *bodies[7:])
        world.barrier(notary)
        assert world.findings("sequence-gap") == []  # they may be on their way
        world.clock.pass_seconds(61)
        world.barrier(notary)
        world.barrier(notary)
        (found,) = world.findings("sequence-gap")
        assert (found["court"], found["low"], found["high"], found["count"]) == ("court-su0505", 3, 4, 3)
        world.publish(*bodies)
        world.barrier(notary)
        assert world.findings("sequence-gap") == []

    @pytest.mark.parametrize("in_its_name", [True, False])
    @pytest.mark.parametrize("kind", ["court", "above", "agency", "notary", "publisher", "nobody"])
    def test_a_forgery_opens_no_gap_and_takes_no_number(
        self, world: WatchedJurisdiction, kind: str, in_its_name: bool
    ) -> None:
        """`in_its_name`: in that of the court whose entry it is about, else in that of whose key it is."""
        forger = CourtScribe(court="somebody-js")
        if kind != "nobody":
            registered_as = "court" if kind == "above" else kind
            key = registered(forger.signer, forger.court, registered_as, "js")
            world.keys.known[key.key_id] = key
        if kind == "above":
            world.keys.superiors[world.court.court] = [forger.court]
        notary, own = world.notary(), world.court.court
        world.publish(world.court.include(), world.court.include())
        entry = next(iter(world.court.entries))
        forger.entries[entry] = world.court.entries[entry] | {"court": own if in_its_name else forger.court}
        forger.sequence = 2
        bodies = [forger.change(entry, Change.CORRECT, claim_amount=str(each)) for each in range(2)]
        forger.sequence = 9
        world.publish(*bodies, forger.change(entry, Change.CORRECT))
        world.publish(*(world.court.include() for _ in range(2)))
        for _ in range(3):
            world.barrier(notary)
            world.clock.pass_seconds(61)
        told = {(each["kind"], each["court"]): each for each in world.report()["findings"]}
        if in_its_name and kind == "above":  # it may speak in that name: what it numbers is in that court's sequence
            assert sorted(told) == [("sequence-duplicate", own), ("sequence-gap", own)]
            assert (told["sequence-gap", own]["low"], told["sequence-gap", own]["high"]) == (5, 9)
        elif in_its_name or kind not in {"court", "above"}:
            assert told == {}
        elif kind == "above":  # it may speak, and what is missing below its number is its own
            assert [(kind, court) for kind, court in told] == [("sequence-gap", forger.court)]
            (gap,) = told.values()
            assert (gap["low"], gap["high"], gap["count"]) == (1, 2, 7)
        else:
            assert list(told) == [("foreign-record", forger.court)]
            (found,) = told.values()
            assert (found["low"], found["high"], found["count"]) == (3, 10, 3)
            (last,) = (each for each in world.log(LIST) if each.value() == world.court.message(bodies[-1]).value)
            assert found["partition"] == last.partition()

    def test_what_a_court_says_of_an_entry_that_a_court_above_has_taken_leaves_no_gap(
        self, world: WatchedJurisdiction
    ) -> None:
        above = CourtScribe(court="somebody-js")
        world.keys.known[above.signer.key_id] = registered(above.signer, above.court, "court", "js")
        world.keys.superiors[world.court.court] = [above.court]
        notary = world.notary()
        world.publish(world.court.include())
        entry = next(iter(world.court.entries))
        above.entries[entry] = world.court.entries[entry] | {"court": above.court}
        world.publish(above.change(entry, Change.SHIELD))
        world.court.entries[entry] |= {"version": 2}
        world.publish(world.court.change(entry, Change.REVOKE), world.court.include())
        for _ in range(3):
            world.barrier(notary)
            world.clock.pass_seconds(61)
        assert world.report()["findings"] == []

    def test_the_gap_a_stolen_key_opened_is_told_with_its_place_and_closes_when_the_key_is_revoked(
        self, world: WatchedJurisdiction
    ) -> None:
        thief = CourtScribe(signer=world.court.signer, sequence=7)
        notary = world.notary()
        world.publish(world.court.include(), world.court.include(), forged := thief.include())
        for _ in range(3):
            world.barrier(notary)
            world.clock.pass_seconds(61)
        (gap,) = world.report()["findings"]
        (record,) = (each for each in world.log(LIST) if each.value() == world.court.message(forged).value)
        assert (gap["kind"], gap["court"], gap["low"], gap["high"]) == ("sequence-gap", world.court.court, 3, 7)
        assert (gap["partition"], gap["offset"]) == (record.partition(), record.offset())
        lost = world.court.public_key
        world.keys.known[lost.key_id] = dataclasses.replace(lost, revoked_at=world.clock.now() - 1)
        world.court.signer = Ed25519Signer(os.urandom(32))
        world.keys.known[world.court.signer.key_id] = world.court.public_key
        for _ in range(2):
            world.barrier(notary)
        assert world.report()["findings"] == []
        notary.close()
        again = world.notary()
        world.publish(*(world.court.include() for _ in range(8)))  # its own eighth among them
        world.barrier(again)
        world.clock.pass_seconds(61)
        world.barrier(again)
        assert world.report()["findings"] == []

    def test_a_record_lost_before_the_log_shows_in_the_courts_sequence(self, world: WatchedJurisdiction) -> None:
        bodies = [world.court.include() for _ in range(6)]
        world.publish(*bodies[:2], *bodies[4:])
        notary = world.notary()
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["contiguous"], row["highest"]) == (2, 6)
        labels = {"jurisdiction": "js", "notary": "notary-js-1", "court": "court-su0505", "topic": row["list"]}
        assert world.metric("liandong_court_sequence_gaps", **labels) == 2
        world.publish(*bodies[2:4])
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["contiguous"], row["highest"]) == (6, 6)
        assert world.metric("liandong_court_sequence_gaps", **labels) == 0

    def test_a_checkpoint_that_says_what_the_log_holds_is_no_finding_and_no_entry(
        self, world: WatchedJurisdiction
    ) -> None:
        world.publish(*(world.court.include() for _ in range(6)))
        world.publish(world.court.change(next(iter(world.court.entries)), Change.REVOKE))
        world.checkpoint(1, highest=7, live=5)
        world.publish(world.court.include())  # behind it: not of this one
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        (row,) = head["courts"]
        assert (row["published"], row["highest"], row["live"], row["live_missing"]) == (7, 8, 6, 0)
        assert_equal_to_a_recount(world, head)
        for reason in ("checkpoint", "lost-tail", "live"):
            assert not world.alarms(reason)

    def test_a_lost_tail_is_named_with_court_and_numbers_also_after_a_restart(self, world: WatchedJurisdiction) -> None:
        bodies = [world.court.include() for _ in range(6)]
        world.publish(*bodies[:4])
        notary = world.notary()
        world.checkpoint(1, highest=6, live=6)
        world.barrier(notary)
        for _ in range(2):
            (row,) = world.heads()[-1]["courts"]
            assert (row["published"], row["highest"], row["contiguous"], row["live_missing"]) == (6, 4, 4, 2)
            labels = {**NOTARY_LABELS, "court": "court-su0505", "topic": row["list"]}
            assert world.metric("liandong_court_tail_lost", **labels) == 2
            assert world.alarms("lost-tail") == 1
            notary.close()
            notary = world.notary()
            world.barrier(notary)
        world.publish(*bodies[4:])
        world.checkpoint(2, highest=6, live=6)
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["published"], row["highest"], row["live_missing"]) == (6, 6, 0)
        assert world.metric("liandong_court_tail_lost", **labels) == 0

    def test_live_entries_that_differ_at_a_checkpoint_are_told(self, world: WatchedJurisdiction) -> None:
        world.publish(*(world.court.include() for _ in range(5)))
        notary = world.notary()
        world.checkpoint(1, highest=5, live=3)
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["published"], row["highest"], row["live_missing"]) == (5, 5, -2)
        assert world.alarms("live") == 1

    def test_a_court_nothing_at_all_arrived_of_is_named(self, world: WatchedJurisdiction) -> None:
        notary = world.notary()
        world.checkpoint(1, highest=3, live=3, topic=names.orders("js"))
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["list"], row["court"], row["published"], row["highest"]) == (
            names.orders("js"), "court-su0505", 3, 0,
        )  # fmt: skip

    def test_a_checkpoint_counts_once_it_was_passed_in_all_partitions(self, world: WatchedJurisdiction) -> None:
        world.publish(*(world.court.include() for _ in range(3)))
        notary = world.notary()
        courts = {"court-su0505": (9, 9)}
        markers = [world.scribe.checkpoint(names.debtor_list("js"), each, 1, courts) for each in range(PARTITIONS)]
        world.send(*markers[1:])
        world.barrier(notary)
        assert world.heads()[-1]["courts"][0]["published"] == 0
        notary.close()
        notary = world.notary()
        world.send(markers[0])
        world.barrier(notary)
        assert world.heads()[-1]["courts"][0]["published"] == 9

    def test_forged_replayed_garbage_and_null_checkpoints_change_nothing_and_are_counted(
        self, world: WatchedJurisdiction
    ) -> None:
        topic, other = names.debtor_list("js"), PublisherScribe(publisher="publisher-cq", jurisdiction="cq")
        world.keys.known[other.public_key.key_id] = other.public_key
        world.publish(*(world.court.include() for _ in range(4)))
        world.checkpoint(7, highest=4, live=4)
        notary = world.notary()
        forged = PublisherScribe(signer=world.court.signer, epoch=world.scribe.epoch)
        courts = {"court-su0505": (99, 99)}
        world.send(
            forged.checkpoint(topic, 0, 8, courts),  # a court's key
            PublisherScribe(epoch=world.scribe.epoch).checkpoint(topic, 0, 8, courts),  # nobody's key
            other.checkpoint(topic, 0, 8, courts),  # of another jurisdiction
            other.checkpoint(topic, 0, 8, courts, jurisdiction="js"),
            world.scribe.checkpoint(topic, 0, 6, courts),  # an old one again
            replace(world.scribe.checkpoint(topic, 0, 8, courts), partition=1),  # in another partition
            replace(world.scribe.checkpoint(names.orders("js"), 1, 8, courts), topic=topic),  # in another list
            OutgoingRecord(topic, b"checkpoint/publisher-js", to_wire("court-checkpoint", b"\xff" * 90), partition=0),
        )
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["published"], row["highest"], row["live_missing"]) == (4, 4, 0)
        assert world.alarms("checkpoint") == 8
        world.send(OutgoingRecord(topic, b"checkpoint/publisher-js", None, partition=0))
        world.send(OutgoingRecord(topic, b"checkpoint/publisher-js", b"junk", partition=0))
        world.barrier(notary)
        assert world.alarms("key") == 2
        assert sum(row["records"] for row in world.heads()[-1]["lanes"]) == 4

    def test_a_register_made_anew_counts_from_one_again_and_the_old_one_no_more(
        self, world: WatchedJurisdiction
    ) -> None:
        world.publish(*(world.court.include() for _ in range(4)))
        notary = world.notary()
        world.checkpoint(7, highest=4, live=4)
        former, world.scribe.epoch = world.scribe.epoch, CHANCE.ordered_id()
        world.checkpoint(1, highest=5, live=5)
        world.barrier(notary)
        assert world.heads()[-1]["courts"][0]["published"] == 5
        world.checkpoint(8, highest=9, live=9, epoch=former)
        world.barrier(notary)
        assert world.heads()[-1]["courts"][0]["published"] == 5
        assert world.alarms("checkpoint") == PARTITIONS

    def test_a_barrier_says_how_far_its_notary_knew_the_keys(self, world: WatchedJurisdiction) -> None:
        notary = world.notary()
        world.barrier(notary)
        before = world.keys.mark()
        newcomer = CourtScribe(court="court-su0999").public_key
        world.keys.known[newcomer.key_id] = newcomer
        world.barrier(notary)
        told = [decode(*unframe(one.value() or b"")) for one in world.log(names.debtor_list("js"))]
        marks = {each["number"]: (each["register_offset"], each["register_hash"]) for each in told}
        after = world.keys.mark()
        assert (marks[min(marks)], marks[max(marks)]) == ((before.offset, before.hash), (after.offset, after.hash))
        assert before.hash != after.hash

    def test_a_barrier_shows_what_revokes_keys_here_until_it_stands_in_its_partition_and_now_and_then(
        self, world: WatchedJurisdiction
    ) -> None:
        notary = world.notary()
        world.barrier(notary)
        for lost in (world.court.public_key, world.stranger.public_key):
            world.keys.known[lost.key_id] = dataclasses.replace(lost, revoked_at=world.clock.now() + 500)
        for _ in range(62):
            world.barrier(notary)
        shown = world.keys.revoking(world.court.signer.key_id)
        for lane in (names.debtor_list("js"), names.relief("js")):
            for partition in range(PARTITIONS):
                told = [decode(*unframe(one.value() or b"")) for one in world.log(lane) if one.partition() == partition]
                assert all(each["shows_revocations"] for each in told)
                numbers = [each["number"] for each in told if each["revocations"] == [shown]]
                first = told[0]["number"]
                assert numbers == [first + 1, 60], lane
                assert sum(map(len, (each["revocations"] for each in told))) == len(numbers)

    def test_a_lower_version_behind_a_higher_one_rings_and_changes_nothing(self, world: WatchedJurisdiction) -> None:
        first = world.court.include()
        entry = next(iter(world.court.entries))
        world.publish(first, world.court.change(entry, Change.REVOKE))
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        world.publish(first)
        world.barrier(notary)
        after = world.heads()[-1]
        assert world.metric("liandong_lower_versions_total", jurisdiction="js", notary="notary-js-1") == 1
        assert changed_lanes(after, before) == 0

    def test_a_redelivered_record_is_no_alarm(self, world: WatchedJurisdiction) -> None:
        body = world.court.include()
        world.publish(body, body)
        notary = world.notary()
        world.barrier(notary)
        assert world.metric("liandong_lower_versions_total", jurisdiction="js", notary="notary-js-1") == 0
        assert world.alarms("conflict") == 0

    def test_a_forged_end_of_an_entry_is_refused_and_a_forged_new_entry_is_only_suspicious(
        self, world: WatchedJurisdiction
    ) -> None:
        body = world.court.include()
        entry = next(iter(world.court.entries))
        revoked = world.court.change(entry, Change.REVOKE)
        world.publish(body)
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        world.publish(world.court.forged(revoked, reason="forged"))
        world.barrier(notary)
        after = world.heads()[-1]
        assert changed_lanes(after, before) == 0
        assert world.alarms("signature") == 1
        world.publish(world.court.forged(world.court.include(), name="某人"))
        world.barrier(notary)
        last = world.heads()[-1]
        assert sum(row["records"] for row in last["lanes"]) == 2
        assert changed_lanes(last, after) == 1
        assert world.alarms("signature") == 2
        assert last["courts"][0]["highest"] == 1

    def test_a_court_of_another_jurisdiction_cannot_end_an_entry_here(self, world: WatchedJurisdiction) -> None:
        body = world.court.include()
        world.publish(body)
        entry = next(iter(world.court.entries))
        stranger = CourtScribe(court=world.stranger.court, jurisdiction="js", signer=world.stranger.signer)
        stranger.entries[entry] = world.court.entries[entry] | {"court": stranger.court}
        world.publish(stranger.change(entry, Change.REVOKE))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert world.alarms("signature") == 1
        assert sum(row["live"] for row in head["lanes"]) == 1

    def test_what_a_court_signed_and_nobody_can_read_has_a_leaf_of_its_own(self, world: WatchedJurisdiction) -> None:
        body = world.court.include()
        message = world.court.message(body)
        world.send(message)
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        (entry_id,) = world.court.entries
        world.send(OutgoingRecord(message.topic, message.key, b"\xc3\x01" + b"unknown!" + b"whatever"))
        world.barrier(notary)
        assert changed_lanes(world.heads()[-1], before) == 0
        later = world.court.later(world.court.change(entry_id, Change.EXTEND))
        world.send(OutgoingRecord(message.topic, message.key, later))
        world.barrier(notary)
        after = world.heads()[-1]
        assert changed_lanes(after, before) == 1
        assert sum(row["live"] for row in after["lanes"]) == 0
        assert world.alarms("opaque") == 2
        world.publish(world.court.change(entry_id, Change.CORRECT))
        world.barrier(notary)
        mended = world.heads()[-1]
        assert sum(row["live"] for row in mended["lanes"]) == 1

    def test_a_null_value_changes_nothing_and_rings(self, world: WatchedJurisdiction) -> None:
        bodies = [world.court.include() for _ in range(2)]
        ended = list(world.court.entries)[1]
        messages = [world.court.message(body) for body in bodies]
        world.publish(*bodies, world.court.change(ended, Change.DELETE))
        world.send(*(OutgoingRecord(message.topic, message.key, None) for message in messages))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert (sum(row["records"] for row in head["lanes"]), sum(row["live"] for row in head["lanes"])) == (2, 1)
        assert world.alarms("tombstone") == 2
        world.publish(bodies[0])
        world.barrier(notary)
        assert changed_lanes(world.heads()[-1], head) == 0

    def test_a_record_under_the_key_of_another_is_bytes_nobody_can_read(self, world: WatchedJurisdiction) -> None:
        message = world.court.message(world.court.include())
        world.send(OutgoingRecord(message.topic, b"another key", message.value, partition=0))
        world.send(OutgoingRecord(message.topic, None, message.value, partition=0))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert (sum(row["records"] for row in head["lanes"]), sum(row["live"] for row in head["lanes"])) == (0, 0)
        assert (world.alarms("opaque"), world.alarms("key")) == (1, 1)

    def test_a_forged_new_entry_is_replaced_by_the_real_one_of_the_same_version(
        self, world: WatchedJurisdiction
    ) -> None:
        body = world.court.include()
        world.publish(world.court.forged(body, name="某人"))
        notary = world.notary()
        world.barrier(notary)
        forged = world.heads()[-1]
        world.publish(body)
        world.barrier(notary)
        healed = world.heads()[-1]
        assert changed_lanes(healed, forged) == 1
        lane = next(
            new for new, old in zip(healed["lanes"], forged["lanes"], strict=True) if new["digest"] != old["digest"]
        )
        model = Model()
        model.apply(body)
        assert (lane["digest"], lane["records"]) == (model.digest(), 1)
        assert world.alarms("conflict") == 1

    def test_a_record_whose_numbers_are_no_numbers_stops_nobody(self, world: WatchedJurisdiction) -> None:
        strange = to_wire("list-record", world.court.include(status=1 << 40))
        world.send(OutgoingRecord(names.debtor_list("js"), next(iter(world.court.entries)), strange))
        world.publish(world.court.include(record_class=1 << 40))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert sum(row["records"] for row in head["lanes"]) == 1
        assert world.alarms("opaque") == 1

    def test_every_hour_a_head_shows_the_live_entries_as_they_were_at_one_barrier(
        self, world: WatchedJurisdiction
    ) -> None:
        world.publish(*(world.court.include() for _ in range(3)))
        notary = world.notary()
        world.barrier(notary)
        shown = world.heads()[-1]
        world.publish(world.court.change(next(iter(world.court.entries)), Change.REVOKE))
        world.publish(world.canary())
        world.barrier(notary)
        world.barrier(notary)
        heads = world.heads()
        assert [head["snapshot_barrier"] for head in heads] == [-1, shown["number"], -1]
        assert_roots_of_a_recount(world, heads[1], shown)
        world.clock.pass_seconds(3_600)
        world.barrier(notary)
        world.barrier(notary)
        *_, at_the_hour, after = world.heads()
        assert (at_the_hour["snapshot_barrier"], after["snapshot_barrier"]) == (-1, at_the_hour["number"])
        assert_roots_of_a_recount(world, after, at_the_hour)
        assert sum(row["entries"] for row in after["snapshot"]) == 2

    def test_a_head_says_which_topics_it_is_about(self, world: WatchedJurisdiction) -> None:
        notary = world.notary()
        world.barrier(notary)
        subscriber = world.wire.subscriber()
        own = {topic: subscriber.topic_id(topic) for topic in names.state_topics("js")}
        assert {row["topic"]: row["topic_id"] for row in world.heads()[-1]["lanes"]} == own

    def test_orders_are_counted_in_their_own_list(self, world: WatchedJurisdiction) -> None:
        world.publish(*(world.court.include(instrument=Instrument.CONSUMPTION_ORDER) for _ in range(3)))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert [(row["list"], row["live"]) for row in head["courts"]] == [(names.orders("js"), 3)]
        assert_equal_to_a_recount(world, head)
