"""An engine, a broker and a schema registry on one network; skipped, with the reason, without an engine."""

import gc
import warnings
from collections.abc import Iterator

import docker
import pytest
from docker.errors import DockerException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.network import Network

from liandong.tests.worlds.containers import a_broker, a_registry, url_of
from liandong.topics.embedded.ports import some_free

# every container here is stopped by its fixture; the reaper would be one more image to have
testcontainers_config.ryuk_disabled = True


@pytest.fixture(scope="session")
def engine() -> None:
    if reason := _no_engine():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the client leaves what it could not connect open
            gc.collect()
        pytest.skip(f"no container engine answers ({reason}); start Docker or set DOCKER_HOST")


def _no_engine() -> str:
    """Why there is none; empty if there is one."""
    try:
        client = docker.from_env()
        client.ping()
        client.close()
    except DockerException as missing:
        return str(missing)
    return ""


@pytest.fixture(scope="session")
def network(engine: None) -> Iterator[Network]:  # noqa: ARG001  skips without one
    with Network() as made:
        yield made


@pytest.fixture(scope="session")
def kafka_bootstrap(network: Network) -> Iterator[str]:
    """In this room every test that asks for Kafka gets one in a container."""
    (port,) = some_free(1)
    with a_broker(network, port) as container:
        yield f"{container.get_container_host_ip()}:{port}"


@pytest.fixture(scope="session")
def registry_url(network: Network) -> Iterator[str]:
    with a_registry(network) as registry:
        yield url_of(registry)
