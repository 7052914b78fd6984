"""Services that all processes of one test session share: who needs one first starts it, the end of the session stops it."""

import shutil
import tempfile
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

    @classmethod
    def new(cls) -> "SharedServices":
        """Make the folder; others may look into it, since PostgreSQL runs as somebody else where we are root."""
        folder = Path(tempfile.mkdtemp(prefix="liandong-tests-"))
        folder.chmod(0o755)
        return cls(folder)

    def kafka(self) -> str:
        """Start the Kafka if nobody has; its addresses."""
        return self._address("kafka", lambda: self._start_kafka(self.folder / "kafka", secure=False))

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
    def _start_kafka(directory: Path, *, secure: bool) -> str:
        started = cluster.up(directory, nodes=1, port=ports.some_free(1)[0], secure=secure)
        assert started.bootstrap is not None
        return started.bootstrap

    def _address(self, name: str, start: Callable[[], str]) -> str:
        noted = self.folder / f"{name}.address"
        with FileLock(self.folder / f"{name}.lock"):
            if not noted.exists():
                noted.write_text(start(), encoding="utf-8")
            return noted.read_text(encoding="utf-8")
