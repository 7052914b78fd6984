"""Giving a court its day of take-over: held against what is signed already, signed by the root, and read back."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..keys.manifest import Participant
    from ..keys.registrar import Registrar


def set_takeover(participants: "Registrar", court: str, day: str) -> "Participant":
    """Set the day and publish it, as it counts only where the root has signed it. Raises PARTICIPANT_REFUSED.

    Without a broker it stands in the manifest, and is published with the court's keys.
    """
    from ..keys.publishing import announce, read_topic
    from ..transport.errors import BrokerUnreachable, TopicMissing

    try:
        signed = read_topic(participants).takeover_on(court)
    except (BrokerUnreachable, TopicMissing):
        return participants.set_takeover(court, day)
    changed = participants.set_takeover(court, day, signed)
    announce(participants, [court])
    read_topic(participants)  # so that this machine has it for publications that ask no broker
    return changed
