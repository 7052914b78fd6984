"""What the disk under a node holds for sure, looked at when power goes: a receipt says that it is there, and trust outlasts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from liandong.consumers.node.copies import list_positions
from liandong.consumers.store.reader import ListReader
from liandong.tests.simulation.backups import DATA_FILE
from liandong.tests.simulation.founding import JURISDICTION
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.machine import SimulatedMachine
    from liandong.tests.simulation.world import World


def lose_power(world: "World", machine: "SimulatedMachine", number: int) -> None:
    """Let a machine lose power: what receipts of its nodes say is on the disk is there, and what nodes trusted they go on trusting.

    Raises PromiseBroken.
    """
    world.read_log()
    trusted: dict[tuple[str, str], int] = {}
    for node in [one for one in world.nodes.values() if one.machine is machine and one.runs]:
        with _synced(node) as reader:
            _receipts_are_on_the_disk(world, node, reader)
            if reader is not None and node.name not in world.harmed:
                trusted |= {(node.name, head.row): head.number for head in reader.status().heads}
    machine.lose_power(number)
    for (name, row), head in trusted.items():
        world.trusted[name, machine.disk.boot_id, row] = head
    world.count("heads trusted that outlast a loss of power", len(trusted))


def _receipts_are_on_the_disk(world: "World", node: "NodeProcess", reader: ListReader | None) -> None:
    """Hold what a node has said since it was opened to what is left if the power goes now."""
    receipt = world.newest_receipt(node.agency, node.node)
    if receipt is None or receipt.fields["sequence"] <= node.numbered:
        return
    held = {} if reader is None else list_positions(reader)
    for lane in world.log.lanes_of(receipt):
        at, said = TopicPartition(lane["topic"], lane["partition"]), lane["applied_offset"]
        if at.topic in names.state_topics(JURISDICTION) and at.topic not in world.made_again:
            on_disk = held.get(at, 0)
            world.hold(on_disk >= said, f"a receipt says {said} of {at}, the disk under {node.name} holds {on_disk}")
            world.count("lanes of receipts held against the disk")


@contextmanager
def _synced(node: "NodeProcess") -> Iterator[ListReader | None]:
    """Give the copy as the disk holds it for sure, None if that is nothing."""
    content = node.machine.disk.held(node.list_folder / DATA_FILE)
    if not content:
        yield None
        return
    with TemporaryDirectory(dir=node.world.folder) as folder:
        (Path(folder) / DATA_FILE).write_bytes(content)
        reader = ListReader.open(Path(folder))
        try:
            yield reader
        finally:
            reader.close()
