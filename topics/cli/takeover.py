"""Giving a court its day of take-over: held against what is signed already, signed by the root, and read back."""

from typing import TYPE_CHECKING

from ...schemas.errors import LiandongError

if TYPE_CHECKING:
    from ..keys.manifest import Participant
    from ..keys.registrar import Registrar


def set_takeover(participants: "Registrar", court: str, day: str) -> "tuple[Participant, LiandongError | None]":
    """Set the day and publish it, as it counts only where the root has signed it; and what kept it from being published.

    Raises PARTICIPANT_REFUSED, ROOT_ELSEWHERE.
    """
    from ..catalogue import names
    from ..keys.publishing import announce, read_topic
    from ..transport.errors import BrokerUnreachable, TopicMissing
    from ..transport.kafka import KafkaAdmin, require_broker

    settings = participants.settings
    participants.root_signer()
    try:
        require_broker(settings)
        KafkaAdmin(settings).require(settings.physical(names.KEYS))
        signed = read_topic(participants).takeover_on(court)
    except (BrokerUnreachable, TopicMissing) as reason:
        return participants.set_takeover(court, day), reason
    participants.set_takeover(court, day, signed)
    announce(participants, [court])
    read_topic(participants)  # so that this machine has it for publications that ask no broker
    return participants.load(court), None
