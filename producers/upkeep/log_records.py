"""What a record of the log says that a register is to take over, as far as a register of this release can hold it.

A signature says who wrote a record, not that it makes sense: a later release may have written it, or whoever has the court's key.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status
from ...schemas.problems import BilingualError, Text
from ...schemas.wire.codec import decode
from ...schemas.wire.enforcement import read_day
from ...schemas.wire.framing import unframe
from ..updates.records import Fields
from .book import UpkeepFinding

_HIGHEST = 1 << 53
"""Numbers end here: more than a court ever gives. Versions end with their key (docs/wire.md)."""


class RecordUnknown(BilingualError):
    """The log holds a record of a court that means nothing to this release."""

    http_status = 409
    texts = {  # noqa: RUF012  as every problem's
        "REGISTER_RECORD_UNKNOWN": Text(
            "number {number} of {court} in {list} says of {field} what this release does not know",
            "nothing was changed; take the release that wrote it, and recover with that. If nobody of the court wrote it, the key is "
            "in wrong hands: `liandong participant rotate-key {court} --compromised-since TIME`",
            "{court} 在 {list} 中的序号 {number} 的 {field} 不是本版本所知的内容",
            "未作任何更改；请改用写入该记录的版本后再恢复。如该记录并非法院所写，则密钥已泄露："
            "`liandong participant rotate-key {court} --compromised-since TIME`",
        ),
    }


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record of the log on its way into the register."""

    finding: UpkeepFinding
    fingerprint: bytes
    body: bytes
    record: Fields

    @classmethod
    def of(cls, finding: UpkeepFinding) -> "LogRecord":
        """Read what the keeper has found ahead. Raises REGISTER_RECORD_UNKNOWN."""
        fingerprint, body = unframe(finding.value)
        record = decode(fingerprint, body)
        if field := _unknown(record):
            about = {"court": finding.court, "list": finding.list, "number": finding.detail}
            raise RecordUnknown("REGISTER_RECORD_UNKNOWN", **about, field=field)
        return cls(finding, fingerprint, body, record)


def _unknown(record: Fields) -> str:
    """Return the first field that says what no register holds, empty if there is none."""
    has_ended = record["status"] >= ENDED_FROM
    known = {
        "instrument": record["instrument"] in set(Instrument),
        "status": record["status"] in set(Status),
        "change": record["change"] in set(Change),
        "version": record["version"] > 0,
        "court_sequence": 0 < record["court_sequence"] < _HIGHEST,
        "recorded_at": _is_time(record["recorded_at"]),
        "changed_on": read_day(record["changed_on"]) is not None,
        "publish_date": has_ended or read_day(record["publish_date"]) is not None,
        **{name: not record[name] or read_day(record[name]) is not None for name in ("term_start", "term_end")},
    }
    unknown = [name for name, is_known in known.items() if not is_known]
    unknown += [name for name, text in record.items() if isinstance(text, str) and "\0" in text]  # PostgreSQL has none
    return next(iter(unknown), "")


def _is_time(ms: int) -> bool:
    try:
        return datetime.fromtimestamp(ms // 1000, UTC).year > 1
    except (ValueError, OverflowError, OSError):
        return False
