"""What is written is what is read: no octal, no Norway, no times turned, no key twice, nothing that grows."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from liandong.consumers.gate.rules import load_limits
from liandong.schemas.errors import LiandongError
from liandong.schemas.files.plain_yaml import own_yaml, plain_yaml
from liandong.topics.settings import load_settings

AS_WRITTEN = (
    *("012345670", "0x1F", "0b11", "0o17", "190:20:30", "1_000", "1e3", "1.5e3", ".5", ".inf", ".nan", "+.inf"),
    *(
        "NO",
        "no",
        "yes",
        "on",
        "Off",
        "y",
        "n",
        "tRUE",
        "nUll",
        "2026-11-28",
        "2026-11-28T10:00:00Z",
        "=",
        "<<",
        "1,000",
    ),
    *("00", "-007", "01.5", "32050519700101011X", "320505197001010119000000"),
)
NUMBERS = {"320505197001010119000000": 320505197001010119000000}


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_a_scalar_is_the_text_that_stands_there(written: str) -> None:
    assert plain_yaml(f"number: {written}") == {"number": written}
    assert own_yaml(f"number: {written}".encode()) == {"number": NUMBERS.get(written, written)}


def test_what_an_operator_means_by_a_number_is_one() -> None:
    text = b"{a: 1, b: -20, c: 0.50, d: true, e: False, f: null, g: ~, h: , i: '1', j: 0}"
    expected = {"a": 1, "b": -20, "c": 0.5, "d": True, "e": False, "f": None, "g": None, "h": None, "i": "1", "j": 0}
    assert own_yaml(text) == expected


BOMB = "a: &a [x, x]\n" + "".join(
    f"{after}: &{after} [*{before}, *{before}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2",
        "{a: 1, 'a': 2}",
        "- {x: {number: 1, number: 2}}",
        BOMB,
        "a: &a [*a]",
        "x: &x {a: 1}\ny: {<<: *x}",
        "[" * 50_000,
        "!!python/object/apply:os.system [true]",
    ],
    ids=["key twice", "key twice, quoted", "key twice, deep", "bomb", "ring", "merge", "deep", "code"],
)
def test_what_does_not_say_one_thing_of_its_own_size_is_refused(text: str) -> None:
    if not text.startswith("!!"):  # a loader of text alone passes over tags
        with pytest.raises((yaml.YAMLError, ValueError, RecursionError)):
            plain_yaml(text)
    with pytest.raises(ValueError):  # noqa: PT011  that it is one is the promise
        own_yaml(text.encode())


TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.from_regex(r"[0-9+.:eExXoO_-]{1,8}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_the_product_writes_it_reads(value: object) -> None:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
            return True  # values drawn may be one object in two places; what the product writes is not

    assert own_yaml(yaml.dump(value, Dumper=Dumper, allow_unicode=True).encode()) == value


def test_settings_are_what_stands_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "liandong.yaml"
    file.write_text("interceptions_every_seconds: 10:00\n", encoding="utf-8")
    with pytest.raises(LiandongError, match="SETTINGS_INVALID"):
        load_settings(file)
    file.write_text("lang: zh\nlang: en\n", encoding="utf-8")
    with pytest.raises(LiandongError, match="SETTINGS_NO_MAPPING"):
        load_settings(file)
    file.write_text("partitions: 010\nlog_json: yes\nbootstrap: null\ntopic_prefix: '1'\n", encoding="utf-8")
    settings = load_settings(file)
    assert (settings.partitions, settings.log_json, settings.bootstrap, settings.topic_prefix) == (10, True, None, "1")


def test_a_limit_keeps_its_day_and_its_digits(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    limit = 'hotel-price-per-night: {amount: "600.10", basis: {zh: 依据, en: basis}, valid_from: 2026-01-01}\n'
    file.write_text(limit, encoding="utf-8")
    (read,) = load_limits(file).limits.values()
    assert (Decimal(read.amount), str(read.valid_from)) == (Decimal("600.10"), "2026-01-01")
    file.write_text(limit * 2, encoding="utf-8")
    with pytest.raises(LiandongError, match="LIMITS_INVALID"):
        load_limits(file)
