"""Rate limits and the alarm for callers who try numbers out."""

from stdnum.iso7064 import mod_11_2

from liandong.consumers.api.limits import LIKE_NUMBERS, WINDOW_SECONDS, EnumerationWatch, RateLimiter
from liandong.consumers.gate.subjects import Subject
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.schemas.people.identity_numbers import birth_date_in


class Watch:
    """A clock of seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def subject(seventeen: str) -> Subject:
    number = seventeen + str(mod_11_2.calc_check_digit(seventeen))
    return Subject((normalise(CertificateType.CN_ID, number),), "王测试")


def days_of_a_year() -> list[Subject]:
    days = [f"110105194{9}{month:02}{day:02}" for month in range(1, 13) for day in range(1, 29)]
    return [subject(f"{day}002") for day in days if birth_date_in(f"{day}0020") is not None]


def test_a_bucket_gives_its_burst_then_its_rate() -> None:
    clock = Watch()
    limiter = RateLimiter(10, 1000, clock)
    assert limiter.take("a", 1000) == 0
    assert limiter.take("a", 1) == 0.1
    assert limiter.take("b", 1000) == 0
    clock.now = 0.1
    assert limiter.take("a", 1) == 0
    assert limiter.take("a", 1) > 0


def test_more_than_the_burst_is_taken_from_a_full_bucket_and_paid_back() -> None:
    clock = Watch()
    limiter = RateLimiter(10, 100, clock)
    assert limiter.take("a", 150) == 0
    assert limiter.take("a", 1) > 5


def test_a_caller_can_have_a_rate_of_his_own() -> None:
    clock = Watch()
    limiter = RateLimiter(1, 1000, clock)
    assert limiter.take("fast", 1000, 5000.0) == 0
    assert limiter.take("fast", 9000, 5000.0) == 0
    assert limiter.take("fast", 1, 5000.0) > 0


def test_completing_the_hidden_month_and_day_of_a_public_number_rings_once() -> None:
    clock = Watch()
    watch = EnumerationWatch(clock)
    assert [watch.missed("a", [one]) for one in days_of_a_year()].count(True) == 1


def test_counting_up_the_sequence_of_a_day_rings() -> None:
    watch = EnumerationWatch(Watch())
    assert any(watch.missed("a", [subject(f"11010519491231{number:03}")]) for number in range(100))


def test_the_same_numbers_again_other_people_other_callers_and_time_do_not_ring() -> None:
    clock = Watch()
    watch = EnumerationWatch(clock)
    same = subject("11010519491231002")
    assert not any(watch.missed("a", [same]) for _ in range(500))
    strangers = [subject(f"{110101 + n}19{50 + n % 40}0{1 + n % 9}15{n % 1000:03}") for n in range(400)]
    assert not any(watch.missed("b", [one]) for one in strangers)
    days = days_of_a_year()[: LIKE_NUMBERS - 1]
    assert not any(watch.missed("c", [one]) for one in days)
    clock.now = WINDOW_SECONDS + 1
    assert not any(watch.missed("c", [one]) for one in days)
