"""An outbox and a broker for relays, a court with a register."""

import pytest
from sqlalchemy import Engine

from liandong.tests.worlds.court import PublishingCourt
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.workers.clock import SystemClock


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine, clock=SystemClock())


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(topics=("list", "relief"))


@pytest.fixture
def court(engine: Engine) -> PublishingCourt:
    return PublishingCourt(engine)
