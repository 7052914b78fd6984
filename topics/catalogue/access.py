"""Access rights as the catalogue gives them: who produces a family may write its topics, who consumes it may read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .families import Role, TopicFamily, TopicScope


@dataclass(frozen=True, slots=True)
class Principal:
    """A user of the cluster: what they are, of which jurisdictions and agencies, and how their groups' names begin."""

    roles: frozenset[Role]
    scope: TopicScope
    group_prefixes: tuple[str, ...] = ()


class CatalogueAccess:
    """Rules for a broker in memory, as an operator would make ACLs of the catalogue. Who is not named may do nothing."""

    def __init__(self, families: Iterable[TopicFamily], principals: Mapping[str, Principal]) -> None:
        families = list(families)
        self._readable = {
            name: frozenset(
                topic for family in families if one.roles & {*family.consumers} for topic in _of(family, one)
            )
            for name, one in principals.items()
        }
        self._writable = {
            name: frozenset(
                topic for family in families if one.roles & {*family.producers} for topic in _of(family, one)
            )
            for name, one in principals.items()
        }
        self._groups = {name: one.group_prefixes for name, one in principals.items()}

    def may_read(self, principal: str, topic: str) -> bool:
        """Whether somebody consumes the topic's family, of this jurisdiction or agency."""
        return topic in self._readable.get(principal, ())

    def may_write(self, principal: str, topic: str) -> bool:
        """Whether somebody produces the topic's family, of this jurisdiction or agency."""
        return topic in self._writable.get(principal, ())

    def may_join(self, principal: str, group: str) -> bool:
        """Whether a group's name begins as somebody's do."""
        return group.startswith(self._groups.get(principal, ()))


def _of(family: TopicFamily, principal: Principal) -> list[str]:
    scopes = {"jurisdiction": principal.scope.jurisdictions, "agency": principal.scope.agencies}
    return [family.topic(one) for one in scopes[family.scope]] if family.scope else [family.name]
