"""An agency's copy in a process of its own, to be killed: bootstrap, topic prefix, directory, keys."""

import json
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from liandong.consumers.replication.replicator import Replicator
from liandong.consumers.replication.replicator_config import ReplicatorConfig
from liandong.consumers.store.power import boot_id
from liandong.consumers.store.writer import ListStore
from liandong.schemas.wire.signing import PublicKey
from liandong.tests.worlds.records import Keys
from liandong.topics.settings import load_settings
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import work
from liandong.topics.workers.worker import Part


def keys_as_json(keys: Iterable[PublicKey]) -> str:
    """Public keys for a child process."""
    rows = [(k.key_id.hex(), k.participant, k.kind, k.jurisdiction, k.use, k.public_key.hex()) for k in keys]
    return json.dumps(rows)


def keys_from_json(text: str) -> Keys:
    """The same in the child."""
    return Keys(*(PublicKey(bytes.fromhex(i), p, k, j, u, bytes.fromhex(b)) for i, p, k, j, u, b in json.loads(text)))


def replicate(arguments: Sequence[str]) -> None:
    """Copies until it is killed."""
    from liandong.topics.transport.kafka import KafkaSubscriber

    bootstrap, prefix, directory, keys = arguments
    settings: Any = load_settings(bootstrap=bootstrap, topic_prefix=prefix, state_dir=Path(directory))
    store = ListStore.open(Path(directory) / "list", boot=boot_id(), map_size=1 << 20)
    subscriber = KafkaSubscriber(settings, group="railway-js.n1.list", client_id="chaos")
    config = ReplicatorConfig(("js",), batch=700, commit_seconds=0.2)
    sys.stdout.write("copying\n")
    sys.stdout.flush()
    replicator = Replicator(config, subscriber, store, keys_from_json(keys), SystemClock())
    work(Part("list", replicator, replicator.wait), threading.Event())


if __name__ == "__main__":
    replicate(sys.argv[1:])
