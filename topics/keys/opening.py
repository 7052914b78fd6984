"""Opening the register of keys as every process does: with the root that is pinned here and what this machine read before."""

from datetime import date

from ...schemas.phrases import Phrase
from ..catalogue import names
from ..settings import Settings
from ..transport.errors import BrokerUnreachable
from ..transport.ports import Subscriber
from ..workers.clock import Clock
from ..workers.threads import work_until
from ..workers.worker import Part
from .directory import KeyDirectory
from .known_keys import KnownKeys
from .participants import Participants
from .register_memory import memory_of

_PATIENCE = 30.0


def open_directory(settings: Settings, subscriber: Subscriber, clock: Clock) -> KeyDirectory:
    """Return a directory that closes the subscriber. Raises SuiteUnknown and what `Participants.root_public_key` raises."""
    return KeyDirectory(Participants(settings).root_public_key, subscriber, clock, memory_of(settings))


def read_directory(settings: Settings, subscriber: Subscriber, clock: Clock) -> KeyDirectory:
    """Return one that is loaded, for commands that can do nothing before. Raises as both functions beside it."""
    return await_keys(open_directory(settings, subscriber, clock))


def kept_takeover(settings: Settings, court: str) -> date | None:
    """Return a court's day of take-over as the root signed it, by what this machine has read of the register before.

    No broker is asked: a day that was signed since is not known yet, and then nothing is stock.
    """
    known = KnownKeys(Participants(settings).root_public_key)
    known.recall(memory_of(settings).recall())
    return known.takeover_on(court)


def await_keys(directory: KeyDirectory, seconds: float = _PATIENCE) -> KeyDirectory:
    """Return a directory once it is loaded, for commands that can do nothing before.

    Raises the TransportError of its first attempt that fails, BrokerUnreachable if the topic gives too little in so many
    seconds; the directory is closed then.
    """
    part = Part("register", directory, directory.wait)
    try:
        work_until(part, lambda: directory.loaded or directory.failure is not None, seconds)
    finally:
        if not directory.loaded:
            directory.close()
    if not directory.loaded:
        raise directory.failure or BrokerUnreachable(
            Phrase(
                f"{names.KEYS} was not read to its end in {seconds:.0f} s", f"{seconds:.0f} 秒内未能读完 {names.KEYS}"
            )
        )
    return directory
