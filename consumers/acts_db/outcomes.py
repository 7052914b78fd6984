"""How handling a message can end other than well."""

from ...schemas.wire.feedback import FeedbackCode


class Retry(Exception):
    """Not now: something that is missing may come. The message waits, and all of its key behind it."""

    def __init__(self, reason: str, after: float = 1.0) -> None:
        """Take the reason for people, and the seconds until the next attempt; `after` grows with every attempt."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Poison(Exception):
    """Never: the bytes cannot be handled, nor can their writer be answered. They go to the dead letters."""

    def __init__(self, failure: str, reason: str) -> None:
        """Take the class of failure (UPPER_SNAKE), and the reason for people."""
        super().__init__(failure, reason)
        self.failure = failure
        self.reason = reason


class CommandRejected(Exception):
    """No: the court gets this code and message as feedback."""

    def __init__(self, code: FeedbackCode, message: str) -> None:
        """Take the code, and a message for people at the court; it travels sealed."""
        super().__init__(code, message)
        self.code = code
        self.message = message
