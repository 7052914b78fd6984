"""Containers that tests start: the images are those of docker-compose.yml, so tests and trial run the same."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HttpWaitStrategy, LogMessageWaitStrategy

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 480


@dataclass(frozen=True)
class Broker:
    """A Kafka in a container, from outside and from its network."""

    bootstrap: str
    network: Network
    inside: str = "kafka:9092"


def image_of(service: str) -> str:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return str(services[service]["image"])


def a_broker(network: Network, port: int) -> DockerContainer:
    """One KRaft node; what it advertises outside is the port it is bound to, so that is chosen before."""
    ready = LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(PATIENCE)
    made = DockerContainer(image_of("kafka")).with_network(network).with_network_aliases("kafka")
    return (
        made.with_bind_ports(9094, port)
        .with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_LISTENERS="INSIDE://:9092,CONTROLLER://:9093,OUTSIDE://:9094",
            KAFKA_ADVERTISED_LISTENERS=f"INSIDE://kafka:9092,OUTSIDE://localhost:{port}",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
            KAFKA_INTER_BROKER_LISTENER_NAME="INSIDE",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
            KAFKA_LOG_DIRS="/var/lib/kafka/data",
            KAFKA_HEAP_OPTS="-Xmx512m -XX:TieredStopAtLevel=1",
        )
        .waiting_for(ready)
    )


def a_registry(network: Network) -> DockerContainer:
    """An Apicurio that forgets when it ends."""
    ready = HttpWaitStrategy(8080, "/apis/ccompat/v7/subjects").for_status_code(200).with_startup_timeout(PATIENCE)
    made = DockerContainer(image_of("registry")).with_network(network).with_exposed_ports(8080)
    return made.waiting_for(ready)


def url_of(registry: DockerContainer) -> str:
    return f"http://{registry.get_container_host_ip()}:{registry.get_exposed_port(8080)}/apis/ccompat/v7"
