"""What the topics of a cluster are, and how they are made and altered."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ClusterMetadata,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from confluent_kafka.cimpl import NewTopic

from ....schemas.phrases import Phrase
from ...settings import Settings
from ..errors import AuthenticationFailed, BrokerUnreachable, TopicMissing, TransportError, kind_of, right_to
from ..ports import TopicPartition
from ..topic_state import TopicState
from . import config
from .failures import ANSWER_SECONDS, QUIET, Failures, logger, translated
from .location import bootstrap_of, refuses

_CLUSTER = Phrase("DESCRIBE on the cluster", "集群的 DESCRIBE 权限")
_ASKING = Phrase("asking for the cluster's topics", "查询集群的主题")
_OPERATIONS = {
    "describing": "DESCRIBE_CONFIGS",
    "looking for": "DESCRIBE",
    "creating": "CREATE",
    "altering": "ALTER_CONFIGS",
    "deleting records of": "DELETE",
}
"""What may be done to a topic, and the operation it needs the right to."""


class KafkaAdmin:
    """Reads and changes topics; names are physical, since what is listed may be anybody's."""

    def __init__(self, settings: Settings, *, client_id: str = "liandong-admin") -> None:
        conf: config.Config = {
            **config.connection(settings, client_id),
            "logger": logger,
            "error_cb": Failures(client_id, _CLUSTER),
        }
        self._client = AdminClient(conf)

    def cluster_id(self) -> str | None:
        """Return the id the cluster got when it was made."""
        return self._answer().cluster_id

    def names(self) -> list[str]:
        """Return all topics of the cluster that are not Kafka's own."""
        return sorted(name for name in self._metadata() if not name.startswith("__"))

    def require(self, topic: str) -> None:
        """Raise TopicMissing unless the topic exists."""
        if topic not in self._metadata():
            raise TopicMissing(Phrase(f"there is no topic {topic}", topic))

    def states(self, topics: Iterable[str]) -> dict[str, TopicState]:
        """Return how those of the topics stand that exist."""
        existing = self._metadata()
        present = [name for name in topics if name in existing]
        if not present:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in present]
        states: dict[str, TopicState] = {}
        for resource, answer in self._client.describe_configs(resources, request_timeout=ANSWER_SECONDS).items():
            configuration = {name: entry.value for name, entry in _result(answer, "describing", resource.name).items()}
            states[resource.name] = replace(existing[resource.name], configuration=configuration)
        return states

    def topic_id(self, topic: str) -> bytes:
        """Return the 16 bytes by which the broker tells a topic from one of the same name before it. Raises TopicMissing."""
        asked = self._client.describe_topics(TopicCollection([topic]), request_timeout=ANSWER_SECONDS)
        identity = _result(asked[topic], "looking for", topic).topic_id
        halves = identity.get_most_significant_bits(), identity.get_least_significant_bits()
        return b"".join(half.to_bytes(8, "big", signed=True) for half in halves)

    def create(self, topics: Mapping[str, TopicState]) -> None:
        """Make topics; the first that cannot be made is raised after all were tried."""
        new = [
            NewTopic(name, state.partitions, state.replication_factor, config=dict(state.configuration))
            for name, state in topics.items()
        ]
        answers = self._client.create_topics(new, request_timeout=ANSWER_SECONDS) if new else {}
        try:
            _settle(answers, "creating")
        finally:
            made = {name for name, answer in answers.items() if answer.exception() is None}
            _await(lambda: made <= self._metadata().keys())

    def alter(self, changes: Mapping[str, Mapping[str, str]]) -> None:
        """Set these keys of these topics and leave all others as they are."""
        resources = [
            ConfigResource(
                ResourceType.TOPIC,
                name,
                incremental_configs=[
                    ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in keys.items()
                ],
            )
            for name, keys in changes.items()
        ]
        answers = self._client.incremental_alter_configs(resources, request_timeout=ANSWER_SECONDS) if resources else {}
        _settle({resource.name: answer for resource, answer in answers.items()}, "altering")
        _await(lambda: self._has(changes))

    def _has(self, values: Mapping[str, Mapping[str, str]]) -> bool:
        states = self.states(values)
        return all(
            states[name].configuration.get(key) == value for name, keys in values.items() for key, value in keys.items()
        )

    def delete_records(self, before: Mapping[TopicPartition, int]) -> None:
        """Drop the records before these offsets, as retention would."""
        partitions = [KafkaPartition(at.topic, at.partition, offset) for at, offset in before.items()]
        answers = self._client.delete_records(partitions, request_timeout=ANSWER_SECONDS)
        _settle({partition.topic: answer for partition, answer in answers.items()}, "deleting records of")

    def _metadata(self) -> dict[str, TopicState]:
        """Return partitions and replicas of every topic, without its configuration."""
        topics = self._answer().topics
        return {
            name: TopicState(
                len(topic.partitions), min((len(one.replicas) for one in topic.partitions.values()), default=0), {}
            )
            for name, topic in topics.items()
        }

    def _answer(self) -> ClusterMetadata:
        try:
            return self._client.list_topics(timeout=ANSWER_SECONDS)
        except KafkaException as failed:
            raise translated(failed.args[0], _ASKING, _CLUSTER) from failed


def _await(is_known: Callable[[], bool]) -> None:
    """Wait until every broker knows: the controller answers before, and whoever asks next must find what was done."""
    until = time.monotonic() + ANSWER_SECONDS
    while not is_known() and time.monotonic() < until:
        time.sleep(0.05)


def require_broker(settings: Settings, timeout: float = 5.0) -> None:
    """Raise BrokerUnreachable (or AuthenticationFailed) unless a broker answers within `timeout` seconds."""
    if refuses(bootstrap_of(settings)):
        raise BrokerUnreachable(
            Phrase(f"{_ASKING}: every broker refuses the connection", f"{_ASKING.zh}：所有消息服务器均拒绝连接")
        )
    problems: list[KafkaError] = []
    conf: config.Config = {
        **config.connection(settings, "liandong-probe"),
        "logger": logger,
        "error_cb": problems.append,
        **QUIET,
    }
    client = AdminClient(conf)
    try:
        client.list_topics(timeout=timeout)
    except KafkaException as failed:
        client.poll(0)
        refusals = [one for one in problems if kind_of(one.name()) is AuthenticationFailed]
        raise translated((refusals or [failed.args[0]])[0], _ASKING, _CLUSTER) from failed


def _result(answer: "Future[Any]", doing: str, topic: str) -> Any:
    try:
        return answer.result()
    except KafkaException as failed:
        raise translated(failed.args[0], f"{doing} {topic}", right_to(_OPERATIONS[doing], topic)) from failed


def _settle(answers: "Mapping[str, Future[Any]]", doing: str) -> None:
    """Wait for every answer, then raise the first failure."""
    failures: list[TransportError] = []
    for topic, answer in answers.items():
        try:
            _result(answer, doing, topic)
        except TransportError as failed:
            failures.append(failed)
    if failures:
        raise failures[0]
