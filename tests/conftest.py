"""Fixtures every test may use: one real Kafka and one PostgreSQL per session, a name prefix per test, settings for both."""

import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

from liandong.topics.settings import Settings, load_settings

pytest.register_assert_rewrite("liandong.tests.suites", "liandong.tests.worlds")

if TYPE_CHECKING:
    from liandong.tests.worlds.installation import Installation
    from liandong.tests.worlds.shared import SharedServices

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # started in the background of a script, where Ctrl-C counts for nothing; our commands would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)

# shared machines stall; a property is right or wrong whatever the time it takes
hypothesis_settings.register_profile("laptop", deadline=None, print_blob=True)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "laptop")

# of a world that nobody has seen yet; workers of pytest-xdist inherit it
os.environ.setdefault("SIMULATION_SEED", str(secrets.randbelow(1 << 32)))
_CONFIGURED = os.environ.get("LIANDONG_BOOTSTRAP")
_CONFIGURED_POSTGRES = os.environ.get("LIANDONG_TEST_POSTGRES")
_SERVICES: "pytest.StashKey[SharedServices]" = pytest.StashKey()
_FOLDER = "services_folder"


def pytest_report_header() -> str:
    """Name the seed of the new world, which fails for everybody who gives it again."""
    return f"new world: SIMULATION_SEED={os.environ['SIMULATION_SEED']}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many worlds held."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties:
            if name == "worlds":
                terminalreporter.write_line(str(value))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of the session's services, or learn from the session where it is."""
    from liandong.tests.worlds.places import session_folder
    from liandong.tests.worlds.shared import SharedServices

    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    config.stash[_SERVICES] = SharedServices(Path(given[_FOLDER]) if given else session_folder())
    config.option.loadscopereorder = False  # of pytest-xdist: files are handed out in the order they are put in below


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the session's services are."""
    node.workerinput[_FOLDER] = str(node.config.stash[_SERVICES].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the services when all workers have ended, however they ended."""
    if not hasattr(config, "workerinput") and _SERVICES in config.stash:
        config.stash[_SERVICES].stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whoever asks for Kafka is a broker test, marked or not; among several workers, slow files go out first."""
    for item in items:
        if "kafka_bootstrap" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.broker)
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads this machine's settings or writes into its state directory."""
    for name in [name for name in os.environ if name.startswith("LIANDONG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIANDONG_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """Addresses of a real Kafka: LIANDONG_BOOTSTRAP if that is set, else the embedded one of this session."""
    return _CONFIGURED or pytestconfig.stash[_SERVICES].kafka()


@pytest.fixture(scope="session")
def secure_state(pytestconfig: pytest.Config) -> Path:
    """State directory of whoever started the session's secure Kafka; its admin's password is in it."""
    return pytestconfig.stash[_SERVICES].secure_kafka()


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """SQLAlchemy URL of a PostgreSQL: LIANDONG_TEST_POSTGRES if that is set, else that of this session; skips without."""
    url = _CONFIGURED_POSTGRES or pytestconfig.stash[_SERVICES].postgres()
    if url is None:
        pytest.skip("no PostgreSQL binaries here; set LIANDONG_TEST_POSTGRES to the URL of a server")
    return url


@pytest.fixture
def topic_prefix() -> str:
    """A prefix no other test uses, so that all of them can share one cluster."""
    return f"t{secrets.token_hex(4)}."


@pytest.fixture
def settings(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> Settings:
    """Settings of an installation of this test's own on the shared cluster."""
    return load_settings(bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, state_dir=tmp_path / "state")


@pytest.fixture
def installation(settings: Settings) -> Iterator["Installation"]:
    """A court, a railway and a notary with their keys and topics, in a hurry."""
    from liandong.tests.worlds.installation import Installation

    hurry = {"LIANDONG_BARRIER_INTERVAL_SECONDS": "0.2", "LIANDONG_STALE_AFTER_SECONDS": "5"}
    made = Installation(settings, **hurry)
    made.found(
        "js",
        ("court-su0505", "--kind", "court", "--name", "测试法院"),
        ("railway-js", "--kind", "agency", "--agency-kind", "railway"),
        ("notary-js-1", "--kind", "notary"),
    )
    yield made
    made.close()
