"""Rows of a file that take effect only with a second approval: held, not published.

Today these are list entries on state organs (setting `state_organ_listing`). What waits is the row as it came, so that the second
key signs what the court's system said and not what was made of it.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from ..approvals.book import ApprovalBook
from ..approvals.problems import ApprovalImpossible
from ..approvals.proposal import Intent
from ..intake.rows.model import IntakeContext, RawRow
from ..register.reader import RegisterReader
from .comparison import ComparedRow, Meaning, RowRefused


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row that is published if a second key approves it."""

    number: int
    intent: Intent


class WaitingRows:
    """Decides which rows of one file wait, and remembers them: a later row about the same must say the same."""

    def __init__(self, register: RegisterReader, context: IntakeContext) -> None:
        """`context` names the court and the policy."""
        self._book = ApprovalBook(register)
        self._context = context
        self._seen: dict[bytes, tuple[int, int]] = {}

    def awaits(self, compared: ComparedRow) -> bool:
        """Whether a row waits: it would give a state organ's entry contents that it does not have."""
        is_held = compared.row.is_organ and self._context.state_organs == "second-approval"
        return is_held and compared.meaning is not Meaning.UNCHANGED

    def repeats(self, compared: ComparedRow) -> bool:
        """Whether an earlier row of the file said the same. Raises RowRefused if it said something else about it."""
        row, statement = compared.row, compared.statement()
        first, said = self._seen.setdefault(row.keys[0], (row.number, statement))
        if said != statement:
            raise RowRefused("DUPLICATE_CONFLICT", first=str(first))
        return first != row.number

    def hold(self, connection: Connection, compared: ComparedRow, raw: RawRow, now: int) -> WaitingRow:
        """Return what waits. Raises RowRefused if exactly this was refused before."""
        values = {column: text for column, text in raw.values.items() if text.strip()}
        intent = Intent("listing", compared.row.keys[0], {"row": values, "is_public": raw.is_public})
        try:
            self._book.find_same(connection, self._context.court, intent, now)
        except ApprovalImpossible as refused:
            raise RowRefused("REFUSED_BEFORE", **refused.details) from refused
        return WaitingRow(compared.row.number, intent)
