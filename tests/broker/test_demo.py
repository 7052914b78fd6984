"""The demo, played once for real; afterwards no number of anybody in it is found where none may be."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

import psutil
import pytest

from liandong.monitoring.demo.cast import Cast, Person, choose
from liandong.producers.synthetic.rows import SyntheticRequest, list_rows
from liandong.schemas.dates import CHINA
from liandong.schemas.wire.avro_schemas import SCHEMA_DIR
from liandong.tests.worlds.java import read_in_java, run_java
from liandong.tests.worlds.privacy import Blob, file_blobs, planted, search, topic_blobs
from liandong.topics.catalogue import names
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaAdmin, KafkaSubscriber

COUNT, SEED = 2000, 1
OWN_OF_THE_COURT = (".csv", ".yaml", "/publisher/js.db", "/publisher/js.db-wal", "/publisher/js.db-shm")
"""What a court exports, orders and keeps in its own register."""
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900)]


def cast() -> Cast:
    """Who plays in a demo of that many debtors."""
    today = datetime.now(CHINA).date()
    rows, addition = list_rows(SyntheticRequest(SEED, COUNT, today)), list_rows(SyntheticRequest(SEED + 1, 200, today))
    return choose(list(rows), list(addition), SEED + 2, 20)


def numbers() -> list[str]:
    """Everybody who was asked about, was listed, or was reported on."""
    them = cast()
    people = [them.debtor, them.traveller, them.listed_thrice, them.old_number, them.passport, them.namesake]
    return [person.number for person in [*people, them.unlisted, them.added_later, them.measured[0]]]


def left_behind(folder: Path) -> list[str]:
    """Processes that still work in a folder's state."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in process.environ().get("LIANDONG_STATE_DIR", ""):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def in_one(blobs: Iterator[Blob], size: int = 1000) -> Iterator[Blob]:
    """Many small blobs as few large ones: searching is quicker, what is found the same."""
    for number, group in groupby(enumerate(blobs), key=lambda each: each[0] // size):
        parts = [blob for _, blob in group]
        yield f"{parts[0][0]} and what follows ({number})", b"\x00\x00".join(content for _, content in parts)


def matched_in_java(settings: Settings, person: Person) -> dict[str, list[list[str]]]:
    """What a program written from docs/wire.md alone finds in the lists: heads held against copies, and a person's entries."""
    owner = Participants(settings)
    secrets = (owner.root_public_key.raw.hex(), owner.matching_keys()[-1].secret.hex())
    kafka = (str(settings.bootstrap), settings.topic_prefix, str(SCHEMA_DIR))
    lines = run_java("MatchLists", *kafka, "js", *secrets, person.number, person.name).splitlines()
    return {
        what: [line.split()[1:] for line in lines if line.startswith(what)]
        for what in ("register", "head", "records", "found")
    }


def hold_in_java(settings: Settings) -> None:
    """Hold that it verifies, counts and matches as the product does."""
    them = cast()
    listed = matched_in_java(settings, them.listed_thrice)
    assert [equal for _, *equal in listed["register"]] == [["true", "false"]]
    assert {equal for *_, equal in listed["head"]} == {"true"}
    assert len(listed["head"]) >= len(listed["records"]) > 1
    assert sum(int(count) for *_, count in listed["records"]) > COUNT
    assert [named for *_, named in listed["found"]] == ["true", "true"]
    renamed = matched_in_java(settings, replace(them.listed_thrice, name=them.unlisted.name))
    assert [named for *_, named in renamed["found"]] == ["false", "false"]
    assert not matched_in_java(settings, them.unlisted)["found"]


def test_every_promise_of_the_demo_holds_and_no_number_is_left_where_none_may_be(
    settings: Settings, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "LIANDONG_BOOTSTRAP": str(settings.bootstrap),
        "LIANDONG_TOPIC_PREFIX": settings.topic_prefix,
    }
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "liandong", "demo", "--count", str(COUNT), "--seed", str(SEED)]
    played = subprocess.run(
        [*command, "--attach", "--dir", str(folder), "--json"],
        env=environment, capture_output=True, encoding="utf-8", check=False, timeout=800,
    )  # fmt: skip
    document = json.loads(played.stdout)
    assert played.returncode == 0, document
    assert document["held"]
    assert len(document["promises"]) > 20
    assert all(promise["held"] for promise in document["promises"])
    assert document["update_to_gate"]
    assert document["revoke_to_release"]
    assert left_behind(folder) == []

    topics = sorted(name for name in KafkaAdmin(settings).names() if name.startswith(settings.topic_prefix))
    assert len(topics) == 22
    logical = [name.removeprefix(settings.topic_prefix) for name in topics]
    subscriber = KafkaSubscriber(settings, client_id="search")
    each = list(topic_blobs(subscriber, logical))
    subscriber.close()
    assert read_in_java(settings) == Counter(
        where.split("[")[0] for where, value in each if where.endswith("value") and value
    )
    prefix = next(name for name in topics if name.endswith(names.KEYS)).removesuffix(names.KEYS)
    hold_in_java(settings.model_copy(update={"state_dir": folder / "state", "topic_prefix": prefix}))
    blobs = list(in_one(iter(each)))
    files = list(file_blobs(folder, but=OWN_OF_THE_COURT))
    kept = {Path(where).name for where, _ in files}
    assert {"railway-js.log", "railway-js.metrics", "monitor.metrics", "acts.db", "inbox.db", "data.mdb"} <= kept
    assert sum(len(blob) for _, blob in blobs) > COUNT * 400
    everything = [*blobs, *files, ("what it printed", (played.stdout + played.stderr).encode())]
    wanted = numbers()
    assert search(wanted, everything) == []
    found = search(wanted[:1], [*everything, planted(wanted[0])])
    assert {one.where for one in found} == {"planted"}
    register = b"".join(file.read_bytes() for file in (folder / "state" / "publisher").glob("js.db*"))
    assert search(wanted[:1], [("the court's own register", register)])
