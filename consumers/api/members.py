"""The members of a batch as they were sent, each to be read by itself: what is wrong with one spoils no other."""

import json
from typing import Any

import msgspec

_UNREADABLE = "\ud800"
"""Stands for what no reader would read one way; as JSON it is refused."""


class _Members(msgspec.Struct):
    """A body that is a batch of checks or of events."""

    checks: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


_members = msgspec.json.Decoder(_Members)


def members_of(body: bytes, name: str) -> list[msgspec.Raw] | msgspec.UnsetType:
    """Return the members under a name, UNSET if the body has none. Raises DecodeError, RecursionError.

    A member that holds bytes that are no UTF-8, half a character or a key twice is told by whoever reads it.
    """
    try:
        found: list[msgspec.Raw] | msgspec.UnsetType = getattr(_members.decode(body), name)
        if found is not msgspec.UNSET and body.count(b'"%s"' % name.encode()) > 1:  # two lists are none
            return _members_one_by_one(body, name, msgspec.DecodeError(f"{name} stands twice"))
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        return _members_one_by_one(body, name, broken)
    return found


def _members_one_by_one(body: bytes, name: str, broken: Exception) -> list[msgspec.Raw]:
    """Return what a more lenient reader sees as members, written so that what it let pass is refused at its place."""
    try:
        document = json.loads(body.decode(errors="surrogateescape"), object_pairs_hook=_or_unreadable)
    except (ValueError, RecursionError):
        raise msgspec.DecodeError(str(broken)) from None
    members = document.get(name) if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise msgspec.DecodeError(str(broken))
    return [msgspec.Raw(json.dumps(member).encode()) for member in members]


def _or_unreadable(pairs: list[tuple[str, Any]]) -> Any:
    read = dict(pairs)
    return read if len(read) == len(pairs) else _UNREADABLE
