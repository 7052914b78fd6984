"""Whether the cluster answers at all, asked again and again on one connection."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from ....schemas.phrases import Phrase
from ...settings import Settings
from ..errors import AuthenticationFailed, kind_of
from . import config
from .failures import QUIET, logger, translated

_ABOUT, _RIGHT = (
    Phrase("asking Kafka for a sign of life", "询问 Kafka 是否可用"),
    Phrase("DESCRIBE on the cluster", "集群的 DESCRIBE 权限"),
)


class KafkaPulse:
    """Asks for one topic's partitions, which any broker answers at once."""

    def __init__(self, settings: Settings, topic: str, *, client_id: str) -> None:
        """Connect in the background; the topic need not exist. Raises KAFKA_NOT_RUNNING."""
        self._topic = settings.topic_prefix + topic
        self._refusals: list[KafkaError] = []
        conf: config.Config = {
            **config.connection(settings, client_id),
            "logger": logger,
            "error_cb": self._note,
            **QUIET,
        }
        self._client = AdminClient(conf)

    def require(self, seconds: float) -> None:
        """Raise BrokerUnreachable, AuthenticationFailed unless a broker answers within so many seconds."""
        self._refusals.clear()
        try:
            self._client.list_topics(self._topic, timeout=seconds)
        except KafkaException as failed:
            self._client.poll(0)
            raise translated((self._refusals or [failed.args[0]])[0], _ABOUT, _RIGHT) from failed
        self._client.poll(0)

    def _note(self, error: KafkaError) -> None:
        if kind_of(error.name()) is AuthenticationFailed:
            self._refusals.append(error)
