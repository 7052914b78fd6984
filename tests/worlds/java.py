"""Programs in Java that know stock libraries alone: compiled and run with the Java that Kafka runs on here."""

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from liandong.schemas.wire.avro_schemas import SCHEMA_DIR
from liandong.topics.embedded import runtime
from liandong.topics.embedded.maven import fetched
from liandong.topics.settings import Settings

SOURCES = Path(__file__).parents[1] / "java"
AVRO = "org.apache.avro:avro:1.12.2"
BOUNCY_CASTLE = "org.bouncycastle:bcprov-jdk18on:1.81"
"""Ed25519 and BLAKE3 for Java."""
COMPILER = "org.eclipse.jdt:ecj:3.39.0"
"""The Java at hand runs programs and cannot compile them; this compiler is a jar."""


GENERATOR = "org.openapitools:openapi-generator-cli:7.16.0"
"""One jar with all it needs."""
CLIENT_LIBRARIES = (
    "com.squareup.okhttp3:logging-interceptor:4.12.0+com.google.code.gson:gson:2.10.1+io.gsonfire:gson-fire:1.9.0"
    "+com.google.code.findbugs:jsr305:3.0.2+jakarta.annotation:jakarta.annotation-api:1.3.5"
)
"""What a client that the generator makes with its defaults is built on."""


def run_java(program: str, *arguments: str) -> str:
    """Run a program of `tests/java` that uses Kafka's client, Apache Avro and Bouncy Castle; return what it prints."""
    jars = (*_jars(AVRO), *_jars(BOUNCY_CASTLE), *runtime.install().jars)
    return _compiled_and_run(program, jars, (), arguments)


def read_in_java(settings: Settings) -> dict[str, int]:
    """How many values of each topic Apache Avro's own decoder reads, and writes again as the same bytes."""
    printed = run_java("ReadTopics", str(settings.bootstrap), settings.topic_prefix, str(SCHEMA_DIR))
    return {topic: int(read) for topic, read in map(str.split, printed.splitlines())}


def run_generated_client(description: Path, program: str, *arguments: str) -> str:
    """Run a program of `tests/java` that uses the client which OpenAPI Generator makes of a description."""
    with TemporaryDirectory() as made:
        packages = (f"{kind}=liandong.client{end}" for kind, end in _PACKAGES.items())
        generate = ("generate", "-i", str(description), "-g", "java", "-o", made)
        options = (
            "--additional-properties",
            ",".join(("openApiNullable=false", *packages)),
        )  # else it wants Jackson too
        _java(_jars(GENERATOR), _GENERATE, *generate, *options, "--global-property", _PARTS)
        sources = str(Path(made) / "src" / "main" / "java")
        return _compiled_and_run(program, _jars(CLIENT_LIBRARIES), (sources,), arguments)


_GENERATE = "org.openapitools.codegen.OpenAPIGenerator"
_PARTS = "apis,models,supportingFiles,apiTests=false,modelTests=false"
_PACKAGES = {"invokerPackage": "", "apiPackage": ".api", "modelPackage": ".model"}


def _compiled_and_run(program: str, jars: tuple[Path, ...], sources: Sequence[str], arguments: Sequence[str]) -> str:
    with TemporaryDirectory() as classes:
        options = ("-17", "-proc:none", "-warn:none", "-encoding", "UTF-8", "-d", classes, "-cp", _path(jars))
        source = str(SOURCES / f"{program}.java")
        _java(_jars(COMPILER), "org.eclipse.jdt.internal.compiler.batch.Main", *options, source, *sources)
        return _java((Path(classes), *jars), program, *arguments)


@cache
def _jars(coordinates: str) -> tuple[Path, ...]:
    artifact, version = coordinates.partition("+")[0].split(":")[1:]
    home = user_cache_path("liandong", ensure_exists=True) / f"{artifact}-{version}"
    return fetched(coordinates, home, [f"{artifact}-{version}.jar"])


def _path(jars: tuple[Path, ...]) -> str:
    return ":".join(str(jar) for jar in jars)


def _java(jars: tuple[Path, ...], *arguments: str) -> str:
    command = [str(runtime.install().java), "-cp", _path(jars), *arguments]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
