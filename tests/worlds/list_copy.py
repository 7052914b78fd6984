"""An agency's copy of one list in one partition, record by record."""

from liandong.schemas.wire.codec import decode_prefix
from liandong.schemas.wire.digest import SetDigest
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import CopyInMemory
from liandong.tests.worlds.records import Model
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord

LIST = names.debtor_list("js")


class ListCopy(CopyInMemory):
    """A copy whose list lane is driven by itself."""

    def publish(self, *bodies: bytes) -> None:
        for body in bodies:
            self.publisher.send(self.court.message(body))
        self.node.drain_lists()

    def put(self, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> None:
        self.publisher.send(OutgoingRecord(LIST, key, value, headers))
        self.node.drain_lists()

    def barrier(self, number: int, issued_at: int = NOW) -> None:
        self.send(*self.notary.barriers(1, number, issued_at))

    def digest(self) -> bytes:
        return SetDigest(self.node.lane(LIST, 0).digest).value()

    def entries(self, surrogate: bytes) -> list[bytes]:
        return [found.entry_id for found in self.node.view.find([surrogate])]


def entry_of(body: bytes) -> bytes:
    return decode_prefix(body)["entry_id"]


def model_of(*bodies: bytes) -> Model:
    model = Model()
    for body in bodies:
        model.apply(body)
    return model
