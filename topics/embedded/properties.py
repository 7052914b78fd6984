"""A node's `server.properties`, as a pure function of the cluster's description."""

from collections.abc import Mapping
from pathlib import Path

from .security import authorisation
from .state import Cluster, Node

HOST = "127.0.0.1"
"""The embedded Kafka serves this machine only."""


def server_properties(
    cluster: Cluster, node: Node, data: Path, passwords: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the settings of one combined broker and controller whose log lies in `data`.

    As safe as production (no unclean leaders, no topics by accident), with the waiting times taken out.
    A secure cluster needs the `passwords` of admin and controller.
    """
    copies = str(min(3, len(cluster.nodes)))
    in_sync = "2" if len(cluster.nodes) >= 3 else "1"
    protocol = "SASL_PLAINTEXT" if cluster.secure else "PLAINTEXT"
    voters = ",".join(f"{each.id}@{HOST}:{each.controller_port}" for each in cluster.nodes)
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"CLIENT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": f"CLIENT://{HOST}:{node.port}",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": f"CONTROLLER:{protocol},CLIENT:{protocol}",
        "log.dirs": data.as_posix(),
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "auto.create.topics.enable": "false",
        "unclean.leader.election.enable": "false",
        **_internal_topics(copies, in_sync),
        **_short_waits(),
        **_small_footprint(),
        **(authorisation(passwords or {}) if cluster.secure else {}),
    }


def _internal_topics(copies: str, in_sync: str) -> dict[str, str]:
    """Give Kafka's own topics few partitions, so that the first consumer does not wait for fifty."""
    return {
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": "4",
    }


def _short_waits() -> dict[str, str]:
    """Let a lone consumer join at once, and the log cleaner look twice a second, so that small compaction lags show."""
    return {
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "log.cleaner.backoff.ms": "500",
        "log.retention.check.interval.ms": "30000",
        "log.initial.task.delay.ms": "500",
        "replica.lag.time.max.ms": "10000",
    }


def _small_footprint() -> dict[str, str]:
    """Size threads and buffers for one machine that also runs everything else."""
    return {
        "num.network.threads": "2",
        "num.io.threads": "4",
        "num.recovery.threads.per.data.dir": "2",
        "background.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(32 * 2**20),
    }


def as_text(properties: dict[str, str]) -> str:
    """Write Java's properties format, one key per line."""
    return "".join(f"{key}={value}\n" for key, value in properties.items())
