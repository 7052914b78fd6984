"""Signing barriers and heads for a notary, and sending them to their topics."""

import math
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import structlog
from msgspec.structs import replace

from ...schemas import ids
from ...schemas.wire.signing import Signer, encode_signed
from ...topics.catalogue import names
from ...topics.keys.signed_register import RegisterMark
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Delivered, OutgoingRecord, Publisher, TopicPartition
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..log.heads import NO_HEAD
from .head_rows import court_rows, lane_rows
from .shown_revocations import MarkerPlace, ShownRevocations
from .snapshot import SnapshotRoots
from .tally import Tally

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0
_CLOSE_SECONDS = 10.0
_MARKERS_KEPT = 32


@dataclass(frozen=True, slots=True)
class HeadFields:
    """What a head says besides its digests; times in ms UTC."""

    number: int
    issued_at: int
    valid_until: int
    previous: str
    """Hash of this notary's previous head in hex, of the suite that one names; empty for the first."""
    floor_at: int
    """The logs are complete from here on."""
    topic_ids: Mapping[str, bytes]
    """The broker's ids of the lists, by logical topic."""
    snapshot: SnapshotRoots


@dataclass(frozen=True, slots=True)
class NotaryIdentity:
    """The key, publisher, clock and chance a notary signs and sends with."""

    signer: Signer
    publisher: Publisher
    clock: Clock
    chance: Chance
    registry: SchemaIds | None = None
    """With one, values carry Confluent framing."""


class _WaitingReport(NamedTuple):
    number: int
    issued_at: int
    findings: list[dict[str, Any]]


class Announcer:
    """Signs and sends for one notary of one jurisdiction.

    A barrier that fails is let go: the next one says the same and more. A head that fails is sent again, the same bytes;
    heads go out one at a time, so that all heads of one notary stand in their order.
    """

    def __init__(self, jurisdiction: str, notary: str, identity: NotaryIdentity) -> None:
        self._author = {"jurisdiction": jurisdiction, "notary": notary}
        self._jurisdiction, self._notary = jurisdiction, notary
        self._identity = identity
        self._heads: deque[bytes] = deque()
        self._head_in_flight = False
        self._head_retry_at = -math.inf
        self._markers_in_flight = 0
        self._written: defaultdict[TopicPartition, dict[int, int]] = defaultdict(dict)
        """By partition the newest markers that the broker has confirmed, number to offset: a report may wait for some barriers."""
        self._shown = ShownRevocations()
        self._report: _WaitingReport | None = None
        self._report_in_flight = False

    @property
    def markers_in_flight(self) -> int:
        """How many markers the broker has said nothing about yet."""
        return self._markers_in_flight

    def sign_barrier(
        self, place: MarkerPlace, issued_at: int, register: RegisterMark, revoking: Mapping[bytes, bytes]
    ) -> bytes:
        """Return the signed body of the marker of a barrier. `register` is how far this notary knows the keys; `revoking` by key
        the root's records that revoke what was signed with here.
        """
        lane = place.lane
        content = {**self._author, "number": place.number, "issued_at": issued_at}
        content |= {"topic": lane.topic, "partition": lane.partition}
        content |= {"register_offset": register.offset, "register_hash": register.hash}
        content |= {"shows_revocations": True, "revocations": self._shown.choose(place, revoking)}
        return encode_signed("barrier", content, "barrier", self._identity.signer)

    def send_barrier(self, place: MarkerPlace, body: bytes) -> None:
        """Put the signed marker of a barrier into its partition. Raises TransportError."""
        record = self._record("barrier", body, place.lane.topic, b"barrier/" + self._notary.encode())
        self._markers_in_flight += 1
        try:
            settle = partial(self._settle_marker, place)
            self._identity.publisher.send(replace(record, partition=place.lane.partition), settle)
        except TransportError:
            self._markers_in_flight -= 1
            self._shown.settle(place, written=False)
            raise

    def sign_head(self, tally: Tally, fields: HeadFields) -> bytes:
        """Return the signed body of the head for what the tally holds now."""
        content = {
            **self._author,
            "number": fields.number,
            "issued_at": fields.issued_at,
            "valid_until": fields.valid_until,
            "suite": tally.suite.name,
            "previous": bytes.fromhex(fields.previous) or NO_HEAD,
            "lanes": lane_rows(tally, fields.topic_ids),
            "courts": court_rows(tally),
            "snapshot_barrier": fields.snapshot.barrier,
            "snapshot": fields.snapshot.rows,
            "floor_at": fields.floor_at,
        }
        return encode_signed("list-head", content, "list-head", self._identity.signer)

    def report(self, tally: Tally, number: int, issued_at: int) -> None:
        """Put in line what was found up to a barrier, instead of what waits: the newest report says the same and more."""
        self._report = _WaitingReport(number, issued_at, tally.findings.rows(tally.missing(), issued_at))

    def send_head(self, body: bytes) -> None:
        """Put a signed head in line for the topic of heads."""
        self._heads.append(body)

    def work(self) -> None:
        """Hear what became of what was sent, and send the head that is next. Raises TransportError."""
        self._identity.publisher.poll(0)
        self._send_report()
        if not self._heads or self._head_in_flight or self._identity.clock.monotonic() < self._head_retry_at:
            return
        record = self._record("list-head", self._heads[0], names.heads(self._jurisdiction), self._notary.encode())
        self._head_in_flight = True
        try:
            self._identity.publisher.send(record, self._settle_head)
        except TransportError:
            self._head_in_flight = False
            raise

    def _send_report(self) -> None:
        """Send the report that waits, with the markers in the relief lane the broker has confirmed. Raises TransportError."""
        report = self._report
        if report is None or self._report_in_flight:
            return
        self._report = None
        relief = [
            {"partition": lane.partition, "offset": offsets[report.number]}
            for lane, offsets in sorted(self._written.items())
            if report.number in offsets and lane.topic == names.relief(self._jurisdiction)
        ]
        content = {**self._author, "number": report.number, "issued_at": report.issued_at}
        content |= {"relief": relief, "findings": report.findings}
        body = encode_signed("notary-report", content, "notary-report", self._identity.signer)
        record = self._record("notary-report", body, names.notary_reports(self._jurisdiction), self._notary.encode())
        self._report_in_flight = True
        try:
            self._identity.publisher.send(record, self._settle_report)
        except TransportError:
            self._report_in_flight = False
            raise

    def close(self) -> None:
        """Give what is under way some time; a head that stays behind is sent again at the next start."""
        for _ in range(len(self._heads) + 1):
            self.work()
            if self._identity.publisher.flush(_CLOSE_SECONDS):
                break

    def _settle_marker(self, place: MarkerPlace, outcome: Delivered | Exception) -> None:
        self._markers_in_flight -= 1
        self._shown.settle(place, written=not isinstance(outcome, Exception))
        if isinstance(outcome, Exception):
            _log.warning("a marker was not written", notary=self._notary, reason=str(outcome))
        else:
            offsets = self._written[place.lane]
            offsets[place.number] = outcome.offset
            if len(offsets) > _MARKERS_KEPT:
                del offsets[min(offsets)]

    def _settle_report(self, outcome: Delivered | Exception) -> None:
        self._report_in_flight = False
        if isinstance(outcome, Exception):
            _log.warning("a report was not written", notary=self._notary, reason=str(outcome))

    def _settle_head(self, outcome: Delivered | Exception) -> None:
        self._head_in_flight = False
        if isinstance(outcome, Exception):
            _log.warning("a head was not written, it is sent again", notary=self._notary, reason=str(outcome))
            self._head_retry_at = self._identity.clock.monotonic() + _RETRY_SECONDS
        else:
            self._heads.popleft()

    def _record(self, schema: str, body: bytes, topic: str, key: bytes) -> OutgoingRecord:
        identity = self._identity
        return outgoing(
            schema,
            body,
            topic,
            key,
            event_id=ids.text("evt", identity.chance.random_id()),
            source=self._notary,
            time_ms=identity.clock.now(),
            registry=identity.registry,
        )
