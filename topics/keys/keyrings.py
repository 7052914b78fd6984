"""What readers ask of the register of participants, each no more than it needs; `directory` keeps one current."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ...schemas.problems import BilingualError, Text
from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import Keyring
from ..catalogue import names
from ..transport.errors import BrokerUnreachable, TransportError
from ..transport.ports import TopicPartition
from .signed_register import RegisterMark


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


class RefreshingKeyring(Keyring, Protocol):
    """What checking signatures needs of the register of participants: `schemas.wire.signing.Keyring` that can be read again."""

    def refresh(self) -> None:
        """Read what was registered or revoked since, if that was not done a moment ago. Raises TransportError."""

    def ends(self) -> RegisterEnds:
        """Ask how far the register reaches now. Raises TransportError."""

    def read_to(self, ends: RegisterEnds) -> None:
        """Read the register at least so far. Raises RegisterBehind while that has not come, another TransportError if it
        cannot be read.
        """

    def vouches(self, at: int) -> bool:
        """Whether the root's word about the register counts at an instant, ms UTC: what is behind its end proves nothing new."""


class MarkedKeyring(RefreshingKeyring, Protocol):
    """What a notary needs beside: it tells in its barriers how far it had read the register."""

    def mark(self) -> RegisterMark:
        """Return how far the register has been read, and the hash over its keys by then."""


class Directory(RefreshingKeyring, Protocol):
    """What sealing needs beside: apart from `RefreshingKeyring`, since most readers check and never seal."""

    @property
    def version(self) -> int:
        """Another number whenever other keys are known: what waits for a key is worth another look then."""

    def recipients(self, participant: str, retention: str) -> list[Recipient]:
        """Return this month's sealing keys of a participant, its superior and the escrow for what is kept as `retention`.

        Raises NoSealingKey.
        """


class NoSealingKey(BilingualError):
    """Nothing can be sealed to a participant without a registered sealing key."""

    texts: ClassVar[dict[str, Text]] = {
        "NO_SEALING_KEY": Text(
            "{participant} has no registered sealing key for {retention} that is valid now",
            "renew its keys with `liandong participant renew {participant}` on its own machine, then "
            "`liandong participant publish` where the root key is kept",
            "{participant} 目前没有已登记的有效 {retention} 类密封密钥",
            "请在其本机执行 `liandong participant renew {participant}`，再在保管根密钥的机器上执行 `liandong participant publish`",
        ),
    }

    def __init__(self, participant: str, retention: str) -> None:
        super().__init__("NO_SEALING_KEY", participant=participant, retention=retention)
