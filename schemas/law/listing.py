"""List entries and orders: codes, life cycle, and what a record says.

Words that must not be mixed (法释〔2017〕7号 arts. 9–10): *revoke* = it never should have been there,
*delete* = rightly there, the reason ended, *correct* = still there, data was wrong, *shield* =
suspended, *lift* = the word for orders.
"""

from enum import IntEnum

from ..errors import LiandongError


class Instrument(IntEnum):
    """What restricts the subject."""

    LIST_ENTRY = 1
    CONSUMPTION_ORDER = 2
    EXIT_BAN = 3


class RecordClass(IntEnum):
    """Canaries are legally void probes and count in no statistic."""

    REAL = 0
    CANARY = 1


class Status(IntEnum):
    """State of an entry; 3 and above have ended and never come back."""

    ACTIVE = 1
    SHIELDED = 2
    EXPIRED = 3
    DELETED = 4
    REVOKED = 5
    LIFTED = 6


class Change(IntEnum):
    """What an update did."""

    INCLUDE = 1
    CORRECT = 2
    SHIELD = 3
    UNSHIELD = 4
    DELETE = 5
    REVOKE = 6
    EXTEND = 7
    EXPIRE = 8
    LIFT = 9
    REKEY = 10


class PersonKind(IntEnum):
    """Who is listed."""

    NATURAL = 1
    ENTITY = 2


class PersonRole(IntEnum):
    """In which role (法释〔2015〕17号 art. 3 ¶2 for all but the debtor)."""

    DEBTOR = 0
    LEGAL_REPRESENTATIVE = 1
    PRINCIPAL = 2
    DIRECTLY_RESPONSIBLE = 3
    ACTUAL_CONTROLLER = 4


class Link(IntEnum):
    """How a certificate belongs to the subject."""

    OWN = 0
    VERIFIED = 1
    UNVERIFIED = 2


ENDED_FROM = Status.EXPIRED
RELIEF = frozenset({Change.CORRECT, Change.SHIELD, Change.DELETE, Change.REVOKE, Change.EXPIRE, Change.LIFT})
"""Changes that also travel on the relief lane: none may wait behind a backlog."""

_OUTCOME = {
    Change.INCLUDE: Status.ACTIVE,
    Change.CORRECT: None,
    Change.SHIELD: Status.SHIELDED,
    Change.UNSHIELD: Status.ACTIVE,
    Change.DELETE: Status.DELETED,
    Change.REVOKE: Status.REVOKED,
    Change.EXTEND: None,
    Change.EXPIRE: Status.EXPIRED,
    Change.LIFT: Status.LIFTED,
    Change.REKEY: None,
}
_FROM = {
    Change.SHIELD: {Status.ACTIVE},
    Change.UNSHIELD: {Status.SHIELDED},
    Change.EXPIRE: {Status.ACTIVE, Status.SHIELDED},
}


class TransitionRefused(LiandongError):
    """An act the entry's state does not allow."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__("TRANSITION_REFUSED", message, remedy)


def next_status(instrument: Instrument, now: Status | None, change: Change) -> Status:
    """Return the status after a change; ``now`` is None before the first publication. Raises TransitionRefused."""
    if (now is None) != (change is Change.INCLUDE):
        raise TransitionRefused(
            f"{change.name.lower()} does not fit an entry that is {now.name.lower() if now else 'new'}",
            "publish a new entry by its own decision; an ended id never comes back",
        )
    closing = now is Status.EXPIRED and change in {Change.DELETE, Change.LIFT}
    if now is not None and now >= ENDED_FROM and not closing:
        raise TransitionRefused(
            f"the entry has ended ({now.name.lower()})",
            "nothing to do; a new decision makes a new entry",
        )
    lifts, is_entry = change is Change.LIFT, instrument is Instrument.LIST_ENTRY
    if (lifts and is_entry) or (change is Change.DELETE and not is_entry):
        raise TransitionRefused(
            f"{change.name.lower()} is not the word for this instrument",
            "delete a list entry (art. 10), lift an order (法释〔2015〕17号 art. 9)",
        )
    if now is not None and now not in _FROM.get(change, {now}):
        raise TransitionRefused(
            f"{change.name.lower()} does not fit an entry that is {now.name.lower()}",
            "look at the entry with `liandong court find`",
        )
    return _OUTCOME[change] or now or Status.ACTIVE
