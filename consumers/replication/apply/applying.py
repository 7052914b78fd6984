# mypyc: compile
"""The hot loop: one poll's messages of one lane become a part of a `StoreBatch`.

Per record: one prefix decode, a look at what is there unless the key is higher than any (entry ids grow with time),
one hash for the digest. Everything else is in `edge_cases.py` and `standing.py`. A record that replaces another is verified
before it takes effect, new ones before their first BLOCK (`ListView.verify_once`).
"""

from collections.abc import Sequence

from ....schemas.law.listing import ENDED_FROM
from ....schemas.wire.avro_schemas import current_schema
from ....schemas.wire.framing import SINGLE_OBJECT
from ....topics.transport.ports import Message
from ...store.prefix_reader import leading
from ...store.values import HEADER_LENGTH, opaque_of
from .edge_cases import EdgeCases
from .lane_work import LaneWork
from .standing import Standing

_CURRENT = SINGLE_OBJECT + current_schema("list-record").fingerprint
"""What nearly every value starts with; one comparison tells a record from a barrier."""
_KEY = slice(HEADER_LENGTH, HEADER_LENGTH + 8)
"""Where the id of the signing key stands."""
_ENDED = int(ENDED_FROM)


def by_partition(messages: Sequence[Message]) -> list[list[Message]]:
    """Return the messages of each partition, in the order of the log."""
    by_name: dict[tuple[str, int], list[Message]] = {}
    for message in messages:
        name = message.topic(), message.partition()
        if name in by_name:
            by_name[name].append(message)
        else:
            by_name[name] = [message]
    return list(by_name.values())


class LaneRun:
    """Works through one lane's messages of one poll, in the order of the log."""

    def __init__(self, work: LaneWork) -> None:
        self._work = work
        self._standing = Standing(work)
        self.edge_cases = EdgeCases(work, self._standing)

    def run(self, messages: Sequence[Message]) -> None:  # noqa: C901  the hot loop: a call costs a tenth of a record
        """Apply messages of one partition: locals instead of attributes, and no call that can be spared."""
        work, lane, edge_cases = self._work, self._work.lane, self.edge_cases
        records, index, start, add = work.batch.records, work.batch.index, lane.prefix, work.added.append
        leaf = work.leaf
        stamps = work.batch.stamps.setdefault(lane.jurisdiction, [])
        before, sequences, highest, revoked = len(stamps), dict[bytes, int](), work.highest, work.revoked
        for message in messages:
            value = message.value()
            if value is None or value[:HEADER_LENGTH] != _CURRENT:
                value = edge_cases.value(message, value)
                highest, revoked = max(highest, work.highest), work.revoked
                if value is None:
                    continue
            if revoked and value[_KEY] in revoked:
                edge_cases.refuse_revoked(message)
                continue
            key, body = message.key(), value[HEADER_LENGTH:]
            fields = leading(body)
            if fields is None or fields[0] != key or fields[1] < 1:
                edge_cases.opaque(message, value[2:HEADER_LENGTH], "no gate prefix, or another entry's than the key's")
                highest = max(highest, work.highest)
                continue
            _, version, court, sequence, status, surrogates = fields
            place = start + key
            if place > highest:
                highest = place
                lane.records += 1
            elif not self._supersedes(message, place, value, version):
                continue
            records[place] = value
            add(leaf(key, version, status, body))
            if status < _ENDED:
                for surrogate in surrogates:
                    index[surrogate + place] = True
            if sequence > sequences.get(court, 0):
                sequences[court] = sequence
            stamps.append(message.timestamp()[1])
        work.finish(highest, messages[-1].offset() + 1, len(stamps) - before, sequences)

    def _supersedes(self, message: Message, place: bytes, value: bytes, version: int) -> bool:
        """Return whether a record takes effect over what stands at its place; if so, that is taken out."""
        work = self._work
        old = work.value_at(place)
        if old is None:
            work.lane.records += 1
            return True
        if not self._standing.takes(message, old, value, version):
            return False
        work.take_out(place, old, opaque_of(old))
        return True
