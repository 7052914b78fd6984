"""Where Kafka is and how to speak to it: the configured cluster, else the embedded one."""

from pathlib import Path

from ...settings import KafkaSecurity, Settings


def bootstrap_of(settings: Settings) -> str:
    """Say where Kafka is: the configured cluster, else the embedded one. Raises KAFKA_NOT_RUNNING if it does not run."""
    if settings.bootstrap:
        return settings.bootstrap
    from ...embedded.cluster import running_bootstrap

    return running_bootstrap(settings.kafka_dir)


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
