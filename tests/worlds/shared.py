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
    """One embedded Kafka and one throw-away PostgreSQL, in a folder every worker of the session knows."""

    folder: Path

    @classmethod
    def new(cls) -> "SharedServices":
        """Make the folder; others may look into it, since PostgreSQL runs as somebody else where we are root."""
        folder = Path(tempfile.mkdtemp(prefix="liandong-tests-"))
        folder.chmod(0o755)
        return cls(folder)

    def kafka(self) -> str:
        """Start the Kafka if nobody has; its addresses."""
        return self._address("kafka", self._start_kafka)

    def postgres(self) -> str | None:
        """Start the PostgreSQL if nobody has; its URL, or None where there are no programs for it."""
        programs = binaries()
        if programs is None:
            return None
        return self._address("postgres", ThrowAwayPostgres(self.folder / "postgres", programs).up)

    def stop(self) -> None:
        """Stop what was started, when nobody uses it any more."""
        if (self.folder / "kafka").exists():
            cluster.down(self.folder / "kafka")
        programs = binaries()
        if programs and (self.folder / "postgres.address").exists():
            ThrowAwayPostgres(self.folder / "postgres", programs).down()
        shutil.rmtree(self.folder)

    def _start_kafka(self) -> str:
        started = cluster.up(self.folder / "kafka", nodes=1, port=ports.some_free(1)[0])
        assert started.bootstrap is not None
        return started.bootstrap

    def _address(self, name: str, start: Callable[[], str]) -> str:
        noted = self.folder / f"{name}.address"
        with FileLock(self.folder / f"{name}.lock"):
            if not noted.exists():
                noted.write_text(start(), encoding="utf-8")
            return noted.read_text(encoding="utf-8")
