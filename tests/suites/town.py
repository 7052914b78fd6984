"""What every suite that plays in the town starts from."""

from pathlib import Path

import pytest

from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency
from liandong.tests.worlds.wires import Wire


class TownSuite:
    """Give it a fixture `wire`."""

    @pytest.fixture
    def town(self, wire: Wire, tmp_path: Path) -> Town:
        return Town(wire, tmp_path / "town")

    @pytest.fixture
    def railway(self, town: Town) -> TownAgency:
        return TownAgency(town, RAILWAY)
