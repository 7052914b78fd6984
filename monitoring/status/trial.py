"""What is said above a status that is part of a rehearsal, so that nobody takes it for real."""

from collections.abc import Mapping
from typing import Any

from ...schemas.problems import Language

_TEXTS: Mapping[Language, tuple[str, str, str]] = {
    "en": (
        "REHEARSAL: the clock says {now}, by {file}; nothing here is real",
        "REHEARSAL: nothing here is real",
        "next",
    ),
    "zh": ("演练：时钟为 {now}（{file}），此处内容均非真实", "演练：此处内容均非真实", "下一步"),
}


def trial_lines(trial: Mapping[str, Any], lang: Language) -> list[str]:
    """Say that this is a rehearsal, what time it is there, and what is wrong with its clock."""
    (timed, untimed, what_next), problem = _TEXTS[lang], trial["problem"]
    told = [timed.format(**trial) if trial["now"] else untimed]
    if problem is None:
        return told
    return [*told, f"{problem['code']}: {problem['message'][lang]}", f"{what_next}: {problem['remedy'][lang]}"]
