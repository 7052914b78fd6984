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
            f"已安装的软件包均不提供适配器 {name}；已知：{adapters}",
            f"请安装在入口点组 {ENTRY_POINTS} 下提供它的软件包，或改正 agencies.yaml",
        )
    if len({offer.value for offer in offers}) > 1:
        raise WrongUsage(
            "ADAPTER_AMBIGUOUS",
            f"several packages offer the adapter {name!r}: {', '.join(sorted(offer.value for offer in offers))}",
            "uninstall all but one, or give yours another name",
            f"多个软件包提供适配器 {name}：{', '.join(sorted(offer.value for offer in offers))}",
            "请只保留一个，或为自己的适配器另取名称",
        )
    return cast("Adapter", offers[0].load()())
