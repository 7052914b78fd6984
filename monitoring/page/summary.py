"""What the page says first: whether all is well, and if not, which command helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..status.next_steps import SILENT, case_of
from ..status.text import escalation
from .cells import Cell, milliseconds
from .words import Words


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words, and the command that shows more or mends it."""

    key: str
    text: str
    command: str


class Figure(NamedTuple):
    """A number and what it is."""

    label: str
    cell: Cell


def sentences(document: Mapping[str, Any], words: Words) -> list[Sentence]:
    """List all findings."""
    return [_sentence(finding, words) for finding in document["findings"]]


def _sentence(finding: Mapping[str, Any], words: Words) -> Sentence:
    kind = "silent" if case_of(finding) == SILENT else finding["kind"]
    places = {"place": "–", "seconds": "–", **finding, "lanes": ", ".join(finding.get("lanes", ()))}
    places["since"] = finding.get("since") or "–"
    places["hashes"] = " ≠ ".join(each[:12] for each in finding.get("hashes", ()))
    places["incarnations"] = ", ".join(finding.get("incarnations", ()))
    places["witnesses"] = ", ".join(finding.get("witnesses", ()))
    about = (
        "kind",
        "agency",
        "jurisdiction",
        "node",
        "notary",
        "participant",
        "court",
        "list",
        "entry",
        "lane",
        "place",
        "next",
    )
    key = "/".join(str(finding.get(part, "")) for part in about)
    said = " ".join(filter(None, (words(f"say_{kind}", **places), escalation(finding, words.lang))))
    return Sentence(key, said, finding["next"])


def figures(document: Mapping[str, Any], words: Words) -> list[Figure]:
    """List the numbers to see first."""
    agencies = document["agencies"]
    nodes = [node for agency in agencies for node in agency["nodes"] if node["serving"]]
    silent = sum(len(agency["silent_in"]) for agency in agencies)
    fresh, total = sum(not node["stale"] for node in nodes), len(nodes) + silent
    proven = sum(node["proof"]["state"] == "equal" and not node["stale"] for node in nodes)
    live = sum(count for each in document["jurisdictions"] for count in each["live"].values())
    accepted = sum(agency["accepted"] for agency in agencies)
    applied = sum(agency["applied"] for agency in agencies)
    relief = sum(agency["relief_waiting"] for agency in agencies)
    slowest = max((agency["latency"]["p99"] for agency in agencies if agency["latency"]), default=None)
    return [
        Figure(words("in_effect"), Cell(f"{live:,}")),
        Figure(words("agencies_fresh"), Cell(f"{fresh:,} / {total:,}", tone="" if fresh == total else "bad")),
        Figure(words("agencies_proven"), Cell(f"{proven:,} / {total:,}", tone="" if proven == total else "bad")),
        Figure(words("everywhere"), Cell(_percent(applied, accepted), tone="" if applied == accepted else "warn")),
        Figure(words("relief_short"), Cell(f"{relief:,}", tone="warn" if relief else "")),
        Figure(words("slowest"), Cell("–" if slowest is None else milliseconds(slowest))),
    ]


def _percent(part: int, whole: int) -> str:
    """Return a percentage, rounded down so that 100 % means all of it."""
    return f"{part * 1_000 // whole / 10:g} %" if whole else "–"
