"""The ports on Apache Kafka. No other package imports confluent_kafka."""

from .admin import KafkaAdmin, require_broker
from .publisher import KafkaPublisher
from .pulse import KafkaPulse
from .subscriber import KafkaSubscriber

__all__ = ["KafkaAdmin", "KafkaPublisher", "KafkaPulse", "KafkaSubscriber", "require_broker"]
