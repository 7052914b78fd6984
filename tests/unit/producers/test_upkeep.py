"""A publisher keeps its lists, on the broker in memory; its clock, what an end says, and what an answer to others counts as."""

import pytest
from sqlalchemy import Engine

from liandong.monitoring.status.register_counts import Deliveries
from liandong.producers.acts.acts import CourtRuling
from liandong.producers.upkeep.book import UpkeepBook
from liandong.schemas.wire.codec import from_wire
from liandong.tests.suites.upkeep import UpkeepSuite
from liandong.tests.worlds.court import PublishingCourt
from liandong.tests.worlds.intake_rows import ENTRY
from liandong.tests.worlds.records import NotaryScribe
from liandong.tests.worlds.upkeep import KeptLists
from liandong.topics.keys.clock_check import ClockCheck
from liandong.topics.transport.ports import Message, TopicPartition
from liandong.topics.workers.worker import AT_ONCE

_HOUR = 3_600_000


class TestUpkeepInMemory(UpkeepSuite):
    def test_old_barriers_read_behind_an_empty_poll_do_not_make_the_clock_wrong(
        self, lists: KeptLists, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As after an outage of the notary: a broker's first answer is often empty, and what comes then is not of now."""
        town = lists.town
        town.participants.new("notary-js-1", "notary", jurisdictions=["js"])
        town.publish("notary-js-1")
        notary = NotaryScribe(signer=town.participants.signer("notary-js-1"))
        town.send(*(each for number in range(5) for each in notary.barriers(1, number, town.clock.now())))
        town.clock.time += _HOUR
        lists.restart()
        lists.directory.refresh()
        own_lists = lists.keeper._lists
        answers: list[list[tuple[TopicPartition, Message]]] = [[]]
        read = own_lists.read
        monkeypatch.setattr(own_lists, "read", lambda: answers.pop() if answers else read())
        lists.compare()
        while lists.keeper.step() == AT_ONCE:
            pass
        assert not answers
        assert lists.publish(lists.rows(1)).accepted == 1


@pytest.mark.parametrize(
    ("heard", "off"),
    [
        ([], 0),
        ([("a", 2_000), ("a", 3_000)], 0),
        ([("a", -_HOUR)], 0),  # one barrier alone says nothing
        ([("a", -_HOUR), ("a", -_HOUR)], -_HOUR),
        ([("a", _HOUR), ("a", _HOUR + 4_000)], _HOUR),
        ([("a", _HOUR), ("a", _HOUR), ("b", 0), ("b", 1_000)], 0),  # it is the other's clock that is off
        ([("a", _HOUR), ("a", _HOUR), ("a", 1_000)], 0),  # old ones came late
        ([("a", -_HOUR)] * 2 + [("a", 100)] * 5, 0),
        ([("a", 119_000), ("a", 119_000)], 0),
    ],
)
def test_a_clock_is_off_if_no_notary_agrees_with_it(heard: list[tuple[str, int]], off: int) -> None:
    check, now = ClockCheck(), 1_795_000_000_000
    for notary, offset in heard:
        check.hear(notary, now - offset, now)
    assert check.off_ms == off


def test_an_end_says_nothing_of_a_person(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    entry_id = court.entry_id(ENTRY)
    court.acts.revoke(entry_id, CourtRuling("WRONG_PERSON"))
    [whole] = court.register.find(court.court, entry_id=entry_id)
    record = from_wire(whole.body)
    assert (record["identities"], record["name"], record["case_number"], record["decision_number"]) == ([], "", "", "")
    assert len(whole.body) < 250  # of which 72 are the proof
    for personal in (ENTRY["name"], ENTRY["certificate_number"], ENTRY["case_number"]):
        assert personal.encode() not in whole.body


def test_what_is_sent_again_is_counted_as_no_update(court: PublishingCourt, engine: Engine) -> None:
    court.publish(ENTRY)
    entry_id = court.entry_id(ENTRY)
    assert UpkeepBook(court.register, "js").send_again([entry_id]) == 1
    court.acts.shield(entry_id, CourtRuling("REVIEW", objection="（2026）苏0505执异7号"))
    outstanding = Deliveries("js", court.register).outstanding({}, 0, 0)
    assert (outstanding.accepted, outstanding.applied) == (2, 0)
    assert court.register.engine is engine
