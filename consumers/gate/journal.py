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
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    select,
)

from ...schemas.attributes import Attribute, Unknown, Value
from ...topics.bulk import insert_rows
from ..acts import metadata
from .decision import Decision, ListStand
from .hits import Hit, canary_only

decisions = Table(
    "decisions",
    metadata,
    Column("check_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("caller", Text, nullable=False),
    Column("transaction", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("barrier", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("fresh_as_of", BigInteger, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("canary", Boolean, nullable=False),
    sqlite_with_rowid=False,  # a third of the pages of a commit are of the tables' second keys otherwise
)
reasons = Table(
    "decision_reasons",
    metadata,
    Column("check_id", Text, ForeignKey("decisions.check_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("measure", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("match", Text, nullable=False),
    Column("instrument", Integer, nullable=False),
    Column("entry_id", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("court", Text, nullable=False),
    Column("court_name", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("basis_zh", Text, nullable=False),
    Column("basis_en", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("record_class", Integer, nullable=False),
    Column("handle", Text, nullable=False),
    Index("decision_reasons_by_entry", "entry_id"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Entry:
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


def write(connection: Connection, entries: Sequence[Entry]) -> None:
    """Journals decisions in the caller's transaction."""
    if not entries:
        return
    insert_rows(connection, decisions, _DECISION_COLUMNS, map(_row, entries))
    told = ((entry.check_id, number, *_of_hit(hit)) for entry in entries for number, hit in enumerate(entry.hits))
    insert_rows(connection, reasons, ("check_id", "number", *_HIT_COLUMNS), told)


def find(connection: Connection, check_id: str) -> Entry | None:
    """A journalled decision, None for one without a match and for one that never was."""
    row = connection.execute(select(decisions).where(decisions.c.check_id == check_id)).mappings().one_or_none()
    if row is None:
        return None
    wanted = select(reasons).where(reasons.c.check_id == check_id).order_by(reasons.c.number)
    hits = [Hit(**{name: reason[name] for name in _HIT_COLUMNS}) for reason in connection.execute(wanted).mappings()]
    known = {key: row[key] for key in ("check_id", "at", "caller", "transaction", "site", "decision", "action")}
    stand = ListStand(row["barrier"], row["digest"], row["fresh_as_of"], row["stale"])
    told = {key: row[key] for key in ("outcome", "reason", "rule_version")}
    return Entry(**known, **told, attributes=msgspec.json.decode(row["attributes"]), stand=stand, hits=tuple(hits))


def _row(entry: Entry) -> tuple[object, ...]:
    attributes = msgspec.json.encode(entry.attributes).decode()
    return (*_of_entry(entry), *_of_stand(entry.stand), attributes, entry.canary)


def entry_of(
    decision: Decision, hits: tuple[Hit, ...], told: tuple[str, str, str], kept: Mapping[str, object]
) -> Entry:
    """The journal's entry of a decision; `told` is caller, outcome and its reason, `kept` comes from `deciding`."""
    caller, outcome, reason = told
    return Entry(
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
