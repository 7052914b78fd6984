"""Which nodes of an agency are at work: on one machine locks tell, between machines what each notes beside an offset."""

from pathlib import Path

import pytest

from liandong.consumers.node.locks import NodeRefused, is_running, lock_node
from liandong.consumers.node.presence import NodeName, Presence, group_of_nodes
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.broker import MemoryBroker

AGENCY = "railway-js"


class Nodes:
    """Nodes of one agency on machines of their own."""

    def __init__(self) -> None:
        self.clock = VirtualClock(1_790_000_000_000)
        self.broker = MemoryBroker(clock=self.clock)
        self.broker.create(names.commands(AGENCY), 1)
        self._started = 0

    def node(self, name: str, store: str = "") -> Presence:
        self._started += 1
        incarnation = f"{99 - self._started:032x}"  # of a clock that was set back: later starts have lower ones
        subscriber = self.broker.subscriber(group_of_nodes(AGENCY), client_id=f"{name} {self._started}")
        return Presence(NodeName(AGENCY, name, incarnation, store), subscriber, self.clock)

    def work(self, seconds: float, *nodes: Presence) -> None:
        run_for(self.clock, seconds, *nodes)


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


def test_a_node_acts_once_it_has_looked_for_others_and_not_before(nodes: Nodes) -> None:
    nodes.broker.stop()
    one = nodes.node("1")
    nodes.work(10, one)
    assert not one.may_act()
    nodes.broker.start()
    nodes.work(2, one)
    assert one.may_act()


def test_of_two_nodes_of_one_name_the_older_stops_and_both_are_named(nodes: Nodes) -> None:
    older = nodes.node("1")
    nodes.work(1, older)
    newer = nodes.node("1")
    nodes.work(6, older, newer)
    assert (older.may_act(), newer.may_act()) == (False, True)
    assert older.twin is not None
    assert older.twin._asdict() == {"own": older._me.incarnation, "other": newer._me.incarnation}
    nodes.work(60, older, newer)
    assert (older.may_act(), newer.may_act()) == (False, True)


def test_a_node_that_was_replaced_reports_for_a_moment_each_minute_so_that_the_monitor_hears_both(nodes: Nodes) -> None:
    older = nodes.node("1")
    nodes.work(1, older)
    newer = nodes.node("1")
    nodes.work(6, older, newer)
    reports = []
    for _ in range(120):
        nodes.work(1, older, newer)
        reports.append(older.may_report())
        assert newer.may_report()
    assert 18 <= sum(reports) <= 22
    assert not any(reports[:40])


def test_two_that_start_in_the_same_moment_agree_which_of_them_acts(nodes: Nodes) -> None:
    pair = [nodes.node("1"), nodes.node("1")]
    noted = pair[0]._read()
    for each in pair:
        each._read = lambda: noted  # type: ignore[method-assign]
        each.step()
        del each._read
    nodes.work(20, *pair)
    assert sorted(each.may_act() for each in pair) == [False, True]


def test_a_node_that_was_killed_is_no_twin_of_the_next_one(nodes: Nodes) -> None:
    killed = nodes.node("1")
    nodes.work(11, killed)
    again = nodes.node("1")
    nodes.work(1, again)
    assert again.may_act()
    nodes.work(60, again)
    assert again.may_act()


def test_a_second_node_with_an_acts_store_of_its_own_ends_and_the_first_goes_on(nodes: Nodes) -> None:
    first = nodes.node("1")
    nodes.work(1, first)
    second = nodes.node("2")
    with pytest.raises(NodeRefused) as refused:
        nodes.work(20, first, second)
    assert refused.value.code == "ACTS_NOT_SHARED"
    assert (first.may_act(), second.may_act()) == (True, False)
    nodes.work(60, first)
    assert first.may_act()


def test_a_second_node_beside_one_that_shares_its_store_is_welcome(nodes: Nodes) -> None:
    pair = [nodes.node("1", "one store"), nodes.node("2", "one store")]
    nodes.work(60, *pair)
    assert [each.may_act() for each in pair] == [True, True]


def test_a_node_beside_one_that_is_gone_waits_until_that_is_sure(nodes: Nodes) -> None:
    gone = nodes.node("2")
    nodes.work(11, gone)
    one = nodes.node("1")
    nodes.work(10, one)
    assert not one.may_act()
    nodes.work(20, one)
    assert one.may_act()
    assert set(one._read()) == {"1"}


def test_what_nobody_can_read_is_overwritten(nodes: Nodes) -> None:
    one = nodes.node("1")
    one._subscriber.commit({one._at: 0}, "not json")
    nodes.work(1, one)
    assert one.may_act()
    assert set(one._read()) == {"1"}


def test_on_one_machine_a_node_runs_once(tmp_path: Path) -> None:
    folder = tmp_path / AGENCY
    with lock_node(folder, "1", is_shared=True):
        assert is_running(folder)
        with pytest.raises(NodeRefused) as refused:
            lock_node(folder, "1", is_shared=True)
        assert refused.value.code == "NODE_RUNNING"
        lock_node(folder, "2", is_shared=True).close()
    assert not is_running(folder)
    lock_node(folder, "1", is_shared=True).close()


def test_without_a_shared_acts_store_a_second_node_refuses(tmp_path: Path) -> None:
    folder = tmp_path / AGENCY
    with lock_node(folder, "1", is_shared=False), pytest.raises(NodeRefused) as refused:
        lock_node(folder, "2", is_shared=False)
    assert refused.value.code == "ACTS_URL_NEEDED"
    lock_node(folder, "2", is_shared=False).close()
