"""A throw-away PostgreSQL of this machine's binaries, or the server LIANDONG_TEST_POSTGRES names."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liandong.topics.embedded import ports

CONFIGURED = os.environ.get("LIANDONG_TEST_POSTGRES")
_UNPRIVILEGED = "nobody"


def binaries() -> Path | None:
    """Folder of initdb and pg_ctl; Debian keeps them out of PATH."""
    on_path = shutil.which("pg_ctl")
    places = [Path(on_path).resolve().parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


@contextmanager
def throw_away_cluster(place: Path) -> Iterator[str]:
    """A cluster on a free port; PostgreSQL refuses to run as root, so root lends it to an unprivileged user."""
    folder = Path(tempfile.mkdtemp(prefix="liandong-postgres-"))
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = ports.some_free(1)[0]

    def run(*arguments: str) -> None:
        subprocess.run(
            arguments, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"}
        )

    data = str(folder / "data")
    run(str(place / "initdb"), "-D", data, "-U", "test", "--auth=trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        run(str(place / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        yield f"postgresql://test@127.0.0.1:{port}/postgres"
    finally:
        run(str(place / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
