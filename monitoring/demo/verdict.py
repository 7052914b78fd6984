"""The end of the demo: the delivery table, the figures, and whether every promise held."""

from pathlib import Path
from typing import Any

import httpx
from rich.table import Table

from ...schemas.phrases import Phrase
from .play import Play
from .setting import AGENCIES


def deliveries(play: Play) -> None:
    """Show the delivery table, and check that counts are exact, copies proven and no number missing."""
    with play.scene("Where is everything?"):
        play.stage.wait_for(Phrase("every copy being proven", "各副本得到证明"), lambda: _proven(play))
        status = play.facts["status"]
        play.console.print(_table(play, status))
        counts = {agency["agency"]: (agency["accepted"], agency["applied"]) for agency in status["agencies"]}
        exact = counts == dict.fromkeys(AGENCIES, (play.updates, play.updates))
        shown = play.texts("{count} updates", count=play.updates)
        play.promise("accepted = applied at each agency, exactly", exact, shown)
        barriers = {node["agency"]: node["proof"]["barrier"] for node in _nodes(status)}
        play.promise(
            "every copy proven equal to the signed head, by digest",
            len(barriers) == len(AGENCIES),
            play.texts("{count} copies", count=len(barriers)),
        )
        gapless = all(
            court["contiguous"] == court["highest"] for each in status["jurisdictions"] for court in each["courts"]
        )
        play.promise("no number is missing in any court's sequence", gapless)


def _nodes(status: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"agency": agency["agency"], **node} for agency in status["agencies"] for node in agency["nodes"]]


def _proven(play: Play) -> bool:
    play.facts["status"] = status = play.status()
    complete = all(batch["complete"] for batch in status["batches"])
    return complete and all(node["proof"]["state"] == "equal" and not node["stale"] for node in _nodes(status))


def _table(play: Play, status: dict[str, Any]) -> Table:
    table = Table(*map(play.texts, ("agency", "accepted", "applied", "behind", "fresh as of", "copy")))
    counts = {agency["agency"]: (f"{agency['accepted']:,}", f"{agency['applied']:,}") for agency in status["agencies"]}
    for node in _nodes(status):
        proof = f"{play.texts(node['proof']['state'])} @ {node['proof']['barrier']}"
        fresh = play.texts("{seconds} s ago", seconds=f"{node['age_seconds']:.1f}")
        table.add_row(
            play.texts.named(node["agency"], status["names"]),
            *counts[node["agency"]],
            f"{node['lag_records']:,}",
            fresh,
            proof,
        )
    return table


def summary(play: Play, seconds: float) -> dict[str, Any]:
    """Return everything as one document."""
    return {
        "held": play.all_fulfilled,
        "seconds": round(seconds, 1),
        "promises": [
            {"what": promise.claim, "held": promise.fulfilled, "shown": promise.shown} for promise in play.promises
        ],
        "update_to_gate": play.facts.get("update_to_gate"),
        "revoke_to_release": play.facts.get("revoke_to_release"),
    }


def save_metrics(play: Play) -> None:
    """Save what every process measured beside the logs."""
    for agency, counter in play.counters.items():
        _save_metrics(play.stage.log(agency), counter.call("GET", "/metrics"))
    _save_metrics(play.stage.log("monitor"), httpx.get(f"http://127.0.0.1:{play.monitor_port}/metrics", timeout=30))


def _save_metrics(log: Path, answer: httpx.Response) -> None:
    log.with_suffix(".metrics").write_text(answer.raise_for_status().text, encoding="utf-8")


def show(play: Play, seconds: float) -> None:
    """Print the last lines."""
    play.console.print(play.texts("update → gate      {figures}", figures=play.facts["update_to_gate"]))
    play.console.print(play.texts("relief → release   {figures}", figures=play.facts["revoke_to_release"]))
    broken = [promise for promise in play.promises if not promise.fulfilled]
    for promise in broken:
        shown = play.texts("did not hold: {claim} {shown}", claim=promise.claim, shown=promise.shown)
        play.console.print(shown, style="red")
    fulfilled = len(play.promises) - len(broken)
    counts = {"held": fulfilled, "count": len(play.promises), "seconds": round(seconds)}
    play.console.print(play.texts("{held} of {count} promises held, {seconds} s", **counts), style="bold")
