"""What the cluster says of a topic; producers and consumers ask alike."""

from confluent_kafka import Consumer, Producer

from ....schemas.phrases import Phrase
from ...settings import Settings
from ..cluster_heard import hear
from ..errors import right_to
from .failures import ANSWER_SECONDS, answered, translated


def partitions_of(client: Consumer | Producer, topic: str, settings: Settings) -> list[int]:
    """Return the partitions of a topic by its physical name. Raises TopicMissing, BrokerUnreachable."""
    about, right = (
        Phrase(f"looking for {topic}", f"查找主题 {topic}"),
        right_to("WRITE" if isinstance(client, Producer) else "READ", topic),
    )
    answer = answered(lambda: client.list_topics(topic, timeout=ANSWER_SECONDS), about, right)
    hear(answer.cluster_id, settings)
    metadata = answer.topics[topic]
    if metadata.error is not None:
        raise translated(metadata.error, about, right)
    return sorted(metadata.partitions)
