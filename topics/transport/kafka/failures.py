"""The client library's errors as ours.

Its own log goes to this module's logger. Errors that pass by themselves (a broker restarting) are logged; errors that
do not (authorization, a fatal producer, a position outside the log) are kept and raised from `poll`.
"""

import logging

from confluent_kafka import KafkaError

from ..callbacks import Callbacks
from ..errors import AuthenticationFailed, AuthorizationFailed, PublisherBroken, TransportError, kind_of

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 15.0
"""How long a broker may take to answer a question."""


def translated(error: KafkaError, about: str) -> TransportError:
    """The client library's error as one of ours; `about` says what was being done."""
    message = f"{about}: {error.str()}"
    if error.fatal():
        return PublisherBroken(message)
    return kind_of(error.name())(message)


class Failures:
    """The client library's error callback: what passes is logged, what does not is kept for `poll`."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self.callbacks = Callbacks()

    def __call__(self, error: KafkaError) -> None:
        """Takes one error from the client library."""
        found = translated(error, self._client_id)
        if isinstance(found, AuthenticationFailed | AuthorizationFailed | PublisherBroken):
            self.callbacks.keep(found)
        else:
            logger.warning("%s", found.message)
