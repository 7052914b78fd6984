"""How handling a message can end other than well."""

from ...schemas.wire.feedback import FeedbackCode


class Retry(Exception):
    """Not now: something that is missing may come. The message waits, and all of its key behind it."""

    def __init__(self, reason: str, after: float = 1.0) -> None:
        """`after` in seconds until the next attempt; it grows with every attempt."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Poison(Exception):
    """Never: the bytes cannot be handled, nor can their writer be answered. They go to the dead letters."""

    def __init__(self, failure: str, reason: str) -> None:
        """`failure` is a class (UPPER_SNAKE), `reason` for people."""
        super().__init__(failure, reason)
        self.failure = failure
        self.reason = reason


class CommandRejected(Exception):
    """No: the court gets this code and message as feedback."""

    def __init__(self, code: FeedbackCode, message: str) -> None:
        """`message` is for people at the court; it travels sealed."""
        super().__init__(code, message)
        self.code = code
        self.message = message
