"""What keeps a participant from being made or changed."""

from ...schemas.errors import WrongUsage


class ParticipantRefused(WrongUsage):
    """A participant that cannot be made or changed as asked."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__("PARTICIPANT_REFUSED", message, remedy)
