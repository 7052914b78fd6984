"""Where Kafka is and how to speak to it: the configured cluster, else the embedded one."""

import socket
from pathlib import Path

from ...settings import KafkaSecurity, Settings

_TOUCH_SECONDS = 0.3


def bootstrap_of(settings: Settings) -> str:
    """Say where Kafka is: the configured cluster, else the embedded one. Raises KAFKA_NOT_RUNNING if it does not run."""
    if settings.bootstrap:
        return settings.bootstrap
    from ...embedded.cluster import running_bootstrap

    return running_bootstrap(settings.kafka_dir)


def refuses(bootstrap: str) -> bool:
    """Whether a program listens at none of these addresses, as their machines say at once; False if any does not say."""
    return all(map(_refuses, bootstrap.split(",")))


def _refuses(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip().strip("[]"), int(port)), timeout=_TOUCH_SECONDS):
            return False
    except ConnectionRefusedError:
        return True
    except (OSError, ValueError):  # what it is the client library finds out, and says
        return False


def security_of(settings: Settings) -> KafkaSecurity:
    """Say how to speak to it: as configured; to a secure embedded cluster, unless a user is configured, as its admin."""
    if settings.bootstrap or settings.kafka_security.username:
        return settings.kafka_security
    from ...embedded.cluster import status

    cluster = status(settings.kafka_dir)
    if not cluster.secure or cluster.password_file is None:
        return settings.kafka_security
    return KafkaSecurity(
        protocol="SASL_PLAINTEXT", username=cluster.username, password_file=Path(cluster.password_file)
    )
