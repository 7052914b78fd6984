"""What the publishers whose registers are at hand have found in their lists, as findings of the status."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...producers.upkeep.book import UpkeepBook, UpkeepFinding
from ...producers.upkeep.findings import (
    AHEAD,
    CLOCK,
    CONTESTED,
    OUTBID,
    REFUSED,
    RELIEF_UNREAD,
    SHRUNK,
    STOLEN,
    STRANGE,
    TAKEN,
)
from ...producers.upkeep.strangers import stranger_text
from ...schemas import ids
from .positions import moment
from .register_counts import Deliveries

PUBLISHER = "publisher"
"""The witness of what a register says, beside notaries by their names."""
_SHOWN = 20
"""Entries that are named one by one; the others are counted."""


def publisher_findings(deliveries: Sequence[Deliveries]) -> Iterator[dict[str, Any]]:
    """Name what a publisher cannot put right by itself."""
    for each in deliveries:
        book = UpkeepBook(each.register, each.jurisdiction)
        found: dict[str, list[UpkeepFinding]] = defaultdict(list)
        for finding in book.findings():
            found[finding.kind].append(finding)
        yield from _behind(each.jurisdiction, found[AHEAD])
        for one in found[SHRUNK]:
            about = {"jurisdiction": each.jurisdiction, "list": one.list}
            yield {"kind": "list-shrunk", **about, "witnesses": [PUBLISHER]}
        for one in found[CLOCK]:
            yield {"kind": "publisher-clock", "jurisdiction": each.jurisdiction, "seconds": int(one.detail)}
        yield from ({"kind": "refused-record", **about} for about in _entries(each, found[REFUSED]))
        yield from ({"kind": "stolen-version", **about} for about in _entries(each, found[STOLEN]))
        yield from ({"kind": "taken-entry", **about} for about in _entries(each, found[TAKEN]))
        yield from _strange(each.jurisdiction, found[STRANGE])
        yield from ({"kind": "stolen-outbid", **about} for about in _entries(each, found[OUTBID]))
        yield from ({"kind": "contested-entry", **about} for about in _entries(each, found[CONTESTED]))
        for one in found[RELIEF_UNREAD]:
            about = {"jurisdiction": each.jurisdiction, "list": one.list}
            yield {"kind": "relief-unread", **about, "what": one.detail, "since": moment(one.since)}


def _behind(jurisdiction: str, ahead: Iterable[UpkeepFinding]) -> Iterator[dict[str, Any]]:
    highest: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in ahead:
        highest[one.court, one.list].append(int(one.detail))
    for (court, of_list), numbers in sorted(highest.items()):
        about = {"jurisdiction": jurisdiction, "court": court, "list": of_list}
        yield {"kind": "register-behind", **about, "highest": max(numbers), "count": len(numbers)}


def _strange(jurisdiction: str, found: Sequence[UpkeepFinding]) -> Iterator[dict[str, Any]]:
    for one in found[:_SHOWN]:
        about = {"jurisdiction": jurisdiction, "court": one.court, "entry": stranger_text(one), "version": one.version}
        yield {"kind": "strange-entry", **about, "count": len(found), "key": one.detail, "at": moment(one.since)}


def _entries(deliveries: Deliveries, found: Sequence[UpkeepFinding]) -> Iterator[dict[str, Any]]:
    with deliveries.register.engine.connect() as connection:
        for one in found[:_SHOWN]:
            whole = deliveries.register.whole_entry(connection, one.entry_id)
            if whole is None:
                continue
            entry = ids.entry_text(int(whole.entry.instrument), one.entry_id)
            about = {"jurisdiction": deliveries.jurisdiction, "court": one.court, "entry": entry}
            stolen = {"key": one.detail, "at": moment(one.since)} if one.kind in {STOLEN, TAKEN, OUTBID} else {}
            taken = {"below": whole.court} if one.kind == TAKEN else {}
            yield {**about, "version": one.version, "count": len(found), **stolen, **taken}
