"""The updates a register has accepted, for tests that count them."""

from liandong.producers.register.register import Register, Update


def updates_of_batch(register: Register, batch_id: str) -> list[Update]:
    """Updates of a batch in the order of their acceptance."""
    return register._updates(register.tables.updates.c.batch_id == batch_id, None)


def all_updates(register: Register) -> list[Update]:
    """Every update in the order of its acceptance."""
    return register._updates(register.tables.updates.c.state_row > 0, None)
