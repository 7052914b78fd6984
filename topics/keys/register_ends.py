"""How far the register of participants reaches, and that it has not been read so far."""

from collections.abc import Mapping
from dataclasses import dataclass

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
        super().__init__(f"{names.KEYS} has not been read as far as it reached when it was asked for")


def unread(failure: TransportError | None) -> BrokerUnreachable:
    """Return what to raise while nobody knows who is registered, whatever the reason."""
    reason = f" now: {failure.code}: {failure.message}" if failure else " yet"
    return BrokerUnreachable(f"the register of participants cannot be read{reason}")
