"""Dates, terms and working days of domain.md §3.3 and §11 cases 16 to 18."""

from datetime import UTC, date, datetime, timedelta

import pytest

from liandong.schemas.dates import (
    DateProblem,
    add_months,
    add_years,
    date_of_ms,
    date_of_stamp,
    end_of_day_ms,
    parse_date,
    rfc3339,
    start_of_day_ms,
)
from liandong.schemas.law import working_days
from liandong.schemas.law.terms import extended, is_extension_lawful, relist_bar_until, term_end
from liandong.schemas.law.working_days import DueDay, add_working_days, is_working_day, relief_due

DAY = date(2019, 7, 13)


@pytest.mark.parametrize(
    "written",
    [
        "20190713",
        "2019年07月13日",
        "2019年7月13日",
        "2019-07-13",
        "2019/7/13",
        "2019.07.13",
        "2019/7/13 0:00",
        "2019-07-13 00:00:00",
        "２０１９年７月１３日",
        "\ufeff2019-07-13\u200b ",
        "1562947200",
        "1562947200000",
    ],
)
def test_the_spellings_of_one_record_name_one_day(written: str) -> None:
    assert parse_date(written) == DAY


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("19990230", "DATE_IMPOSSIBLE"),
        ("2019-13-01", "DATE_IMPOSSIBLE"),
        ("0000-01-01", "DATE_IMPOSSIBLE"),
        ("43659", "DATE_SPOILT"),
        ("13/07/2019", "DATE_UNREADABLE"),
        ("2019-07", "DATE_UNREADABLE"),
        ("明天", "DATE_UNREADABLE"),
        ("", "DATE_UNREADABLE"),
        ("2019-07-13 23:30", "DATE_UNREADABLE"),
    ],
)
def test_what_is_no_day_is_refused(written: str, code: str) -> None:
    with pytest.raises(DateProblem) as caught:
        parse_date(written)
    assert caught.value.code == code


def test_the_publication_stamp_is_midnight_in_china_not_in_greenwich() -> None:
    assert date_of_stamp(1562947200) == DAY
    assert datetime.fromtimestamp(1562947200, UTC).date() == DAY - timedelta(days=1)
    assert start_of_day_ms(DAY) == 1562947200_000


def test_a_day_ends_at_24_00_in_china_which_is_16_00_utc() -> None:
    end = datetime.fromtimestamp(end_of_day_ms(date(2026, 11, 22)) / 1000, UTC)
    assert end == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert date_of_ms(end_of_day_ms(DAY)) == DAY + timedelta(days=1)
    assert date_of_ms(end_of_day_ms(DAY) - 1) == DAY
    assert rfc3339(end_of_day_ms(DAY) - 1) == "2019-07-13T23:59:59.999+08:00"


@pytest.mark.parametrize(
    ("start", "extension", "end"),
    [
        (date(2024, 2, 29), 0, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2028, 2, 28)),
        (date(2024, 3, 1), 0, date(2026, 3, 1)),
        (date(2024, 3, 1), 12, date(2027, 3, 1)),
        (date(2023, 12, 31), 36, date(2028, 12, 31)),
    ],
)
def test_a_term_ends_on_the_same_calendar_day_or_the_months_last(start: date, extension: int, end: date) -> None:
    assert term_end(start, extension) == end


def test_months_clamp_to_the_end_of_shorter_ones() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 12, 31), 2) == date(2025, 2, 28)
    assert add_months(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert add_years(date(2020, 2, 29), 4) == date(2024, 2, 29)
    assert extended(date(2026, 2, 28), 12) == date(2027, 2, 28)


def test_extensions_are_one_to_three_years() -> None:
    assert [months for months in (0, 6, 11, 12, 36, 37, -12) if is_extension_lawful(months)] == [0, 12, 36]


def test_the_bar_after_a_deletion_the_creditor_asked_for_lasts_six_months() -> None:
    assert relist_bar_until(date(2025, 8, 31)) == date(2026, 2, 28)


def test_three_working_days_cross_national_day_with_its_make_up_saturday() -> None:
    assert not is_working_day(date(2026, 10, 1))
    assert is_working_day(date(2026, 10, 10))
    assert relief_due(date(2026, 9, 30)) == DueDay(date(2026, 10, 10))
    assert add_working_days(date(2026, 11, 20), 1) == DueDay(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("trigger", "due"),
    [
        ("2090-01-01", "2090-01-04~"),
        ("2090-01-05", "2090-01-10~"),
        ("2088-12-31", "2089-01-05~"),
        ("1999-12-30", "2000-01-04~"),
    ],
)
def test_a_year_without_published_holidays_is_counted_by_weekdays_and_said_to_be_an_estimate(
    trigger: str, due: str
) -> None:
    found = relief_due(date.fromisoformat(trigger))
    assert str(found) == due
    assert DueDay.of(due) == found


def test_only_what_is_counted_through_an_unknown_year_is_an_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    known = working_days.is_calendar_known
    monkeypatch.setattr(working_days, "is_calendar_known", lambda year: year <= 2025 and known(year))
    assert str(relief_due(date(2025, 12, 26))) == "2025-12-31"
    assert (
        str(relief_due(date(2025, 12, 30))) == "2026-01-02~"
    )  # 1 January is a Thursday and counts, for want of a calendar
    assert str(relief_due(date(2025, 12, 31))) == "2026-01-05~"
    monkeypatch.setattr(working_days, "is_calendar_known", known)
    assert str(relief_due(date(2025, 12, 30))) == "2026-01-05"
