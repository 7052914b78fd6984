"""What can be measured: every case with its unit, its size by scale and the module that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scale = Literal["tiny", "small", "full"]
Size = Mapping[Scale, int]

LIST: Size = {"tiny": 2_000, "small": 200_000, "full": 1_000_000}
"""Entries on the list."""
_PATIENCE: Size = {"tiny": 100, "small": 600, "full": 900}


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement; cases of a group are interleaved with each other. No group has the name of a case."""

    name: str
    group: str
    module: str
    """The module that does it, as `importlib.import_module` takes it inside `bench.cases`."""
    unit: str
    says: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    entries: Size = field(default_factory=lambda: LIST)
    amount: Size = field(default_factory=lambda: LIST)
    most_runs: int = 1_000
    """Cases that take minutes are run fewer times."""
    needs_peers: bool = False
    seconds: Size = field(default_factory=lambda: _PATIENCE)
    """After which a run is given up."""


def _growth(name: str, module: str, unit: str, says: str, **arguments: object) -> list[Case]:
    sizes: dict[str, Size] = {
        "20k": {"tiny": 500, "small": 20_000, "full": 20_000},
        "1M": LIST,
        "5M": {"tiny": 4_000, "small": 500_000, "full": 5_000_000},
    }
    return [
        Case(f"{name}-{label}", "growth", module, unit, f"{says}, list of {label}", arguments, size, most_runs=3)
        for label, size in sizes.items()
    ]


def _agencies() -> list[Case]:
    size: Size = {"tiny": 500, "small": 20_000, "full": 200_000}
    return [
        Case(
            f"agencies-{count}",
            "growth",
            ".agencies",
            "records/s",
            f"{count} agencies on this machine apply the same backlog at once; records applied by all of them together",
            {"agencies": count},
            size,
            most_runs=3,
        )
        for count in (1, 3, 10)
    ]


_PEER: Size = LIST
_CHECKS: Size = {"tiny": 500, "small": 20_000, "full": 200_000}
_RATE: Size = {"tiny": 300, "small": 3_000, "full": 10_000}
_REQUESTS: Size = {"tiny": 200, "small": 10_000, "full": 60_000}
_DIGEST: Size = {"tiny": 500, "small": 20_000, "full": 200_000}
_PUBLISH: Size = {"tiny": 200, "small": 20_000, "full": 1_000_000}

CASES: tuple[Case, ...] = (
    Case("raw-consume", "applying", ".raw", "records/s", "the client library alone: consume(1000) and value()"),
    Case("apply", "applying", ".apply", "records/s", "our replicator, one process, durable"),
    Case("apply-2-shards", "applying", ".apply", "records/s", "our replicator, two processes of three partitions", {"shares": 2}),
    Case("raw-dict", "applying", ".peer", "records/s", "confluent-kafka, full decode, dict", {"script": "raw_dict"}, LIST, _PEER, needs_peers=True),
    Case("faststream", "applying", ".peer", "records/s", "FastStream confluent batch, full decode, dict", {"script": "faststream_batch"}, LIST, _PEER, needs_peers=True),
    Case("quix", "applying", ".peer", "records/s", "Quix Streams, full decode, RocksDB state", {"script": "quix_state"}, LIST, _PEER, needs_peers=True),
    Case("digest", "applying", ".digest", "records/s", "the digest alone: leaf and LtHash", {}, LIST, _DIGEST),
    Case("raw-latency", "latency", ".latency", "ms p50", "publish to poll at 1,000/s, nothing else", {"reader": "raw"}, LIST, _RATE),
    Case("gate-latency", "latency", ".latency", "ms p50", "publish to an answer of the gate at 1,000/s", {"reader": "gate"}, LIST, _RATE),
    Case("relief", "latency", ".relief", "ms p99", "a revocation published behind the whole list, until the gate frees", {}, LIST, {"tiny": 20, "small": 100, "full": 300}),
    Case("check-surrogate", "check", ".check", "checks/s", "is anything in force under a ready surrogate, 1 % hits", {"question": "surrogate"}, LIST, _CHECKS),
    Case("check-number", "check", ".check", "checks/s", "raw number: normalised, surrogate, gate, decision, 1 % hits", {"question": "number"}, LIST, _CHECKS),
    Case("check-decision", "check", ".check", "checks/s", "the whole decision from a raw number, as the API makes it", {"question": "decision"}, LIST, _CHECKS),
    Case("http-empty", "http", ".http", "requests/s", "an empty handler on the same server", {"handler": "empty"}, LIST, _REQUESTS),
    Case("http-body", "http", ".http", "requests/s", "a handler that takes the request's body and is empty otherwise", {"handler": "body"}, LIST, _REQUESTS),
    Case("http-check", "http", ".http", "requests/s", "POST /v1/checks, one check, journal on, 1 % hits", {"handler": "check"}, LIST, _REQUESTS),
    Case("http-batch", "http", ".http", "checks/s", "POST /v1/checks, batches of 1,000, journal on, 1 % hits", {"handler": "batch"}, LIST, {"tiny": 2_000, "small": 50_000, "full": 500_000}),
    Case("raw-publish", "publishing", ".raw_publish", "rows/s", "raw produce + fastavro + pydantic", {}, LIST, _PUBLISH),
    Case("publish", "publishing", ".publish", "rows/s", "`court publish` of a file until the broker has it all", {}, LIST, _PUBLISH, most_runs=3, seconds={**_PATIENCE, "full": 1800}),
    *_growth("apply", ".apply", "records/s", "our replicator, one process"),
    *_growth("check", ".check", "checks/s", "check with a ready surrogate", question="surrogate"),
    *_agencies(),
)  # fmt: skip


def chosen(names: list[str], *, peers: bool) -> list[Case]:
    """Return the cases of these names or groups, all of them without names; ValueError for an unknown one."""
    unknown = set(names) - {case.name for case in CASES} - {case.group for case in CASES}
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    wanted = [case for case in CASES if not names or case.name in names or case.group in names]
    return [case for case in wanted if peers or not case.needs_peers]
