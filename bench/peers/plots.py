"""Draws the runs of a session as SVG beside its JSON file and prints the files' names."""

import json
import sys
from pathlib import Path
from statistics import median

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plot

mpl.rcParams["svg.hashsalt"] = "liandong"
_OURS, _THEIRS = "#1b6ca8", "#9aa5b1"


def main(latest: Path) -> None:
    """Draw all plots there are runs for."""
    runs = {
        name: [run["value"] for run in results]
        for name, results in json.loads(latest.read_text("utf-8"))["runs"].items()
    }
    _bars(latest.parent, runs, "apply", ("raw-dict", "faststream", "quix", "apply", "apply-2-shards"), "records/s")
    _bars(
        latest.parent, runs, "checks", ("check-decision", "check-number", "check-surrogate", "http-batch"), "checks/s"
    )
    _bars(latest.parent, runs, "http", ("http-empty", "http-body", "http-check"), "requests/s")
    _bars(latest.parent, runs, "publish", ("raw-publish", "publish"), "rows/s")
    _growth(latest.parent, runs)


def _bars(folder: Path, runs: dict[str, list[float]], title: str, names: tuple[str, ...], unit: str) -> None:
    """Draw medians with every run as a dot."""
    names = tuple(name for name in names if name in runs)
    if not names:
        return
    _, axes = plot.subplots(figsize=(7, 0.6 * len(names) + 1))
    colours = [
        _OURS if name.startswith(("apply", "check", "http-check", "http-batch", "publish")) else _THEIRS
        for name in names
    ]
    axes.barh(names, [median(runs[name]) for name in names], color=colours)
    for at, name in enumerate(names):
        axes.plot(runs[name], [at] * len(runs[name]), "k.", markersize=4)
    axes.set_xlabel(unit)
    axes.set_title(title)
    _save(folder, f"{title}.svg")


def _growth(folder: Path, runs: dict[str, list[float]]) -> None:
    """Apply and check by size of the list, apply by number of agencies."""
    lines = {
        "apply": [("20k", "apply-20k"), ("1M", "apply-1M"), ("5M", "apply-5M")],
        "check": [("20k", "check-20k"), ("1M", "check-1M"), ("5M", "check-5M")],
        "agencies": [(str(count), f"agencies-{count}") for count in (1, 3, 10)],
    }
    drawn = {name: [(x, runs[case]) for x, case in line if case in runs] for name, line in lines.items()}
    drawn = {name: line for name, line in drawn.items() if line}
    if not drawn:
        return
    figure, axes = plot.subplots(1, len(drawn), figsize=(3.2 * len(drawn), 3), squeeze=False)
    for axis, (name, line) in zip(axes[0], drawn.items(), strict=True):
        axis.plot([x for x, _ in line], [median(values) for _, values in line], color=_OURS, marker="o")
        axis.set_ylim(bottom=0)
        axis.set_title(f"{name} (per second)")
    figure.tight_layout()
    _save(folder, "growth.svg")


def _save(folder: Path, name: str) -> None:
    plot.savefig(folder / name, bbox_inches="tight", metadata={"Date": None})
    plot.close("all")
    print(name)


main(Path(sys.argv[1]))
