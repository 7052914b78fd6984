"""What is signed by a wrong clock or under a key that is not valid: it is not signed, and said."""

from dataclasses import replace
from typing import Any

import pytest

from liandong.schemas.wire.signing import PublicKey
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.topics.keys.signing_time import SigningTime

_KEY, _HOUR = b"k" * 8, 3_600_000


class _Register:
    """The register of keys, of one key at most."""

    def __init__(self, **times: Any) -> None:
        self._key = replace(PublicKey(_KEY, "railway-js", "agency", "js", "sign", b""), **times)

    def key(self, key_id: bytes) -> PublicKey | None:
        return self._key if key_id == _KEY else None


@pytest.mark.parametrize(
    ("times", "may"),
    [
        ({}, True),
        ({"valid_from": NOW}, True),
        ({"valid_from": NOW + 1}, False),
        ({"valid_until": NOW}, False),
        ({"valid_until": NOW + 1}, True),
        ({"revoked_at": NOW - _HOUR}, False),
    ],
)
def test_only_what_counts_is_signed(times: dict[str, int], may: bool) -> None:
    signing = SigningTime("railway-js", _KEY, _Register(**times), HandClock())
    signing.step()
    assert signing.may_sign() is may
    assert (signing.failure and signing.failure.code) == (None if may else "SIGNING_KEY_NOT_VALID")


def test_a_key_that_is_not_registered_yet_hinders_nothing_but_what_takes_a_number() -> None:
    signing = SigningTime("railway-js", b"another.", _Register(valid_from=NOW + 1), HandClock())
    assert (signing.may_sign(), signing.may_number()) == (True, False)
    assert SigningTime("railway-js", _KEY, _Register(), HandClock()).may_number()


def test_it_goes_on_when_the_clock_is_set() -> None:
    clock = HandClock(NOW - _HOUR)
    signing = SigningTime("railway-js", _KEY, _Register(valid_from=NOW), clock)
    signing.step()
    assert (signing.may_sign(), signing.failure is None) == (False, False)
    clock.time = NOW
    signing.step()
    assert (signing.may_sign(), signing.failure) == (True, None)


@pytest.mark.parametrize("off_s", [-_HOUR // 1000, _HOUR // 1000])
def test_a_clock_that_is_off_is_named_and_signs_what_counts_all_the_same(off_s: int) -> None:
    signing = SigningTime("railway-js", _KEY, _Register(), HandClock(NOW + off_s * 1000))
    for _ in range(2):
        signing.hear("notary-js-1", NOW, is_live=True)
    signing.step()
    assert signing.failure is not None
    assert (signing.failure.code, signing.failure.details) == ("CLOCK_OFF", {"seconds": str(off_s)})
    assert signing.may_sign()


def test_barriers_that_waited_in_the_log_say_nothing_of_the_clock() -> None:
    signing = SigningTime("railway-js", _KEY, _Register(), HandClock())
    for number in range(5):
        signing.hear("notary-js-1", NOW - _HOUR + number, is_live=False)
    signing.step()
    assert signing.failure is None
