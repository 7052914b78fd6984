"""Where the command line, the page and the metrics get the status from: the evidence gathered, and the registers here."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import ClassVar

import structlog

from ...consumers.inbox.store import inbox_file
from ...schemas.errors import LiandongError, Unavailable
from ...schemas.problems import BilingualError, Text
from ...topics.keys.participants import Participants
from ...topics.keys.register_ends import RegisterAwaited
from ...topics.settings import Settings
from ...topics.transport.process_clock import rehearsal
from ...topics.workers.worker import Part
from ..ledger.evidence_views import EvidenceView
from ..status.document import StatusDocument
from ..status.evidence_age import EvidenceAge
from ..status.positions import DeliverySources, LatenessLimits
from ..status.register_counts import local_deliveries
from .acts_here import ActsHere
from .context import MonitoringContext
from .disk_space import full_places
from .gathering import Gathering, served
from .reach import Outage, Reach

_log = structlog.get_logger(__name__)


class KeysNotRead(BilingualError, Unavailable):
    """Nobody knows yet who must obey and who vouches: what was kept from before this start says nothing alone."""

    texts: ClassVar[dict[str, Text]] = {
        "KEYS_NOT_READ": Text(
            "the register of keys has not been read to its end since this process started",
            "wait a moment; if it lasts, look at the connection with `liandong topics check`",
            "本进程启动后尚未读完密钥登记册",
            "请稍候；如持续如此，请用 `liandong topics check` 检查连接",
        )
    }

    def __init__(self) -> None:
        super().__init__("KEYS_NOT_READ")


class StatusSource:
    """Computes the status from what is gathered. Computing asks no broker: it goes on while there is none."""

    def __init__(self, context: MonitoringContext, *, shows_enforced: bool = False) -> None:
        """Open the evidence; `part` must run for it to be gathered.

        `shows_enforced`: also look into the inboxes of courts on this machine, for the court's own clerk and nobody else.
        """
        self._context = context
        self._inboxes = partial(inbox_file, context.settings) if shows_enforced else None
        evidence = context.evidence()
        self._view = EvidenceView(evidence.engine, evidence.tables)
        self._computing = threading.Lock()
        self.gathering = Gathering(evidence, context.directory, context.subscriber("status"), context.clock)
        self.part = Part("evidence", self.gathering, self.gathering.wait)
        self._acts = ActsHere(context.settings, context.clock)
        context.resources.callback(self._acts.close)
        pulse = context.connections.pulse
        self._reach = None if pulse is None else Reach(pulse("pulse"), context.clock)

    @property
    def parts(self) -> list[Part]:
        """What must run for the status to be of now: it gathers the evidence, and looks whether Kafka answers."""
        return [self.part, *([] if self._reach is None else [Part("pulse", self._reach, self._reach.wait)])]

    @property
    def outage(self) -> Outage | None:
        """Why nothing more can be read now, or nothing was since this process began; None if it is read."""
        gathering = self.gathering
        if self._reach is not None and (outage := self._reach.outage(gathering.read_at)):
            return outage
        failure = gathering.failure
        if failure is not None and not isinstance(failure, RegisterAwaited):
            return Outage(failure, gathering.failing_since)
        return None if self._context.directory.loaded else Outage(KeysNotRead(), gathering.failing_since)

    @contextmanager
    def current(self) -> Iterator[StatusDocument]:
        """Give the status as of now, from the evidence gathered so far; one caller at a time."""
        context, settings = self._context, self._context.settings
        limits = lateness(settings, context.clock.now())
        obliged, jurisdictions = context.directory.serving("agency"), served(context.directory)
        left, standing = context.directory.months_left(), context.directory.standing()
        with self._computing, local_deliveries(settings, jurisdictions, context.clock) as deliveries:
            parked = self._acts.parked(obliged)
            sources = DeliverySources(
                self._view,
                obliged,
                deliveries,
                self.gathering.dead_letters,
                standing,
                self._inboxes,
                left,
                self.gathering.counts.published,
                evidence_age(self.gathering.read_at, self.outage),
                parked,
                self.gathering.rounds > 0,
                self._acts.away,
                full_places(settings, context.connections.free),
                context.directory.serving("notary") if context.directory.loaded else None,
                rehearsal(context.clock),
                names_here(settings),
            )
            yield StatusDocument(sources, limits)


def names_here(settings: Settings) -> Mapping[str, str]:
    """Return the official names of the participants on this machine; none where a manifest cannot be read: `participant list` says so."""
    try:
        return {each.id: each.name for each in Participants(settings).list() if each.name}
    except LiandongError as unreadable:
        _log.warning("names cannot be read", code=unreadable.code)
        return {}


def lateness(settings: Settings, now: int) -> LatenessLimits:
    """Return what the settings call late, stale and gone, as of now (ms UTC)."""
    return LatenessLimits(
        now,
        late_after=round(settings.late_after_seconds * 1_000),
        stale_after=round(settings.stale_after_seconds * 1_000),
        gone_after=round(settings.node_gone_after_seconds * 1_000),
    )


def evidence_age(read_at: int, outage: Outage | None) -> EvidenceAge:
    """Say how old the evidence is that was read to its end at `read_at` (ms UTC; 0: only some time before)."""
    return EvidenceAge(read_at) if outage is None else EvidenceAge(read_at, outage.failure.code, outage.since)
