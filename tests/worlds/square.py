"""A town square: every reader there is, each with the keys of those who write to it."""

from functools import cached_property
from pathlib import Path

from liandong.consumers.inbox.inbox import Inbox
from liandong.schemas.wire.signing import Ed25519Signer, Signer
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.list_copy import ListCopy
from liandong.tests.worlds.receipts import WatchRoom
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

SEED = Ed25519Signer(bytes(32))
"""A key nobody registered."""


class Square:
    """Every reader there is, each with the keys of those who write to it."""

    def __init__(self, directory: Path) -> None:
        self.wire = MemoryWire()
        self.town = Town(self.wire, directory / "town")
        self.agency = TownAgency(self.town, RAILWAY)
        self.inbox: Inbox = self.town.court.inbox()
        self.copy = ListCopy(directory / "copy")
        self.watch = WatchRoom(directory)
        participants = self.town.participants
        self.signers = [participants.signer(each) for each in (COURT, RAILWAY)] + [participants.root_signer(), SEED]

    @cached_property
    def copy_signers(self) -> list[Signer]:
        return [self.copy.court.signer, self.copy.notary.signer, SEED]

    @cached_property
    def watch_signers(self) -> list[Signer]:
        return [self.watch.agency.signer, self.watch.notary.signer, SEED]

    def letter(self, record: OutgoingRecord) -> MemoryMessage:
        """A message as a subscriber gives it, of today."""
        return MemoryMessage(TopicPartition(record.topic, 0), 0, record, NOW)
