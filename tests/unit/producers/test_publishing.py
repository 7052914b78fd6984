"""Publishing into SQLite and into PostgreSQL: one behaviour."""

import pytest
from sqlalchemy import Engine

from liandong.tests.suites.publishing import PublishingSuite


class TestPublishingIntoSqlite(PublishingSuite):
    pass


class TestPublishingIntoPostgres(PublishingSuite):
    @pytest.fixture
    def engine(self, postgres_engine: Engine) -> Engine:
        return postgres_engine
