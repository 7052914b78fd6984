"""The cast of the acceptance examples, and what a railway's gate answers over what a court really signed. All are fictitious."""

from datetime import date
from pathlib import Path

from msgspec import to_builtins

from liandong.consumers.adapters.protocol import Handled, NotApplicable
from liandong.consumers.gate.decision import Decision
from liandong.consumers.gate.gate import Gate
from liandong.consumers.gate.rules import load_rules
from liandong.consumers.interceptions.answers import Answer
from liandong.consumers.interceptions.rendering import shown_answer
from liandong.producers.court import Court
from liandong.producers.upkeep.book import UpkeepBook
from liandong.producers.upkeep.guard import SigningGuard
from liandong.schemas.dates import start_of_day_ms
from liandong.schemas.problems import Language
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.court import PublishingCourt, Row
from liandong.tests.worlds.gate import MemoryView
from liandong.tests.worlds.intake_rows import ENTRY
from liandong.tests.worlds.people import KEY, Person, person

JIA = person("张示例", "320505198503140014")
YI = person("李示例", "320505199001012017")
_HOUR = 3_600_000
_NO_DAY = {"publish_date": "", "filing_date": ""}


def row_of(who: Person, **columns: str) -> Row:
    """A list entry on somebody, by intake column; published on the day it is sent."""
    return ENTRY | _NO_DAY | {"name": who.name, "certificate_number": who.number} | columns


def goes_to(court: PublishingCourt, day: str, hour: float = 12) -> None:
    """Set the court's clock to an hour of a day in China."""
    court.clock.time = start_of_day_ms(date.fromisoformat(day)) + int(hour * _HOUR)


def opened(court: PublishingCourt) -> Court:
    """The court as its commands open it."""
    guard = SigningGuard(UpkeepBook(court.register, "js"), court.clock, (), court.signer.key_id)
    return Court(court.register, court.identity, court.clock, guard)


class Railway:
    """A railway's gate over every record a court has signed so far, at the court's time; a G train, second class."""

    def __init__(self, court: PublishingCourt, directory: Path) -> None:
        self._court, self._view = court, MemoryView()
        self._gate = Gate(self._view, load_rules("railway", directory, 60_000), (KEY,), court.clock, CHANCE)

    def says(self, who: Person) -> str:
        """What it says of somebody now; the copy is fresh."""
        return self.decides(who).verdict.value

    def tells(self, who: Person, lang: Language) -> str:
        """The reason it gives beside a decision that no measure explains, in a language; empty if it gives none."""
        shown = to_builtins(shown_answer(Answer(self.decides(who), (), Handled(NotApplicable()), "counter"), lang))
        return str(shown.get("reason", {}).get("message", ""))

    def decides(self, who: Person) -> Decision:
        """What it decides about somebody now; the copy is fresh."""
        for body in self._court.bodies("state"):
            self._view.apply(body)
        self._view.stand.fresh_as_of = self._court.clock.now()
        return self._gate.check(who.request("rail-ticket", train_type="G", seat_class="second"))
