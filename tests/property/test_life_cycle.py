"""The life of an entry: it starts once, ends once, and never comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.schemas.law.listing import (
    ENDED_FROM,
    RELIEF,
    Change,
    Instrument,
    Status,
    TransitionRefused,
    next_status,
)

CHANGES = st.lists(st.sampled_from(list(Change)), max_size=12)


def live(instrument: Instrument, changes: list[Change]) -> list[Status]:
    status, seen = None, []
    for change in [Change.INCLUDE, *changes]:
        try:
            status = next_status(instrument, status, change)
        except TransitionRefused:
            continue
        seen.append(status)
    return seen


@given(st.sampled_from(list(Instrument)), CHANGES)
def test_an_ended_entry_never_restricts_again(instrument: Instrument, changes: list[Change]) -> None:
    seen = live(instrument, changes)
    ended = [status >= ENDED_FROM for status in seen]
    assert ended == sorted(ended)


@given(st.sampled_from(list(Instrument)), CHANGES)
def test_orders_are_lifted_and_list_entries_deleted_never_the_other_way(
    instrument: Instrument, changes: list[Change]
) -> None:
    wrong = Status.LIFTED if instrument is Instrument.LIST_ENTRY else Status.DELETED
    assert wrong not in live(instrument, changes)


@pytest.mark.parametrize("now", [status for status in Status if status > Status.EXPIRED])
@pytest.mark.parametrize("change", list(Change))
def test_nothing_can_be_done_to_an_ended_entry_but_to_revoke_what_was_deleted(now: Status, change: Change) -> None:
    if (now, change) == (Status.DELETED, Change.REVOKE):
        assert next_status(Instrument.LIST_ENTRY, now, change) is Status.REVOKED
        return
    with pytest.raises(TransitionRefused) as refused:
        next_status(Instrument.LIST_ENTRY, now, change)
    assert refused.value.remedy


def test_only_a_shielded_entry_is_unshielded_and_an_expired_one_still_deleted() -> None:
    with pytest.raises(TransitionRefused):
        next_status(Instrument.LIST_ENTRY, Status.ACTIVE, Change.UNSHIELD)
    assert next_status(Instrument.LIST_ENTRY, Status.SHIELDED, Change.UNSHIELD) is Status.ACTIVE
    assert next_status(Instrument.LIST_ENTRY, Status.EXPIRED, Change.DELETE) is Status.DELETED
    assert next_status(Instrument.CONSUMPTION_ORDER, Status.ACTIVE, Change.LIFT) is Status.LIFTED


@pytest.mark.parametrize("instrument", [Instrument.CONSUMPTION_ORDER, Instrument.EXIT_BAN])
@pytest.mark.parametrize(
    ("change", "code"), [(Change.SHIELD, "SHIELD_ENTRIES_ONLY"), (Change.REVOKE, "REVOKE_ENTRIES_ONLY")]
)
def test_orders_and_bans_are_neither_shielded_nor_revoked(instrument: Instrument, change: Change, code: str) -> None:
    with pytest.raises(TransitionRefused) as refused:
        next_status(instrument, Status.ACTIVE, change)
    assert refused.value.code == code
    assert next_status(instrument, Status.SHIELDED, Change.UNSHIELD) is Status.ACTIVE


def test_every_change_that_frees_somebody_takes_the_fast_lane() -> None:
    frees = {
        change
        for change in Change
        for instrument in Instrument
        for now in Status
        if now < Status.SHIELDED and _status(instrument, now, change) not in {None, Status.ACTIVE}
    }
    assert frees <= RELIEF


def _status(instrument: Instrument, now: Status, change: Change) -> Status | None:
    try:
        return next_status(instrument, now, change)
    except TransitionRefused:
        return None
