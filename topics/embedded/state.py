"""What lies in the embedded cluster's folder, and how it is read and written.

```
<dir>/cluster.json            cluster id and ports                   <dir>/lock   held while up or down works
<dir>/node-1/server.properties   data/   broker.log   broker.log.1   pid (only while it should run)
```
"""

import base64
import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from .errors import broken_state


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

    def bootstrap(self) -> str:
        """Addresses for `bootstrap.servers`."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)


def new_cluster_id() -> str:
    """A random id in Kafka's notation: 16 bytes in URL-safe base64; a leading dash would look like an option."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
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
        """Everything of one node."""
        return self.path / f"node-{number}"

    def properties(self, number: int) -> Path:
        """The node's settings; its path on a command line tells a broker of ours from any other process."""
        return self.node(number) / "server.properties"

    def data(self, number: int) -> Path:
        """The node's log."""
        return self.node(number) / "data"

    def log(self, number: int) -> Path:
        """What the node prints since its last start."""
        return self.node(number) / "broker.log"

    def pid(self, number: int) -> Path:
        """There while the node should run."""
        return self.node(number) / "pid"

    def read(self) -> Cluster | None:
        """The cluster described here, or None if there is none yet."""
        try:
            stored = json.loads(self.description.read_text(encoding="utf-8"))
            nodes = tuple(Node(**node) for node in stored["nodes"])
            return Cluster(cluster_id=stored["cluster_id"], nodes=nodes)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise broken_state(self.description, str(error)) from error

    def write(self, cluster: Cluster) -> None:
        """Replace the description in one step: a crash leaves the old or the new one."""
        self.path.mkdir(parents=True, exist_ok=True)
        fresh = self.description.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(cluster), indent=2) + "\n", encoding="utf-8")
        fresh.replace(self.description)
