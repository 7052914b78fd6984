# mypyc: compile
"""Citizen identity numbers (公民身份号码, GB 11643-1999) and the two permits built like them.

Six digits of region at issue time, eight of birth date, three of sequence (odd = male), one check character
(ISO 7064 MOD 11-2). Retired region codes stay valid for life, so a region is never a reason to refuse.
Numbers here are canonical: 18 ASCII characters, `X` upper case.
"""

from datetime import date
from functools import lru_cache
from math import nan

from stdnum.iso7064 import mod_11_2

PROVINCES = frozenset(
    f"{number}"
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
"""First two digits of GB/T 2260 codes; 83 stands only on residence permits of Taiwan residents."""

_CENTENARIAN_SEQUENCES = frozenset(("996", "997", "998", "999"))
"""Sequences of 15-digit numbers kept for people born in 18xx."""

ADULT_AGE = 18
LENGTH = 18


def is_check_digit_right(number: str) -> bool:
    """Whether the 18th character is the ISO 7064 MOD 11-2 check character of the first 17."""
    return _sum(number, 0) % 11 == 1


def birth_date_if_right(number: str) -> date | None:
    """Return the birth date of a number that is right in every part as it stands; None for every other.

    Numbers share their parts: region, birth date, sequence with check character. Each is looked at once.
    """
    born = _birth_part(number[6:14])
    if born is None or len(number) != LENGTH:
        return None
    return born[1] if (_region_part(number[:6]) + born[0] + _last_part(number[14:])) % 11 == 1 else None


@lru_cache(maxsize=65_536)
def _birth_part(part: str) -> tuple[int, date] | None:
    born = _date_of(part) if _is_digits(part) else None
    return None if born is None else (_sum(part, 6), born)


@lru_cache(maxsize=65_536)
def _region_part(part: str) -> float:
    return _sum(part, 0) if _is_digits(part) and part[0] != "0" else nan


@lru_cache(maxsize=65_536)
def _last_part(part: str) -> float:
    return _sum(part, 14) if _is_digits(part.removesuffix("X")) else nan


def _is_digits(part: str) -> bool:
    return part.isascii() and part.isdigit()


def _sum(part: str, at: int) -> int:
    """Return a part's share of the sum of ISO 7064 MOD 11-2, which leaves 1 for a right number; X is ten."""
    values = (10 if character == "X" else int(character) for character in part)
    return sum(value << (17 - place) for place, value in enumerate(values, at))


def upgraded(number15: str) -> str:
    """Return the 18-character number of a 15-digit one: the century goes in, the check character is appended.

    Sequences 996 to 999 were kept for people born in 18xx; everybody else with such a number was born in 19xx.
    """
    century = "18" if number15[12:] in _CENTENARIAN_SEQUENCES else "19"
    body = number15[:6] + century + number15[6:]
    return body + str(mod_11_2.calc_check_digit(body))


@lru_cache(maxsize=65536)
def _date_of(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def birth_date_in(number: str) -> date | None:
    """Return the birth date in an 18-character number, None if there is no such day."""
    return _date_of(number[6:14])


def sex_in(number: str) -> int:
    """Return the sex by the 17th digit, as GB/T 2261.1 writes it: 1 male, 2 female."""
    return 1 if int(number[16]) % 2 else 2


def age_on(birth: date, day: date) -> int:
    """Return the completed years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def is_minor_on(birth: date, day: date) -> bool:
    """Whether a person is still a minor on a day.

    An age is reached on the day after the birthday (满周岁), so the eighteenth birthday itself still protects.
    A birthday on 29 February falls on 28 February in other years.
    """
    return age_on(birth, day) < ADULT_AGE or day <= _birthday(birth, ADULT_AGE)


def _birthday(birth: date, years: int) -> date:
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 2, 28)
