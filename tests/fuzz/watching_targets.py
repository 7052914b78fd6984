"""Targets of what is told of others: evidence of the ledger as it is taken and shown, and a court's own published counts."""

import zlib
from base64 import b64encode
from functools import cache

from liandong.consumers.inbox.counts_store import CountsStore
from liandong.consumers.inbox.said import SaidCounts
from liandong.consumers.inbox.store import InboxStore
from liandong.consumers.replication.latency import added_up, latencies_of
from liandong.monitoring.status.document import latency
from liandong.tests.fuzz.file_targets import folder
from liandong.tests.fuzz.letters import letter
from liandong.tests.fuzz.reader_targets import directory, square, town_letter
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.worlds.town_members import COURT
from liandong.topics.catalogue import names

_KEPT_MS = 600_000
_COOKIE = bytes.fromhex("1c849314")
"""Before a compressed distribution (HdrHistogram, wire format V2)."""


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


def lateness(data: bytes) -> None:
    """What is compressed in a distribution of latencies, added up to itself; packed here, since nobody gets through that by chance."""
    packed = zlib.compress(data)
    encoded = b64encode(_COOKIE + len(packed).to_bytes(4, "big") + packed)
    kept = added_up(added_up("", encoded), encoded)
    assert not kept or latencies_of(kept.encode()) is not None


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
    FuzzTarget("latency", lateness, "how late records were, as a node says"),
    FuzzTarget("published-count", said, "a published count, as its court reads it again"),
)
