"""How far the register of participants reaches, and that it has not been read so far."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...schemas.phrases import Phrase
from ..catalogue import names
from ..transport.errors import BrokerUnreachable, TransportError
from ..transport.ports import TopicPartition


@dataclass(frozen=True, slots=True)
class RegisterEnds:
    """How far the register of participants reached at some moment."""

    partitions: Mapping[TopicPartition, int]
    """The next offset to be written."""
    beginning: int
    """Which of the directory's beginnings these offsets belong to: a topic made again counts anew."""


class RegisterBehind(BrokerUnreachable):
    """The register of participants holds records that have not come yet; as a rule it is a matter of moments."""

    def __init__(self) -> None:
        super().__init__(
            Phrase(
                f"{names.KEYS} has not been read as far as it reached when it was asked for",
                f"{names.KEYS} 尚未读到查询时的末尾",
            )
        )


class RegisterAwaited(BrokerUnreachable):
    """The register of participants is being read for the first time; that is how every process starts."""

    def __init__(self) -> None:
        super().__init__("the register of participants cannot be read yet")


def unread(failure: TransportError | None) -> BrokerUnreachable:
    """Return what to raise while nobody knows who is registered, whatever the reason."""
    if failure is None:
        return RegisterAwaited()
    return BrokerUnreachable(
        Phrase(
            f"the register of participants cannot be read now: {failure.code}: {failure.message}",
            f"目前无法读取密钥登记册：{failure.code}：{failure.message_zh}",
        )
    )
