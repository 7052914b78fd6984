"""A railway's check desk over the filled list, put together by the product from the corpus's keys."""

from pathlib import Path

from prometheus_client import CollectorRegistry

from ..consumers.acts_db.context import AgencyContext
from ..consumers.acts_db.database import OUTBOX_LANES, open_acts
from ..consumers.acts_db.tables import outbox
from ..consumers.gate.rules import load_rules
from ..consumers.node.desk import CopyReaders, Desk
from ..schemas.law.watch_kinds import held_by
from ..schemas.wire.sealing import Recipient, SealingKey
from ..topics.keys.sealing_file import SealingFile
from ..topics.metrics.recorder import Signals
from ..topics.storage.database import sqlite_url
from ..topics.storage.outbox import SqlOutbox
from ..topics.workers.chance import SystemChance
from ..topics.workers.clock import SystemClock
from .corpus.people import KEY
from .corpus.records import JURISDICTION, Keyring, signer_of
from .place import Place

AGENCY, NODE = "railway-bench", "1"
_NEVER_STALE_MS = 10**15
"""The corpus has no notary that goes on, and how fast a stale gate answers is another question."""


class _Directory(Keyring):
    """The keys of the corpus, and one sealing key for every court."""

    _court = SealingKey(b"c" * 32)
    version = 0

    def recipients(self, participant: str, retention: str) -> list[Recipient]:  # noqa: ARG002  every court has the same here
        """Return who can open what is sealed for a court."""
        return [Recipient(self._court.key_id, self._court.public_key)]


def desk_over(copy: CopyReaders, place: Place, scratch: Path) -> Desk:
    """Return a desk that keeps what it decides in a scratch folder."""
    clock, engine = SystemClock(), open_acts(sqlite_url(scratch / "acts.db"))
    context = AgencyContext(
        agency=AGENCY,
        jurisdictions=frozenset({JURISDICTION}),
        kinds=held_by("railway"),
        signer=signer_of(AGENCY),
        sealing_keys=SealingFile(scratch / "sealing.key"),
        directory=_Directory(),
        matching_keys=(KEY,),
        outbox=SqlOutbox(engine, OUTBOX_LANES, tables=outbox, clock=clock),
        clock=clock,
        chance=SystemChance(),
    )
    rules = load_rules("railway", place.folder, _NEVER_STALE_MS)
    return Desk(context, engine, copy, rules, NODE, Signals(CollectorRegistry()))
