"""Releases on the broker in memory."""

import secrets

import pytest
from sqlalchemy import text

from liandong.consumers.interceptions import recent_releases
from liandong.tests.suites.releases import ReleasesSuite
from liandong.topics.storage.database import lock_until_commit, open_database
from liandong.topics.storage.faults import DatabaseFault


class TestReleasesInMemory(ReleasesSuite):
    pass


def test_on_postgresql_a_release_and_a_hit_on_the_same_entry_wait_for_each_other(postgres_url: str) -> None:
    engine = open_database(postgres_url, schema=f"acts_{secrets.token_hex(4)}")
    with engine.begin() as noting, engine.connect() as releasing:
        recent_releases.lock_entries(noting, [b"an entry"])
        with releasing.begin():
            releasing.execute(text("SET LOCAL lock_timeout = '50ms'"))
            lock_until_commit(releasing, b"another")
            with pytest.raises(DatabaseFault, match="DATABASE_BUSY"):
                lock_until_commit(releasing, b"an entry")
        noting.commit()
        with releasing.begin():
            lock_until_commit(releasing, b"an entry")
    engine.dispose()
