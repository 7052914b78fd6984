"""Identifiers that carry their kind: ``ent_ ord_ upd_ bat_ cmd_ chk_ evt_ act_`` and a UUID.

Entry ids are UUIDv7 (RFC 9562): they grow with time, so a store appends instead of scattering.
Handles of events and commands are random (UUIDv4): nothing can be read from them. Who makes one is given the chance for it
(`topics.workers.chance`); here they are only written and read.
"""

from typing import ClassVar, Literal

from .problems import BilingualError, Text

Kind = Literal["ent", "ord", "upd", "bat", "cmd", "chk", "evt", "act"]


class IdInvalid(BilingualError):
    """A text that is not an id, or one of another kind."""

    texts: ClassVar[dict[str, Text]] = {
        "ID_INVALID": Text(
            "{value} is not an id of kind {expected}",
            "give {expected} followed by 32 hexadecimal digits, as printed by the other commands",
            "{value} 不是 {expected} 类编号",
            "请填写 {expected} 加 32 位十六进制数字，与其他命令所显示的一致",
        ),
    }


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
        expected = " | ".join(f"{one}_" for one in kinds)
        raise IdInvalid("ID_INVALID", value=repr(value), expected=expected)
    return raw


def entry_text(instrument: int, raw: bytes) -> str:
    """Write an entry's id: ``ent_…`` for list entries (instrument 1), ``ord_…`` for orders."""
    return text("ent" if instrument == 1 else "ord", raw)
