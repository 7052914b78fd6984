"""Commands of courts to agencies: the clear signed header and what it may say.

The header tells who asks whom and until when an answer is due; what is asked, of whom and why is sealed.
"""

from dataclasses import dataclass
from typing import Any

from ..law.watch import WatchScope
from .codec import decode
from .signing import PROOF_LENGTH

WATCH = "watch"
STOP_WATCH = "stop-watch"
COMMAND_CONTEXT = "control-command"
"""Signature context of commands."""
CLOCK_TOLERANCE_MS = 300_000
"""How far ahead a court's clock may be."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command's clear header, with the bytes it came in."""

    command_id: bytes
    jurisdiction: str
    court: str
    agency: str
    kind: str
    issued_at: int
    """ms UTC."""
    due_at: int
    """When feedback is due, ms UTC."""
    sealed: bytes
    body: bytes
    """The Avro body, proof included."""


def read_command(fingerprint: bytes, body: bytes) -> Command:
    """Read a command from its Avro body of any version. Raises Undecodable."""
    record: dict[str, Any] = decode(fingerprint, body)
    record.pop("proof")
    return Command(**{name: record[name] for name in Command.__slots__ if name != "body"}, body=body)


def signed_part(body: bytes) -> bytes:
    """Return what a proof covers: the same for two copies of a record, whoever signed them when."""
    return body[PROOF_LENGTH:]


def sealing_context(schema: str, handle: bytes) -> str:
    """Return the context that binds an envelope to the record that carries it."""
    return f"{schema}:{handle.hex()}"


@dataclass(frozen=True, slots=True)
class SentCommand:
    """A command as the court that gave it remembers it."""

    command_id: bytes
    court: str
    agency: str
    kind: str
    case_number: str
    scope: WatchScope
    """Of a watch; of other commands an empty one."""
    due_at: int
    """ms UTC."""
    code: str = ""
    """The agency's answer, empty while there is none."""
    answered_at: int = 0
    """ms UTC."""

    def is_overdue(self, now: int) -> bool:
        """Whether the answer should be here and is not."""
        return not self.code and now >= self.due_at
