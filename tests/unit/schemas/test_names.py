"""Names of domain.md §11, cases 1, 2, 38 to 40."""

import pytest

from liandong.schemas.people.names import comparison_form, display_form, holds_private_use, is_damaged


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("买买提·艾山", "买买提•艾山"),
        ("买买提·艾山", "买买提．艾山"),
        ("买买提·艾山", "买买提・艾山"),
        ("买买提·艾山", "买买提艾山"),
        ("张 三", "张三"),
        ("张\u3000三\u200b", "张三"),
        ("\u2f00凡", "一凡"),
        ("ＡＬＥＸ Ｓｍｉｔｈ", "alex smith"),
        ("ZHANG, San", "San  ZHANG"),
        ("O’BRIEN Sean", "Sean O'Brien"),
        ("ANNA-MARIA EXAMPLE", "EXAMPLE ANNA MARIA"),
        ("示例（苏州）有限公司", "示例(苏州)有限公司"),
        ("\U00020bb7野\ufe00", "\U00020bb7野"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert comparison_form(one) == comparison_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("李喆", "李哲"), ("颜明", "闫明"), ("\U00020bb7野", "吉野"), ("张三", "张三丰"), ("ALEX SMITH", "ALEX SMYTH")],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert comparison_form(one) != comparison_form(other)


def test_a_name_is_kept_as_it_was_written_but_for_its_edges() -> None:
    assert display_form("\ufeff 买买提•艾 山\u200b\n") == "买买提•艾 山"
    assert display_form("\U00020bb7\U00020bb7") == "\U00020bb7\U00020bb7"


@pytest.mark.parametrize("name", ["张?", "张\ufffd", "张\x00三", "张" + chr(0xD842)])
def test_lost_characters_are_noticed(name: str) -> None:
    assert is_damaged(name)


def test_rare_characters_are_no_damage_and_private_ones_are_told() -> None:
    assert not is_damaged("\U00020bb7㛃·喆")
    assert holds_private_use("张\ue863")
    assert not holds_private_use("张\U00020bb7")
