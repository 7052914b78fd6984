"""A publisher keeps its lists on a real Kafka, and what its clerks and operators type for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from liandong.tests.simulation.backups import copied, restore
from liandong.tests.suites.upkeep import UpkeepSuite
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.court_office import COURT, JURISDICTION, CourtOffice, rows, write
from liandong.tests.worlds.waiting import until
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaPublisher
from liandong.topics.transport.ports import OutgoingRecord

LIST = names.debtor_list(JURISDICTION)


class TestUpkeepOnKafka(UpkeepSuite):
    pass


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Iterator[CourtOffice]:
    office = CourtOffice(settings.model_copy(update={"state_dir": tmp_path / "state"}))
    office.make_topics()
    office.run("participant", "publish", "--all")
    yield office
    office.close()


@contextmanager
def older(office: CourtOffice) -> Iterator[None]:
    """Behind the block the register is as it was before it."""
    backup = copied(office.settings.state_dir / "publisher" / f"{JURISDICTION}.db")
    yield
    restore(backup)


def last_versions(office: CourtOffice) -> dict[bytes, int]:
    return {one.key: one.record["version"] for one in office.log(LIST)}


def test_a_relay_answers_a_null_and_an_older_register_is_brought_level_by_the_commands_it_names(
    office: CourtOffice, tmp_path: Path
) -> None:
    file = write(tmp_path / "list.csv", rows(3))
    office.publish(file)
    entries = [whole.entry.entry_id for whole in office.register().find(COURT)]
    publisher = KafkaPublisher(office.settings, client_id="stranger")
    publisher.send(OutgoingRecord(LIST, entries[0], None))
    assert publisher.flush(10) == 0
    office.start("court", "relay")
    register = office.register()
    until(lambda: len(register.outbox.positions("state", [1, 2, 3, 4])) == 4)
    for process in office.processes:
        process.terminate()
        process.wait(30)
    with older(office):
        office.run("court", "revoke", f"ent_{entries[0].hex()}", "--reason", "WRONG_PERSON")
        office.publish(write(tmp_path / "more.csv", rows(2, seed=2)))
    refused = ("court", "shield", f"ent_{entries[1].hex()}", "--reason", "REVIEW", "--objection", "7")
    error = json.loads(office.run(*refused, "--json", code=1))
    assert error["error"]["code"] == "REGISTER_BEHIND_LOG"
    status = json.loads(liandong("status", "--json", environment=office.variables).out)
    assert "register-behind" in {each["kind"] for each in status["findings"]}
    recovered = json.loads(office.run("court", "register", "recover", "--json"))
    assert recovered == {"updates": {COURT: 3}, "entries": 2, "certificates_missing": 2}
    assert "一致" in office.run("--lang", "zh", "court", "register", "recover")
    office.run(*refused)
    assert office.publish(tmp_path / "more.csv")["corrected"] == 2
    assert sorted(last_versions(office).values()) == [1, 2, 2, 2, 2]
    numbers = [one.record["court_sequence"] for one in office.log(LIST)]
    assert sorted(set(numbers)) == list(range(1, 10))


def test_a_list_made_again_and_a_stolen_key_are_mended_by_command(office: CourtOffice, tmp_path: Path) -> None:
    office.publish(write(tmp_path / "list.csv", rows(3)))
    office.run("participant", "rotate-key", COURT, "--compromised-since", "2026-11-01T08:00")
    office.run("participant", "publish", "--all")
    listed = json.loads(office.run("court", "resign", "--json"))
    assert [each["why"] for each in listed["needed"]] == ["KEY_REVOKED"] * 3
    assert "court resign --all" in office.run("court", "resign")
    one = listed["needed"][0]["entry"]
    assert json.loads(office.run("court", "resign", one, "--json"))["signed"] == 1
    assert "2" in office.run("--lang", "zh", "court", "resign", "--all")
    assert "nothing" in office.run("court", "resign", "--all")
    assert set(last_versions(office).values()) == {2}
    office.run("participant", "new", "court-su0506", "--kind", "court", "--jurisdiction", "js")
    compared = json.loads(office.run("court", "resend", "--dry-run", "--json"))
    assert compared == {"entries": 3, "missing": 0, "replaced": 0, "sent": False}
    assert "3" in office.run("--lang", "zh", "court", "resend")
