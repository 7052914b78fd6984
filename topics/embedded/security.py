"""Who may do what on a secure embedded cluster: SCRAM users, and nobody without an access rule.

Traffic stays on 127.0.0.1, hence no TLS; production adds it by settings (`kafka_security.protocol: SASL_SSL`).
"""

from collections.abc import Mapping

ADMIN = "admin"
"""The user brokers speak as and an operator starts with; stands above all access rules."""
CONTROLLER = "controller"
"""The user controllers speak as among themselves."""
MECHANISM = "SCRAM-SHA-512"


def authorisation(passwords: Mapping[str, str]) -> dict[str, str]:
    """Return broker settings: clients and brokers by SCRAM, controllers by PLAIN (SCRAM users live in what they replicate)."""
    admin, controller = passwords[ADMIN], passwords[CONTROLLER]
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return {
        "listener.name.client.sasl.enabled.mechanisms": MECHANISM,
        "listener.name.client.scram-sha-512.sasl.jaas.config": (
            f'{scram} required username="{ADMIN}" password="{admin}";'
        ),
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{plain} required username="{CONTROLLER}" password="{controller}" user_{CONTROLLER}="{controller}";'
        ),
        "sasl.mechanism.controller.protocol": "PLAIN",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN};User:{CONTROLLER}",
        "allow.everyone.if.no.acl.found": "false",
    }


def first_user(passwords: Mapping[str, str]) -> tuple[str, ...]:
    """Return arguments that let a fresh log know the admin, if there is one; they belong in a file, never on a command line."""
    if ADMIN not in passwords:
        return ()
    return ("--add-scram", f"{MECHANISM}=[name={ADMIN},password={passwords[ADMIN]}]")
