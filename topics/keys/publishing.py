"""Publishing the public keys of participants on this machine."""

from collections.abc import Iterable

from ...schemas.errors import LiandongError
from ..catalogue import names
from ..settings import Settings
from ..transport.kafka import KafkaAdmin, KafkaPublisher, require_broker
from ..transport.registry import registered
from .directory import publish_keys
from .participants import Participants


def announce(settings: Settings, participants: Participants, wanted: Iterable[str]) -> None:
    """Publish keys of participants, having asked whether broker and topic are there, because a sender would wait for them.

    Raises BROKER_UNREACHABLE, TOPIC_MISSING, ROOT_ELSEWHERE.
    """
    require_broker(settings)
    KafkaAdmin(settings).require(settings.physical(names.KEYS))
    registry = registered(settings, "participant-key")
    publisher = KafkaPublisher(settings, client_id="participant-cli")
    for participant in wanted:
        publish_keys(publisher, participants, participant, registry=registry)
    publisher.close()


def announce_everybody(settings: Settings) -> tuple[list[str], LiandongError | None]:
    """Publish the keys of all participants on this machine; whose, and what kept it from being done."""
    participants = Participants(settings)
    everybody = [one.id for one in participants.list()]
    try:
        announce(settings, participants, everybody)
    except LiandongError as reason:
        return [], reason
    return everybody, None
