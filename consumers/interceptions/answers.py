"""A decision ready to be shown, and what is to be kept of it."""

import msgspec

from ..acts_db.idempotency import RequestPart
from ..adapters.protocol import Handled
from ..gate.decision import Decision
from ..gate.hits import Hit


class Answer(msgspec.Struct, frozen=True):
    """A decision ready to be shown, and what is to be kept of it."""

    decision: Decision
    hits: tuple[Hit, ...]
    handled: Handled
    caller: str
    part: RequestPart | None = None
    """What it answers, where the same request may come again."""

    @property
    def leaves_something(self) -> bool:
        """Whether anything must be kept; a check without a match, of an agency that met nobody, leaves nothing."""
        return bool(self.hits or self.handled.sightings)
