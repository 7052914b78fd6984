"""Topics as the catalogue wants them: what differs on the broker, and making it so.

Nothing is ever deleted. Partitions of an existing topic are frozen, since a key's place depends on their number; so are
its replicas here, since moving them is the operator's business. Both are drift that a person must settle.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..embedded.trial_mark import is_trial
from ..settings import Settings
from ..transport.kafka import KafkaAdmin
from ..transport.topic_state import TopicState
from .families import TopicScope, expand, load_catalogue, rehearsed

_FROZEN = {
    "partitions": "keys would change their place: make a new major version of the topic, or set `partitions` to what is there",
    "replication_factor": "let the operator move replicas (kafka-reassign-partitions), or set `replication_factor` to what is there",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not as it should be."""

    topic: str
    """Physical name."""
    what: str
    """A configuration key of Kafka's, or partitions, replication_factor."""
    found: str
    wanted: str
    remedy: str = ""
    """What a person must do; empty where `apply` mends it."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """What `apply` would do, and what it cannot do; names are physical."""

    create: Mapping[str, TopicState] = field(default_factory=dict)
    alter: tuple[Difference, ...] = ()
    drift: tuple[Difference, ...] = ()
    unmanaged: tuple[str, ...] = ()
    """Topics of our families for jurisdictions or agencies nobody here knows; they are left alone."""

    @property
    def clean(self) -> bool:
        """Whether the broker is as the catalogue says."""
        return not (self.create or self.alter or self.drift)


def plan(settings: Settings, scope: TopicScope) -> TopicPlan:
    """Compare the broker with the catalogue, for the jurisdictions and agencies of a scope."""
    families = load_catalogue()
    admin = KafkaAdmin(settings)
    wanted = {settings.physical(topic): state for topic, state in expand(families, scope, settings).items()}
    if is_trial(admin.cluster_id()):
        wanted = {topic: rehearsed(state) for topic, state in wanted.items()}
    existing = admin.states(wanted)
    logical = {name: name.removeprefix(settings.topic_prefix) for name in admin.names() if name not in wanted}
    ours = [
        name
        for name, topic in logical.items()
        if name.startswith(settings.topic_prefix) and any(one.matches(topic) for one in families)
    ]
    return TopicPlan(
        {name: state for name, state in wanted.items() if name not in existing},
        tuple(one for name, state in existing.items() for one in _configuration(name, state, wanted[name])),
        tuple(one for name, state in existing.items() for one in _frozen(name, state, wanted[name])),
        tuple(ours),
    )


def apply(settings: Settings, scope: TopicScope) -> TopicPlan:
    """Create what is missing and alter what differs; return what was done, and the drift that is left."""
    due = plan(settings, scope)
    admin = KafkaAdmin(settings)
    admin.create(due.create)
    changes: dict[str, dict[str, str]] = {}
    for one in due.alter:
        changes.setdefault(one.topic, {})[one.what] = one.wanted
    admin.alter(changes)
    return due


def _configuration(name: str, existing: TopicState, wanted: TopicState) -> list[Difference]:
    return [
        Difference(name, key, existing.configuration.get(key, ""), value)
        for key, value in wanted.configuration.items()
        if existing.configuration.get(key) != value
    ]


def _frozen(name: str, existing: TopicState, wanted: TopicState) -> list[Difference]:
    values = {
        "partitions": (existing.partitions, wanted.partitions),
        "replication_factor": (existing.replication_factor, wanted.replication_factor),
    }
    return [
        Difference(name, setting, str(value), str(target), _FROZEN[setting])
        for setting, (value, target) in values.items()
        if value != target
    ]
