"""The administrator's machine: participants, their keys, and the bus everybody reads them from."""

from typing import Any

from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.keys.manifest import Kind, ManifestFields
from liandong.topics.keys.opening import await_keys
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings
from liandong.topics.workers.clock import Clock


class Administration:
    """Participants on one transport."""

    def __init__(self, wire: Wire, settings: Settings, clock: Clock) -> None:
        wire.create(names.KEYS, partitions=1)
        self.wire, self.settings, self._goes_by = wire, settings, clock
        self.participants = Registrar(settings, clock, CHANCE, months_ahead=2)
        self.publisher = wire.publisher()

    def join(self, participant: str, kind: Kind, *, publish: bool = True, **fields: Any) -> None:
        """Make a new participant with registered keys."""
        manifest: ManifestFields = fields  # type: ignore[assignment]
        self.participants.new(participant, kind, **manifest)
        if publish:
            self.publish(participant)

    def publish(self, *participants: str) -> None:
        """Publish the keys of some, or of everybody."""
        publish_keys(self.publisher, self.participants, *(participants or [one.id for one in self.participants.list()]))

    def key_directory(self) -> KeyDirectory:
        """Read what a process knows of everybody's keys."""
        return await_keys(KeyDirectory(self.participants.root_public_key, self.wire.subscriber(), self._goes_by))
