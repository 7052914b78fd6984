"""What is amiss in the lists and with those who vouch for them: from notaries' heads and reports, and from two heads of one barrier.

What happened once is told for a week after it was seen last, what is missing until it is there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..ledger.evidence_views import EvidenceView
from ..ledger.stands import HeadStand, ReportStand
from .positions import moment

_TOLD_MS = 7 * 86_400_000
_GAP, _OF_NOTARIES = "sequence-gap", {"notary-twin", "notary-restored"}
_EVENTS = {"sequence-duplicate", "version-conflict", "foreign-record", *_OF_NOTARIES}
Row = dict[str, Any]


def list_findings(view: EvidenceView, heads: Sequence[HeadStand], now: int) -> Iterator[Row]:
    """List the findings as of now, ms UTC."""
    yield from _checkpoint_findings(heads)
    yield from _reported(view.reports(now - _TOLD_MS))
    for split in view.split_views(now - _TOLD_MS):
        about = {"jurisdiction": split.jurisdiction, "notary": split.notary, "low": split.low, "high": split.high}
        yield {"kind": "split-view", **about, "count": split.count, "hashes": split.hashes, "at": moment(split.at)}


def merged(found: Iterable[Row]) -> list[Row]:
    """Make one finding of those that several witnesses tell of one list."""
    rows: list[Row] = []
    of_lists: dict[tuple[str, str, str], Row] = {}
    for row in found:
        key = (row["kind"], row["jurisdiction"], row.get("list", ""))
        if "witnesses" not in row or key not in of_lists:
            rows.append(of_lists.setdefault(key, dict(row)) if "witnesses" in row else row)
            continue
        known = of_lists[key]
        known |= {**row, "witnesses": sorted({*known["witnesses"], *row["witnesses"]})}
    return rows


def newest_head(jurisdiction: str, heads: Sequence[HeadStand]) -> HeadStand | None:
    """Return the freshest of the notaries' newest heads, None if a jurisdiction has none."""
    candidates = [head for head in heads if head.jurisdiction == jurisdiction]
    return max(candidates, key=lambda head: head.fresh_at, default=None)


def _checkpoint_findings(heads: Sequence[HeadStand]) -> Iterator[Row]:
    """Name the courts of which the log holds something else than their publisher says."""
    for jurisdiction in sorted({head.jurisdiction for head in heads}):
        newest = newest_head(jurisdiction, heads)
        yield from _shrunk(newest)
        for count in newest.courts if newest else ():
            about = {"jurisdiction": jurisdiction, "list": count.topic, "court": count.court}
            if count.highest < count.published:
                numbers = {"published": count.published, "highest": count.highest}
                yield {"kind": "lost-tail", **about, **numbers, "count": count.published - count.highest}
            elif count.live_missing:
                yield {"kind": "live-differs", **about, "count": count.live_missing}


def _shrunk(newest: HeadStand | None) -> Iterator[Row]:
    """Name the lists that hold less than heads said before."""
    lacking = Counter[str]()
    for one in newest.shortfalls if newest else ():
        lacking[one.topic] += one.trusted - one.highest
    for topic, missing in sorted(lacking.items()):
        about = {"jurisdiction": newest.jurisdiction, "list": topic, "witnesses": [newest.notary]} if newest else {}
        yield {"kind": "list-shrunk", **about, "count": missing}


def _reported(reports: Sequence[ReportStand]) -> Iterator[Row]:
    """Merge what the notaries' newest reports say, the newest first: what is missing says the newest of a jurisdiction, what
    happened any of them.
    """
    found: dict[tuple[str, ...], Row] = {}
    heard: set[str] = set()
    for report in reports:
        is_newest = report.jurisdiction not in heard
        heard.add(report.jurisdiction)
        for row in report.findings:
            kind = str(row["kind"])
            if kind not in _EVENTS and not is_newest:
                continue
            told = _row(kind, report, row)
            key = (kind, report.jurisdiction, str(row["list"]), str(row["court"]), str(told.get("notary", "")))
            if key not in found or found[key]["count"] < told["count"]:
                found[key] = told
    yield from (found[key] for key in sorted(found))


def _row(kind: str, report: ReportStand, row: dict[str, str | int]) -> Row:
    known = kind in _EVENTS or kind == _GAP
    numbers = {name: row[name] for name in ("low", "high", "count")}
    place = {} if row["offset"] == -1 else {"place": f"{row['list']}/{row['partition']} @ {row['offset']}"}
    about = {"jurisdiction": report.jurisdiction, "list": row["list"], "court": row["court"]}
    if kind in _OF_NOTARIES or not known:
        about |= {"notary": report.notary}
    name = {} if known else {"what": kind}
    at = min(int(row["at"]), report.appended_at)
    return {"kind": kind if known else "later-finding", **name, **about, **numbers, **place, "at": moment(max(at, 0))}
