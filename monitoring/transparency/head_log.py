"""Writing the heads of a notary to its transparency log: what stands in the topic of heads, in its order, with its signature.

It reads the topic and not the notary's memory: a log that was lost can be made again from there, by the same bytes, a full
disk never keeps a notary from its heads, and a head that was signed and is not in the log convicts whoever signed it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from ...schemas.errors import LiandongError, Unavailable
from ...schemas.phrases import reason_of
from ...schemas.wire.codec import Undecodable
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signed_note import NoteKey
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.tiles import entry_of
from ...topics.catalogue import names
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.register_ends import RegisterBehind
from ...topics.keys.signatures import Verifier
from ...topics.metrics import definitions
from ...topics.metrics.definitions import Signals
from ...topics.private_files import DiskFull
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Message, Subscriber
from ...topics.transport.reading import ReadToEnd, topic_lanes
from ...topics.transport.received import unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from ..log.heads import NotaryName, read_head
from .tiled_log import LogState, TiledLog, TransparencyLogDamaged, TransparencyLogForked

_log = structlog.get_logger(__name__)
EVERY_SECONDS = 10.0
"""Between two checkpoints; a head is in the log that soon."""
_SLICE = 0.2
_BATCH = 2_000


def note_key(notary: NotaryName, public_key: bytes) -> NoteKey:
    """Return the key of a notary's log; its name is the log's origin, too."""
    return NoteKey(f"liandong/{names.heads(notary.jurisdiction)}/{notary.name}", public_key)


class LogName(NamedTuple):
    """Where the transparency log of a notary is found, and by which key it is checked."""

    notary: NotaryName
    key: NoteKey

    @property
    def path(self) -> str:
        """Where the monitor of the notary's machine serves it."""
        return f"/tlog/{self.notary.jurisdiction}/{self.notary.name}"

    def as_dict(self) -> dict[str, str]:
        """Return it for JSON."""
        jurisdiction, notary = self.notary
        names_ = {"jurisdiction": jurisdiction, "notary": notary, "origin": self.key.name}
        return {**names_, "vkey": str(self.key), "path": self.path}


@dataclass(frozen=True, slots=True)
class HeadLogPorts:
    """What a log of heads works with; the subscriber is its own."""

    subscriber: Subscriber
    keyring: RefreshingKeyring
    clock: Clock
    signals: Signals


class HeadLog:
    """Keeps the log of one notary's heads current; a `Worker`. What fails is tried again."""

    def __init__(self, notary: NotaryName, open_log: Callable[[], TiledLog], ports: HeadLogPorts) -> None:
        """Open and read nothing before the first step."""
        self._notary, self._open_log = notary, open_log
        self._subscriber, self._keyring, self._clock = ports.subscriber, ports.keyring, ports.clock
        self._signals, self._labels = ports.signals, {"jurisdiction": notary.jurisdiction, "notary": notary.name}
        self._verifier = Verifier(ports.keyring)
        self._log: TiledLog | None = None
        self._reading: ReadToEnd | None = None
        self._messages: list[Message] = []
        """What was read and waits for the register of participants."""
        self._pause = Doorbell()
        self._next_round = -math.inf
        self.failure: LiandongError | None = None
        """Why nothing can be appended now."""

    @property
    def size(self) -> int:
        """How many heads are in the log."""
        return self._log.state.size if self._log else 0

    def step(self) -> float:
        """Append what the topic has gained; return when to be called again."""
        left = self._next_round - self._clock.monotonic()
        if left > 0:
            return left
        try:
            pause = self._work()
        except (TransparencyLogDamaged, TransparencyLogForked) as failed:
            self._alarm(failed.code.lower())
            self.close()
            return self._fail(failed)
        except DiskFull as failed:
            self.close()  # what is on disk counts
            return self._fail(failed)
        except (TransportError, Unavailable) as failed:
            return self._fail(failed)
        except OSError as failed:
            self.close()
            remedy = "check that monitoring's folder can be written and the disk is not full"
            reason = f"the transparency log cannot be written: {failed.strerror}"
            return self._fail(
                Unavailable(
                    "TRANSPARENCY_LOG_UNWRITABLE",
                    reason,
                    remedy,
                    f"透明日志无法写入：{reason_of(failed).zh}",
                    "请确认监控文件夹可以写入且磁盘未满",
                )
            )
        self.failure = None
        return pause

    def wait(self, seconds: float) -> bool:
        """Wait for a record while a round lasts and nothing waits for a key, otherwise for the time to go on."""
        return (self._pause if self._reading is None or self._messages else self._subscriber).wait(seconds)

    def close(self) -> None:
        """Let another process write the log; what was appended is on disk."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _work(self) -> float:
        self._log = log = self._log or self._open_log()
        if self._reading is None:
            self._keyring.refresh()
            lanes = topic_lanes(self._subscriber, names.heads(self._notary.jurisdiction))
            ends = {lane: self._subscriber.watermarks(lane).high for lane in lanes}
            # a topic that was made again ends before what was read of it, and is read from its beginning
            positions = {lane: log.state.offset if log.state.offset <= end else 0 for lane, end in ends.items()}
            self._reading = ReadToEnd(self._subscriber, positions, self._clock, _BATCH)
        if not self._messages:
            self._messages = self._reading.read()
            self._verifier.begin_batch()
        if self._messages:
            try:
                self._append(log)
            except RegisterBehind:
                return _SLICE
            self._messages = []
        if not self._reading.done:
            return AT_ONCE
        self._signals.gauge(definitions.NOTARY_LOG, **self._labels).set(self.size)
        return self._rest(EVERY_SECONDS)

    def _append(self, log: TiledLog) -> None:
        """Append the heads among the messages that are newer than the log. Raises RegisterBehind."""
        entries, number, last = list[bytes](), log.state.number, log.state.last
        for message in self._messages:
            try:
                head = read_head(message, self._verifier, self._notary.jurisdiction)
            except (Undecodable, FramingError, SignatureInvalid):
                continue  # counted where heads are evidence
            if head.notary != self._notary.name or head.hash == last:
                continue
            if head.number <= number:
                if head.number == number:  # another head of one number: only the notary's key can have made it
                    self._alarm("second_head")
                continue
            entries.append(entry_of(unwrap(message)[1]))
            number, last = head.number, head.hash
        log.append(entries, LogState(number=number, last=last, offset=self._messages[-1].offset() + 1))

    def _alarm(self, reason: str) -> None:
        self._signals.counter(definitions.NOTARY_ALARMS, **self._labels, reason=reason).inc()

    def _fail(self, failed: LiandongError) -> float:
        if self.failure is None:
            _log.warning("heads are not logged", notary=self._notary.name, code=failed.code, reason=failed.message)
        self.failure = failed
        return self._rest(EVERY_SECONDS)

    def _rest(self, seconds: float) -> float:
        self._reading, self._messages = None, []
        self._next_round = self._clock.monotonic() + seconds
        return seconds
