"""The town's cluster: topics as the catalogue has them, and what each client may do there, as an operator would make it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from liandong.topics.catalogue import names
from liandong.topics.catalogue.access import CatalogueAccess, Principal
from liandong.topics.catalogue.families import Role, TopicFamily, TopicScope, expand, load_catalogue
from liandong.topics.settings import Settings
from liandong.topics.transport.topic_state import TopicState

ADVERSARY, ADMINISTRATOR = "adversary", "administrator"
_EVERYTHING: tuple[Role, ...] = ("publisher", "court", "agency", "notary", "monitoring", "administrator")
_SPREAD = ("court.", "control.commands.")
"""Topics that begin so have two partitions in the town, all others one."""


class TownAccess:
    """The rights of the catalogue; one can be taken away for a while, and clients can be admitted later."""

    def __init__(self, jurisdiction: str, agencies: Iterable[str]) -> None:
        self._jurisdictions, self._agencies = frozenset({jurisdiction}), frozenset(agencies)
        self._principals: dict[str, Principal] = {}
        self.missing: set[tuple[str, str]] = set()
        """Client and topic of rights that were taken away."""
        self.admit(ADMINISTRATOR, "administrator")
        self.admit(ADVERSARY, *_EVERYTHING)

    def add_agency(self, agency: str) -> None:
        """Let those who have to do with every agency have to do with one more."""
        self._agencies |= {agency}
        for client, principal in self._principals.items():
            if len(principal.scope.agencies) != 1 or agency in principal.scope.agencies:
                scope = TopicScope(self._jurisdictions, self._agencies)
                self._principals[client] = replace(principal, scope=scope)
        self._rules = CatalogueAccess(_catalogue(), self._principals)

    def admit(self, client: str, *roles: Role, agency: str = "") -> None:
        """Give a client the rights of its roles: those of one agency, or of all."""
        agencies = frozenset({agency}) if agency else self._agencies
        prefixes = (client, f"{agency}.") if agency else (client,)
        self._principals[client] = Principal(frozenset(roles), TopicScope(self._jurisdictions, agencies), prefixes)
        self._rules = CatalogueAccess(_catalogue(), self._principals)

    def may_read(self, principal: str, topic: str) -> bool:
        return (principal, topic) not in self.missing and self._rules.may_read(principal, topic)

    def may_write(self, principal: str, topic: str) -> bool:
        return (principal, topic) not in self.missing and self._rules.may_write(principal, topic)

    def may_use(self, principal: str, topic: str) -> bool:
        """Whether a client has any right to a topic."""
        return self.may_read(principal, topic) or self.may_write(principal, topic)

    def may_join(self, principal: str, group: str) -> bool:
        return self._rules.may_join(principal, group)


def topics_of(jurisdiction: str, agencies: Iterable[str], settings: Settings) -> dict[str, TopicState]:
    """Return the topics of a jurisdiction and its agencies."""
    found = expand(_catalogue(), TopicScope(frozenset({jurisdiction}), frozenset(agencies)), settings)
    return {
        topic: TopicState(2 if topic.startswith(_SPREAD) else 1, state.replication_factor, state.configuration)
        for topic, state in found.items()
    }


def is_compacted(state: TopicState) -> bool:
    """Whether of each key of a topic only the newest record stays for ever."""
    return state.configuration["cleanup.policy"] == "compact"


def is_missed(topic: str, jurisdiction: str) -> bool:
    """Whether nobody makes up today for what is lost with a topic, or read past in the one made again: lists, commands, and
    the relief lane, from which courts' releases are told.
    """
    lanes = (*names.state_topics(jurisdiction), names.relief(jurisdiction))
    return topic in lanes or topic.startswith("control.commands.")


@cache
def _catalogue() -> tuple[TopicFamily, ...]:
    return tuple(load_catalogue())
