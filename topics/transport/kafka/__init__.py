"""The ports on Apache Kafka. No other package imports confluent_kafka."""

from .admin import KafkaAdmin, require_broker
from .publisher import KafkaPublisher
from .subscriber import KafkaSubscriber

__all__ = ["KafkaAdmin", "KafkaPublisher", "KafkaSubscriber", "require_broker"]
