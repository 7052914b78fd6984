"""Users of a Kafka that knows users, with the rights the catalogue gives them and no others."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
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
        _on_topic(operator, user, operation, topic)
        for topic in topics
        for operation, may in operations.items()
        if may(user, topic)
    ]
    _give(operator, *rules, _in_groups(user))
    file = folder / f"{user}.password"
    file.write_text(PASSWORD)
    security = KafkaSecurity(protocol="SASL_PLAINTEXT", username=user, password_file=file)
    return load_settings(
        bootstrap=operator.bootstrap,
        kafka_security=security,
        topic_prefix=operator.topic_prefix,
        state_dir=operator.state_dir,
    )


@contextmanager
def without(operator: Settings, user: str, operation: AclOperation, topic: str = "") -> Iterator[None]:
    """Take a right on a topic from a user, or without a topic that to its groups, and give it back."""
    taken = _on_topic(operator, user, operation, topic) if topic else _in_groups(user)
    filter_ = AclBindingFilter(
        taken.restype, taken.name, taken.resource_pattern_type, taken.principal, taken.host,
        taken.operation, taken.permission_type,
    )  # fmt: skip
    admin = KafkaAdmin(operator)  # its answers end with it
    for made in admin._client.delete_acls([filter_]).values():
        assert len(made.result(timeout=30)) == 1, f"{user} did not have this right"
    try:
        yield
    finally:
        _give(operator, taken)


def _on_topic(operator: Settings, user: str, operation: AclOperation, topic: str) -> AclBinding:
    return AclBinding(
        ResourceType.TOPIC, operator.physical(topic), ResourcePatternType.LITERAL, f"User:{user}", "*",
        operation, AclPermissionType.ALLOW,
    )  # fmt: skip


def _in_groups(user: str) -> AclBinding:
    """To be a member of groups named like the user itself."""
    return AclBinding(
        ResourceType.GROUP, user, ResourcePatternType.PREFIXED, f"User:{user}", "*",
        AclOperation.READ, AclPermissionType.ALLOW,
    )  # fmt: skip


def _give(operator: Settings, *rules: AclBinding) -> None:
    admin = KafkaAdmin(operator)  # its answers end with it
    for made in admin._client.create_acls(list(rules)).values():
        made.result(timeout=30)
