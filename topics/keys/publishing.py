"""Publishing the public keys of participants on this machine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...schemas.errors import LiandongError
from ..catalogue import names
from ..transport.kafka import KafkaAdmin, KafkaPublisher, require_broker
from ..transport.registry import registered
from .key_records import publish_keys
from .registrar import Registrar


@dataclass(frozen=True, slots=True)
class Announcement:
    """Whose keys were published, or what kept that from being done."""

    published: Sequence[str] = ()
    problem: LiandongError | None = None


def announce(participants: Registrar, owners: Iterable[str]) -> None:
    """Publish keys of participants and of the escrow, having asked whether broker and topic are there, because a sender would wait for them.

    Raises BROKER_UNREACHABLE, TOPIC_MISSING, ROOT_ELSEWHERE.
    """
    settings = participants.settings
    require_broker(settings)
    KafkaAdmin(settings).require(settings.physical(names.KEYS))
    registry = registered(settings, "participant-key", "key-register")
    publisher = KafkaPublisher(settings, client_id="participant-cli")
    publish_keys(publisher, participants, *owners, registry=registry)
    publisher.close()


def announce_everybody(participants: Registrar) -> Announcement:
    """Publish the keys of all participants on this machine, if that can be done now."""
    everybody = [one.id for one in participants.list()]
    try:
        announce(participants, everybody)
    except LiandongError as reason:
        return Announcement(problem=reason)
    return Announcement(everybody)
