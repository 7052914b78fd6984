"""What clients do while the broker cannot be reached, on whichever transport.

That only one client is cut off, and that the answer to an append is held back or lost, cannot be brought about on a real
Kafka at will; the tests of the broker in memory have it, and `tests/chaos/test_broker_killed.py` shows the promise on a
real one: a publisher whose broker dies with appends in flight neither doubles nor reorders them.
"""

import pytest

from liandong.tests.worlds.traffic import TOPIC, Outcomes, from_start, publish, read, record, turn
from liandong.tests.worlds.waiting import PATIENCE
from liandong.tests.worlds.wires import OutageWire
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.ports import END, Delivered, TopicPartition

AT = TopicPartition(TOPIC, 0)


class OutageSuite:
    """Inherit, and give a fixture `mortal`."""

    def test_while_the_broker_is_away_questions_fail_and_what_was_given_waits(self, mortal: OutageWire) -> None:
        mortal.create(TOPIC, partitions=1)
        publisher, outcomes = mortal.publisher(), Outcomes()
        publish(publisher, [record(b"k", b"%d" % n) for n in range(3)])
        reader, member = mortal.subscriber(), mortal.subscriber("g-outage")
        mine: set[TopicPartition] = set()
        from_start(reader)
        member.subscribe([TOPIC], mine.update, mine.difference_update)
        read(reader, 3)
        read(member, 3)
        mortal.stop()
        for value in (b"3", b"4"):
            publisher.send(record(b"k", value), outcomes.append)
        assert publisher.flush(0.2) == 2
        assert reader.poll(10, 0.2) == []
        for question in (
            lambda: reader.partitions(TOPIC),
            lambda: reader.watermarks(AT),
            lambda: reader.watermarks_aside(AT),
            lambda: reader.assign({AT: END}),
            lambda: member.commit({AT: 1}),
        ):
            with pytest.raises(BrokerUnreachable):
                question()
        reader.assign({AT: 1})  # asks nobody
        mortal.let_session_end()
        turn(lambda: not mine, member)  # it must believe that others have its partitions
        assert outcomes == []
        mortal.start()
        assert publisher.flush(PATIENCE) == 0
        assert [one.offset for one in outcomes if isinstance(one, Delivered)] == [3, 4]
        assert [m.value() for m in read(reader, 4)] == [b"1", b"2", b"3", b"4"]
        assert [m.offset() for m in read(member, 5)] == [0, 1, 2, 3, 4]
        assert mine == {AT}
