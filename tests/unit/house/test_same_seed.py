"""The same seed and the same clock make the same town: its keys, its ids, its relays' names, all that is signed."""

import base64
import uuid
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.relay.relay import new_owner
from liandong.schemas import ids
from liandong.tests.worlds.chance import SeededChance
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.court import PublishingCourt, people
from liandong.tests.worlds.gate import CheckDesk
from liandong.tests.worlds.people import LI, WANG
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import load_settings
from liandong.topics.storage.database import open_database
from liandong.topics.transport.ports import OutgoingRecord


def chance(seed: int, clock: HandClock | None = None) -> SeededChance:
    return SeededChance(Random(seed), clock or HandClock())


def published(drawn: SeededChance) -> list[OutgoingRecord]:
    """What a court's outbox holds after a file and an act: entry ids, update ids, batch ids and signatures."""
    court = PublishingCourt(open_database("sqlite://"), chance=drawn)
    court.publish(*people(20))
    first = court.register.outbox.unsent("state", 0, 1)[0].record.key
    court.acts.revoke(first or b"", CourtRuling("NO_GROUND"))
    return [row.record for lane in ("relief", "state") for row in court.register.outbox.unsent(lane, 0, 100)]


def keys(drawn: SeededChance, folder: Path) -> list[bytes]:
    """The secrets of a town: root, escrow, matching key, and those of a court, also after a rotation."""
    registrar = Registrar(load_settings(state_dir=folder), HandClock(), drawn)
    registrar.new("court-su0505", "court", jurisdictions=["js"])
    registrar.rotate("court-su0505")
    return [path.read_bytes() for path in sorted(folder.rglob("*.key"))]


def checks(drawn: SeededChance, folder: Path) -> list[str]:
    """Ids of a check of nobody and of a hit."""
    desk = CheckDesk(folder, chance=drawn)
    desk.listed(LI)
    return [
        desk.gate.check(who.request("rail-ticket", train_type="G", seat_class="second")).check_id for who in (WANG, LI)
    ]


def test_a_file_published_again_under_the_same_seed_is_the_same_bytes() -> None:
    once = published(chance(1))
    assert len(once) == 22
    assert published(chance(1)) == once
    assert published(chance(2)) != once


def test_the_keys_of_a_town_come_from_its_seed(tmp_path: Path) -> None:
    once = keys(chance(1), tmp_path / "1")
    assert len(set(once)) == len(once) == 6
    assert keys(chance(1), tmp_path / "2") == once
    assert set(keys(chance(2), tmp_path / "3")).isdisjoint(once)


def test_checks_have_ids_of_the_seed(tmp_path: Path) -> None:
    once = checks(chance(1), tmp_path)
    assert all(ids.parse(one, "chk") for one in once)
    assert once[0] < once[1]
    assert checks(chance(1), tmp_path) == once
    assert set(checks(chance(2), tmp_path)).isdisjoint(once)


def test_owners_and_tokens_come_from_the_seed(tmp_path: Path) -> None:
    assert new_owner(chance(1)) == new_owner(chance(1)) != new_owner(chance(2))
    first, again, other = (CheckDesk(tmp_path, chance=chance(seed)).token("desk") for seed in (1, 1, 2))
    assert first == again != other
    assert len(base64.urlsafe_b64decode(first.removeprefix("ldt_") + "=")) == 32


@pytest.mark.parametrize("step", [0, 1, -1000])
def test_ordered_ids_of_a_seed_grow_whatever_the_clock_does(step: int) -> None:
    clock = HandClock()
    drawn, made = chance(1, clock), []
    for _ in range(10_000):
        made.append(drawn.ordered_id())
        clock.time += step
    assert all(before < after for before, after in pairwise(made))
    assert int.from_bytes(made[0][:6], "big") == NOW
    for raw in made:
        one = uuid.UUID(bytes=raw)
        assert (one.version, one.variant) == (7, uuid.RFC_4122)


def test_random_ids_of_a_seed_are_version_4() -> None:
    drawn = chance(1)
    made = {uuid.UUID(bytes=drawn.random_id()) for _ in range(1000)}
    assert len(made) == 1000
    assert {(one.version, one.variant) for one in made} == {(4, uuid.RFC_4122)}
