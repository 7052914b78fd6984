"""An event whose court has no sealing key yet waits in the acts store, sealed to the agency, and is told as soon as it can be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.consumers.acts_db.sending import AgencyEvent, SealedPart, send_or_keep, send_waiting
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import open_sealed
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, OTHER_COURT, RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory

SITE = "苏州站三号窗口"


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[TownAgency]:
    made = TownAgency(Town(MemoryWire(), tmp_path), RAILWAY)
    yield made
    made.engine.dispose()


def interception(agency: TownAgency, court: str = COURT) -> AgencyEvent:
    handle, now = agency.context.chance.random_id(), agency.town.clock.now()
    fields = {
        "event_id": handle, "jurisdiction": "js", "court": court, "outcome": "REFUSED", "rule_version": "1",
        "day": "2026-11-27", "record_class": 0,
    }  # fmt: skip
    detail = {
        "entry_id": bytes(16), "entry_version": 1, "measure": "rail-gd-all", "notary": "notary-js-1", "barrier": 1,
        "check_id": "chk_1", "occurred_at": now, "transaction": "rail-ticket", "site": SITE, "attributes": {},
        "traceparent": "",
    }  # fmt: skip
    sealed = SealedPart("interception-detail", detail)
    return AgencyEvent("interception", names.interceptions("js"), handle, now, fields, sealed)


def without_keys(agency: TownAgency) -> KeyDirectory:
    """The register of a node that has just started and read nothing."""
    town = agency.town
    return KeyDirectory(town.participants.root_public_key, town.wire.subscriber(), town.clock)


def told(agency: TownAgency) -> list[dict[str, object]]:
    agency.relay()
    keys = agency.town.participants.sealing_keys(COURT)
    return [
        open_sealed(one["sealed"], sealing_context("interception", one["event_id"]), *keys)
        for one in agency.town.records(names.interceptions("js"))
    ]


def test_what_cannot_be_told_at_the_start_is_told_once_when_keys_are_known(agency: TownAgency) -> None:
    starting = replace(agency.context, directory=without_keys(agency))
    event = interception(agency)
    with agency.engine.begin() as connection:
        send_or_keep(connection, starting, [event])
        assert send_waiting(connection, starting).gone == 0
    assert told(agency) == []
    for _ in range(2):
        with agency.engine.begin() as connection:
            send_waiting(connection, agency.context)
    assert [one["site"] for one in told(agency)] == [SITE]


def test_what_waits_stands_nowhere_in_the_clear(agency: TownAgency) -> None:
    starting = replace(agency.context, directory=without_keys(agency))
    with agency.engine.begin() as connection:
        send_or_keep(connection, starting, [interception(agency)])
    agency.engine.dispose()
    files = [path.read_bytes() for path in agency.path.parent.glob("acts.db*")]
    assert files
    assert not any(SITE.encode() in content for content in files)


def test_a_court_that_has_no_key_at_all_keeps_nobody_elses_waiting(agency: TownAgency) -> None:
    starting = replace(agency.context, directory=without_keys(agency))
    with agency.engine.begin() as connection:
        send_or_keep(connection, starting, [interception(agency, "court-unknown"), interception(agency, OTHER_COURT)])
    with agency.engine.begin() as connection:
        assert send_waiting(connection, agency.context).gone == 1
        assert send_waiting(connection, agency.context).gone == 0


def test_what_waits_is_kept_while_the_file_of_its_key_is_lost_holds_up_nobody_and_is_told_once_it_is_back(
    agency: TownAgency,
) -> None:
    """A machine lost power, and its sealing keys were gone until somebody gave them back."""
    starting = replace(agency.context, directory=without_keys(agency))
    lost = 150
    with agency.engine.begin() as connection:
        send_or_keep(connection, starting, [interception(agency) for _ in range(lost)])
    file = agency.town.participants.file(agency.context.agency, "sealing.key")
    content = file.read_bytes()
    file.write_bytes(b"")
    agency.town.participants.renew(agency.context.agency)
    with agency.engine.begin() as connection:
        send_or_keep(connection, starting, [interception(agency)])
    for gone in (1, 0):
        with agency.engine.begin() as connection:
            assert send_waiting(connection, agency.context) == (gone, lost)
    file.write_bytes(content)
    for told in ((100, 0), (50, 0), (0, 0)):
        with agency.engine.begin() as connection:
            assert send_waiting(connection, agency.context) == told


def test_what_waits_goes_with_a_key_that_was_erased(agency: TownAgency) -> None:
    starting = replace(agency.context, directory=without_keys(agency))
    with agency.engine.begin() as connection:
        send_or_keep(connection, starting, [interception(agency)])
    file = agency.town.participants.sealing_keys(agency.context.agency)
    file.overwrite(file.lines())
    for told in ((1, 0), (0, 0)):
        with agency.engine.begin() as connection:
            assert send_waiting(connection, agency.context) == told
