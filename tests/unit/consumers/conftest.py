"""An agency whose check API is served for a whole file of tests."""

from collections.abc import Iterator

import pytest

from liandong.tests.worlds.gate import ApiCaller, CheckDesk, served
from liandong.tests.worlds.people import LI


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiCaller]:
    desk = CheckDesk(tmp_path_factory.mktemp("railway"))
    desk.listed(LI)
    token = desk.token("booking-east")
    with served(desk.api(), socket_file=desk.directory / "api.sock") as client:
        yield ApiCaller(desk, client, token)
