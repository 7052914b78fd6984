"""Releases that are told from the list: page by page, once, and again after a store was away."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from liandong.consumers.gate.hits import handle_of
from liandong.consumers.interceptions.missed_releases import MissedReleases
from liandong.consumers.interceptions.recent_releases import HandledVersion, remember
from liandong.consumers.interceptions.releases import OpenHit, note_open
from liandong.consumers.replication.listed_entry import ListedEntry
from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change, Status
from liandong.schemas.wire.codec import decode_prefix
from liandong.schemas.wire.framing import unframe
from liandong.tests.suites.releases import SUBJECT, relief
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.storage.faults import DatabaseUnavailable


@pytest.fixture
def railway(tmp_path: Path) -> TownAgency:
    return TownAgency(Town(MemoryWire(), tmp_path / "town"), RAILWAY)


def listed(railway: TownAgency, entry_id: bytes, signed_by: str = COURT) -> ListedEntry:
    """An entry as the list has it now: its court has revoked it."""
    record = relief(railway.town, 2, Status.REVOKED, Change.REVOKE, entry_id=entry_id, signed_by=signed_by)
    fingerprint, body = unframe(record.value or b"")
    return ListedEntry(entry_id, decode_prefix(body), body, False, "state", "js", fingerprint)  # noqa: FBT003


def stopped(railway: TownAgency, entry_id: bytes) -> None:
    """Somebody was stopped under the entry's first version."""
    place = ("rail-gd-all", "v1", "notary-js-1", 7, 0, handle_of(SUBJECT), "chk_1", "rail-ticket", "苏州站")
    with railway.engine.begin() as connection:
        note_open(connection, railway.context, [OpenHit(CHANCE.random_id(), entry_id, 1, "js", COURT, *place)])


def told(railway: TownAgency) -> int:
    railway.relay()
    return railway.town.count(names.interceptions("js"))


class Away:
    """An engine whose first use fails, as that of a server that restarts."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._asked = engine, 0

    def connect(self) -> object:
        self._asked += 1
        if self._asked == 1:
            raise DatabaseUnavailable("the database", "the server is away")
        return self._engine.connect()

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


class Known:
    """Entries a node knows, and whether a court has signed them."""

    def __init__(self, entries: dict[bytes, ListedEntry], trust: Trust = Trust.PROVEN) -> None:
        self.entries, self.told_trust = entries, trust

    def entry(self, entry_id: bytes) -> ListedEntry | None:
        return self.entries.get(entry_id)

    def trust(self, entry: ListedEntry) -> Trust:
        assert entry in self.entries.values()
        return self.told_trust


def test_every_page_is_looked_at_and_each_release_is_told_once(
    railway: TownAgency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liandong.consumers.interceptions.missed_releases._PAGE", 2)
    entries = {entry: listed(railway, entry) for entry in (CHANCE.ordered_id() for _ in range(5))}
    for entry in entries:
        stopped(railway, entry)
    missed = MissedReleases(railway.context, railway.engine, Known(entries))
    missed.step()
    assert told(railway) == 5
    missed.expect()
    missed.step()
    assert told(railway) == 5


def test_what_its_court_has_not_signed_frees_nobody(railway: TownAgency) -> None:
    entry = CHANCE.ordered_id()
    stopped(railway, entry)
    for trust in Trust.NOBODYS, Trust.OPEN:
        known = Known({entry: listed(railway, entry)}, trust)
        MissedReleases(railway.context, railway.engine, known).step()
    assert told(railway) == 0


def test_who_was_stopped_by_what_turns_out_to_be_nobodys_is_freed(railway: TownAgency) -> None:
    entry = CHANCE.ordered_id()
    stopped(railway, entry)
    forged = listed(railway, entry)
    forged.prefix["version"] = 1
    missed = MissedReleases(railway.context, railway.engine, Known({entry: forged}, Trust.NOBODYS))
    missed.step()
    missed.expect()
    missed.step()
    assert told(railway) == 1


def test_whom_something_handled_would_free_had_its_key_not_been_revoked_is_looked_at_twice_a_minute(
    railway: TownAgency,
) -> None:
    disputed, other = CHANCE.ordered_id(), CHANCE.ordered_id()
    entries = {entry: listed(railway, entry) for entry in (disputed, other)}
    missed = MissedReleases(railway.context, railway.engine, Known(entries))
    for _ in range(20):
        missed.step()
        railway.town.clock.time += 3_600_000
    missed.step()
    with railway.engine.begin() as connection:
        handled = HandledVersion(disputed, 2, COURT)
        remember(connection, handled, b"revoked!", (), railway.town.clock.now())
    for entry in entries:
        stopped(railway, entry)
    assert told(railway) == 0
    railway.town.clock.time += 31_000
    missed.step()
    assert told(railway) == 1
    railway.town.clock.time += 3_600_000
    missed.step()
    assert told(railway) == 2


def test_a_store_that_was_away_is_looked_at_again_soon(railway: TownAgency) -> None:
    entry = CHANCE.ordered_id()
    stopped(railway, entry)
    engine: Engine = Away(railway.engine)  # type: ignore[assignment]
    missed = MissedReleases(railway.context, engine, Known({entry: listed(railway, entry)}))
    missed.step()
    assert told(railway) == 0
    assert 4 < missed.step() <= 5
    railway.town.clock.time += 5_000
    missed.step()
    assert told(railway) == 1
