"""librdkafka's configuration from ours: pure functions of the settings.

Names are librdkafka's (CONFIGURATION.md of its release); every value that is not its default says why.
"""

from typing import Any

from ....schemas.errors import WrongUsage
from ....schemas.phrases import reason_of
from ...settings import KafkaSecurity, Settings
from .location import bootstrap_of, security_of

Config = dict[str, Any]


def connection(settings: Settings, client_id: str) -> Config:
    """Say where the cluster is and who we are; the same for all clients."""
    return {
        "bootstrap.servers": bootstrap_of(settings),
        "client.id": client_id,
        # true for producers: where the brokers allow it (Kafka's default), a misspelt prefix would make topics that are not compacted
        "allow.auto.create.topics": False,
        # idle connections are closed by brokers all the time; that is no news
        "log.connection.close": False,
        "socket.keepalive.enable": True,
        # 60 s by default: a connection a firewall has forgotten would hold up who is freed for a minute and more
        "socket.timeout.ms": 15_000,
        "reconnect.backoff.max.ms": 2000,
        **_security(security_of(settings)),
    }


def producer(settings: Settings, client_id: str, linger_ms: float) -> Config:
    """Ask for all replicas in sync, once only, in order, for as long as it takes."""
    return {
        **connection(settings, client_id),
        "acks": "all",
        "enable.idempotence": True,
        # an accepted record waits for a broker however long that takes; giving up is the relay's decision (`purge`)
        "message.timeout.ms": 0,
        # of the same kind; a broker that needs longer for its replicas is asked again, and the record stands once
        "request.timeout.ms": 10_000,
        # as the Java client chooses partitions, so that every language agrees on where a key lives
        "partitioner": "murmur2_random",
        "linger.ms": linger_ms,
        "compression.type": "lz4",
        # a topic just created may be unknown to some brokers this long; after that it is missing
        "topic.metadata.propagation.max.ms": 5000,
        "queue.buffering.max.messages": 200_000,
    }


def consumer(settings: Settings, client_id: str, group: str | None) -> Config:
    """Leave positions to the caller: nothing is committed, skipped or reset by itself."""
    return {
        **connection(settings, client_id),
        # librdkafka wants a name even where no group is used; without commits and subscriptions it stays unused
        "group.id": group or f"{client_id}-ungrouped",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "partition.assignment.strategy": "cooperative-sticky",
        # a member that was killed frees its partitions after this
        "session.timeout.ms": 10_000,
        "heartbeat.interval.ms": 2000,
        # 1000 by default: after a full queue the fetcher would sleep a second (2.5 times fewer records a second)
        "fetch.queue.backoff.ms": 2,
        "fetch.wait.max.ms": 500,
        "fetch.error.backoff.ms": 100,
        # no answer is so large that a line of 0.5 MB/s needs as long for it as a connection is waited for
        "fetch.max.bytes": 8 << 20,
    }


def _security(security: KafkaSecurity) -> Config:
    properties: Config = {"security.protocol": security.protocol}
    if security.protocol.startswith("SASL"):
        properties |= {
            "sasl.mechanism": security.mechanism,
            "sasl.username": security.username or "",
            "sasl.password": _password(security),
        }
    if security.protocol.endswith("SSL") and security.ca_file is not None:
        properties["ssl.ca.location"] = str(security.ca_file)
    return properties


def _password(security: KafkaSecurity) -> str:
    if not security.username or security.password_file is None:
        raise WrongUsage(
            "KAFKA_CREDENTIALS_MISSING",
            f"{security.protocol} needs a user name and a password",
            "set kafka_security.username and kafka_security.password_file",
            f"{security.protocol} 需要用户名和口令",
            "请设置 kafka_security.username 和 kafka_security.password_file",
        )
    try:
        return security.password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongUsage(
            "KAFKA_CREDENTIALS_MISSING",
            f"{security.password_file}: {error.strerror}",
            "name a readable file in kafka_security.password_file",
            f"{security.password_file}：{reason_of(error).zh}",
            "请在 kafka_security.password_file 中指定可读取的文件",
        ) from error
