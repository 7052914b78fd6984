"""Who may do what on the broker in memory, as a cluster's access rules (ACLs) say it."""

from typing import Protocol


class Access(Protocol):
    """The rules; asked at every call, so an answer must be cheap."""

    def may_read(self, principal: str, topic: str) -> bool:
        """Whether somebody may fetch a topic and commit for it."""

    def may_write(self, principal: str, topic: str) -> bool:
        """Whether somebody may append to a topic."""

    def may_join(self, principal: str, group: str) -> bool:
        """Whether somebody may join a group and commit for it."""


class OpenAccess:
    """Everybody may do everything, as on a cluster without rules."""

    def may_read(self, principal: str, topic: str) -> bool:  # noqa: ARG002  the port's
        """Return True."""
        return True

    may_write = may_join = may_read
