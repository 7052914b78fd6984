"""Names of domain.md §11, cases 1, 2, 38 to 40."""

import unicodedata

import pytest

from liandong.schemas.people.name_damage import NameDamage, name_damage
from liandong.schemas.people.names import comparison_form, display_form, holds_private_use
from liandong.schemas.spelling import is_spreadsheet_error, says_nothing


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
        ("\u2ee2示例", "马示例"),
        ("示\u2eb6", "示羊"),
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


def test_every_radical_of_the_supplement_is_compared_as_its_ideograph() -> None:
    # two of the block have no ideograph of their own in Unicode's data, and three code points are unassigned
    kept = [point for point in range(0x2E80, 0x2EF4) if comparison_form(chr(point)) == chr(point)]
    assert [hex(point) for point in kept] == ["0x2e80", "0x2e9a"]
    assert all(unicodedata.name(comparison_form(chr(point))).startswith("CJK") for point in range(0x2E81, 0x2E9A))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((each, NameDamage.LOST) for each in ("张?", "张？", "张\ufffd", "张\x00三", "张" + chr(0xD842), "张□")),
        *((each, NameDamage.HIDDEN) for each in ("王×", "王××", "王**", "王○○", "王XX", "王ｘ", "示例××公司")),
        *(
            (each, NameDamage.MARKUP)
            for each in ("张<br>三", "张<BR/>三", "买买提&middot;艾山", "买买提&#183;艾山", "A&amp;B")
        ),
        *((each, NameDamage.SPREADSHEET) for each in ("#N/A", "＃REF！", "#VALUE!", "#DIV/0!", "########", "#name?")),
        *(
            (each, NameDamage.NOTHING)
            for each in ("nan", "NULL", "\\N", "无。", "（无）", "-", "姓名", "未知", "——", "None")
        ),
        *((each, NameDamage.QUOTED) for each in ("“示例甲”", '"示例甲"', "《示例甲》")),
    ],
)
def test_what_is_no_name_is_told(name: str, damage: NameDamage) -> None:
    assert name_damage(name, natural=True) is damage


@pytest.mark.parametrize(
    "name",
    [
        "\U00020bb7㛃·喆",
        "O'Brien",
        "ERIKSSON<<ANNA<MARIA",
        "AT&T",
        "王小二（又名王二）",
        "张某",
        "X MAN",
        "Null Jane",
        "马〇〇",
    ],
)
def test_rare_and_foreign_names_are_names(name: str) -> None:
    assert name_damage(name, natural=True) is None


def test_entities_may_have_what_persons_have_not() -> None:
    for name in ("示例X", "“示例”商贸有限公司", "A&B 有限公司"):
        assert name_damage(name, natural=False) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "#N/A", "＃Ｎ／Ａ", "nan", "NaN", "none", "NONE", "null", "(null)", "<NULL>", "\\N", "NA", "n/a"),
        *(
            "undefined",
            "无",
            "无。",
            "（无）",
            "/",
            "-",
            "——",
            "--",
            "－",
            "。",
            "…",
            "暂无",
            " 无 ",
            "ｎｕｌｌ",
            "nil",
        ),
        *("NaT", "[]", '""'),
    ],
)
def test_words_for_nothing_are_nothing_in_any_case_and_width(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text", ["无锡", "nanjing", "d", "0", "N", "n", "*", "?", "G1", "无履行能力", "不详", "#1", "NaN1"]
)
def test_other_words_say_something(text: str) -> None:
    assert not says_nothing(text)
    assert not is_spreadsheet_error(text)


def test_private_characters_are_told() -> None:
    assert holds_private_use("张\ue863")
    assert not holds_private_use("张\U00020bb7")
