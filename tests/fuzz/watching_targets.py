"""Targets of what is told of others: evidence of the ledger as it is taken and shown, and a court's own published counts."""

from functools import cache

from liandong.consumers.inbox.counts_store import CountsStore
from liandong.consumers.inbox.said import SaidCounts
from liandong.consumers.inbox.store import InboxStore
from liandong.monitoring.status.document import latency
from liandong.tests.fuzz.file_targets import folder
from liandong.tests.fuzz.letters import letter
from liandong.tests.fuzz.reader_targets import directory, square, town_letter
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.worlds.town_members import COURT
from liandong.topics.catalogue import names

_KEPT_MS = 600_000


def evidence(data: bytes) -> None:
    """A head, a receipt or a report, as the ledger takes it; whatever it took can be shown."""
    room = square().watch
    topics = names.heads("js"), names.RECEIPTS, names.notary_reports("js"), names.RECEIPTS
    room.hear(letter(data, topics, square().watch_signers).record)
    view, nodes = room.view, room.view.nodes(room.clock.now(), _KEPT_MS)
    view.heads()
    view.reports(0)
    view.split_views(0)
    latency([each.stand for each in nodes])
    for each in nodes:
        offsets = view.applied_offsets(each.stand)
        view.canaries(each.stand, 0)
        view.settle("js", each.stand.agency, {each.stand.node: offsets}, 1)
        assert view.settled_row("js", each.stand.agency, {each.stand.node: offsets}) == 1


@cache
def counts() -> CountsStore:
    """The counts of a court whose inbox was put back."""
    return CountsStore(InboxStore(folder() / "inbox.db").engine, COURT, "js")


def said(data: bytes) -> None:
    """A count in the topic of counts, as the inbox of the court it names hears it."""
    heard = SaidCounts(counts(), directory())
    with counts().engine.connect() as connection:
        heard.hear(connection, town_letter(data, names.enforcement_counts("js")))


TARGETS = (
    FuzzTarget("evidence", evidence, "a head, a receipt or a report, as the ledger reads it"),
    FuzzTarget("published-count", said, "a published count, as its court reads it again"),
)
