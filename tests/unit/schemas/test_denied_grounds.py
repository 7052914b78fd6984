"""A ground is never read from a text that denies it."""

import pytest

from liandong.schemas.law.grounds import Ground, denied_grounds, recognise_grounds


@pytest.mark.parametrize(
    ("written", "denied"),
    [
        ("无履行能力", 1),
        ("被执行人没有履行能力", 1),
        ("不具备履行能力", 1),
        ("已丧失履行能力", 1),
        ("暂无实际履行能力", 1),
        ("履行能力不足", 1),
        ("未发现被执行人有履行能力", 1),
        ("未能证明其有履行能力", 1),
        ("没有伪造证据、暴力、威胁等行为", 2),
        ("未使用暴力抗拒执行", 2),
        ("未发现被执行人有隐匿、转移财产行为", 3),
        ("没有证据证明其隐匿财产", 3),
        ("不存在规避执行的情形", 3),
        ("未违反财产报告制度", 4),
        ("已如实报告财产", 4),
        ("没有违反限制消费令", 5),
        ("未达成执行和解协议", 6),
        ("已履行执行和解协议", 6),
    ],
)
def test_what_a_text_denies_it_does_not_name(written: str, denied: int) -> None:
    assert recognise_grounds(written) == (Ground.OTHER_LEGACY,)
    assert denied_grounds(written) == (denied,)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("并非没有履行能力", [1]),
        ("有部分履行能力", [1]),
        ("有履行能力而无正当理由拒不履行", [1]),
        ("未履行义务并以暴力抗拒执行", [2]),
        ("没有履行能力而隐匿财产", [3]),
        ("无偿转移财产", [3]),
        ("未如实报告财产", [4]),
        ("未按规定报告财产", [4]),
        ("拒绝报告财产", [4]),
        ("虽无履行能力，但违反财产报告制度", [4]),
        ("未经法院许可违反限制消费令", [5]),
        ("未遵守限制消费令", [5]),
        ("未履行执行和解协议", [6]),
        ("无正当理由拒不履行执行和解协议", [6]),
        ("不存在规避执行；有履行能力而拒不履行", [1]),
        ("不排除隐匿财产", [3]),
    ],
)
def test_a_denial_beside_it_denies_no_ground(written: str, named: list[int]) -> None:
    assert [int(ground) for ground in recognise_grounds(written)] == named


def test_codes_deny_nothing() -> None:
    assert denied_grounds("G1;G4") == ()
    assert denied_grounds("") == ()
