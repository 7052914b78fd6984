"""A machine that has read of the register of keys what the root signed."""

from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.keys.register_memory import memory_of
from liandong.topics.keys.registrar import Registrar
from liandong.topics.transport.memory.broker import MemoryBroker


def keep_keys(registrar: Registrar, *owners: str) -> None:
    """Keeps the records of owners' keys as if they had been read on the topic."""
    broker = MemoryBroker(clock=registrar.clock)
    publish_keys(broker.publisher(), registrar, *owners)
    memory_of(registrar.settings).keep(one.value() or b"" for one in broker.records(names.KEYS))
