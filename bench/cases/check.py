"""Checks in process: by a ready surrogate, from a raw number, and the whole decision."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from ...consumers.api.requests import CertificateIn
from ...consumers.gate.decision import CheckRequest
from ...consumers.gate.gate import Gate
from ...consumers.gate.identifying import read_subject
from ...schemas.law.decisions import Verdict
from ...schemas.people.certificates import CertificateType, normalise
from ..filled import filled
from ..place import Place
from ..questions import ATTRIBUTES, TRANSACTION, Questions, gate_of
from ..result import Result


def run(place: Place, question: str) -> Result:
    """Checks a second; the number of hits is checked too."""
    asked = Questions.of(place)
    with filled(place) as view:
        gate = gate_of(view, place)
        ask: dict[str, Callable[[], int]] = {
            "surrogate": lambda: _by_surrogate(gate, surrogates),
            "number": lambda: _by_number(gate, written),
            "decision": lambda: _decided(gate, written),
        }
        surrogates = asked.surrogates() if question == "surrogate" else []
        written = asked.written() if question != "surrogate" else []
        start = time.perf_counter()
        hits = ask[question]()
        seconds = time.perf_counter() - start
    if hits != asked.hits:
        raise AssertionError(f"{hits} hits, {asked.hits} of those asked about are listed")
    return Result.rate(place.amount, seconds, hits=hits)


def _by_surrogate(gate: Gate, surrogates: list[bytes]) -> int:
    return sum(map(gate.listed, surrogates))


def _by_number(gate: Gate, written: list[tuple[str, str]]) -> int:
    """What a caller does who only wants to know whether a full check is due."""
    hits = 0
    for number, _ in written:
        certificate = normalise(CertificateType.CN_ID, number)
        hits += any(map(gate.listed, gate.surrogates(certificate)))
    return hits


def _decided(gate: Gate, written: list[tuple[str, str]]) -> int:
    """The whole decision with its check id, as the API makes it."""
    hits, today = 0, datetime.now(UTC).date()
    for number, name in written:
        subject = read_subject((CertificateIn("CN_ID", number),), name, today)
        decision = gate.check(CheckRequest(TRANSACTION, subject, ATTRIBUTES))
        hits += decision.verdict is Verdict.BLOCK
    return hits
