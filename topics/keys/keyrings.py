"""What readers ask of the register of participants, each no more than it needs; `directory` keeps one current."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Protocol

from ...schemas.problems import BilingualError, Text
from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import Keyring
from .register_ends import RegisterEnds
from .revocations import Revocation
from .signed_register import RegisterMark


class RefreshingKeyring(Keyring, Protocol):
    """What checking signatures needs of the register of participants: `schemas.wire.signing.Keyring` that can be read again."""

    def above(self, participant: str) -> Sequence[str]:
        """Return everybody above a participant, the next one first."""

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        """Return the ids of the keys that were revoked for whoever had read the register so far at an instant (ms UTC).

        Raises RegisterBehind while it has not been read so far here, another TransportError if it cannot be read.
        """

    def revocation(self, value: bytes) -> Revocation:
        """Return what a record says by which the root revokes a key, wherever it stands. Raises SignatureInvalid if no root that
        is known signed it or it revokes nothing, TransportError while nobody knows which roots there are.
        """

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
    """What a notary needs beside: its barriers tell how far it had read the register, and show what revokes keys."""

    def mark(self) -> RegisterMark:
        """Return how far the register has been read, and the hash over its keys by then."""

    def revoking_records(self, kinds: Collection[str], jurisdiction: str, at: int) -> Mapping[bytes, bytes]:
        """Return by key the root's records, framed, that revoke signing keys of such participants there as of an instant, ms UTC."""


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
