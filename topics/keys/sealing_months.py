"""For how long what is told to participants can be sealed to them."""

from collections.abc import Collection

from ...schemas.law.retention import Period
from ...schemas.wire.signing import PublicKey

_MANY = 1_000_000


def months_left_of(keys: Collection[PublicKey], now: int) -> dict[str, int]:
    """Return for everybody who has sealing keys and has not ended how many coming months all kinds have keys for.

    -1: something is sealed to a key beyond its month already, or can be sealed to none.
    """
    newest: dict[tuple[str, str], str] = {}
    for key in keys:
        if key.use == "seal" and not key.revoked_at and (not key.valid_until or key.valid_until > key.valid_from):
            owned = (key.participant, key.retention)
            newest[owned] = max(newest.get(owned, ""), key.period)
    ended = _ended(keys, now)
    this, months = Period.at(now), dict[str, int]()
    for (participant, _), text in newest.items():
        last = Period.parse(text)
        if last is not None and participant not in ended:
            months[participant] = min(months.get(participant, _MANY), max(-1, last.months_after(this)))
    return months


def _ended(keys: Collection[PublicKey], now: int) -> set[str]:
    """Return who has signing keys, and none that is valid now."""
    signing = [key for key in keys if key.use == "sign"]
    return {key.participant for key in signing} - {key.participant for key in signing if key.usable_at(now)}
