"""When a message that could not be handled is tried again, and when it is given up."""

MAX_ATTEMPTS = 12
"""Attempts before a message that waits goes to the dead letters; with doubling delays that is about an hour."""
MAX_DELAY_SECONDS = 600.0


def first_attempt(after: float, now: int) -> int:
    """Return when a message that failed for the first time is tried again, ms UTC."""
    return now + int(after * 1000)


def next_attempt(attempts: int, after: float, now: int) -> int | None:
    """Return when a message that failed again, after so many attempts before, is tried again; None if too often."""
    if attempts + 1 >= MAX_ATTEMPTS:
        return None
    return now + max(1, int(min(after * 2**attempts, MAX_DELAY_SECONDS) * 1000))


def longest_after(now: int) -> int:
    """Return when what is tried for ever is tried again, ms UTC."""
    return now + int(MAX_DELAY_SECONDS * 1000)
