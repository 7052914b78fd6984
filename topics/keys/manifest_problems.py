"""What keeps a participant from being made or changed."""

from ...schemas.errors import WrongUsage
from ...schemas.phrases import Phrase


class ParticipantRefused(WrongUsage):
    """A participant that cannot be made or changed as asked."""

    def __init__(self, message: Phrase, remedy: Phrase) -> None:
        super().__init__("PARTICIPANT_REFUSED", message, remedy, message.zh, remedy.zh)
