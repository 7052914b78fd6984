"""Counting again what an incident may have broken: the log against the register, answers to commands, nothing else's word."""

from collections import defaultdict
from dataclasses import dataclass

from liandong.tests.chaos.campaign.genuine import Accepted, Markers, Signatures, readable
from liandong.tests.chaos.campaign.yard import NOTARY, PUBLISHER, Yard
from liandong.tests.worlds.court_office import COURT, JURISDICTION
from liandong.topics.catalogue import names


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in the log."""

    accepted: int
    lost: int
    """Accepted updates that are in no record, and commands nobody has answered."""
    doubled: int
    """Updates that are there under two different versions, and commands answered twice."""
    disordered: int
    """Entries whose highest version does not stand last."""
    foreign: int
    """Records in the lists that the court never accepted."""


def counted(yard: Yard) -> Count:
    """Read the register and the whole log, and compare."""
    register = yard.register()
    accepted = Accepted(register, Signatures(yard.settings, COURT, "court"), yard.settings.partitions)
    register.close()
    markers = Markers(yard.settings, NOTARY, PUBLISHER)
    found: defaultdict[bytes, set[tuple[bytes, int]]] = defaultdict(set)
    last: dict[bytes, int] = {}
    highest: dict[bytes, int] = {}
    foreign = 0
    for topic in names.state_topics(JURISDICTION):
        for one in yard.log(topic, readable):
            record = one.record
            if not accepted.has(one):
                foreign += not markers.has(one)
                continue
            found[record["update_id"]].add((one.key, record["version"]))
            last[one.key] = record["version"]
            highest[one.key] = max(highest.get(one.key, 0), record["version"])
    wanted = accepted.newest() if yard.made_again else accepted.updates
    lost = sum(1 for update, what in wanted.items() if what not in found.get(update, set()))
    answers = yard.answers()
    return Count(
        accepted=len(accepted.updates),
        lost=lost + len(yard.watches) - len(answers),
        doubled=sum(len(one) > 1 for one in found.values()) + sum(len(one) > 1 for one in answers.values()),
        disordered=sum(last[key] != version for key, version in highest.items()),
        foreign=foreign,
    )
