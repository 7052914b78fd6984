"""Users of a Kafka that knows users, with the rights the catalogue gives them and no others."""

from collections.abc import Iterable
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from liandong.topics.catalogue.access import CatalogueAccess, Principal
from liandong.topics.catalogue.families import Role, TopicScope, load_catalogue
from liandong.topics.settings import KafkaSecurity, Settings, load_settings
from liandong.topics.transport.kafka import KafkaAdmin

PASSWORD = "fictitious"
"""Of users that live as long as a test."""


def rights_of(user: str, role: Role, jurisdiction: str = "js") -> CatalogueAccess:
    """What the catalogue lets one user do."""
    scope = TopicScope(frozenset({jurisdiction}), frozenset({user} if role == "agency" else ()))
    return CatalogueAccess(load_catalogue(), {user: Principal(frozenset({role}), scope)})


def admit(operator: Settings, folder: Path, user: str, access: CatalogueAccess, topics: Iterable[str]) -> Settings:
    """Make a user with its rights on these topics, and to groups named like itself; the settings it connects with."""
    client = KafkaAdmin(operator)._client
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192)
    upserted = UserScramCredentialUpsertion(user, scram, PASSWORD.encode(), b"salt")
    client.alter_user_scram_credentials([upserted])[user].result(timeout=30)
    operations = {AclOperation.READ: access.may_read, AclOperation.WRITE: access.may_write}
    rules = [
        AclBinding(
            ResourceType.TOPIC, operator.physical(topic), ResourcePatternType.LITERAL, f"User:{user}", "*",
            operation, AclPermissionType.ALLOW,
        )
        for topic in topics
        for operation, may in operations.items()
        if may(user, topic)
    ]  # fmt: skip
    groups = AclBinding(
        ResourceType.GROUP, user, ResourcePatternType.PREFIXED, f"User:{user}", "*",
        AclOperation.READ, AclPermissionType.ALLOW,
    )  # fmt: skip
    for made in client.create_acls([*rules, groups]).values():
        made.result(timeout=30)
    file = folder / f"{user}.password"
    file.write_text(PASSWORD)
    security = KafkaSecurity(protocol="SASL_PLAINTEXT", username=user, password_file=file)
    return load_settings(
        bootstrap=operator.bootstrap,
        kafka_security=security,
        topic_prefix=operator.topic_prefix,
        state_dir=operator.state_dir,
    )
