"""Who appears in the demo: fictitious debtors of a list, and people who are not on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...producers.synthetic.people import Invention
from ...producers.synthetic.rows import Row


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a counter; the number stays out of every print."""

    name: str
    certificate_type: str
    number: str = field(repr=False)
    country: str = ""

    def subject(self) -> dict[str, object]:
        """Return the subject as the check API takes it."""
        certificate = {"type": self.certificate_type, "number": self.number}
        if self.country:
            certificate["country"] = self.country
        return {"name": self.name, "certificates": [certificate]}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who appears in the demo, with the case numbers they are listed for."""

    debtor: Person
    debtor_case: str
    traveller: Person
    """Listed for one case; freed during the demo."""
    traveller_case: str
    listed_thrice: Person
    """Listed for three cases."""
    listed_thrice_cases: tuple[str, ...]
    """The first of them has no term."""
    old_number: Person
    """Listed and asked about under the old 15-digit number."""
    old_number_case: str
    passport: Person
    """Listed with an ID number, travels on the passport linked to it."""
    namesake: Person
    """Bears the debtor's name and is somebody else."""
    unlisted: Person
    added_later: Person
    """Not listed at first; published while an agency is down."""
    measured: tuple[Person, ...]
    """Debtors for latency measurements, each listed for one case."""
    measured_cases: tuple[str, ...]


def _person(row: Row, position: int = 1) -> Person:
    prefix = "certificate" if position == 1 else f"certificate_{position}"
    return Person(row["name"], row[f"{prefix}_type"], row[f"{prefix}_number"], row[f"{prefix}_country"])


def choose(rows: Iterable[Row], addition: Iterable[Row], others_seed: int, measured: int) -> Cast:
    """Choose everybody from list rows; people who are not listed are invented from another seed."""
    people = [row for row in rows if row["kind"] == "NATURAL"]
    times = Counter(row["certificate_number"] for row in people)
    citizens = [row for row in people if row["certificate_type"] == "CN_ID" and "certificate_2_type" not in row]
    once = [row for row in citizens if times[row["certificate_number"]] == 1]
    # a term ends by itself: only a case without one is deleted because its debtor has paid
    thrice = next(row for row in citizens if times[row["certificate_number"]] == 3 and not row.get("term_end"))
    same = [row["case_number"] for row in citizens if row["certificate_number"] == thrice["certificate_number"]]
    cases = tuple(sorted(same, key=lambda case: case != thrice["case_number"]))
    old = next(row for row in people if row["certificate_type"] == "CN_ID15" and times[row["certificate_number"]] == 1)
    linked = next(
        row for row in people if row.get("certificate_2_type") == "PASSPORT" and times[row["certificate_number"]] == 1
    )
    strangers = (person for person in Invention(others_seed).people() if person.certificates[0][0].name == "CN_ID")
    namesake, unlisted = next(strangers), next(strangers)
    for_measuring = once[2 : 2 + measured]
    return Cast(
        debtor=_person(once[0]),
        debtor_case=once[0]["case_number"],
        traveller=_person(once[1]),
        traveller_case=once[1]["case_number"],
        listed_thrice=_person(thrice),
        listed_thrice_cases=cases,
        old_number=_person(old),
        old_number_case=old["case_number"],
        passport=_person(linked, 2),
        namesake=Person(once[0]["name"], "CN_ID", namesake.certificates[0][1]),
        unlisted=Person(unlisted.name, "CN_ID", unlisted.certificates[0][1]),
        added_later=_person(next(row for row in addition if row["certificate_type"] == "CN_ID")),
        measured=tuple(_person(row) for row in for_measuring),
        measured_cases=tuple(row["case_number"] for row in for_measuring),
    )
