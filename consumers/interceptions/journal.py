"""The journal of decisions on hits, in the acts store. A check without a match leaves counters only and no row here.

No number, no name and no text a caller wrote freely stands in it: attributes that can decide, handles, codes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter

import msgspec
from sqlalchemy import (
    Connection,
    select,
)

from ...schemas.law.attributes import Attribute, Unknown, Value
from ...topics.storage.bulk import insert_rows
from ..acts_db.tables import decision_reasons, decisions
from ..gate.decision import Decision, ListStand
from ..gate.hits import Hit, canary_only


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
    hits: tuple[Hit, ...]

    @property
    def canary(self) -> bool:
        """Whether it speaks of legally void probes only."""
        return canary_only(self.hits)


_ENTRY_COLUMNS = (
    "check_id", "at", "caller", "transaction", "site", "decision", "action", "outcome", "reason", "rule_version",
)  # fmt: skip
_STAND_COLUMNS = ("barrier", "digest", "fresh_as_of", "stale")
_DECISION_COLUMNS = (*_ENTRY_COLUMNS, *_STAND_COLUMNS, "attributes", "canary")
_HIT_COLUMNS = tuple(one.name for one in fields(Hit))
_of_entry, _of_stand, _of_hit = attrgetter(*_ENTRY_COLUMNS), attrgetter(*_STAND_COLUMNS), attrgetter(*_HIT_COLUMNS)
_NUMBER_LIKE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]*[0-9]{6}[0-9A-Za-z]*")


def without_numbers(text: str) -> str:
    """Free text with everything that could be a certificate number taken out: any word with six digits in a row."""
    return _NUMBER_LIKE.sub("…", text)


def deciding(values: Mapping[str, Value], definitions: Mapping[str, Attribute]) -> dict[str, object]:
    """The attributes the journal keeps: codes, numbers and booleans, never text."""
    return {name: _plain(value) for name, value in values.items() if definitions[name].type != "text"}


def _plain(value: Value) -> object:
    if isinstance(value, Unknown):
        return {"unknown": without_numbers(value.written)}
    return str(value) if isinstance(value, Decimal) else value


def write(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Journals decisions in the caller's transaction."""
    if not entries:
        return
    insert_rows(connection, decisions, _DECISION_COLUMNS, map(_row, entries))
    told = ((entry.check_id, number, *_of_hit(hit)) for entry in entries for number, hit in enumerate(entry.hits))
    insert_rows(connection, decision_reasons, ("check_id", "number", *_HIT_COLUMNS), told)


def find(connection: Connection, check_id: str) -> JournalEntry | None:
    """A journalled decision, None for one without a match and for one that never was."""
    row = connection.execute(select(decisions).where(decisions.c.check_id == check_id)).mappings().one_or_none()
    if row is None:
        return None
    wanted = select(decision_reasons).where(decision_reasons.c.check_id == check_id).order_by(decision_reasons.c.number)
    hits = [Hit(**{name: reason[name] for name in _HIT_COLUMNS}) for reason in connection.execute(wanted).mappings()]
    known = {key: row[key] for key in ("check_id", "at", "caller", "transaction", "site", "decision", "action")}
    stand = ListStand(row["barrier"], row["digest"], row["fresh_as_of"], row["stale"])
    told = {key: row[key] for key in ("outcome", "reason", "rule_version")}
    return JournalEntry(
        **known, **told, attributes=msgspec.json.decode(row["attributes"]), stand=stand, hits=tuple(hits)
    )


def _row(entry: JournalEntry) -> tuple[object, ...]:
    attributes = msgspec.json.encode(entry.attributes).decode()
    return (*_of_entry(entry), *_of_stand(entry.stand), attributes, entry.canary)


def entry_of(
    decision: Decision, hits: tuple[Hit, ...], told: tuple[str, str, str], kept: Mapping[str, object]
) -> JournalEntry:
    """The journal's entry of a decision; `told` is caller, outcome and its reason, `kept` comes from `deciding`."""
    caller, outcome, reason = told
    return JournalEntry(
        decision.check_id,
        decision.at,
        caller,
        decision.transaction,
        without_numbers(decision.site),
        dict(kept),
        decision.verdict,
        decision.action,
        outcome,
        without_numbers(reason),
        decision.stand,
        decision.rule_version,
        hits,
    )
