"""Making the proof of an entry from the log."""

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from ...schemas import ids
from ...schemas.errors import LiandongError
from ...schemas.wire import merkle
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import PublicKey
from ...schemas.wire.suites import suite_of
from ...topics.catalogue import names
from ...topics.keys import roots, signed_register
from ...topics.keys.key_files import StoredKey
from ...topics.keys.known_keys import OF_THE_REGISTER, SCHEMA, KnownKeys
from ...topics.transport.partitioner import partition_of
from ...topics.transport.ports import TopicPartition
from ...topics.transport.reading import read_all, topic_lanes
from ...topics.transport.received import Framed, unwrap
from ...topics.workers.threads import work_until
from ...topics.workers.worker import Part
from .count import CountPlace, CountPorts, LaneCount, RootDiffers
from .document import FORMAT, EntryProof, to_text
from .head_pair import HeadPair, HeadPairSearch

_PROOF_KEY = slice(0, 8)
"""Where the id of the key under a record stands."""


class TracedEntry(NamedTuple):
    """Whose proof is wanted, and by which root."""

    entry: str
    """`ent_…` or `ord_…`."""
    jurisdiction: str
    root_public_key: StoredKey


@dataclass(frozen=True, slots=True)
class MadeProof:
    """A proof, and what was left out of it."""

    proof: EntryProof
    refused: int
    """Messages under the entry's id that no court of the jurisdiction has signed, or that cannot be read."""


def make_proof(wanted: TracedEntry, ports: CountPorts, progress: Callable[[int, int], None]) -> MadeProof:
    """Prove an entry's state at the newest snapshot in the log, from the log; `progress` is told the offset reached, and the last.

    Raises ID_INVALID, TRACE_SNAPSHOT_MISSING, TRACE_ROOT_DIFFERS, LOG_STALLED and what the transport raises.
    """
    entry_id = ids.parse(wanted.entry, "ent", "ord")
    listed, orders = names.state_topics(wanted.jurisdiction)
    topic = listed if wanted.entry.strip().startswith("ent_") else orders
    search = HeadPairSearch(ports.subscriber, wanted.jurisdiction, ports.keyring, ports.clock)
    _finish(Part("heads", search, ports.subscriber.wait), search.done)
    heads = search.found()
    rows = [row for row in heads.snapshot.head.content["snapshot"] if row["topic"] == topic]
    lane = TopicPartition(topic, partition_of(entry_id, len(rows)))
    suite = suite_of(heads.snapshot.head.content["suite"])
    place = CountPlace(lane, len(rows), entry_id, _marker(heads, lane), suite)
    count = LaneCount(place, wanted.jurisdiction, ports, progress)
    _finish(Part("count", count, count.wait), count.done)
    row = next(row for row in rows if row["partition"] == lane.partition)
    if (merkle.root(count.leaves(), suite.content_hash), len(count.leaves())) != (row["root"], row["entries"]):
        raise RootDiffers(lane, heads.barrier.head.number)
    return MadeProof(_document(wanted, heads, count, ports), count.refused)


def _finish(part: Part, is_done: Callable[[], bool]) -> None:
    work_until(part, is_done, math.inf)  # a reading that stalls raises


def _marker(heads: HeadPair, lane: TopicPartition) -> int:
    rows = heads.barrier.head.content["lanes"]
    return next(int(row["offset"]) for row in rows if (row["topic"], row["partition"]) == lane)


def _document(wanted: TracedEntry, heads: HeadPair, count: LaneCount, ports: CountPorts) -> EntryProof:
    record, later, place = count.record(), count.later(), count.place
    framed = [heads.barrier.framed, heads.snapshot.framed, *([record] if record else ()), *later]
    courts = {decode_prefix(each.body)["court"] for each in ([record] if record else []) + later}
    keys = _key_records(ProofOwners({each.body[_PROOF_KEY] for each in framed}, courts), wanted.root_public_key, ports)
    return EntryProof(
        FORMAT,
        ids.text("ent" if place.lane.topic == names.debtor_list(wanted.jurisdiction) else "ord", place.entry_id),
        wanted.jurisdiction,
        *place.lane,
        to_text(*heads.barrier.framed),
        to_text(*heads.snapshot.framed),
        list(_texts(keys)),
        count.proofs(),
        to_text(*record) if record else "",
        list(_texts(later)),
    )


def _texts(records: Iterable[Framed]) -> Iterable[str]:
    return (to_text(*each) for each in records)


class ProofOwners(NamedTuple):
    """Whose keys a proof needs."""

    key_ids: set[bytes]
    """Of the keys under its records."""
    courts: set[str]
    """Those the records name; a court above may have signed for one."""


def _key_records(needed: ProofOwners, root_public_key: StoredKey, ports: CountPorts) -> list[Framed]:
    """Return what the root has said that the proof needs: its changes, all of these keys, the oldest of their owners and of these
    courts, and those of whoever stands above them (of two ends of one the earlier counts), and its newest word about the register.
    """
    on_topic, known = list[Framed](), KnownKeys(root_public_key)
    lanes = topic_lanes(ports.subscriber, names.KEYS)
    for message in read_all(ports.subscriber, dict.fromkeys(lanes, 0), ports.clock):
        with suppress(FramingError):
            on_topic.append(unwrap(message))
    of = {schema: [each for each in on_topic if is_version_of(each.fingerprint, schema)] for schema in OF_THE_REGISTER}
    changes = [each for each in of[roots.SCHEMA] if _counts(known, each)]
    found = [(decode(*each)["key_id"], each) for each in of[SCHEMA] if _counts(known, each)]
    owners = needed.courts | {key.participant for key in map(known.get, needed.key_ids) if key is not None}
    above = set(chain.from_iterable(known.foundings.above(each) for each in owners)) - owners
    founding = {key.key_id for key in map(known.foundings.key_of, owners) if key is not None}
    wanted = needed.key_ids | founding
    keys = [framed for key_id, framed in found if key_id in wanted or _signs_as(known.get(key_id), above)]
    words = [each for each in of[signed_register.SCHEMA] if _counts(known, each)]
    newest = max(words, key=lambda each: decode(*each)["number"], default=None)
    return [*changes, *keys, *([] if newest is None else [newest])]


def _counts(known: KnownKeys, framed: Framed) -> bool:
    """Whether a record counts: others may write there too, and a root's record can contradict another."""
    try:
        known.take_record(*framed)
    except LiandongError:
        return False
    return True


def _signs_as(key: PublicKey | None, participants: set[str]) -> bool:
    return key is not None and key.use == "sign" and key.participant in participants
