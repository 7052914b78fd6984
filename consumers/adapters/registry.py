"""Finds adapters by the entry point group `liandong.adapters`."""

from importlib.metadata import EntryPoint, entry_points
from typing import cast

from ...schemas.errors import WrongUsage
from .protocol import ENTRY_POINTS, Adapter


def find_adapter(name: str) -> Adapter:
    """Make an adapter of this name. Raises ADAPTER_UNKNOWN, and ADAPTER_AMBIGUOUS where two packages claim the name."""
    offers: list[EntryPoint] = list(entry_points(group=ENTRY_POINTS, name=name))
    if not offers:
        adapters = ", ".join(sorted(entry_points(group=ENTRY_POINTS).names)) or "none"
        raise WrongUsage(
            "ADAPTER_UNKNOWN",
            f"no installed package offers the adapter {name!r}; known: {adapters}",
            f"install the package that has it under the entry point group {ENTRY_POINTS}, or correct agencies.yaml",
        )
    if len({offer.value for offer in offers}) > 1:
        raise WrongUsage(
            "ADAPTER_AMBIGUOUS",
            f"several packages offer the adapter {name!r}: {', '.join(sorted(offer.value for offer in offers))}",
            "uninstall all but one, or give yours another name",
        )
    return cast("Adapter", offers[0].load()())
