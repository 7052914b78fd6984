"""One act as somebody asks for it: what a second key can sign, and what performs it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from ...schemas.law.listing import Change
from ..register.register import Update
from .acts import Acts
from .correction import correct
from .ruling import CourtRuling, QueryReference

_DAYS = ("on", "decided_on", "born")


@dataclass(frozen=True, slots=True)
class ActRequest:
    """An act on an entry. A correction's `values` may hold a certificate number: `repr` shows none of them."""

    change: Change
    entry_id: bytes
    ruling: CourtRuling
    months: int = 0
    """Of an extension of a list entry."""
    until: date | None = None
    """Of an extension of an order: its new last day."""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of a correction, by intake column."""

    def perform(self, acts: Acts) -> Update:
        """Perform it. Raises what the act raises, APPROVAL_NEEDED last of all."""
        if self.change is Change.EXTEND:
            return acts.extend(self.entry_id, self.ruling, months=self.months, until=self.until)
        if self.change is Change.CORRECT:
            return correct(acts, self.entry_id, self.values, self.ruling)
        simple = {
            Change.REVOKE: acts.revoke,
            Change.DELETE: acts.delete,
            Change.LIFT: acts.lift,
            Change.SHIELD: acts.shield,
            Change.UNSHIELD: acts.unshield,
        }
        return simple[self.change](self.entry_id, self.ruling)

    def content(self, today: date, version: int) -> dict[str, Any]:
        """Return what a second key signs: all of it, on the day it was asked for, about one version of the entry."""
        ruling = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(replace(self.ruling, on=self.ruling.on or today, queries=())).items()
        }
        ruling["queries"] = [str(each) for each in self.ruling.queries]
        return {
            "change": self.change.name,
            "entry": self.entry_id.hex(),
            "version": version,
            "ruling": ruling,
            "months": self.months,
            "until": self.until.isoformat() if self.until else "",
            "values": dict(self.values),
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "ActRequest":
        """Read what `content` returned."""
        ruling = dict(content["ruling"])
        ruling |= {name: date.fromisoformat(ruling[name]) if ruling[name] else None for name in _DAYS}
        ruling["queries"] = tuple(map(QueryReference.parse, ruling["queries"]))
        return cls(
            Change[content["change"]],
            bytes.fromhex(content["entry"]),
            CourtRuling(**ruling),
            content["months"],
            date.fromisoformat(content["until"]) if content["until"] else None,
            content["values"],
        )
