"""Fictitious people by number: person 17 has the same certificate whoever asks, and nobody like them exists.

The scheme is that of `liandong synthetic`: real provinces and cities with the county number 99, which is not assigned.
"""

from datetime import date, timedelta
from hashlib import sha256

from ...producers.synthetic import REGIONS
from ...schemas.certificates import CertificateType
from ...schemas.names import comparison_form
from ...schemas.surrogates import MatchingKey

KEY = MatchingKey(1, sha256(b"matching key of the measurements").digest())
_FIRST_BIRTH = date(1950, 1, 1)
_DAYS = [f"{_FIRST_BIRTH + timedelta(days=day):%Y%m%d}" for day in range(20_000)]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def number_of(person: int) -> str:
    """An identity number that passes every check; different for the first 400 million people."""
    rest, region = divmod(person, len(REGIONS))
    sequence, day = divmod(rest, len(_DAYS))
    body = f"{REGIONS[region]}{_DAYS[day]}{sequence % 900 + 100:03d}"
    # GB 11643-1999: ISO 7064 MOD 11-2
    return body + _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def name_of(person: int) -> str:
    """A name."""
    return _SURNAMES[person % 20] + _GIVEN[person // 20 % 20] + _GIVEN[person // 400 % 20]


def tags_of(person: int) -> tuple[bytes, bytes]:
    """Surrogate and name tag as the publisher makes them."""
    surrogate = KEY.surrogate(CertificateType.CN_ID, number_of(person), "")
    return surrogate, KEY.name_tag(surrogate, comparison_form(name_of(person)))
