"""A court of the acceptance examples, on the day of the intake rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.worlds.court import PublishingCourt
from liandong.topics.storage.database import open_database, sqlite_url


@pytest.fixture
def court(tmp_path: Path) -> Iterator[PublishingCourt]:
    engine = open_database(sqlite_url(tmp_path / "publisher" / "js.db"))
    yield PublishingCourt(engine)
    engine.dispose()
