"""Where the bus is and how a client makes itself known, as AsyncAPI says it: from the settings, without users and passwords."""

from typing import Any
from urllib.parse import urlsplit

from ..settings import KafkaSecurity, Settings

_SCHEMES = {"PLAIN": "plain", "SCRAM-SHA-256": "scramSha256", "SCRAM-SHA-512": "scramSha512"}
"""AsyncAPI's name of each SASL mechanism that `KafkaSecurity` knows."""


def security_schemes() -> dict[str, Any]:
    """Return every way in which a client can make itself known here."""
    return {
        scheme: {"type": scheme, "description": f"SASL {mechanism}; the password comes from a file."}
        for mechanism, scheme in _SCHEMES.items()
    }


def servers(settings: Settings) -> dict[str, Any]:
    """Return one server per configured address; a placeholder where none is configured."""
    common = {**_protocol(settings.kafka_security), **_registry(settings)}
    addresses = [one.strip() for one in (settings.bootstrap or "").split(",") if one.strip()]
    if not addresses:
        variable = {"default": "kafka.example:9092", "description": "Host and port of a broker: setting `bootstrap`."}
        return {"kafka": {"host": "{bootstrap}", "variables": {"bootstrap": variable}, **common}}
    names = ["kafka", *(f"kafka-{number}" for number in range(2, len(addresses) + 1))]
    return {name: {"host": address, **common} for name, address in zip(names, addresses, strict=True)}


def _protocol(security: KafkaSecurity) -> dict[str, Any]:
    protocol = "kafka-secure" if security.protocol.endswith("SSL") else "kafka"
    if not security.protocol.startswith("SASL"):
        return {"protocol": protocol}
    return {
        "protocol": protocol,
        "security": [{"$ref": f"#/components/securitySchemes/{_SCHEMES[security.mechanism]}"}],
    }


def _registry(settings: Settings) -> dict[str, Any]:
    """Return the registry's binding; a user and a password that stand in its URL are left out."""
    if settings.registry_url is None:
        return {}
    url = urlsplit(settings.registry_url)
    shown = url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return {
        "bindings": {
            "kafka": {"schemaRegistryUrl": shown, "schemaRegistryVendor": "confluent", "bindingVersion": "0.5.0"}
        }
    }
