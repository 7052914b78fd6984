"""A throw-away PostgreSQL of this machine's binaries."""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from liandong.topics.embedded import ports

_UNPRIVILEGED = "nobody"


def binaries() -> Path | None:
    """Folder of initdb and pg_ctl; Debian keeps them out of PATH."""
    on_path = shutil.which("pg_ctl")
    places = [Path(on_path).resolve().parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


@dataclass(frozen=True)
class ThrowAwayPostgres:
    """A cluster in a folder; PostgreSQL refuses to run as root, so root lends the folder to an unprivileged user."""

    folder: Path
    programs: Path

    def up(self) -> str:
        """Make the cluster and start it on a free port; its SQLAlchemy URL."""
        self.folder.mkdir()
        if self._user:
            shutil.chown(self.folder, self._user)
        port = ports.some_free(1)[0]
        self._run("initdb", "-D", self._data, "-U", "test", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")
        return f"postgresql://test@127.0.0.1:{port}/postgres"

    def down(self) -> None:
        """Stop it."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def again(self) -> None:
        """Start it again where it was; somebody's connection may have its port for a moment."""
        for _ in range(20):
            with suppress(subprocess.CalledProcessError):
                return self._run("pg_ctl", "-D", self._data, "-l", str(self.folder / "log"), "-w", "restart")
            time.sleep(0.5)
        raise TimeoutError("the port of a PostgreSQL that was stopped stays taken")

    def ask_for_passwords(self, *, but_of: str) -> None:
        """Let in nobody without a password but one user."""
        lines = [f"host all {but_of} 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256"]
        Path(self._data, "pg_hba.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
        self._run("pg_ctl", "-D", self._data, "reload")

    def lend(self, folder: Path) -> Path:
        """Give a folder to the user the server runs as."""
        if self._user:
            shutil.chown(folder, self._user)
        return folder

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def _user(self) -> str | None:
        return _UNPRIVILEGED if os.geteuid() == 0 else None

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True, user=self._user, cwd=self.folder, stdout=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
