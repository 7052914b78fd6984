"""Giving back what somebody took with a stolen key of a court above: copies hold such an entry to be that court's, and refuse what its
own court says of it. The court above signs, in the name of the entry's own court, what that one last said (docs/wire.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...schemas.wire.codec import from_wire
from ...schemas.wire.signing import Keyring
from ...topics.storage.database import reading
from ...topics.workers.clock import Clock
from ..register.rows import WholeEntry
from ..updates.updates import CourtIdentity
from .book import UpkeepBook, UpkeepFinding
from .findings import TAKEN
from .resigning import NeedsSigning, Progressed, Resigning, needs_signing

_WHY = "TAKEN_FROM_BELOW"


def taken_from(book: UpkeepBook) -> list[tuple[UpkeepFinding, WholeEntry]]:
    """List what was taken with stolen keys of courts above, and the entries as their own courts have them, oldest first."""
    found = []
    with reading(book.register.engine) as connection:
        for taken in book.findings(TAKEN):
            whole = book.register.whole_entry(connection, taken.entry_id)
            if whole is not None:
                found.append((taken, whole))
    return found


@dataclass(frozen=True, slots=True)
class GivingBack:
    """Finds and gives back what was taken with the key of one court; `identity` is that court's."""

    book: UpkeepBook
    identity: CourtIdentity
    keyring: Keyring
    clock: Clock

    def found(self, court: str) -> list[NeedsSigning]:
        """List what was taken from a court below, oldest first."""
        return [
            needs_signing(whole, _WHY, from_wire(whole.body)["recorded_at"])
            for taken, whole in taken_from(self.book)
            if (taken.court, whole.court) == (self.identity.court, court)
        ]

    def sign(self, court: str, found: Sequence[NeedsSigning], progressed: Progressed = lambda _done, _all: None) -> int:
        """Sign these in the name of the court below, each as a new version; return how many."""
        in_its_name = replace(self.identity, court=court)
        return Resigning(self.book, in_its_name, self.keyring, self.clock).sign(found, progressed)
