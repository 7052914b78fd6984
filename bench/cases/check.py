"""Checks in process: by a ready surrogate, from a raw number, and the whole decision."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ...consumers.api.requests import CertificateIn
from ...consumers.gate.decision import CheckRequest
from ...consumers.gate.gate import Gate
from ...consumers.gate.identifying import read_subject
from ...schemas.law.decisions import Verdict
from ...schemas.people.certificates import CertificateType, normalise
from ..desk import desk_over
from ..filled import filled
from ..place import Place
from ..questions import ATTRIBUTES, TRANSACTION, Questions, WrittenPerson
from ..result import Result


def run(place: Place, question: str) -> Result:
    """Measure checks a second; the number of hits is checked too."""
    questions = Questions.of(place)
    with filled(place) as copy, tempfile.TemporaryDirectory(dir=place.folder) as scratch:
        gate = desk_over(copy, place, Path(scratch)).gate
        count_hits: dict[str, Callable[[], int]] = {
            "surrogate": lambda: _by_surrogate(gate, surrogates),
            "number": lambda: _by_number(gate, people),
            "decision": lambda: _decided(gate, people),
        }
        surrogates = questions.surrogates() if question == "surrogate" else []
        people = questions.written() if question != "surrogate" else []
        start = time.perf_counter()
        hits = count_hits[question]()
        seconds = time.perf_counter() - start
    if hits != questions.hits:
        raise AssertionError(f"{hits} hits, {questions.hits} of those asked about are listed")
    return Result.rate(place.amount, seconds, hits=hits)


def _by_surrogate(gate: Gate, surrogates: list[bytes]) -> int:
    return sum(map(gate.listed, surrogates))


def _by_number(gate: Gate, people: list[WrittenPerson]) -> int:
    """Ask as a caller does who only wants to know whether a full check is due."""
    hits = 0
    for person in people:
        certificate = normalise(CertificateType.CN_ID, person.number)
        hits += any(map(gate.listed, gate.surrogates(certificate)))
    return hits


def _decided(gate: Gate, people: list[WrittenPerson]) -> int:
    """Make the whole decision with its check id, as the API makes it."""
    hits, today = 0, datetime.now(UTC).date()
    for number, name in people:
        subject = read_subject((CertificateIn("CN_ID", number),), name, today)
        decision = gate.check(CheckRequest(TRANSACTION, subject, ATTRIBUTES))
        hits += decision.verdict is Verdict.BLOCK
    return hits
