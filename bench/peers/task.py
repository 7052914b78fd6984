"""What the peers' scripts share: their arguments, full decoding as their users do it, the result line.

Runs in the peers' environment, where `liandong` is not installed.
"""

import io
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import fastavro

_HEADER = 10
"""Avro single-object encoding: marker and fingerprint."""


class Task:
    """The topic to read, how many records, and the schema to read them with."""

    def __init__(self) -> None:
        arguments = json.loads(sys.argv[1])
        self.bootstrap: str = arguments["bootstrap"]
        self.topic: str = arguments["topic"]
        self.count: int = arguments["count"]
        self.partitions: int = arguments["partitions"]
        self.scratch: str = arguments["scratch"]
        self._record = bytes.fromhex(arguments["header"])
        definition = json.loads(Path(arguments["schema"]).read_text(encoding="utf-8"))
        self._schema = fastavro.parse_schema(definition)
        self._started = 0.0

    def decode(self, value: bytes) -> dict[str, Any] | None:
        """Return a list record, None for a barrier."""
        if value[:_HEADER] != self._record:
            return None
        record: dict[str, Any] = fastavro.schemaless_reader(io.BytesIO(value[_HEADER:]), self._schema, None)
        return record

    def start(self) -> None:
        """Start the clock when the first records are there."""
        self._started = self._started or time.perf_counter()

    def finish(self, applied: int) -> None:
        """Print the result."""
        seconds = time.perf_counter() - self._started
        if applied != self.count:
            raise AssertionError(f"{applied} records applied, {self.count} written")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        details = {"peak_mb": round(peak, 1)}
        print(json.dumps({"value": applied / seconds, "seconds": seconds, "amount": applied, "details": details}))
