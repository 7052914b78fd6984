"""Promise: the status names who speaks in a notary's or a court's name, and two heads of one barrier; and nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liandong.consumers.acts_db.tables import commands_parked, dead_letters
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.watchers import NotaryProcess
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.crashing import Life
    from liandong.tests.simulation.world import World

TWIN, SPLIT, RESTORED = "notary-twin", "split-view", "notary-restored"
_OF_A_COURTS_KEY = ("sequence-duplicate", "version-conflict", "foreign-record", "stolen-outbid")
"""What is told for a while of somebody who had a court's key, although all is whole again."""
_KEY_DEEDS = ("Rotates", "Replaces", "Retires", "Revokes")
"""What may make a stolen key worth nothing."""
_ASIDE = {"dead-letters": dead_letters, "parked": commands_parked}


@dataclass(frozen=True)
class Misuse:
    """The adversary said something under a notary's own key."""

    kind: str
    """The finding it is."""
    notary: str
    life: "Life | None"
    """Of the notary that must have read it; None: the monitor sees it."""
    is_certain: bool
    """It is such a finding, whatever the notary's clock and key."""


def misused(world: "World", kind: str, notary: str, *, is_certain: bool) -> None:
    """Note that a notary's key was used."""
    process, is_certain = world.processes.get(notary), is_certain and world.broker.up
    if kind == SPLIT:
        world.misuses.append(Misuse(kind, notary, None, is_certain))
    elif isinstance(process, NotaryProcess) and process.runs:
        world.misuses.append(Misuse(kind, notary, process.life, is_certain and process.is_live))
    else:
        world.misuses.append(Misuse(kind, notary, None, is_certain=False))


def misuse_is_named(world: "World") -> None:
    """Hold the findings of the status to what was done in notaries' names. Raises PromiseBroken."""
    document = world.monitor.look_up()
    if document is None:
        return
    found = {(each["kind"], each["notary"]) for each in document["findings"] if each["kind"] in {TWIN, SPLIT}}
    done = {(each.kind, each.notary) for each in world.misuses}
    for kind, notary in sorted(found - done):
        world.hold(notary in world.harmed, f"the status names a {kind} of {notary}, in whose name nobody spoke")
    if any(world.counters[f"deeds: {deed}"] for deed in _KEY_DEEDS):
        return
    topics = names.heads(JURISDICTION), names.notary_reports(JURISDICTION), *names.state_topics(JURISDICTION)
    if world.made_again.intersection(topics):
        return
    for each in world.misuses:
        process = world.processes.get(each.notary)
        lives = each.life is None or (process is not None and process.runs and process.life is each.life)
        if each.is_certain and lives:
            world.hold((each.kind, each.notary) in found, f"the status does not name the {each.kind} of {each.notary}")
            world.count("misuses of a notary's key that were named")


def is_of_the_adversary(world: "World", finding: Mapping[str, Any]) -> bool:
    """Whether a finding tells of what the adversary did in a notary's or court's name, rather than of what is not whole."""
    if finding["kind"] in _OF_A_COURTS_KEY:
        world.count(f"named: {finding['kind']}", finding["court"] in world.forged_by)
        return finding["court"] in world.forged_by
    if finding["kind"] in _ASIDE:
        return _is_forged(world, finding)
    if finding["kind"] == RESTORED:  # heads in its name that it did not write look like that from inside
        named = finding["notary"]
        return named in world.harmed or any(each.notary == named for each in world.misuses)
    return any((each.kind, each.notary) == (finding["kind"], finding.get("notary")) for each in world.misuses)


def _is_forged(world: "World", finding: Mapping[str, Any]) -> bool:
    """Whether all that an agency has parked or put aside was written by the adversary: its operator drops it one day."""
    own = [node for node in world.nodes.values() if node.agency == finding["agency"] and node.runs]
    places = [node.places(_ASIDE[finding["kind"]]) for node in own]
    return bool(own) and all(aside <= world.forged for aside in places)
