"""Two nodes of one name: on one machine the second is refused, between machines the newer one does what is done once."""

import os
import shutil
import subprocess
import sys

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import AGENCY, Yard
from liandong.topics.embedded.ports import some_free


def _refused(yard: Yard) -> None:
    words = ("agency", "run", AGENCY, "--port", str(some_free(1)[0]))
    command = [sys.executable, "-m", "liandong", *words]
    second = subprocess.run(command, env=yard.environment, capture_output=True, text=True, timeout=120, check=False)
    assert second.returncode != 0, second.stdout
    yard.notes.append((second.stderr.strip() or second.stdout.strip()).splitlines()[0][:160])
    yard.traffic(3)


def _on_two_machines(yard: Yard) -> None:
    other = yard.settings.state_dir.parent / f"{yard.settings.state_dir.name}-other"
    for part in ("participants", "root", "matching"):
        if (yard.settings.state_dir / part).exists():
            shutil.copytree(yard.settings.state_dir / part, other / part)
    yard.words["twin"] = ("agency", "run", AGENCY, "--port", str(some_free(1)[0]))
    twin = yard.begin("twin", environment={**os.environ, **yard.environment, "LIANDONG_STATE_DIR": str(other)})
    yard.until_named("twins")
    yard.watch()
    yard.traffic(3)
    assert twin.poll() is None, yard.logs()
    yard.end("node")
    yard.end("twin")
    yard.begin("node")


ROWS = (
    Row("a second node of one name is started on the same machine", _refused, certain=True),
    Row("a second node of one name runs on another machine", _on_two_machines, named=frozenset(("twins",))),
)
