"""The fuse of an agency's effects: when many messages of courts wait that this release cannot handle, it is the release.

Garbage that nobody signed goes to the dead letters and blows nothing. What a court signed waits, and is given up after an hour;
while the fuse is blown nothing is given up, so that a bad release does not pour a topic into the dead letters. Whatever it can
handle goes on all the while. The fuse is whole again when so much of it was handled, or was given up by command.
"""

from typing import ClassVar

from sqlalchemy import Connection

from ...schemas.problems import BilingualError, Text
from ..commands import parked

FUSE = 100
"""Messages with a court's signature that wait and are not understood: from so many on the fuse is blown."""


class FuseBlown(BilingualError):
    """Many signed messages cannot be handled by this release."""

    texts: ClassVar[dict[str, Text]] = {
        "EFFECTS_FUSE_BLOWN": Text(
            "{waiting} messages that courts signed cannot be handled by this release of {agency}; they wait, all others go on",
            "install the release that understands them, they are then handled by themselves; `liandong parked list --agency"
            " {agency}` shows them, `liandong parked retry --agency {agency} --give-up` puts aside those that still fail",
            "{agency} 的当前版本无法处理 {waiting} 条已由法院签名的消息；这些消息等待处理，其余照常进行",
            "请安装能够识别它们的版本，之后会自动处理；`liandong parked list --agency {agency}` 可查看，"
            "`liandong parked retry --agency {agency} --give-up` 将仍失败的移入死信",
        )
    }

    def __init__(self, agency: str, waiting: int) -> None:
        super().__init__("EFFECTS_FUSE_BLOWN", agency=agency, waiting=str(waiting))


def blown(connection: Connection, agency: str) -> FuseBlown | None:
    """Return the fuse's error while it is blown."""
    waiting = parked.count_waiting(connection, parked.NOT_UNDERSTOOD)
    return FuseBlown(agency, waiting) if waiting >= FUSE else None
