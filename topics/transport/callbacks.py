"""Calls into the caller's code from inside a transport: what they raise is kept and raised where the caller is."""

from collections.abc import Callable
from typing import TypeVar

from .errors import PublisherBroken, TransportError

Argument = TypeVar("Argument")


class Callbacks:
    """Runs callbacks; one that fails neither stops the others nor is lost."""

    def __init__(self) -> None:
        self._raised: list[Exception] = []

    def run(self, callback: Callable[[Argument], None], argument: Argument) -> None:
        """Call, and keep what is raised."""
        try:
            callback(argument)
        except Exception as raised:  # noqa: BLE001  raised again by `check`, out of the client library's stack
            self._raised.append(raised)

    def keep(self, error: Exception) -> None:
        """Keep an error that has no caller yet."""
        self._raised.append(error)

    def check(self) -> None:
        """Raise what was kept: one error as it is, several as a group.

        Several of the transport are one failure for whoever tries again: the gravest is raised, the others are its notes.
        """
        if not self._raised:
            return
        raised, self._raised = self._raised, []
        if not all(isinstance(error, TransportError) for error in raised) and len(raised) > 1:
            raise ExceptionGroup("several callbacks failed", raised)
        gravest = next((error for error in raised if isinstance(error, PublisherBroken)), raised[0])
        for error in raised:
            if error is not gravest:
                gravest.add_note(str(error))
        raise gravest
