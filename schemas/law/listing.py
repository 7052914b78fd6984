"""List entries and orders: codes, life cycle, and what a record says.

Words that must not be mixed (法释〔2017〕7号 arts. 9–10): *revoke* = it never should have been there,
*delete* = rightly there, the reason ended, *correct* = still there, data was wrong, *shield* =
suspended, *lift* = the word for orders.
"""

from enum import IntEnum
from typing import ClassVar

from ..problems import BilingualError, Text


class Instrument(IntEnum):
    """What restricts the subject."""

    LIST_ENTRY = 1
    CONSUMPTION_ORDER = 2
    EXIT_BAN = 3


class RecordClass(IntEnum):
    """Canaries are legally void probes and count in no statistic."""

    REAL = 0
    CANARY = 1


class Status(IntEnum):
    """State of an entry; 3 and above have ended and never come back."""

    ACTIVE = 1
    SHIELDED = 2
    EXPIRED = 3
    DELETED = 4
    REVOKED = 5
    LIFTED = 6


class Change(IntEnum):
    """What an update did."""

    INCLUDE = 1
    CORRECT = 2
    SHIELD = 3
    UNSHIELD = 4
    DELETE = 5
    REVOKE = 6
    EXTEND = 7
    EXPIRE = 8
    LIFT = 9
    REKEY = 10


class PersonKind(IntEnum):
    """Who is listed."""

    NATURAL = 1
    ENTITY = 2


class PersonRole(IntEnum):
    """In which role: 法释〔2015〕17号 art. 3 ¶2 knows 1 to 4; exit bans know 1 to 3 and the statutory agent of a person without
    full capacity (执行程序解释 art. 24).
    """

    DEBTOR = 0
    LEGAL_REPRESENTATIVE = 1
    PRINCIPAL = 2
    DIRECTLY_RESPONSIBLE = 3
    ACTUAL_CONTROLLER = 4
    STATUTORY_AGENT = 5


class Link(IntEnum):
    """How a certificate belongs to the subject."""

    OWN = 0
    VERIFIED = 1
    UNVERIFIED = 2


CHANGES_ZH = {
    Change.INCLUDE: "纳入",
    Change.CORRECT: "更正",
    Change.SHIELD: "屏蔽",
    Change.UNSHIELD: "恢复",
    Change.DELETE: "删除",
    Change.REVOKE: "撤销",
    Change.EXTEND: "延长",
    Change.EXPIRE: "届满",
    Change.LIFT: "解除",
    Change.REKEY: "更换匹配密钥",
}
"""What each change is called in Chinese."""
STATUSES_ZH = {
    Status.ACTIVE: "有效",
    Status.SHIELDED: "已屏蔽",
    Status.EXPIRED: "已届满",
    Status.DELETED: "已删除",
    Status.REVOKED: "已撤销",
    Status.LIFTED: "已解除",
}
ENDED_FROM = Status.EXPIRED
RELIEF = frozenset({Change.CORRECT, Change.SHIELD, Change.DELETE, Change.REVOKE, Change.EXPIRE, Change.LIFT})
"""Changes that also travel on the relief lane: none may wait behind a backlog."""

_OUTCOME = {
    Change.INCLUDE: Status.ACTIVE,
    Change.CORRECT: None,
    Change.SHIELD: Status.SHIELDED,
    Change.UNSHIELD: Status.ACTIVE,
    Change.DELETE: Status.DELETED,
    Change.REVOKE: Status.REVOKED,
    Change.EXTEND: None,
    Change.EXPIRE: Status.EXPIRED,
    Change.LIFT: Status.LIFTED,
    Change.REKEY: None,
}
_FROM = {
    Change.SHIELD: {Status.ACTIVE},
    Change.UNSHIELD: {Status.SHIELDED},
    Change.EXPIRE: {Status.ACTIVE, Status.SHIELDED},
}


class TransitionRefused(BilingualError):
    """An act that the law does not know for the instrument, or that the entry's state does not allow."""

    http_status: ClassVar[int] = 409
    texts: ClassVar[dict[str, Text]] = {
        "TRANSITION_REFUSED": Text(
            "{change} does not fit an entry that is {status}",
            "look at the entry with `liandong court find`; an ended entry never comes back, a new decision makes a new one (art. 10 ¶3)",
            "{change_zh}不适用于{status_zh}的条目",
            "请用 `liandong court find` 查看该条目；已终止的条目不得恢复，须有新的决定并生成新条目（第十条第三款）",
        ),
        "TRANSITION_ENDED": Text(
            "the entry has ended ({status})",
            "nothing to do; a new decision makes a new entry (art. 10 ¶3). A list entry that never should have been there is "
            "revoked even now (art. 9)",
            "该条目已终止（{status_zh}）",
            "无需处理；有新的决定时将生成新条目（第十条第三款）。本不应纳入名单的，此时仍可撤销（第九条）",
        ),
        "TRANSITION_WRONG_WORD": Text(
            "{change} is not the word for this instrument",
            "delete a list entry (art. 10), lift an order (法释〔2015〕17号 art. 9) or an exit ban",
            "{change_zh}不是此类措施的终止方式",
            "名单条目用删除（第十条），限制消费令（法释〔2015〕17号第九条）和限制出境用解除",
        ),
        "REVOKE_ENTRIES_ONLY": Text(
            "only list entries are revoked (法释〔2017〕7号 art. 9); orders and exit bans are lifted or end by their own term",
            "lift it (法释〔2015〕17号 art. 9); reason WRONG where it never should have been ordered",
            "撤销仅适用于名单条目（法释〔2017〕7号第九条）；限制消费令和限制出境以解除或者期限届满终止",
            "请予解除（法释〔2015〕17号第九条）；本不应采取的，事由填 WRONG",
        ),
        "SHIELD_ENTRIES_ONLY": Text(
            "only list entries are shielded (法发〔2019〕35号 item 19); no text knows it for orders and exit bans",
            "lift the order (法释〔2015〕17号 art. 9), or leave it in force",
            "屏蔽仅适用于名单条目（法发〔2019〕35号第19条）；限制消费令和限制出境没有屏蔽的规定",
            "请解除该措施（法释〔2015〕17号第九条），或者维持其效力",
        ),
    }


def status_zh(status: Status) -> str:
    """Return what a status is called in Chinese."""
    return STATUSES_ZH[status]


def next_status(instrument: Instrument, now: Status | None, change: Change) -> Status:
    """Return the status after a change; ``now`` is None before the first publication. Raises TransitionRefused."""
    if (now is None) != (change is Change.INCLUDE):
        raise _refused("TRANSITION_REFUSED", change, now)
    if now is not None and now >= ENDED_FROM and not _closes(instrument, now, change):
        raise _refused("TRANSITION_ENDED", change, now)
    if code := _WORDS.get((instrument is Instrument.LIST_ENTRY, change)):
        raise _refused(code, change, now)
    if now is not None and now not in _FROM.get(change, {now}):
        raise _refused("TRANSITION_REFUSED", change, now)
    return _OUTCOME[change] or now or Status.ACTIVE


def _closes(instrument: Instrument, now: Status, change: Change) -> bool:
    """Tell whether a change may follow an end: a term that is over is still deleted or lifted, and of a list entry it can
    turn out at any time that it never should have been there (art. 9).
    """
    if now is Status.EXPIRED and change in {Change.DELETE, Change.LIFT}:
        return True
    is_entry = instrument is Instrument.LIST_ENTRY
    return is_entry and change is Change.REVOKE and now in {Status.EXPIRED, Status.DELETED}


_WORDS = {
    (True, Change.LIFT): "TRANSITION_WRONG_WORD",
    (False, Change.DELETE): "TRANSITION_WRONG_WORD",
    (False, Change.REVOKE): "REVOKE_ENTRIES_ONLY",
    (False, Change.SHIELD): "SHIELD_ENTRIES_ONLY",
}
"""What the law does not know, by whether it is a list entry; what an earlier release shielded can still be unshielded."""


def _refused(code: str, change: Change, now: Status | None) -> TransitionRefused:
    status, status_zh = (now.name.lower(), STATUSES_ZH[now]) if now else ("new", "尚未发布")
    english, chinese = {"change": change.name.lower(), "status": status}, {"change_zh": CHANGES_ZH[change]}
    return TransitionRefused(code, **english, **chinese, status_zh=status_zh)
