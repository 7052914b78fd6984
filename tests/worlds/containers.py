"""Containers that tests start: images and settings are those of docker-compose.yml, so tests and trial run the same."""

from pathlib import Path
from typing import Any

import yaml
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HttpWaitStrategy, LogMessageWaitStrategy

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 480


def service(name: str) -> dict[str, Any]:
    """What docker-compose.yml says of it."""
    project = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = project["services"][name]
    return found


def a_broker(network: Network, port: int) -> DockerContainer:
    """The trial's broker, but one that makes the topics it is asked for, as Kafka does by default: we must never ask.

    What it advertises outside is the port it is bound to, so that is chosen before.
    """
    environment = service("kafka")["environment"] | {
        "KAFKA_ADVERTISED_LISTENERS": f"INSIDE://kafka:9092,OUTSIDE://localhost:{port}",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "true",
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",  # a test has a member put out
    }
    ready = LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(PATIENCE)
    made = DockerContainer(service("kafka")["image"]).with_network(network).with_network_aliases("kafka")
    made = made.with_bind_ports(9094, port).with_envs(**{name: str(value) for name, value in environment.items()})
    return made.waiting_for(ready)


def a_registry(network: Network) -> DockerContainer:
    """An Apicurio that forgets when it ends."""
    ready = HttpWaitStrategy(8080, "/apis/ccompat/v7/subjects").for_status_code(200).with_startup_timeout(PATIENCE)
    made = DockerContainer(service("registry")["image"]).with_network(network).with_exposed_ports(8080)
    return made.waiting_for(ready)


def url_of(registry: DockerContainer) -> str:
    return f"http://{registry.get_container_host_ip()}:{registry.get_exposed_port(8080)}/apis/ccompat/v7"
