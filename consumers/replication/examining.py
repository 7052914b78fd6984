"""Looks through the log for what revoked keys of courts signed, as a `Worker`: once, and again until every copy's lane covers it.

What a finished examination has found is kept beside the copy and counts again after a restart (`examination_note`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from heapq import heappush, heappushpop
from typing import NamedTuple

import structlog

from ...schemas.errors import LiandongError
from ...schemas.fingerprints import fingerprint
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import PublicKey, SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.entitlement import ListPlace, Reading
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.reading import LogStalled, ReadToEnd, lane_of, topic_lanes
from ...topics.transport.received import Framed, may_be_entry, unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.pause import Pause
from ...topics.workers.worker import AT_ONCE
from ..store.reader import ListReader
from ..store.values import stored
from .examination_note import ExaminationNote, ExaminedLog, KeptExamination
from .listed_entry import ListedEntry, listed_entry
from .revoked_keys import Examination, RevokedKeys

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0
_WAIT_SECONDS = 0.1
_HEADS = 64
"""So many of the newest heads before a key was stolen are kept: all but one may be forged."""

Places = Mapping[TopicPartition, int]
"""Offsets by lane."""


class ExaminingPorts(NamedTuple):
    """What an examination works with."""

    subscriber: Subscriber
    """Of its own; the worker closes it."""
    lists: ListReader
    keyring: RefreshingKeyring
    clock: Clock
    note: ExaminationNote | None = None
    """Where a finished examination is kept; None: nowhere."""
    remembered: Callable[[], Iterable[PublicKey]] | None = None
    """Names the keys of courts this machine ever read to be revoked, before the register is read too; None: what `revoked` names."""


@dataclass
class _Case:
    """The revoked keys an examination is about, and what was found so far."""

    keys: Mapping[bytes, PublicKey]
    covered: frozenset[bytes]
    """Those whose revocation every lane of the copy had passed when it began."""
    heads: dict[bytes, list[tuple[int, int, Framed]]] = field(default_factory=dict)
    """By key, the newest heads that claim to be from before it was stolen: a heap by when they were issued."""
    proven: dict[bytes, Places] = field(default_factory=dict)
    """By key, what a head from before proves: everything below these offsets."""
    vouchers: set[bytes] = field(default_factory=set)
    """Ids of the notaries' keys under those heads."""
    read_through: dict[TopicPartition, int] = field(default_factory=dict)
    """How far the lists reached before they were read."""
    doubtful: dict[bytes, set[bytes]] = field(default_factory=dict)
    restored: dict[bytes, ListedEntry] = field(default_factory=dict)
    """By entry, the newest record that is not doubtful."""
    included: dict[bytes, ListedEntry] = field(default_factory=dict)
    """By entry, its lowest version, be it doubtful: where all are, whom it was made for asks a person, too."""

    def is_doubtful(self, at: TopicPartition, offset: int, key_id: bytes) -> bool:
        """Whether a record under a key stands where no head from before proves it."""
        return key_id in self.keys and offset >= self.proven[key_id].get(at, 0)


class RevokedKeyExaminer:
    """Examines what revoked keys of courts of some jurisdictions signed, whenever one is revoked."""

    def __init__(
        self,
        jurisdictions: Sequence[str],
        ports: ExaminingPorts,
        revoked: Callable[[], Iterable[PublicKey]],
        board: RevokedKeys,
    ) -> None:
        """`revoked` names the keys of courts that are revoked now; what is found is told to `board`, which awaits it."""
        self._jurisdictions, self._ports, self._revoked, self._board = tuple(jurisdictions), ports, revoked, board
        self._verifier = Verifier(ports.keyring)
        self._pause = Pause(ports.clock, _LOOK_SECONDS)
        self._settled: dict[bytes, int] = {}
        """Key to the moment since when it was revoked when it was examined last."""
        self._vouchers = frozenset[bytes]()
        """The notaries' keys that rests on."""
        self._recalled = ports.note is None
        self._case = _Case({}, frozenset())
        self._stages: list[tuple[Callable[[], Places], Callable[[Message], None]]] = []
        self._reading: ReadToEnd | None = None
        board.expect(lambda: self._ours((ports.remembered or revoked)()))

    def step(self) -> float:
        """Go on with an examination, or begin one if a key was revoked."""
        if left := self._pause.left():
            return left
        try:
            return self._work()
        except (TransportError, LogStalled) as failed:
            _log.warning("records under revoked keys wait to be examined", code=failed.code, reason=failed.message)
            self._stages, self._reading = [], None
            return self._pause.begin()

    def wait(self, seconds: float) -> bool:
        """Wait for records while there is something to read, else for the time to look again."""
        return self._pause.wait(seconds, self._ports.subscriber.wait)

    def close(self) -> None:
        """Let go of the subscriber."""
        self._ports.subscriber.close()

    def _work(self) -> float:
        if not self._recalled:
            self._recall()
        if not self._stages and not self._begin():
            return self._pause.begin()
        start, take = self._stages[0]
        if self._reading is None:
            self._reading = ReadToEnd(self._ports.subscriber, start(), self._ports.clock)
        messages = self._reading.read()
        for message in messages:
            with suppress(LiandongError):  # what cannot be read or does not hold says nothing here either
                take(message)
        if not self._reading.done:
            return AT_ONCE if messages else _WAIT_SECONDS
        self._reading = None
        del self._stages[0]
        if not self._stages:
            self._tell()
        return AT_ONCE

    def _begin(self) -> bool:
        """Begin an examination if there is a key that none has settled; return whether that is so."""
        ever = {key.key_id: key for key in self._known()}
        if not ever:
            return False  # none is revoked, or nobody knows yet
        if self._settled and any(map(self._is_revoked, self._vouchers)):
            self._settled = {}
            self._board.unsettle()
        if {key_id: key.revoked_at for key_id, key in ever.items()} == self._settled:
            return False
        with self._ports.lists.snapshot() as lists:
            passed = [frozenset(lane.revoked) for lane in lists.lanes() if lane.jurisdiction in self._jurisdictions]
            barrier_at = max((each.barrier_at for each in lists.positions().values()), default=0)
        keys = {key_id: key for key_id, key in ever.items() if self._board.counts(key.revoked_at, barrier_at)}
        if {key_id: key.revoked_at for key_id, key in keys.items()} == self._settled:
            return False
        covered = frozenset.intersection(*passed) if passed else frozenset()
        self._case = _Case(keys, covered & keys.keys())
        self._stages = [
            (self._heads, self._take_head),
            (self._behind_the_heads, self._take_doubtful),
            (self._everything, self._take_earlier),
        ]
        return True

    def _recall(self) -> None:
        """Let count what was kept of an earlier examination, if it is of the log that is there now. Raises TransportError."""
        kept = self._ports.note.read() if self._ports.note is not None else None
        if kept is not None and kept.log.is_read_by(self._ports.subscriber, self._jurisdictions):
            self._settled, self._vouchers = dict(kept.settled), frozenset(kept.vouchers)
            self._board.tell(kept.examination())
            _log.info("records under revoked keys were examined before", keys=len(kept.settled))
        elif kept is not None:
            _log.warning("what was kept of revoked keys is of another log, this one is looked through")
        self._recalled = True

    def _is_revoked(self, key_id: bytes) -> bool:
        key = self._ports.keyring.key(key_id)
        return key is not None and key.revoked_at != 0

    def _known(self) -> list[PublicKey]:
        """Return the keys of courts of these jurisdictions that are revoked, be that dated ahead."""
        return self._ours(self._revoked())

    def _ours(self, revoked: Iterable[PublicKey]) -> list[PublicKey]:
        return [key for key in revoked if key.places & set(self._jurisdictions)]

    def _heads(self) -> Places:
        topics = map(names.heads, self._jurisdictions)
        return dict.fromkeys(topic_lanes(self._ports.subscriber, *topics), 0)

    def _take_head(self, message: Message) -> None:
        framed = unwrap(message)
        if not is_version_of(framed.fingerprint, "list-head"):
            return
        issued_at = decode(*framed)["issued_at"]
        for key_id, key in self._case.keys.items():
            if issued_at < key.revoked_at:
                kept = self._case.heads.setdefault(key_id, [])
                (heappush if len(kept) < _HEADS else heappushpop)(kept, (issued_at, message.offset(), framed))

    def _behind_the_heads(self) -> Places:
        case, lanes = self._case, self._list_lanes()
        case.read_through = {at: self._ports.subscriber.watermarks(at).high for at in lanes}
        case.proven = {key_id: self._proven_by(case.heads.get(key_id, ()), key) for key_id, key in case.keys.items()}
        return {at: min(places.get(at, 0) for places in case.proven.values()) for at in lanes} if case.keys else {}

    def _proven_by(self, heads: Iterable[tuple[int, int, Framed]], key: PublicKey) -> Places:
        """Return what the newest of these heads proves that a notary of the key's court's jurisdiction signed."""
        for _, _, framed in sorted(heads, reverse=True):
            head = decode(*framed)
            with suppress(SignatureInvalid):
                signer = self._verifier.signed("list-head", framed.body, head, Reading(key.places))
                if not signer.revoked_at:
                    self._case.vouchers.add(signer.key_id)
                    return {TopicPartition(lane["topic"], lane["partition"]): lane["offset"] for lane in head["lanes"]}
        return {}

    def _take_doubtful(self, message: Message) -> None:
        entry_id, at, body = message.key(), lane_of(self._ports.subscriber, message), _body(message)
        if entry_id and may_be_entry(entry_id) and self._case.is_doubtful(at, message.offset(), body[:8]):
            self._case.doubtful.setdefault(entry_id, set()).add(fingerprint(body))

    def _everything(self) -> Places:
        return dict.fromkeys(self._list_lanes(), 0) if self._case.doubtful else {}

    def _take_earlier(self, message: Message) -> None:
        """Take of a doubtful entry the newest record that is not doubtful itself, and the first there was."""
        entry_id, at = message.key() or b"", lane_of(self._ports.subscriber, message)
        if entry_id not in self._case.doubtful:
            return
        framed = unwrap(message)
        if not is_version_of(framed.fingerprint, "list-record"):
            return
        prefix = decode_prefix(framed.body)
        if prefix["entry_id"] != entry_id:
            return
        place, case, version = self._place(at), self._case, prefix["version"]
        self._verifier.in_list(place, *framed, prefix)
        found = replace(listed_entry(entry_id, stored(*framed), None, "state", place.jurisdiction), asks=True)
        first = case.included.setdefault(entry_id, found)
        if version < first.prefix["version"]:
            case.included[entry_id] = found
        if case.is_doubtful(at, message.offset(), framed.body[:8]):
            return
        before = case.restored.get(entry_id)
        if before is None or version > before.prefix["version"]:
            case.restored[entry_id] = found

    def _tell(self) -> None:
        case = self._case
        doubtful = {entry_id: frozenset(bodies) for entry_id, bodies in case.doubtful.items()}
        self._settled = {key_id: case.keys[key_id].revoked_at for key_id in case.covered}
        self._vouchers = frozenset(case.vouchers)
        found = Examination(self._settled, doubtful, case.included | case.restored)
        self._board.tell(found)
        _log.info("records under revoked keys are examined", keys=len(case.keys), entries=len(doubtful))
        if len(case.covered) < len(case.keys):
            self._pause.begin()
        elif self._ports.note is not None:
            self._ports.note.write(KeptExamination.of(self._log_read(), self._vouchers, found))

    def _log_read(self) -> ExaminedLog:
        """Describe the log that was looked through. Raises TransportError."""
        subscriber, heads = self._ports.subscriber, [names.heads(each) for each in self._jurisdictions]
        read: dict[str, list[int]] = {}
        for at in sorted(self._case.read_through):
            read.setdefault(at.topic, []).append(self._case.read_through[at])
        topic_ids = {topic: subscriber.topic_id(topic) for topic in (*read, *heads)}
        return ExaminedLog(self._jurisdictions, topic_ids, read)

    def _list_lanes(self) -> list[TopicPartition]:
        topics = [topic for each in self._jurisdictions for topic in names.state_topics(each)]
        return topic_lanes(self._ports.subscriber, *topics)

    def _place(self, at: TopicPartition) -> ListPlace:
        owner = next(each for each in self._jurisdictions if at.topic in names.state_topics(each))
        return ListPlace(*at, len(self._ports.subscriber.partitions(at.topic)), owner)


def _body(message: Message) -> bytes:
    try:
        return unwrap(message).body
    except FramingError:
        return b""
