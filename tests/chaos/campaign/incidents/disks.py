"""The disk under a store is full for a while: under the node's copy, the agency's acts, the court's register, the notary's tally."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import AGENCY, Yard
from liandong.tests.worlds.small_disk import fill, small_disk

_MEGABYTES = 64


def _mounted(folder: Path, held: ExitStack, at: str) -> Mapping[str, str]:
    """Put a small disk where a store is going to be."""
    (folder / at).parent.mkdir(parents=True, exist_ok=True)
    held.enter_context(small_disk(folder / at, _MEGABYTES))
    return {}


def _full(yard: Yard, at: str) -> None:
    ballast = fill(yard.settings.state_dir / at)
    yard.until_named("disk-full")
    for _ in range(4):
        yard.traffic_if_let()
    ballast.unlink()
    yard.until_let()
    yard.traffic(2)


def _row(name: str, at: str) -> Row:
    prepare: Callable[[Path, ExitStack], Mapping[str, str]] = partial(_mounted, at=at)
    named = frozenset(("disk-full",))
    return Row(f"the disk under {name} is full for a while", partial(_full, at=at), named, prepare=prepare)


ROWS = (
    _row("the agency's stores", f"agencies/{AGENCY}"),
    _row("the court's register", "publisher"),
    _row("the notary's tally and the monitor's evidence", "monitoring"),
)
