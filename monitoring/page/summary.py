"""The first thing the page says: is all well, and if not, what to type next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .cells import Cell, milliseconds
from .words import Words


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something to look at, and the command that shows more or mends it."""

    key: str
    text: str
    command: str
    serious: bool = True


def sentences(document: Mapping[str, Any], words: Words) -> list[Sentence]:
    """All findings, then what is worth knowing though nothing is overdue."""
    found = [_sentence(each, words) for each in document["findings"]]
    return found + list(_dead_letters(document, words))


def _sentence(finding: Mapping[str, Any], words: Words) -> Sentence:
    kind = "silent" if finding["kind"] == "stale" and finding["node"] is None else finding["kind"]
    places = {**finding, "lanes": ", ".join(finding.get("lanes", ()))}
    key = "/".join(str(finding.get(each, "")) for each in ("kind", "agency", "jurisdiction", "node", "notary"))
    return Sentence(key, words(f"say_{kind}", **places), _command(kind, finding))


def _command(kind: str, finding: Mapping[str, Any]) -> str:
    if kind == "head-expired":
        return f"liandong monitor notary --jurisdiction {finding['jurisdiction']} --as {finding['notary']}"
    if kind == "silent":
        return f"liandong agency run {finding['agency']}"
    if kind == "stale":
        return f"liandong agency run {finding['agency']} --node {finding['node']}"
    return f"liandong status --agency {finding['agency']}"


def _dead_letters(document: Mapping[str, Any], words: Words) -> Iterator[Sentence]:
    for agency in document["agencies"]:
        if letters := agency["dead_letters"]:
            name = agency["agency"]
            said = words("say_dead", agency=name, count=letters)
            yield Sentence(f"dead/{name}", said, f"liandong dead-letters list --agency {name}", serious=False)


def figures(document: Mapping[str, Any], words: Words) -> list[tuple[str, Cell]]:
    """The numbers to see first, each with what it is."""
    agencies = document["agencies"]
    nodes = [node for agency in agencies for node in agency["nodes"] if node["serving"]]
    silent = sum(len(agency["silent_in"]) for agency in agencies)
    fresh, all_ = sum(not node["stale"] for node in nodes), len(nodes) + silent
    proven = sum(node["proof"]["state"] == "equal" and not node["stale"] for node in nodes)
    live = sum(count for one in document["jurisdictions"] for count in one["live"].values())
    accepted = sum(agency["accepted"] for agency in agencies)
    applied = sum(agency["applied"] for agency in agencies)
    relief = sum(agency["relief_waiting"] for agency in agencies)
    slowest = max((agency["latency"]["p99"] for agency in agencies if agency["latency"]), default=None)
    return [
        (words("in_effect"), Cell(f"{live:,}")),
        (words("agencies_fresh"), Cell(f"{fresh:,} / {all_:,}", tone="" if fresh == all_ else "bad")),
        (words("agencies_proven"), Cell(f"{proven:,} / {all_:,}", tone="" if proven == all_ else "bad")),
        (words("everywhere"), Cell(_percent(applied, accepted), tone="" if applied == accepted else "warn")),
        (words("relief_short"), Cell(f"{relief:,}", tone="warn" if relief else "")),
        (words("slowest"), Cell("–" if slowest is None else milliseconds(slowest))),
    ]


def _percent(part: int, whole: int) -> str:
    """Rounded down: 100 % is all of it."""
    return f"{part * 1_000 // whole / 10:g} %" if whole else "–"
