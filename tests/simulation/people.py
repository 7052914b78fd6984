"""Who lives in the simulated town, all of them fictitious, and the rows a court's system exports about them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from liandong.producers.intake.rows.model import RawRow
from liandong.producers.synthetic.people import Invention
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.tests.worlds.people import Person

COURTS = ("court-su0505", "court-su0506")
SIBLING = "court-su0507"
"""A court of the same jurisdiction that lists nobody by itself: its key is the adversary's to use."""
TOKENS = {"court-su0505": "苏0505", "court-su0506": "苏0506"}
DEBTORS = 10
OTHERS = 4
"""People who are never listed; the first of them has the name of the first debtor."""


@dataclass(frozen=True)
class Townspeople:
    """Those who may be listed, and those who never are."""

    debtors: tuple[Person, ...]
    others: tuple[Person, ...]

    @property
    def everybody(self) -> tuple[Person, ...]:
        return self.debtors + self.others


@cache
def townspeople() -> Townspeople:
    """The same people in every town."""
    drawn: list[Person] = []
    for each in Invention(7).people():
        if each.certificates[0][0] is CertificateType.CN_ID:
            kind, number, country = each.certificates[0]
            drawn.append(Person(each.name, normalise(kind, number, country or None)))
        if len(drawn) == DEBTORS + OTHERS:
            break
    debtors, others = drawn[:DEBTORS], drawn[DEBTORS:]
    others[0] = Person(debtors[0].name, others[0].certificate)
    return Townspeople(tuple(debtors), tuple(others))


@dataclass(frozen=True)
class Listing:
    """One debtor in one case of one court under one instrument, as the court's system knows it."""

    court: str
    person: int
    """Among the debtors."""
    instrument: str
    serial: int
    day: date
    """When it was decided and first exported."""
    last_day: date | None = None

    def row(self, number: int) -> RawRow:
        """The row of every export that has it."""
        person, token = townspeople().debtors[self.person], TOKENS[self.court]
        filed = self.day - timedelta(days=100)
        case = f"（{filed.year}）{token}执{self.serial}号"
        values = {
            "instrument": self.instrument,
            "kind": "NATURAL",
            "role": "DEBTOR" if self.instrument != "LIST_ENTRY" else "",
            "name": person.name,
            "certificate_type": "CN_ID",
            "certificate_number": person.number,
            "case_number": case,
            "decision_number": case + ("决定书" if self.instrument == "LIST_ENTRY" else "限制消费令"),
            "filing_date": filed.isoformat(),
            "basis_number": f"（{filed.year - 1}）{token}民初{self.serial}号",
            "basis_maker": "示例区人民法院",
            "performance": "NONE",
            "claim_amount": f"{1000 + self.serial}.00",
            "publish_date": self.day.isoformat(),
            "source_id": f"{self.court}-{self.serial}",
        }
        values |= self._term()
        values = {name: value for name, value in values.items() if value}
        return RawRow(number, values, values)

    def _term(self) -> dict[str, str]:
        if self.instrument == "LIST_ENTRY":
            decided = (self.day - timedelta(days=10)).isoformat()
            began = {"signed_by": "示例院长", "signed_on": decided, "served_on": decided, "warned_on": decided}
            applied = (self.day - timedelta(days=30)).isoformat()
            return {"grounds": "G1", "initiated_by": "CREDITOR", "applied_on": applied} | began
        if self.last_day is None:
            return {}
        return {"term_start": (self.last_day - timedelta(days=30)).isoformat(), "term_end": self.last_day.isoformat()}
