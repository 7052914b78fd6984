"""Who reaches the broker in memory, and whose acknowledgements come back."""

from dataclasses import dataclass
from enum import Enum, auto

from ...workers.clock import Clock


class Acknowledgements(Enum):
    """What becomes of the broker's answers to one client's appends; the records are in the log in any case."""

    PROMPT = auto()
    HELD = auto()
    """They come when this changes; until then a purge finds records whose fate is not known."""
    LOST = auto()
    """The sender gives up waiting: BrokerUnreachable, librdkafka's _MSG_TIMED_OUT."""


@dataclass(frozen=True, slots=True)
class Client:
    """One client of the broker: its name, the user its access rights are for, and whose clock stamps its records."""

    name: str
    principal: str
    clock: Clock


class Network:
    """Connections: all of them (an outage), or one client's. The broker's lock guards it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._down_since: float | None = None
        self._cut_since: dict[str, float] = {}
        self._answers: dict[str, Acknowledgements] = {}

    @property
    def up(self) -> bool:
        """Whether the broker answers anybody."""
        return self._down_since is None

    def stop(self) -> None:
        """Begin an outage."""
        if self._down_since is None:
            self._down_since = self._clock.monotonic()

    def start(self) -> None:
        """End the outage."""
        self._down_since = None

    def cut(self, client: str) -> None:
        """Part one client from the broker."""
        self._cut_since.setdefault(client, self._clock.monotonic())

    def heal(self, client: str) -> None:
        """Connect it again."""
        self._cut_since.pop(client, None)

    def reaches(self, client: str) -> bool:
        """Whether a client's requests are answered."""
        return self._down_since is None and client not in self._cut_since

    def silent_since(self, client: str) -> float | None:
        """Return since when (monotonic) a client hears nothing, None if it does."""
        cut = self._cut_since.get(client)
        if cut is None or self._down_since is None:
            return self._down_since if cut is None else cut
        return min(cut, self._down_since)

    def answer(self, client: str, how: Acknowledgements) -> None:
        """Say what becomes of a client's acknowledgements."""
        self._answers[client] = how

    def answers(self, client: str) -> Acknowledgements:
        """Return what becomes of a client's acknowledgements."""
        return self._answers.get(client, Acknowledgements.PROMPT)
