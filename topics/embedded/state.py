"""What lies in the embedded cluster's folder, and how it is read and written.

```
<dir>/cluster.json            cluster id and ports                   <dir>/lock   held while up or down works
<dir>/node-1/server.properties   data/   broker.log   broker.log.1   pid (only while it should run)
<dir>/admin.password  controller.password  (0600, with --secure)
```
"""

import base64
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ...schemas.phrases import Phrase, chinese
from ..private_files import write_private
from ..workers.chance import SystemChance
from .errors import broken_state
from .trial_mark import is_trial


@dataclass(frozen=True)
class Node:
    """One broker and controller: its number and its two ports on this machine."""

    id: int
    port: int
    controller_port: int


@dataclass(frozen=True)
class Cluster:
    """The description kept in cluster.json."""

    cluster_id: str
    nodes: tuple[Node, ...]
    secure: bool = False

    @property
    def trial(self) -> bool:
        """Whether it is a rehearsal's, for which `LIANDONG_TRIAL_CLOCK` may be set."""
        return is_trial(self.cluster_id)

    def bootstrap(self) -> str:
        """Return the addresses for `bootstrap.servers`."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)


def new_cluster_id() -> str:
    """Draw a random id in Kafka's notation: 16 bytes in URL-safe base64; a leading dash would look like an option."""
    while True:
        text = base64.urlsafe_b64encode(SystemChance().random_id()).decode().rstrip("=")
        if not text.startswith("-"):
            return text


@dataclass(frozen=True)
class Folder:
    """Paths inside one embedded cluster's folder."""

    path: Path

    @property
    def lock(self) -> Path:
        """Held by the process that starts or stops nodes."""
        return self.path / "lock"

    @property
    def description(self) -> Path:
        """The file that makes this folder a cluster."""
        return self.path / "cluster.json"

    def node(self, number: int) -> Path:
        """Return the folder of one node."""
        return self.path / f"node-{number}"

    def properties(self, number: int) -> Path:
        """Return the file of a node's settings; its path on a command line tells a broker of ours from any other process."""
        return self.node(number) / "server.properties"

    def data(self, number: int) -> Path:
        """Return the folder of a node's log."""
        return self.node(number) / "data"

    def log(self, number: int) -> Path:
        """Return the file of what the node prints since its last start."""
        return self.node(number) / "broker.log"

    def pid(self, number: int) -> Path:
        """Return the file that is there while the node should run."""
        return self.node(number) / "pid"

    def password_file(self, user: str) -> Path:
        """Return the file with the password of one of the two users a secure cluster starts with: admin and controller."""
        return self.path / f"{user}.password"

    def password(self, user: str) -> str:
        """Return the password of a user, drawing it on first use."""
        file = self.password_file(user)
        if not file.exists():
            write_private(file, base64.urlsafe_b64encode(SystemChance().raw(24)).decode())
        return file.read_text(encoding="ascii").strip()

    def read(self) -> Cluster | None:
        """Read the description of the cluster, None if there is none yet. Raises KAFKA_STATE_BROKEN."""
        try:
            stored = json.loads(self.description.read_text(encoding="utf-8"))
            nodes = tuple(Node(**node) for node in stored["nodes"])
            return Cluster(cluster_id=stored["cluster_id"], nodes=nodes, secure=stored["secure"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise broken_state(self.description, Phrase(str(error), chinese(error))) from error

    def write(self, cluster: Cluster) -> None:
        """Replace the description in one step: a crash leaves the old or the new one."""
        write_private(self.description, json.dumps(asdict(cluster), indent=2) + "\n")
