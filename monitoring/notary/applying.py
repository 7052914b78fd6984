"""What a notary does with each message of a list once its turn has come."""

from typing import NamedTuple

import structlog

from ...schemas.law.listing import RecordClass
from ...topics.transport.ports import TopicPartition
from ...topics.workers.clock import Clock
from .checkpoints import PublisherCheckpoint
from .classify import ClassifiedMessage, ForeignMessage, ListMessage, Marker, Tombstone
from .court_numbers import NumberedRecord
from .findings import FindingKind, FindingPlace
from .metrics import NotarySignals, checkpoint_findings
from .tally import SignedBy, Tally, TallyEntry, TallyResult

_log = structlog.get_logger(__name__)
_TAKEN = {TallyResult.APPLIED, TallyResult.HEALED}


class ReadMessage(NamedTuple):
    """A message of a list and where it stands."""

    lane: TopicPartition
    offset: int
    content: ClassifiedMessage


class TallyWriter:
    """Brings what was read into a tally, counts it, and takes down what is amiss."""

    def __init__(self, notary: str, tally: Tally, signals: NotarySignals, clock: Clock) -> None:
        self._notary, self._tally, self._signals, self._clock = notary, tally, signals, clock

    def apply(self, message: ReadMessage) -> None:
        """Take the next message of a lane."""
        lane, offset, content = message
        self._tally.lanes[lane].offset = offset + 1
        if isinstance(content, Marker):
            self._tally.pass_marker(lane, content.key_id, content.covered)
        elif isinstance(content, ForeignMessage):
            self._signals.foreign(content.reason)
        elif isinstance(content, PublisherCheckpoint):
            self._pass_checkpoint(lane, content)
        elif isinstance(content, Tombstone):
            self._signals.record(self._tally.keep(lane, content.entry_id), "")
        elif isinstance(content, ListMessage):
            self._apply_record(lane, offset, content)

    def note_twin(self, lane: TopicPartition, offset: int, number: int) -> None:
        """Take down a barrier in this notary's name that it did not send."""
        _log.warning(
            "a barrier in this notary's name was not sent by it: another process has its name, or somebody has its key",
            notary=self._notary, number=number, topic=lane.topic, partition=lane.partition, offset=offset,
        )  # fmt: skip
        self._note(FindingKind.NOTARY_TWIN, number, FindingPlace(lane, offset))

    def note_restored(self, known: int, signed: int, topic: str) -> None:
        """Take down that this notary knew of no head behind number `known`, and has signed some up to `signed`."""
        _log.warning(
            "the notary's own state is older than what it has signed: a backup was put back, or it was lost; it goes on behind that",
            notary=self._notary, known=known, signed=signed,
        )  # fmt: skip
        place, before = FindingPlace(TopicPartition(topic, -1), -1), signed - known - 1
        self._tally.findings.note(FindingKind.NOTARY_RESTORED, signed, place, self._clock.now(), before)
        self._signals.finding(FindingKind.NOTARY_RESTORED)

    def _apply_record(self, lane: TopicPartition, offset: int, record: ListMessage) -> None:
        court = self._tally.court_number(record.court if record.sound else "")  # no name is taken from a bad record
        fields = record.version, record.status, record.body_hash, record.record_class
        counted = TallyEntry(*fields, court, verified=record.sound)
        outcome = self._tally.apply(lane, record.entry_id, counted, SignedBy(record.key_id, record.signer))
        self._signals.record(outcome, record.alarm)
        if record.alarm or record.record_class != RecordClass.REAL or outcome is TallyResult.REVOKED:
            return
        place = FindingPlace(lane, offset, record.court)
        is_refused = outcome is TallyResult.NOT_ITS_COURT
        if is_refused and not self._tally.is_held_above(lane, record.entry_id, record.court):
            self._note(FindingKind.FOREIGN_RECORD, record.court_sequence, place)
            return  # no court says that of another's entry: its numbers are not in it; below who took it, it is its own number
        numbered = NumberedRecord(record.court, record.court_sequence, record.key_id, offset)
        is_new = self._tally.note_sequence(lane, numbered)
        if outcome in _TAKEN and not is_new:  # what is not taken may be the record that used the number first, again
            self._note(FindingKind.SEQUENCE_DUPLICATE, record.court_sequence, place)
        if outcome is TallyResult.CONFLICT:
            self._note(FindingKind.VERSION_CONFLICT, record.version, place)

    def _note(self, kind: FindingKind, number: int, place: FindingPlace) -> None:
        self._tally.findings.note(kind, number, place, self._clock.now())
        self._signals.finding(kind)

    def _pass_checkpoint(self, lane: TopicPartition, checkpoint: PublisherCheckpoint) -> None:
        """Hold a checkpoint against the tally, and ring for every court of which the log lacks what it says."""
        passed = self._tally.pass_checkpoint(lane, checkpoint)
        if passed is None:
            self._signals.foreign("checkpoint")
        elif passed:
            for finding in checkpoint_findings(self._tally, lane.topic):
                _log.warning("the log is not what its publisher says", notary=self._notary, **finding._asdict())
                self._signals.checkpoint(finding)
