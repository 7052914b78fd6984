"""Identifiers that carry their kind: ``ent_ ord_ upd_ bat_ cmd_ chk_ evt_ act_`` and a UUID.

Entry ids are UUIDv7 (RFC 9562): they grow with time, so a store appends instead of scattering.
Handles of events and commands are random (UUIDv4): nothing can be read from them. Who makes one is given the chance for it
(`topics.workers.chance`); here they are only written and read.
"""

from typing import Literal

from .errors import LiandongError

Kind = Literal["ent", "ord", "upd", "bat", "cmd", "chk", "evt", "act"]


def text(kind: Kind, raw: bytes) -> str:
    """Write an id as ``ent_0198…``: the kind and 32 hex digits."""
    return f"{kind}_{raw.hex()}"


def parse(value: str, *kinds: Kind) -> bytes:
    """Read the 16 bytes of an id of one of the given kinds. Raises ID_INVALID."""
    kind, _, digits = value.strip().partition("_")
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        raw = b""
    if kind not in kinds or len(raw) != 16:
        expected = " or ".join(f"{one}_" for one in kinds)
        raise LiandongError(
            "ID_INVALID",
            f"{value!r} is not an id of kind {expected}",
            f"give {expected} followed by 32 hexadecimal digits, as printed by the other commands",
        )
    return raw


def entry_text(instrument: int, raw: bytes) -> str:
    """Write an entry's id: ``ent_…`` for list entries (instrument 1), ``ord_…`` for orders."""
    return text("ent" if instrument == 1 else "ord", raw)
