"""Clients that stock generators make of the node's own description ask a live node, with the generators' defaults."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.worlds import java, python_client
from liandong.tests.worlds.people import LI
from liandong.tests.worlds.running_node import Place, Running
from liandong.tests.worlds.town_members import RAILWAY

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HIT = r"BLOCK REFUSE rail-gd-all CERTIFICATE_AND_NAME false \d{13}"
READ = rf"""decision (chk_[0-9a-f]{{32}}) {HIT}
decision \1 {HIT}
problem 422 422 IDEMPOTENCY_KEY_REUSED
decided one (?!\1)chk_[0-9a-f]{{32}} {HIT}
undecided 7 422 ATTRIBUTE_MISSING attributes.train_type
problem 401 401 TOKEN_REQUIRED
status {RAILWAY} true 1 running
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    place = Place(tmp_path)
    place.listed(LI)
    place.barrier()
    with place.node() as node:
        node.until(lambda: node.said(LI) == "BLOCK")
        yield node


@pytest.mark.slow
@pytest.mark.timeout(300)  # fetches the generators where they are not kept yet
@pytest.mark.parametrize("language", ["python", "java"])
def test_a_generated_client_reads_decision_batch_problem_and_status(
    running: Running, tmp_path: Path, language: str
) -> None:
    description = tmp_path / "openapi.json"
    description.write_bytes(running.client.get("/openapi.json").content)
    token = running.client.headers["authorization"].removeprefix("Bearer ")
    arguments = (running.listening.url, token, LI.name, LI.number, TRACE)
    if language == "java":
        printed = java.run_generated_client(description, "AskChecks", *arguments)
    else:
        program = python_client.CLIENTS / "ask_checks.py"
        printed = python_client.run_generated_client(description, program, *arguments)
    read = re.fullmatch(READ, printed)
    assert read, printed
    assert running.client.get(f"/v1/checks/{read[1]}").json()["traceparent"] == TRACE
