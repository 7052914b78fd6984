"""What the gate's answers, measures and transactions are called in Chinese, beside their codes and ids."""

from functools import cache

from ...schemas.law.agencies import load_agencies
from ...schemas.law.measures import load_catalogue

DECISIONS_ZH = {
    "ALLOW": "准予办理",
    "BLOCK": "拒绝办理",
    "REVIEW": "转人工审核",
    "REFERENCE": "供参考",
    "UNKNOWN": "目前无法判断",
}
ACTIONS_ZH = {
    "PROCEED": "照常办理",
    "REFUSE": "不予办理",
    "HOLD": "暂缓，由人工决定",
    "PROCEED_AND_RECHECK": "先予办理，事后复核",
}
MATCHES_ZH = {
    "CERTIFICATE_AND_NAME": "证件号码和姓名均一致",
    "CERTIFICATE_ONLY": "证件号码一致，姓名不一致",
    "LINKED_CERTIFICATE": "关联证件一致",
}


def named_measure(id_: str) -> str:
    """Return a measure by name and id; one of another version of the catalogue by its id alone."""
    return _with_name(id_, _measures())


def named_transaction(id_: str) -> str:
    """Return a transaction by name and id; one that is not known here by its id alone."""
    return _with_name(id_, _transactions())


def _with_name(id_: str, names: dict[str, str]) -> str:
    return f"{names[id_]}（{id_}）" if id_ in names else id_


@cache
def _measures() -> dict[str, str]:
    return {measure.id: measure.text.zh for measure in load_catalogue().measures}


@cache
def _transactions() -> dict[str, str]:
    return {one.id: one.text.zh for kind in load_agencies().values() for one in kind.transactions.values()}
