"""What a topic's configuration makes of its records in time, as Kafka's retention and log cleaner do.

Kafka works on segments, which span a while; here every record is a segment of its own and the last one is the active
one. So everything goes as early as Kafka may let it go, and what Kafka must keep is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ..ports import OutgoingRecord
from .log import APPEND_TIME, CREATE_TIME, Log, MemoryMessage

_WEEK_MS = "604800000"
_DAY_MS = "86400000"
FUTURE_MS = 3_600_000
"""Kafka's `message.timestamp.after.max.ms`: a sender's clock further ahead of the broker's is refused."""
MOST_BYTES = 1_000_000
"""The client library's `message.max.bytes`, which is below Kafka's `max.message.bytes`: a record over it is refused."""
_AROUND_A_RECORD = 24
"""Bytes of a record that are neither key nor value nor header."""
_AROUND_A_HEADER = 4


def size_of(record: OutgoingRecord) -> int:
    """Return about how many bytes a record has on the wire."""
    headers = sum(len(name) + len(value or b"") + _AROUND_A_HEADER for name, value in record.headers)
    return _AROUND_A_RECORD + len(record.key or b"") + len(record.value or b"") + headers


@dataclass(frozen=True, slots=True)
class TopicPolicy:
    """The part of a topic's configuration that decides what stays; made of Kafka's names, with Kafka's defaults."""

    compacts: bool = False
    deletes: bool = False
    retention_ms: int = -1
    compaction_lag_ms: int = 0
    nulls_ms: int = 0
    time_type: int = CREATE_TIME

    @classmethod
    def of(cls, configuration: Mapping[str, str]) -> Self:
        """Read a configuration as `TopicFamily.state` has it."""
        cleanup = configuration.get("cleanup.policy", "delete").split(",")
        by_broker = configuration.get("message.timestamp.type", "CreateTime") == "LogAppendTime"
        return cls(
            "compact" in cleanup,
            "delete" in cleanup,
            int(configuration.get("retention.ms", _WEEK_MS)),
            int(configuration.get("min.compaction.lag.ms", "0")),
            int(configuration.get("delete.retention.ms", _DAY_MS)),
            APPEND_TIME if by_broker else CREATE_TIME,
        )

    def clean(self, log: Log, now: int) -> None:
        """Remove from a partition what may go at a time (ms UTC)."""
        if self.deletes and self.retention_ms >= 0:
            _expire(log, now - self.retention_ms)
        if self.compacts:
            _compact(log, self, now)


def _expire(log: Log, before: int) -> None:
    """Remove old records from the front only: one with a late timestamp keeps all behind it. The low watermark moves."""
    gone = 0
    for message in log.records:
        if message.time >= before:
            break
        gone += 1
    if gone:
        log.truncate(log.records[gone].position if gone < len(log.records) else log.high)


def _compact(log: Log, policy: TopicPolicy, now: int) -> None:
    """Remove what a newer record of its key replaces, and nulls seen long enough; watermarks stay.

    Neither the last record nor anything from the first one younger than the lag on is touched, nor does it replace.
    """
    closed = _closed(log.records, now - policy.compaction_lag_ms)
    newest = {message.key(): message.position for message in log.records[:closed]}
    kept: list[MemoryMessage] = []
    nulls_until: dict[int, int] = {}
    for message in log.records[:closed]:
        if newest[message.key()] != message.position:
            continue
        if message.value() is None:
            until = log.nulls_until.get(message.position, now + policy.nulls_ms)
            if until < now:
                continue
            nulls_until[message.position] = until
        kept.append(message)
    log.records[:closed] = kept
    log.nulls_until = nulls_until


def _closed(records: list[MemoryMessage], young: int) -> int:
    """Return how many records from the front on the cleaner may look at."""
    for number, message in enumerate(records[:-1]):
        if message.time > young:
            return number
    return max(0, len(records) - 1)
