"""Quix Streams, full decode, its RocksDB state with a version check, no changelog topic; its own defaults."""

import uuid

from quixstreams import Application
from quixstreams.state import State
from task import Task

task = Task()
application = Application(
    broker_address=task.bootstrap,
    consumer_group=uuid.uuid4().hex,
    auto_offset_reset="earliest",
    use_changelog_topics=False,
    state_dir=task.scratch,
    loglevel=None,
)
applied = 0


def apply(value: bytes, state: State) -> None:
    """Apply one record; state is kept by message key."""
    global applied  # noqa: PLW0603  as its users' handlers do
    task.start()
    record = task.decode(value)
    if record is None:
        return
    version = record["version"].to_bytes(8, "big")
    before = state.get_bytes("record")
    if before is None or before[:8] < version:
        state.set_bytes("record", version + value)
    applied += 1
    if applied >= task.count:
        task.finish(applied)
        application.stop()


topic = application.topic(task.topic, key_deserializer="bytes", value_deserializer="bytes")
application.dataframe(topic).update(apply, stateful=True)
application.run()
