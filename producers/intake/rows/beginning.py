# mypyc: compile
"""How a list entry or order began: the president's signature, the service, the application, the warning (art. 5)."""

from datetime import date

from ....schemas.law.beginnings import Fact
from ....schemas.law.listing import Instrument
from .legal import RowCase, reject_before_case
from .model import Beginning, Initiative
from .row import RowUnderCheck
from .subject import read_further_name


def read_beginning(row: RowUnderCheck, published: date, applied: date | None, case: RowCase) -> Beginning:
    """Read what is stated of the beginning and hold its days against each other; what is missing is nobody's fault here: only
    a new entry needs it, and only the register knows which is new.
    """
    signed, served, warned = row.past_day("signed_on"), row.past_day("served_on"), row.past_day("warned_on")
    for column, day in (("signed_on", signed), ("served_on", served), ("warned_on", warned)):
        reject_before_case(row, column, day, case)
    if signed is not None:
        if published < signed <= row.context.today:
            row.reject("signed_on", "SIGNED_AFTER_PUBLICATION")
        if served is not None and served < signed:
            row.reject("served_on", "SERVED_BEFORE_DECISION")
        if applied is not None and applied > signed:
            row.reject("applied_on", "APPLIED_AFTER_DECISION")
        if warned is not None and warned > signed:
            row.reject("warned_on", "WARNED_AFTER_DECISION")
    return Beginning(read_further_name(row, "signed_by", natural=True), signed, served, warned)


def missing_facts(
    instrument: Instrument, decision_number: str, initiative: Initiative, applied: date | None, beginning: Beginning
) -> int:
    """Return which facts art. 5 wants of a list entry are not stated, as the sum of `Fact`; 0 of an order."""
    if instrument is not Instrument.LIST_ENTRY:
        return 0
    missing = 0
    if not decision_number:
        missing |= int(Fact.DECISION_NUMBER)
    if not beginning.signed_by:
        missing |= int(Fact.SIGNED_BY)
    if beginning.signed_on is None:
        missing |= int(Fact.SIGNED_ON)
    if beginning.served_on is None:
        missing |= int(Fact.SERVED_ON)
    if initiative is Initiative.UNKNOWN:
        missing |= int(Fact.INITIATED_BY)
    if applied is None and initiative is not Initiative.EX_OFFICIO:
        missing |= int(Fact.APPLIED_ON)
    if beginning.warned_on is None:
        missing |= int(Fact.WARNED_ON)
    return missing
