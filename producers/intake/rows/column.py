"""One column of an intake file, and the groups of columns that belong together."""

from dataclasses import dataclass

MAX_CERTIFICATES = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header in both languages, other headers it is known by, and its rule for people."""

    name: str
    zh: str
    rule: str
    rule_zh: str
    aliases: tuple[str, ...] = ()
    required: bool = False


def linked(position: int) -> tuple[Column, ...]:
    """Make the four columns of a further certificate of the same subject."""
    name, zh = f"certificate_{position}", f"关联证件{position}"
    return (
        Column(f"{name}_type", f"{zh}类型", "type of a further certificate of the same person", "同一人的其他证件类型"),
        Column(f"{name}_number", f"{zh}号码", "its number", "其号码"),
        Column(f"{name}_country", f"{zh}签发国", "passports only: ISO 3166-1 alpha-3", "仅护照：三位字母国家代码"),
        Column(
            f"{name}_link",
            f"{zh}核实",
            "VERIFIED if the police confirmed that it is the same person, else UNVERIFIED (default)",
            "公安机关已核实为同一人填“已核实”，否则“未核实”（默认）",
        ),
    )


BEGINNING: tuple[Column, ...] = (
    Column(
        "signed_by",
        "签发院长",
        "new list entries: the president of the court who signed the decision, by name (art. 5 ¶3)",
        "新纳入的必填：签发决定书的院长姓名（第五条第三款）",
        ("签发人", "签发"),
    ),
    Column(
        "signed_on",
        "签发日期",
        "new list entries: day of the president's signature, on which the decision was made (art. 5 ¶3)",
        "新纳入的必填：院长签发日期，即决定书作出之日（第五条第三款）",
        ("签发时间", "决定日期"),
    ),
    Column(
        "served_on",
        "送达日期",
        "new list entries: day on which the decision was served on the debtor (art. 5 ¶3)",
        "新纳入的必填：决定书送达被执行人的日期（第五条第三款）",
        ("送达时间",),
    ),
    Column(
        "warned_on",
        "风险提示日期",
        "list entries: day on which the enforcement notice that warns of the listing was served (art. 5 ¶1); asked for",
        "失信名单：载明纳入风险提示的执行通知书送达日期（第五条第一款）；未填将提示",
        ("执行通知送达日期", "提示日期"),
    ),
)
"""How a list entry began, beside its decision number and the application."""
