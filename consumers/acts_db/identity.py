"""By what nodes know that they have one acts store: an id it was given when it was made."""

from sqlalchemy import Engine, select

from ...topics.storage.database import insert_once
from ...topics.workers.chance import Chance
from .tables import store_identity


def store_id(engine: Engine, chance: Chance) -> str:
    """Return the id of an acts store; the first who asks gives it one."""
    with engine.begin() as connection:
        insert_once(connection, store_identity, {"name": "acts", "id": chance.random_id().hex()})
        return str(connection.scalar(select(store_identity.c.id)))
