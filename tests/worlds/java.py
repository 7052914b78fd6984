"""Programs in Java that know stock libraries alone: compiled and run with the Java that Kafka runs on here."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from liandong.topics.embedded import runtime
from liandong.topics.embedded.maven import fetched

SOURCES = Path(__file__).parents[1] / "java"
AVRO = "org.apache.avro:avro:1.12.2"
BOUNCY_CASTLE = "org.bouncycastle:bcprov-jdk18on:1.81"
"""Ed25519 and BLAKE3 for Java."""
COMPILER = "org.eclipse.jdt:ecj:3.39.0"
"""The Java at hand runs programs and cannot compile them; this compiler is a jar."""


def run_java(program: str, *arguments: str) -> str:
    """Run a program of `tests/java` that uses Kafka's client, Apache Avro and Bouncy Castle; return what it prints."""
    jars = (*_jars(AVRO), *_jars(BOUNCY_CASTLE), *runtime.install().jars)
    with TemporaryDirectory() as classes:
        options = ("-17", "-proc:none", "-warn:none", "-d", classes, "-cp", _path(jars))
        source = str(SOURCES / f"{program}.java")
        _java(_jars(COMPILER), "org.eclipse.jdt.internal.compiler.batch.Main", *options, source)
        return _java((Path(classes), *jars), program, *arguments)


@cache
def _jars(coordinates: str) -> tuple[Path, ...]:
    artifact, version = coordinates.split(":")[1:]
    home = user_cache_path("liandong", ensure_exists=True) / f"{artifact}-{version}"
    return fetched(coordinates, home, [f"{artifact}-{version}.jar"])


def _path(jars: tuple[Path, ...]) -> str:
    return ":".join(str(jar) for jar in jars)


def _java(jars: tuple[Path, ...], *arguments: str) -> str:
    command = [str(runtime.install().java), "-cp", _path(jars), *arguments]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
