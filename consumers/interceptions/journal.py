"""The journal of decisions on hits, in the acts store. A check without a match leaves counters only and no row here.

No number, no name and no text a caller wrote freely stands in it: attributes that can decide, handles, codes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    select,
)

from ...schemas.law.attributes import Attribute, Unknown, Value
from ...topics.storage.bulk import insert_rows
from ..acts_db.tables import decision_reasons, decisions
from ..adapters.protocol import AdapterOutcome, Enforced, NotApplicable
from ..gate.decision import ListStand
from ..gate.hits import Hit, canary_only
from .answers import Answer


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A decision as the journal holds it."""

    check_id: str
    at: int
    caller: str
    transaction: str
    site: str
    attributes: Mapping[str, object]
    decision: str
    action: str
    outcome: str
    """What the agency did: ENFORCED, NOT_APPLICABLE, REFUSED."""
    reason: str
    stand: ListStand
    rule_version: str
    traceparent: str
    """Of the request, empty without one."""
    hits: tuple[Hit, ...]

    @property
    def canary(self) -> bool:
        """Whether it speaks of legally void probes only."""
        return canary_only(self.hits)


_ENTRY_COLUMNS = (
    "check_id", "at", "caller", "transaction", "site", "decision", "action", "outcome", "reason", "rule_version",
    "traceparent",
)  # fmt: skip
_STAND_COLUMNS = ("barrier", "digest", "fresh_as_of", "stale")
_DECISION_COLUMNS = (*_ENTRY_COLUMNS, *_STAND_COLUMNS, "attributes", "canary")
_HIT_COLUMNS = tuple(one.name for one in fields(Hit))
_of_entry, _of_stand, _of_hit = attrgetter(*_ENTRY_COLUMNS), attrgetter(*_STAND_COLUMNS), attrgetter(*_HIT_COLUMNS)
_NUMBER_LIKE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]*[0-9]{6}[0-9A-Za-z]*")


def without_numbers(text: str) -> str:
    """Take out of a free text everything that could be a certificate number: any word with six digits in a row."""
    return _NUMBER_LIKE.sub("…", text)


def deciding(values: Mapping[str, Value], definitions: Mapping[str, Attribute]) -> dict[str, object]:
    """Return the attributes the journal keeps: codes, numbers and booleans, never text."""
    return {name: _plain(value) for name, value in values.items() if definitions[name].type != "text"}


def _plain(value: Value) -> object:
    if isinstance(value, Unknown):
        return {"unknown": without_numbers(value.written)}
    return str(value) if isinstance(value, Decimal) else value


def write(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Journal decisions in the caller's transaction."""
    if not entries:
        return
    insert_rows(connection, decisions, _DECISION_COLUMNS, map(_row, entries))
    reasons = ((entry.check_id, number, *_of_hit(hit)) for entry in entries for number, hit in enumerate(entry.hits))
    insert_rows(connection, decision_reasons, ("check_id", "number", *_HIT_COLUMNS), reasons)


def find_all(connection: Connection, check_ids: Iterable[str]) -> dict[str, JournalEntry]:
    """Return journalled decisions by their ids; none for one without a match and for one that never was."""
    wanted, reasons = list(check_ids), decision_reasons.c
    if not wanted:
        return {}
    hits: defaultdict[str, list[Hit]] = defaultdict(list)
    query = select(decision_reasons).where(reasons.check_id.in_(wanted)).order_by(reasons.check_id, reasons.number)
    for reason in connection.execute(query).mappings():
        hits[reason["check_id"]].append(Hit(**{name: reason[name] for name in _HIT_COLUMNS}))
    rows = connection.execute(select(decisions).where(decisions.c.check_id.in_(wanted))).mappings()
    return {row["check_id"]: _entry(row, hits[row["check_id"]]) for row in rows}


def _entry(row: Mapping[Any, Any], hits: Iterable[Hit]) -> JournalEntry:
    stand = ListStand(*(row[name] for name in _STAND_COLUMNS))
    attributes = msgspec.json.decode(row["attributes"])
    plain = {name: row[name] for name in _ENTRY_COLUMNS}
    return JournalEntry(**plain, attributes=attributes, stand=stand, hits=tuple(hits))


def _row(entry: JournalEntry) -> tuple[object, ...]:
    attributes = msgspec.json.encode(entry.attributes).decode()
    return (*_of_entry(entry), *_of_stand(entry.stand), attributes, entry.canary)


def entry_of(answer: Answer, attributes: Mapping[str, object]) -> JournalEntry:
    """Return the journal's entry of an answer; `attributes` comes from `deciding`."""
    decision, outcome = answer.decision, answer.handled.outcome
    return JournalEntry(
        decision.check_id,
        decision.at,
        answer.caller,
        decision.transaction,
        without_numbers(decision.site),
        dict(attributes),
        decision.verdict,
        decision.action,
        _outcome_name(outcome),
        "" if isinstance(outcome, Enforced) else without_numbers(outcome.reason),
        decision.stand,
        decision.rule_version,
        decision.traceparent,
        answer.hits,
    )


def _outcome_name(outcome: AdapterOutcome) -> str:
    if isinstance(outcome, Enforced):
        return "ENFORCED"
    return "NOT_APPLICABLE" if isinstance(outcome, NotApplicable) else "REFUSED"
