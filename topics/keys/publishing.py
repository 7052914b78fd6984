"""Publishing the public keys of participants on this machine."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from ...schemas.errors import LiandongError
from ..catalogue import names
from ..transport.kafka import KafkaAdmin, KafkaPublisher, KafkaSubscriber, require_broker
from ..transport.registry import registered
from .key_records import publish_keys
from .known_keys import KnownKeys
from .opening import read_directory
from .registrar import Registrar


@dataclass(frozen=True, slots=True)
class Announcement:
    """Whose keys were published, or what kept that from being done."""

    published: Sequence[str] = ()
    problem: LiandongError | None = None


def announce(participants: Registrar, owners: Iterable[str], *, anew: bool = False) -> None:
    """Publish keys of participants and of the escrow, having asked whether broker and topic are there, because a sender would wait for them.

    The topic is read first, and the books are brought level with it: they may have been put back. `anew` as in `publish_keys`.
    Raises BROKER_UNREACHABLE, TOPIC_MISSING, ROOT_ELSEWHERE.
    """
    settings = participants.settings
    require_broker(settings)
    KafkaAdmin(settings).require(settings.physical(names.KEYS))
    participants.level_with(read_topic(participants))
    registry = registered(settings, "participant-key", "key-register", "root-change")
    publisher = KafkaPublisher(settings, client_id="participant-cli")
    publish_keys(publisher, participants, *owners, registry=registry, anew=anew)
    publisher.close()


def read_topic(participants: Registrar) -> KnownKeys:
    """Return what the topic, and what this machine read of it before, says of all keys.

    Raises BROKER_UNREACHABLE, TOPIC_MISSING, ROOT_ELSEWHERE.
    """
    participants.root_signer()
    reader = KafkaSubscriber(participants.settings, client_id="participant-cli-keys")
    with closing(read_directory(participants.settings, reader, participants.clock)) as directory:
        return directory.known


def announce_everybody(participants: Registrar) -> Announcement:
    """Publish the keys of all participants on this machine, if that can be done now."""
    everybody = [one.id for one in participants.list()]
    try:
        announce(participants, everybody)
    except LiandongError as reason:
        return Announcement(problem=reason)
    return Announcement(everybody)
