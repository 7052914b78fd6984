"""Services that all processes of one test session share: who needs one first starts it, the end of the session stops it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from liandong.topics.embedded import cluster, ports

from .postgres import ThrowAwayPostgres, binaries


@dataclass(frozen=True)
class SharedServices:
    """Embedded Kafkas, open and secure, and a throw-away PostgreSQL, in a folder every worker of the session knows."""

    folder: Path

    def kafka(self) -> str:
        """Start the Kafka if nobody has; its addresses."""
        return self._address("kafka", lambda: self._start_kafka(self.folder / "kafka"))

    def secure_kafka(self) -> Path:
        """Start a Kafka that knows users, if nobody has; the state directory it is the Kafka of."""
        state = self.folder / "secure"
        self._address("secure", lambda: self._start_kafka(state / "kafka", secure=True))
        return state

    def postgres(self) -> str | None:
        """Start the PostgreSQL if nobody has; its URL, or None where there are no programs for it."""
        programs = binaries()
        if programs is None:
            return None
        return self._address("postgres", ThrowAwayPostgres(self.folder / "postgres", programs).up)

    def stop(self) -> None:
        """Stop what was started, when nobody uses it any more."""
        for directory in (self.folder / "kafka", self.folder / "secure" / "kafka"):
            if directory.exists():
                cluster.down(directory, patience=0)
        programs = binaries()
        if programs and (self.folder / "postgres.address").exists():
            ThrowAwayPostgres(self.folder / "postgres", programs).down()
        shutil.rmtree(self.folder)

    @staticmethod
    def _start_kafka(directory: Path, *, secure: bool = False) -> str:
        """Start one node by a process of its own: the worker that needs it first may be gone before the others."""
        (port,) = ports.some_free(1)
        command = [sys.executable, "-m", "liandong", "kafka", "up", "--dir", str(directory), "--port", str(port)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")}
        subprocess.run([*command, *(["--secure"] if secure else [])], env=environment, check=True, capture_output=True)
        return cluster.running_bootstrap(directory)

    def _address(self, name: str, start: Callable[[], str]) -> str:
        noted = self.folder / f"{name}.address"
        with FileLock(self.folder / f"{name}.lock"):
            if not noted.exists():
                noted.write_text(start(), encoding="utf-8")
            return noted.read_text(encoding="utf-8")
