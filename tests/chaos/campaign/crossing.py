"""A stretch of network that can be cut, slowed and lose what is on it: a TCP relay before a broker's second listener.

Who connects to its address is given that address again by the broker, and so has no other way to it.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from unittest import mock

from liandong.topics.embedded import cluster, ports
from liandong.topics.embedded.properties import HOST, server_properties
from liandong.topics.embedded.state import Cluster, Node

_CHUNK = 16_384


class _Connection:
    """A client and the broker it talks to."""

    def __init__(self, client: socket.socket, broker: socket.socket) -> None:
        self.client, self.broker = client, broker
        self.lost = False

    def close(self) -> None:
        for side in (self.client, self.broker):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()


class Crossing:
    """The only way to a cluster for whoever takes it. Nobody is told when it is cut: no connection is refused, none ends."""

    def __init__(self) -> None:
        self.pause = 0.0
        """Seconds that everything on its way is held up."""
        self._flows = threading.Event()
        self._flows.set()
        self._connections: list[_Connection] = []
        self._broker_port = 0
        self.bootstrap = ""

    @contextmanager
    def cluster(self, folder: Path) -> Iterator[str]:
        """Run a cluster of one broker behind it, and give the address that leads there directly."""
        own_port, self._broker_port = ports.some_free(2)
        listener = socket.create_server((HOST, 0), backlog=1)
        self.bootstrap = f"{HOST}:{listener.getsockname()[1]}"
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        try:
            with mock.patch.object(cluster, "server_properties", self._properties):
                yield str(cluster.up(folder, port=own_port).bootstrap)
        finally:
            cluster.down(folder)
            self._flows.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            for one in self._connections:
                one.close()

    def prepare(self, folder: Path, held: ExitStack) -> Mapping[str, str]:
        """Make such a cluster for a row."""
        return {"LIANDONG_BOOTSTRAP": held.enter_context(self.cluster(folder / "kafka"))}

    def cut(self) -> None:
        """Let nothing through any more, neither what is connected nor what wants to be."""
        self._flows.clear()

    def mend(self) -> None:
        """Let everything through again, at once; what was connected still is."""
        self.pause = 0.0
        self._flows.set()

    def lose(self) -> int:
        """Forget all there is: clients think they are connected, and nothing they say arrives; return how many do."""
        known = [one for one in self._connections if not one.lost]
        for one in known:
            one.lost = True
            with suppress(OSError):
                one.broker.shutdown(socket.SHUT_RDWR)
        return len(known)

    def _properties(self, of: Cluster, node: Node, data: Path, passwords: dict[str, str]) -> dict[str, str]:
        made = server_properties(of, node, data, passwords)
        made["listeners"] += f",CROSSED://{HOST}:{self._broker_port}"
        made["advertised.listeners"] += f",CROSSED://{self.bootstrap}"
        made["listener.security.protocol.map"] += ",CROSSED:PLAINTEXT"
        return made

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                self._flows.wait()
                client, _ = listener.accept()
            except OSError:
                return  # it is over
            self._flows.wait()
            try:
                broker = socket.create_connection((HOST, self._broker_port), 10)
            except OSError:
                client.close()
                continue
            broker.settimeout(None)
            one = _Connection(client, broker)
            self._connections.append(one)
            for ends in ((client, broker), (broker, client)):
                threading.Thread(target=self._carry, args=(one, *ends), daemon=True).start()

    def _carry(self, one: _Connection, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                self._flows.wait()
                time.sleep(self.pause)
                if not one.lost:
                    sink.sendall(data)
        if not one.lost or source is one.client:
            one.close()
