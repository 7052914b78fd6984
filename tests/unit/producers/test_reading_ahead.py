"""A second process prepares the rows of a large file: the outcome is the same, and whatever happens to it is told."""

import csv
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Connection

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.intake import IntakeError, read_listings
from liandong.producers.publishing.planning import ChunkPlan, FilePlanner
from liandong.producers.publishing.prepare import Portion, PreparationContext, portions_of
from liandong.producers.publishing.publication import Listeners, Publication
from liandong.producers.publishing.read_ahead import ReadAheadRequest, ReaderDied, reading_ahead
from liandong.producers.register.register import Update
from liandong.producers.register.rows import new_batch
from liandong.producers.synthetic.rows import LIST_COLUMNS, SyntheticRequest, list_rows
from liandong.producers.updates.records import fields_of, parts_of
from liandong.producers.updates.updates import Acceptance, Draft, number_and_sign, sequences_of
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.signing import PROOF_LENGTH, encode_signed
from liandong.tests.worlds.court import MATCHING, PublishingCourt
from liandong.tests.worlds.intake_rows import CN_ID, CONTEXT, ENTRY, ORDER, TODAY
from liandong.topics.storage.database import open_database, sqlite_url

PREPARATION = PreparationContext(CONTEXT, MATCHING)
SIZE = 7
MADE_ANEW = ("proof", "entry_id", "update_id", "batch_id")


def listed(count: int) -> list[dict[str, str]]:
    """Good rows, rows that are rejected, rows with notices, and a row twice."""
    rows = list(list_rows(SyntheticRequest(3, count, TODAY)))
    rows[3] |= {"certificate_number": CN_ID[:-1] + "0", "certificate_type": "CN_ID", "kind": "NATURAL"}
    rows[5] |= {"decision_number": ""}
    rows[8] |= {"grounds": ""}
    return [*rows, rows[0], rows[1] | {"claim_amount": "1.00"}]


def csv_file(path: Path, count: int = 30) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, LIST_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(listed(count))
        stream.write('"a row nobody closed,,,\n')
    return path


def json_file(path: Path) -> Path:
    huge = {"source_id": 2**80, "name": "\ud800", "nobody knows": [1, {"deep": None}]}
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in [*listed(30), huge, ["no object"], ORDER])
    return path


def told(portion: Portion) -> tuple[Any, ...]:
    """Everything a portion says, the rows as they came included."""
    parsed = [portion.parsed(at) for at in range(len(portion.rows))]
    said = [(one.raw.number, one.raw.original, one.raw.line, one.rejects, one.notices) for one in parsed]
    return portion.rows, said


def ahead(path: Path) -> list[Portion]:
    what = ReadAheadRequest(path, "jsonl" if path.suffix == ".jsonl" else "csv", PREPARATION, SIZE)
    with reading_ahead(what) as portions:
        return list(portions)


@pytest.mark.parametrize("make", [csv_file, json_file])
def test_another_process_prepares_byte_for_byte_what_this_one_would(make: Any, tmp_path: Path) -> None:
    path = make(tmp_path / ("rows.csv" if make is csv_file else "rows.jsonl"))
    with read_listings(path, "csv" if make is csv_file else "jsonl") as rows:
        here = list(portions_of(rows, PREPARATION, SIZE))
    there = ahead(path)
    assert [told(portion) for portion in there] == [told(portion) for portion in here]
    assert sum(row is None for portion in there for row in portion.rows) >= 3
    assert there[-1].bytes_read == path.stat().st_size


def published(court: PublishingCourt, portions: Any) -> tuple[dict[str, int], list[Any], list[Any]]:
    """Counts, rejects and records of a publication; without what is made anew for every publication."""
    rejected: list[Any] = []
    batch = new_batch(court.court, "rows", "", court.clock.now(), court.chance)
    publication = Publication(court.register, court.identity, court.clock, batch, CONTEXT)
    done = publication.accept(portions, Listeners(lambda row: rejected.append((row.raw.original, row.rejects))))
    records = [{name: said for name, said in one.items() if name not in MADE_ANEW} for one in court.lane("state")]
    return {name: getattr(done, name) for name in ("accepted", "duplicate", "rejected", "warnings")}, rejected, records


def test_a_file_read_ahead_is_published_as_any_other(court: PublishingCourt, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "rows.csv")
    other = PublishingCourt(open_database(sqlite_url(tmp_path / "other.db")))
    with read_listings(path, "csv") as rows:
        here = published(court, portions_of(rows, PREPARATION, SIZE))
    with reading_ahead(ReadAheadRequest(path, "csv", PREPARATION, SIZE)) as portions:
        there = published(other, portions)
    other.engine.dispose()
    assert there == here
    assert here[0]["accepted"] > 20
    assert here[0]["duplicate"] == 1
    assert here[0]["rejected"] == len(here[1]) >= 4


def test_a_process_that_is_killed_is_told_and_what_was_accepted_stays(court: PublishingCourt, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "rows.csv", 3000)
    before = children()

    def cut(portions: Iterator[Portion]) -> Iterator[Portion]:
        yield next(portions)
        [process] = children() - before
        os.kill(process, signal.SIGKILL)
        yield from portions

    with (
        pytest.raises(ReaderDied, match="-9"),
        reading_ahead(ReadAheadRequest(path, "csv", PREPARATION, SIZE)) as portions,
    ):
        published(court, cut(portions))
    kept = len(court.lane("state"))
    assert 0 < kept < 2900
    with read_listings(path, "csv") as rows:
        counts, _, records = published(court, portions_of(rows, PREPARATION, 500))
    assert counts["accepted"] == len(records) - kept
    assert [record["court_sequence"] for record in records] == list(range(1, len(records) + 1))


def test_what_fails_in_the_other_process_is_raised_in_this_one(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("nothing,known\n1,2\n", encoding="utf-8")
    with pytest.raises(IntakeError) as failed:
        ahead(path)
    assert failed.value.code == "HEADER_MISSING"
    assert failed.value.remedy


def test_the_other_process_ends_when_nobody_listens(tmp_path: Path) -> None:
    path, before = csv_file(tmp_path / "rows.csv", 3000), children()
    with reading_ahead(ReadAheadRequest(path, "csv", PREPARATION, SIZE)) as portions:
        next(portions)
        assert len(children() - before) == 1
    assert children() - before == set()


def test_a_chunk_somebody_came_before_is_planned_anew(court: PublishingCourt, monkeypatch: pytest.MonkeyPatch) -> None:
    court.publish(ENTRY)
    real = FilePlanner.plan
    revoked: list[Update] = []

    def overtaken(planner: FilePlanner, connection: Connection, portion: Portion, now: int) -> ChunkPlan:
        plan = real(planner, connection, portion, now)
        if not revoked:
            revoked.append(court.acts.revoke(court.entry_id(ENTRY), CourtRuling("NO_GROUND")))
        return plan

    monkeypatch.setattr(FilePlanner, "plan", overtaken)
    done = court.publish(ENTRY | {"claim_amount": "1.00"}, ENTRY | {"case_number": "（2024）苏0505执77号"})
    assert done.codes == ["ENTRY_ENDED"]
    assert done.counts == {"accepted": 1, "rejected": 1}
    assert [record["court_sequence"] for record in court.lane("state")] == [1, 2, 3]


def test_a_body_put_together_from_parts_is_the_record_encoded_at_once(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    [record] = court.lane("state")
    parts = parts_of(record)
    assert {name: record[name] for name in fields_of(parts)} == fields_of(parts)
    draft = Draft(b"e" * 16, 3, Change.CORRECT, "DATA_WRONG", "2026-11-22", parts)
    [name] = sequences_of(court.identity, [draft])
    [made] = number_and_sign(court.identity, [draft], {name: 300}, Acceptance("bat_1", 1_700_000_000_000))
    whole = from_wire(made.value) | {"entry_id": b"e" * 16, "version": 3, "court_sequence": 301, "batch_id": "bat_1"}
    whole |= {"change": int(Change.CORRECT), "reason": "DATA_WRONG", "recorded_at": 1_700_000_000_000}
    assert made.body == encode_signed("list-record", whole, made.topic, court.signer)
    assert made.body[PROOF_LENGTH:].startswith(b"e" * 16)
    assert CN_ID not in repr(made)


def children() -> set[int]:
    """Processes of `multiprocessing` this one has started."""
    found = psutil.Process().children()
    return {one.pid for one in found if any("spawn_main" in word for word in one.cmdline())}
