"""The status while Kafka is away: from what this machine has read of the log and of the register of keys, and the registers here."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...consumers.inbox.store import inbox_file
from ...schemas.errors import LiandongError
from ...topics.keys.known_keys import KnownKeys
from ...topics.keys.participants import Participants
from ...topics.keys.register_memory import memory_of
from ...topics.settings import Settings
from ...topics.storage.database import create_tables, open_database, sqlite_url
from ...topics.transport.process_clock import rehearsal
from ...topics.workers.clock import Clock
from ..ledger.evidence_tables import evidence_tables
from ..ledger.evidence_views import EvidenceView
from ..status.document import StatusDocument
from ..status.positions import DeliverySources
from ..status.register_counts import local_deliveries
from .acts_here import ActsHere
from .context import evidence_file
from .disk_space import full_places
from .reach import Outage
from .status_source import evidence_age, lateness, names_here


@contextmanager
def status_at_hand(settings: Settings, clock: Clock, failure: LiandongError) -> Iterator[StatusDocument]:
    """Give the status from what is at hand, and why there is no more; raise `failure` if nothing was ever read here."""
    path = evidence_file(settings)
    if not path.is_file():
        raise failure
    keys = KnownKeys(Participants(settings).root_public_key)
    keys.recall(memory_of(settings).recall())
    engine, tables = open_database(sqlite_url(path)), evidence_tables()
    create_tables(engine, tables.metadata)
    now, acts = clock.now(), ActsHere(settings, clock)
    obliged = keys.serving("agency", now)
    places = sorted(frozenset[str]().union(*obliged.values(), *keys.serving("court", now).values()))
    try:
        with local_deliveries(settings, places, clock) as deliveries:
            yield StatusDocument(
                DeliverySources(
                    EvidenceView(engine, tables),
                    obliged,
                    deliveries,
                    dead_letters={},
                    inboxes=partial(inbox_file, settings),
                    months_left=keys.months_left(now),
                    evidence=evidence_age(0, Outage(failure, 0)),
                    parked=acts.parked(obliged),
                    stores_away=acts.away,
                    full=full_places(settings),
                    counted_letters=False,
                    trial=rehearsal(clock),
                    names=names_here(settings),
                ),
                lateness(settings, now),
            )
    finally:
        acts.close()
        engine.dispose()
