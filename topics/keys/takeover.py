"""The day on which a court's list came to this installation: what was published later is never stock.

It stands in the court's manifest and, signed by the root, in the records of its keys. It never moves later: the root refuses to
sign a later one, and readers keep the earliest they ever saw (`KnownKeys`).
"""

import re
from datetime import date

from ...schemas.phrases import Phrase
from .manifest_problems import ParticipantRefused

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def takeover_day(text: str) -> date | None:
    """Return a day of take-over as manifests and keys write it, None if the text is none."""
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def require_takeover(court: str, text: str, today: date, signed: date | None) -> None:
    """Require that a day may be signed: it has come, and is not later than one that was. Raises PARTICIPANT_REFUSED."""
    wanted = takeover_day(text)
    if wanted is None:
        raise ParticipantRefused(
            Phrase(f"{text!r} is no day of take-over", f"{text} 不是接管日"),
            Phrase("give it as 2026-11-22", "请按 2026-11-22 的格式填写"),
        )
    if wanted > today:
        raise ParticipantRefused(
            Phrase(f"the day of take-over {wanted} lies ahead", f"接管日 {wanted} 尚未到来"),
            Phrase(
                "give it when it has come: until then every row of today would be stock",
                "请在当日或者之后设定；否则在此之前的每一行都会成为存量",
            ),
        )
    if signed is not None and wanted > signed:
        raise ParticipantRefused(
            Phrase(
                f"{court} was taken over on {signed}, and that day never moves later",
                f"{court} 的接管日是 {signed}，不得推后",
            ),
            Phrase(
                "what was published after it is no stock: state how each entry began (法释〔2017〕7号 art. 5)",
                "此后发布的不是存量：请说明每个条目如何纳入（法释〔2017〕7号第五条）",
            ),
        )


def earliest(*days: date | None) -> date | None:
    """Return the earliest of the days that are known."""
    return min((day for day in days if day is not None), default=None)
