"""The status names whose sealing keys run out, before anybody is sealed to a key that is kept too long."""

from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.monitoring.service.status_source import StatusSource
from liandong.monitoring.status.document import StatusQuery
from liandong.schemas.law.retention import Period
from liandong.schemas.wire.intl import INTL
from liandong.tests.simulation.people import COURTS
from liandong.tests.worlds.suited import HIGH_COURT, RAILWAY, SuitedTown
from liandong.topics.keys.participants import ESCROW

OWNERS = {*COURTS, HIGH_COURT, RAILWAY, ESCROW}
"""Who opens anything."""
Found = Callable[[], dict[str, int]]


@pytest.fixture
def town(tmp_path: Path) -> SuitedTown:
    return SuitedTown(tmp_path, INTL)


@pytest.fixture
def found(town: SuitedTown) -> Found:
    """Months left of everybody whom the status names."""
    monitoring = town.monitoring()
    source = StatusSource(monitoring)

    def looked() -> dict[str, int]:
        town.work(monitoring.register, source.part)
        with source.current() as status:
            findings = status.document(StatusQuery())["findings"]
        return {each["participant"]: each["months_left"] for each in findings if each["kind"] == "keys-run-out"}

    return looked


def to_month(town: SuitedTown, months: int) -> None:
    """It becomes the second day of a month that many after this one."""
    start = Period.at(town.clock.now()).later(months).start + 86_400_000
    town.clock.pass_seconds((start - town.clock.now()) / 1000)


def test_nobody_is_named_while_two_months_are_left_and_everybody_once_they_are_not(
    town: SuitedTown, found: Found
) -> None:
    assert found() == {}
    to_month(town, 1)
    assert found() == dict.fromkeys(OWNERS, 1)
    to_month(town, 1)
    assert found() == dict.fromkeys(OWNERS, 0)
    to_month(town, 4)
    assert found() == dict.fromkeys(OWNERS, -1)


def test_who_has_renewed_and_published_is_named_no_more_nor_who_has_retired(town: SuitedTown, found: Found) -> None:
    to_month(town, 2)
    town.participants.renew(COURTS[0])
    assert COURTS[0] in found(), "nobody can be sealed to a key that is not published"
    town.publish(COURTS[0])
    town.participants.retire(RAILWAY)
    town.publish(RAILWAY)
    town.clock.pass_seconds(2)
    assert found().keys() == OWNERS - {COURTS[0], RAILWAY}
