"""Fixtures every test may use: one real Kafka per session, a name prefix per test, settings for both."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from liandong.topics.embedded import cluster, ports
from liandong.topics.settings import Settings, load_settings

pytest.register_assert_rewrite("liandong.tests.suites")

# shared machines stall; a property is right or wrong whatever the time it takes
hypothesis_settings.register_profile("laptop", deadline=None, print_blob=True)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "laptop")

_CONFIGURED = os.environ.get("LIANDONG_BOOTSTRAP")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for Kafka is a broker test, marked or not."""
    for item in items:
        if "kafka_bootstrap" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.broker)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads this machine's settings or writes into its state directory."""
    for name in [name for name in os.environ if name.startswith("LIANDONG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIANDONG_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Addresses of a real Kafka: LIANDONG_BOOTSTRAP if that is set, else an embedded one for this session."""
    if _CONFIGURED:
        yield _CONFIGURED
        return
    directory = tmp_path_factory.mktemp("kafka")
    started = cluster.up(directory, nodes=1, port=ports.some_free(1)[0])
    assert started.bootstrap is not None
    yield started.bootstrap
    cluster.down(directory)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of a PostgreSQL: LIANDONG_TEST_POSTGRES if that is set, else a throw-away one; skips without binaries."""
    from liandong.tests.worlds import postgres

    if postgres.CONFIGURED:
        yield postgres.CONFIGURED
        return
    place = postgres.binaries()
    if place is None:
        pytest.skip("no PostgreSQL binaries here; set LIANDONG_TEST_POSTGRES to the URL of a server")
    with postgres.throw_away_cluster(place) as url:
        yield url


@pytest.fixture
def topic_prefix() -> str:
    """A prefix no other test uses, so that all of them can share one cluster."""
    return f"t{secrets.token_hex(4)}."


@pytest.fixture
def settings(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> Settings:
    """Settings of an installation of this test's own on the shared cluster."""
    return load_settings(bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, state_dir=tmp_path / "state")
