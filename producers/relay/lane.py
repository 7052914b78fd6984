"""One lane of an outbox as its relay knows it: what was handed over, what is confirmed, what failed.

A lane that fails holds back only itself: it waits until the publisher has said a word about every record in flight, then
starts again behind its marked prefix.
"""

from dataclasses import dataclass, field

from ...schemas.errors import LiandongError
from ...schemas.phrases import quoted
from ...schemas.problems import told
from ...topics.transport.ports import Delivered

LONGEST_PAUSE = 60.0


class DeliveryFailed(LiandongError):
    """The broker did not take a row; it stays in the outbox with all behind it."""

    def __init__(self, lane: str, row: int, cause: Exception) -> None:
        """`cause` is what the transport said."""
        self.cause = self.__cause__ = cause
        if isinstance(cause, LiandongError):
            (message, remedy), (message_zh, remedy_zh) = told(cause, "en"), told(cause, "zh")
        else:
            message, remedy = str(cause), "see the broker's log"
            message_zh, remedy_zh = quoted(cause).zh, "请查看 Kafka 日志"
        super().__init__(
            "DELIVERY_FAILED",
            f"row {row} of lane {lane} was not delivered: {message}",
            f"nothing is lost; {remedy}",
            f"通道 {lane} 的第 {row} 行未送达：{message_zh}",
            f"内容不会丢失；{remedy_zh}",
        )


@dataclass(slots=True)
class Lane:
    """Rows up to `marked` are marked as sent, up to `handed` given to the publisher."""

    name: str
    marked: int
    handed: int
    in_flight: int = 0
    confirmed: dict[int, Delivered] = field(default_factory=dict)
    failure: DeliveryFailed | None = None
    """Of the rows in flight; the lane starts again when all of them are settled."""
    refused: DeliveryFailed | None = None
    """What the lane started again for; None once a row gets through."""
    retry_at: float = 0.0
    _pause: float = 0.0

    @property
    def outstanding(self) -> int:
        """Rows handed over and not marked."""
        return self.handed - self.marked

    @property
    def settled(self) -> bool:
        """Whether all that was handed over is marked, and nothing is wrong."""
        return not (self.outstanding or self.in_flight or self.failure or self.refused)

    def settle(self, row: int, result: Delivered | Exception) -> None:
        """Take the publisher's word about a row; of several failures the first is kept."""
        self.in_flight -= 1
        if isinstance(result, Delivered):
            self.confirmed[row] = result
        elif self.failure is None:
            self.failure = DeliveryFailed(self.name, row, result)

    def prefix(self) -> list[tuple[int, Delivered]]:
        """Return the confirmed rows that continue the marked ones without a gap."""
        prefix = []
        row = self.marked + 1
        while (at := self.confirmed.get(row)) is not None:
            prefix.append((row, at))
            row += 1
        return prefix

    def mark(self, prefix: list[tuple[int, Delivered]]) -> None:
        """Note that the outbox has marked this prefix: the lane works (again)."""
        self.marked = prefix[-1][0]
        for row, _ in prefix:
            del self.confirmed[row]
        self._pause = 0.0
        self.refused = None

    def start_again(self, now: float, first_pause: float) -> DeliveryFailed | None:
        """Go back to the marked prefix once nothing is in flight; returns the failure if there was one.

        The pause before the next attempt doubles from `first_pause` seconds until a row gets through.
        """
        if self.failure is None or self.in_flight:
            return None
        failed, self.failure = self.failure, None
        self.refused = failed
        self.handed = self.marked
        self.confirmed.clear()
        self._pause = min(self._pause * 2, LONGEST_PAUSE) or first_pause
        self.retry_at = now + self._pause
        return failed
