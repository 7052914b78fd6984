"""PostgreSQL, which keeps an agency's acts, stops in the middle and comes back."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.tests.worlds.postgres import ThrowAwayPostgres, binaries

_SERVER = "postgres"


def _server(folder: Path, held: ExitStack) -> Mapping[str, str]:
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    place = folder.parent / f"{folder.name}-{_SERVER}"
    server = ThrowAwayPostgres(place, programs)
    url = server.up()
    held.callback(server.down)
    return {"LIANDONG_ACTS_URL": url}


def _strike(yard: Yard) -> None:
    programs = binaries()
    assert programs is not None
    server = ThrowAwayPostgres(yard.settings.state_dir.parent / f"{yard.settings.state_dir.name}-{_SERVER}", programs)
    server.down()
    yard.watch()
    yard.until_named("effects-paused")
    yard.traffic(4)
    server.again()
    yard.traffic(2)


ROWS = (
    Row(
        "the PostgreSQL of an agency's acts stops and comes back",
        _strike,
        named=frozenset(("effects-paused",)),
        prepare=_server,
    ),
)
