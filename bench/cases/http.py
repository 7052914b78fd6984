"""The check API over HTTP, against an empty handler on the same server; one core for the server, one for the callers."""

import json
import tempfile
from pathlib import Path

from ..load import ask, request
from ..place import Place
from ..questions import ATTRIBUTES, TRANSACTION, Questions
from ..result import Result
from ..served import Handler, serving
from ..spread import percentile

_CALLERS = 32
_BATCH_CALLERS = 4
_BATCH = 1_000


def run(place: Place, handler: Handler) -> Result:
    """Measure requests a second (checks a second for batches) with p50 and p99; the hits are counted in the answers."""
    asked = Questions.of(place)
    checks: list[dict[str, object]] = [
        {
            "transaction": TRANSACTION,
            "subject": {"certificates": [{"type": "CN_ID", "number": number}], "name": name},
            "attributes": ATTRIBUTES,
        }
        for number, name in asked.written()
    ]
    bodies = [
        json.dumps(one, ensure_ascii=False).encode() for one in (_batches(checks) if handler == "batch" else checks)
    ]
    with (
        tempfile.TemporaryDirectory(dir=place.folder) as scratch,
        serving(place, Path(scratch), handler) as server,
    ):
        requests = [request("/v1/checks", body, server.token) for body in bodies]
        callers = _BATCH_CALLERS if handler == "batch" else _CALLERS
        ask(server.port, requests[: max(1, len(requests) // 10)], callers)
        answered = ask(server.port, requests, callers, keep=True)
    hits = sum(body.count(b'"decision":"BLOCK"') for body in answered.bodies)
    if handler in ("check", "batch") and hits != asked.hits:
        raise AssertionError(f"{hits} were refused, {asked.hits} of those asked about are listed")
    p50, p99 = (round(percentile(answered.latencies, share), 2) for share in (0.5, 0.99))
    return Result.rate(place.amount, answered.seconds, p50_ms=p50, p99_ms=p99)


def _batches(checks: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{"checks": checks[at : at + _BATCH]} for at in range(0, len(checks), _BATCH)]
