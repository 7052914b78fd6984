"""Wrongful block-seconds are counted while everything works, and only then."""

from unittest.mock import patch

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.agency import NodeProcess
from liandong.tests.simulation.deeds.clerk import Acts, Publishes
from liandong.tests.simulation.people import COURTS, Listing
from liandong.tests.simulation.running import town
from liandong.tests.worlds.clock import NOW

COURT, _ = COURTS
LISTS = Publishes(COURT, (Listing(COURT, 1, "LIST_ENTRY", 1, date_of_ms(NOW)),))


def test_a_gate_that_goes_on_stopping_is_counted_unless_something_is_broken() -> None:
    with town(0) as world:
        world.everybody_works(3)
        LISTS.do(world)
        world.everybody_works(3)
        Acts(COURT, Change.REVOKE, 0).do(world)
        world.everybody_works(12)
        assert world.counters["looks in calm at somebody freed"] > 0
        assert world.calm.wrongful_block_ms == 0
        with patch.object(NodeProcess, "stops", return_value=True):
            world.everybody_works(1)
            counted = world.calm.wrongful_block_ms
            assert counted == 1000 * len(world.nodes)
            next(iter(world.nodes.values())).cut_off(cut=True)
            world.everybody_works(1)
        assert world.calm.wrongful_block_ms == counted
