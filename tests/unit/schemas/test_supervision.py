"""On which days acts switch a measure on."""

from dataclasses import replace
from datetime import date

import pytest

from liandong.schemas.dates import end_of_day_ms
from liandong.schemas.law.supervision import ActKind, SupervisionAct, acts_in_force, switch_terms


def _switch(first: str, last: str, **changes: object) -> SupervisionAct:
    act = SupervisionAct(b"a" * 16, "js", "supervisor-js", ActKind.MEASURE_ON, "N", b"", 1, "subsidy")
    return replace(act, from_day=first, until_day=last, **changes)  # type: ignore[arg-type]


def _off(first: str, **changes: object) -> SupervisionAct:
    kind = {"kind": ActKind.MEASURE_OFF, "act_id": b"o" * 16, "ends": b"a" * 16}
    return _switch(first, "", **(kind | changes))


@pytest.mark.parametrize(
    ("withdrawals", "left"),
    [
        ((), ("2026-12-01", "2026-12-31")),
        ((_off("2026-12-20"),), ("2026-12-01", "2026-12-19")),
        ((_off("2026-12-20"), _off("2026-12-15")), ("2026-12-01", "2026-12-14")),
        ((_off("2026-12-10"),), None),  # ended yesterday
        ((_off(""),), None),
        ((_off("0001-01-01"),), None),
        ((_off("2027-02-01"),), ("2026-12-01", "2026-12-31")),
        ((_off("", jurisdiction="cq"), _off("", ends=b"b" * 16)), ("2026-12-01", "2026-12-31")),
        ((_off("", issued_at=2**60),), ("2026-12-01", "2026-12-31")),
    ],
)
def test_an_act_is_shown_with_the_days_that_withdrawals_leave_it(
    withdrawals: tuple[SupervisionAct, ...], left: tuple[str, str] | None
) -> None:
    now = end_of_day_ms(date(2026, 12, 10)) - 1
    found = switch_terms([*withdrawals, _switch("2026-12-01", "2026-12-31")], now)
    assert [(one.first.isoformat(), one.last.isoformat()) for one in found] == ([left] if left else [])
    assert len(acts_in_force([_switch("2026-12-01", "2026-12-31"), *withdrawals], now)) == len(found)


def test_an_act_to_come_is_shown_and_not_in_force_and_one_that_is_over_is_neither() -> None:
    now = end_of_day_ms(date(2026, 12, 10)) - 1
    acts = [_switch("2026-12-11", "2026-12-31"), _switch("2026-11-01", "2026-12-09", act_id=b"c" * 16)]
    assert [one.act for one in switch_terms(acts, now)] == acts[:1]
    assert acts_in_force(acts, now) == []
