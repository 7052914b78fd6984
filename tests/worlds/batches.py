"""Letting the interceptions an agency holds leave with their batch."""

from sqlalchemy import Engine, func, select

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.tables import held_events
from liandong.consumers.interceptions.batches import Batches
from liandong.tests.worlds.clock import HandClock
from liandong.topics.workers.worker import AT_ONCE


def held(engine: Engine) -> int:
    """How many events wait for a batch."""
    with engine.begin() as connection:
        return connection.scalar(select(func.count()).select_from(held_events)) or 0


def let_leave(context: AgencyContext, engine: Engine, clock: HandClock) -> None:
    """Let the next batch come, and what is held leave with it; while nothing is held no time passes."""
    if not held(engine):
        return
    batches = Batches(context, engine)
    clock.time += round(context.interceptions_every_seconds * 1000)
    while batches.step() == AT_ONCE:
        pass
