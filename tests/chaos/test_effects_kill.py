"""An agency is killed at random instants, again and again, and then everything is counted: each effect happened once."""

import base64
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from liandong.consumers.acts_db.tables import commands_handled, outbox, watch_reports, watches
from liandong.producers.commands.files import StopRequest
from liandong.schemas import ids
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.storage.packing import unpacked

WATCHED, STOPPED, SOURCES, KILLS = 120, 30, 3, 8
STRIDES = WATCHED * SOURCES  # at least
WORKER = Path(__file__).with_name("effects_worker.py")


def recorded(town: Town, file: Path) -> None:
    """Writes what the agency will read, and whom it will meet."""
    rows = []
    for message in town.messages(names.KEYS, names.commands(RAILWAY)):
        headers = [(name, base64.b64encode(value).decode()) for name, value in message.headers() or []]
        key, value = (base64.b64encode(part or b"").decode() for part in (message.key(), message.value()))
        rows.append({"topic": message.topic(), "key": key, "value": value, "headers": headers})
    at = town.clock.now()
    people = [{"seed": seed, "at": at} for seed in range(WATCHED)]
    file.write_text("\n".join(json.dumps(row) for row in [*rows, *people]), encoding="utf-8")


def start(town: Town, log: Path, *limit: str) -> "subprocess.Popen[str]":
    arguments = [sys.executable, str(WORKER), str(town.settings.state_dir), RAILWAY, str(log), *limit]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed_after(seconds: float, worker: "subprocess.Popen[str]") -> None:
    """Kills the agency some time after it began to work, wherever it is then."""
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n", worker.communicate()[1]
    time.sleep(seconds)
    worker.kill()
    worker.communicate()
    assert worker.returncode == -signal.SIGKILL


@pytest.mark.chaos
@pytest.mark.slow
def test_effects_happen_once_however_often_the_agency_is_killed(tmp_path: Path) -> None:
    town = Town(MemoryWire(), tmp_path / "town")
    commands = [
        town.court.watch(invented(seed), case_number=f"（2026）苏0505执{seed + 1}号") for seed in range(WATCHED)
    ]
    town.clock.time += 1
    for command in commands[:STOPPED]:
        town.court.commands.give(StopRequest(command, 3_600_000))
    town.court.relay()
    log = tmp_path / "log.jsonl"
    recorded(town, log)
    draw = random.Random()
    for limit in sorted(draw.choices(range(1, STRIDES), k=KILLS)):
        killed_after(draw.uniform(0, 0.5), start(town, log, str(limit)))
    for _ in range(2):
        last = start(town, log)
        _, errors = last.communicate()
        assert last.returncode == 0, errors
    count(TownAgency(town, RAILWAY), commands)


def count(agency: TownAgency, commands: list[bytes]) -> None:
    with agency.engine.begin() as connection:
        codes = Counter(connection.scalars(select(commands_handled.c.code)))
        live = set(connection.scalars(select(watches.c.command_id).where(watches.c.stopped_at == 0)))
        waiting = select(outbox.parcels.c.first, outbox.parcels.c.packed).order_by(outbox.parcels.c.last)
        rows = [row for parcel in connection.execute(waiting) for row in unpacked(*parcel)]
        told = connection.execute(select(watch_reports)).all()
    assert codes == {"00": WATCHED + STOPPED}
    assert live == set(commands[STOPPED:])
    assert [row.row for row in rows] == list(range(1, len(rows) + 1))
    records = [from_wire(row.record.value or b"") for row in rows]
    answers = Counter(ids.text("cmd", each["command_id"]) for each in records if "feedback_id" in each)
    assert (len(answers), set(answers.values())) == (WATCHED + STOPPED, {1})
    events = [each["event_id"] for each in records if "event_id" in each]
    assert sorted(events) == sorted(row.event_id for row in told)
    assert len(events) == len(set(events)) == (WATCHED - STOPPED) * SOURCES
