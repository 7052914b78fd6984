"""What subscribers of a group do, on whichever transport."""

from collections.abc import Iterable

import pytest

from liandong.tests.suites.transport_reading import out_of_range
from liandong.tests.worlds.traffic import TOPIC, publish, read, record, turn
from liandong.tests.worlds.wires import Wire
from liandong.topics.transport.errors import CommitRefused
from liandong.topics.transport.ports import BEGINNING, Message, TopicPartition


class GroupSuite:
    """Inherit, and give a fixture `wire`."""

    def test_a_new_group_starts_at_the_beginning_and_resumes_where_it_committed(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(10)])
        first = wire.subscriber("g-resume")
        first.subscribe([TOPIC])
        assert [m.offset() for m in read(first, 10)] == list(range(10))
        first.commit({TopicPartition(TOPIC, 0): 6})
        first.close()
        second = wire.subscriber("g-resume")
        second.subscribe([TOPIC])
        assert [m.offset() for m in read(second, 4)] == [6, 7, 8, 9]
        second.close()

    def test_commits_of_a_hand_assigned_reader_reach_its_group(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(5)])
        by_hand = wire.subscriber("g-hand")
        by_hand.assign({TopicPartition(TOPIC, 0): BEGINNING})
        read(by_hand, 5)
        by_hand.commit({TopicPartition(TOPIC, 0): 3})
        by_hand.close()
        member = wire.subscriber("g-hand")
        member.subscribe([TOPIC])
        assert [m.offset() for m in read(member, 2)] == [3, 4]
        member.close()

    def test_a_member_reads_on_where_it_is_moved_to_and_not_where_the_group_committed(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(10)])
        at, mine = TopicPartition(TOPIC, 0), set[TopicPartition]()
        first = wire.subscriber("g-move")
        first.subscribe([TOPIC])
        read(first, 10)
        first.commit({at: 8})
        first.close()
        second = wire.subscriber("g-move")
        second.subscribe([TOPIC], mine.update)
        assert [m.offset() for m in read(second, 2)] == [8, 9]
        assert mine == {at}
        second.move({at: 3, TopicPartition(TOPIC, 7): 0})  # what it does not have stays with whoever has it
        assert [m.offset() for m in read(second, 7)] == [3, 4, 5, 6, 7, 8, 9]
        second.move({at: BEGINNING})
        assert [m.offset() for m in read(second, 10)] == list(range(10))
        second.move({at: 10})
        assert second.poll(10, 0.3) == []
        second.close()

    def test_a_member_that_is_moved_out_of_the_log_hears_it_and_can_be_moved_back(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(3)])
        at = TopicPartition(TOPIC, 0)
        member = wire.subscriber("g-outside")
        member.subscribe([TOPIC])
        read(member, 3)
        member.commit({at: 3})
        member.move({at: 99})
        assert out_of_range(member).at == at
        member.move({at: 1})
        assert [m.offset() for m in read(member, 2)] == [1, 2]
        member.close()

    def test_a_note_beside_an_offset_is_everybodys_of_the_group_and_the_last_one_counts(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=2)
        one, two = wire.subscriber("g-note"), wire.subscriber("g-note")
        at, other = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
        assert one.note(at) == ""
        one.commit({at: 0}, "first 一")
        assert (two.note(at), two.note(other)) == ("first 一", "")
        two.commit({at: 0}, "second")
        assert one.note(at) == "second"
        assert wire.subscriber("g-other").note(at) == ""

    def test_two_members_share_the_partitions_and_one_inherits(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=4)
        everything = {TopicPartition(TOPIC, number) for number in range(4)}
        mine: set[TopicPartition] = set()
        yours: set[TopicPartition] = set()
        one, two = wire.subscriber("g-share"), wire.subscriber("g-share")
        one.subscribe([TOPIC], mine.update, mine.difference_update)
        turn(lambda: mine == everything, one)
        two.subscribe([TOPIC], yours.update, yours.difference_update)
        turn(lambda: len(mine) == 2 and mine | yours == everything, one, two)
        assert not mine & yours
        publish(wire.publisher(), [record(b"%d" % n, b"x", partition=n % 4) for n in range(40)])
        found = read(one, 20) + read(two, 20)
        assert len({(m.partition(), m.offset()) for m in found}) == 40
        one.commit(dict.fromkeys(mine, 10))
        two.close()
        assert yours == set()
        until_all_mine = read(one, 20)
        assert mine == everything
        assert {m.partition() for m in until_all_mine} == {m.partition() for m in found[20:]}
        one.close()
        assert mine == set()

    def test_a_partition_that_moved_away_cannot_be_committed(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        member = wire.subscriber("g-foreign")
        mine: set[TopicPartition] = set()
        member.subscribe([TOPIC], mine.update)
        turn(lambda: bool(mine), member)
        stranger = wire.subscriber("g-foreign")
        with pytest.raises(CommitRefused):
            stranger.commit({TopicPartition(TOPIC, 0): 1})
        member.close()

    def test_a_partition_given_up_in_the_middle_of_a_batch_cannot_be_committed(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=2)
        publish(wire.publisher(), [record(b"%d" % n, b"x", partition=n % 2) for n in range(10)])
        mine: set[TopicPartition] = set()
        yours: set[TopicPartition] = set()
        one, two = wire.subscriber("g-batch"), wire.subscriber("g-batch")
        one.subscribe([TOPIC], mine.update, mine.difference_update)
        read(one, 10)
        batch = dict.fromkeys(mine, 5)
        two.subscribe([TOPIC], yours.update, yours.difference_update)
        two.poll(10, 0.3)
        one.commit(dict.fromkeys(batch, 3))  # the group waits for its owner, whose commit still counts
        turn(lambda: len(mine) == 1, one)
        (gone,) = batch.keys() - mine
        with pytest.raises(CommitRefused):
            one.commit(batch)
        again: list[Message] = []  # from where it was committed, not from the batch's end
        while len(again) < 2:
            again += two.poll(10, 0.1)
            assert one.poll(10, 0.05) == []
        assert yours == {gone}
        assert [(m.partition(), m.offset()) for m in again] == [(gone.partition, 3), (gone.partition, 4)]
        one.commit(dict.fromkeys(mine, 5))
        with pytest.raises(CommitRefused):
            one.commit({gone: 5})

    def test_a_silent_member_is_put_out_and_learns_when_it_polls(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=2)
        publish(wire.publisher(), [record(b"%d" % n, b"x", partition=n % 2) for n in range(10)])
        everything = {TopicPartition(TOPIC, number) for number in range(2)}
        mine: set[TopicPartition] = set()
        silent, heir = wire.hasty("g-silent"), wire.subscriber("g-silent")
        silent.subscribe([TOPIC], mine.update, mine.difference_update)
        read(silent, 10)
        silent.commit(dict.fromkeys(everything, 4))
        wire.let_expire()
        yours: set[TopicPartition] = set()
        heir.subscribe([TOPIC], yours.update, yours.difference_update)
        assert {m.offset() for m in read(heir, 2)} == {4}
        assert (mine, yours) == (everything, everything)
        with pytest.raises(CommitRefused):
            silent.commit(dict.fromkeys(everything, 5))
        turn(lambda: not mine, silent)
        heir.commit(dict.fromkeys(everything, 5))
        turn(lambda: len(mine) == len(yours) == 1, silent, heir)
        assert not mine & yours

    def test_a_listener_that_fails_is_heard(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        member = wire.subscriber("g-listener")

        def fails(_: Iterable[TopicPartition]) -> None:
            raise KeyError("the listener's mistake")

        member.subscribe([TOPIC], fails)
        with pytest.raises(KeyError, match="the listener's mistake"):
            turn(lambda: False, member)
        member.close()

    def test_groups_do_not_disturb_each_other(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        publish(wire.publisher(), [record(b"k", b"x")])
        for group in ("g-left", "g-right"):
            member = wire.subscriber(group)
            member.subscribe([TOPIC])
            read(member, 1)
            member.commit({TopicPartition(TOPIC, 0): 1})
            member.close()

    def test_what_needs_a_group_says_so(self, wire: Wire) -> None:
        wire.create(TOPIC, partitions=1)
        subscriber = wire.subscriber()
        with pytest.raises(ValueError, match="group"):
            subscriber.subscribe([TOPIC])
        with pytest.raises(ValueError, match="group"):
            subscriber.commit({TopicPartition(TOPIC, 0): 1})
