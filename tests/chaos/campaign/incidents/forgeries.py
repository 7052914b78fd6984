"""Records that are not their signers' to write: by every kind of key, to free somebody listed and to block an innocent."""

import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from liandong.schemas.dates import CHINA
from liandong.schemas.law.listing import Change, Status
from liandong.schemas.wire.codec import encode
from liandong.schemas.wire.signing import Ed25519Signer, Signer
from liandong.tests.chaos.campaign.hands import LEFT_BEHIND, Hands, hands
from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import AGENCY, INNOCENTS, NOTARY, PATIENCE, PUBLISHER, SIBLING, Yard
from liandong.tests.worlds.court_office import COURT
from liandong.tests.worlds.people import Person, invented
from liandong.tests.worlds.records import CourtScribe
from liandong.tests.worlds.waiting import eventually
from liandong.topics.transport.ports import OutgoingRecord

ROUNDS = 2
REAL, CANARY = 0, 1
_OUTSIDER = 9_000
"""Makes somebody whom no court has listed and nobody asks about otherwise."""
FAR_AHEAD = 1_000_000
"""Versions by which a forgery outbids what stands."""


def _strike(yard: Yard) -> None:
    written, since = 0, datetime.now(CHINA)
    with hands(yard) as hand:
        held = {by: hand.participants.signer(by) for by in (SIBLING, NOTARY, AGENCY, PUBLISHER)}
        held["nobody"] = Ed25519Signer(os.urandom(32))
        for _ in range(ROUNDS):
            for by in yard.chance.sample(sorted(held), len(held)):
                records = list(_forgeries(hand, by, held[by]))
                yard.chance.shuffle(records)
                written += hand.send(records)
                yard.traffic(1, pace=0.1)
            written += hand.send(_unsigned(hand))
    yard.notes.append(f"{written} forged records")
    yard.until_named("register-behind")  # the sibling's own key has signed what its register does not know
    yard.run("participant", "rotate-key", SIBLING, "--compromised-since", since.strftime("%Y-%m-%dT%H:%M:%S"))


def _strike_with_stolen_key(yard: Yard) -> None:
    """A thief has the court's key, and frees and lists with it before the court knows and afterwards."""
    victim, outsider = yard.chance.choice(yard.listed()[1:]), invented(_OUTSIDER)
    time.sleep(2)  # what the court has said so far is proven by heads from before the theft
    since = datetime.now(CHINA)
    with hands(yard) as hand:
        stolen, means = hand.participants.signer(COURT), _meaning(hand, outsider)
        scribe, entry = CourtScribe(signer=stolen), hand.entry(victim)
        scribe.entries[entry["entry_id"]], scribe.sequence = entry, entry["court_sequence"] + 1_000
        begun, at = time.monotonic(), time.time_ns() // 1_000_000
        freed = _on_both_lanes(scribe, scribe.change(entry["entry_id"], Change.REVOKE, at=at))
        hand.send((*freed, *_on_both_lanes(scribe, scribe.include(at=at, **means))))
        yard.believed(victim, begun, listed=False)
        time.sleep(2)
        begun = time.monotonic()
        yard.run("participant", "rotate-key", COURT, "--compromised-since", since.strftime("%Y-%m-%dT%H:%M:%S"))
        # a node cannot know of a theft before it has read of it; from then on nobody who is listed may pass for certain
        assert eventually(lambda: _passes_nowhere(yard, victim), PATIENCE, pace=0.05), "a node never hears of the theft"
        yard.believed(victim, begun, listed=True)
        for _ in range(ROUNDS):
            hand.send(_forgeries(hand, COURT, stolen, means))
            yard.traffic(1, pace=0.1)
    yard.until_named("stolen-version")
    yard.run("court", "resign", "--all", "--court", COURT)
    yard.run("court", "resign", "--end-strangers", "--court", COURT)
    (answer,) = yard.gates[0].ask({_OUTSIDER: outsider})
    assert answer.decision != "BLOCK", "somebody is blocked whom a thief has listed"
    yard.notes.append(f"whom the thief has listed is {answer.decision}")


def _passes_nowhere(yard: Yard, who: int) -> bool:
    answers = [gate.ask({who: yard.people[who]}) for gate in yard.gates]
    return all(given and given[0].decision != "ALLOW" for given in answers)


def _forgeries(
    hand: Hands, by: str, signer: Signer, means: Mapping[str, Any] | None = None
) -> Iterator[OutgoingRecord]:
    """Give everything one key can write against one who is listed and one who is not, in its own name and in the court's."""
    entry, innocent = _parties(hand)
    means, at = means or innocent, time.time_ns() // 1_000_000
    entry_id, version = entry["entry_id"], entry["version"]
    for name in dict.fromkeys((COURT, by)):
        scribe = CourtScribe(court=name, signer=signer)
        for record_class in (REAL, CANARY):
            guise: dict[str, Any] = {"court": name, "record_class": record_class}
            for ahead in (0, 1, FAR_AHEAD):
                for change, fields in ((Change.REVOKE, {}), (Change.CORRECT, means)):
                    scribe.sequence = entry["court_sequence"] + hand.yard.chance.randrange(100)
                    scribe.entries[entry_id] = entry | guise | {"version": version + ahead}
                    yield from _on_both_lanes(scribe, scribe.change(entry_id, change, at=at, **fields))
            if record_class == CANARY or name == COURT or by != SIBLING:  # a court lists whom it wants in its own name
                yield from _on_both_lanes(scribe, scribe.include(at=at, **guise, **means))


def _unsigned(hand: Hands) -> Iterator[OutgoingRecord]:
    """Give what can be written without any key: nothing, garbage, and other content under the court's own signature."""
    scribe, (entry, means) = CourtScribe(), _parties(hand)
    genuine = encode("list-record", entry)
    higher = {"version": entry["version"] + 1}
    ended = {"status": int(Status.REVOKED), "identities": [], "name": ""}
    for fields in (higher | ended, higher | means, ended, means, {"entry_id": os.urandom(16)} | means):
        yield from _on_both_lanes(scribe, scribe.forged(genuine, **fields))
    whole = scribe.message(genuine)
    for value in (None, b"garbage", whole.value and whole.value[:-9]):
        for one in (whole, scribe.relief(genuine)):
            yield OutgoingRecord(one.topic, one.key, value)


def _parties(hand: Hands) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw somebody's entry, and say whom it should mean who was never listed."""
    yard = hand.yard
    return hand.entry(yard.chance.choice(yard.listed())), _meaning(hand, yard.people[yard.chance.randrange(INNOCENTS)])


def _meaning(hand: Hands, somebody: Person) -> dict[str, Any]:
    """Return the fields of a record that say whom it means."""
    return {"name": somebody.name, "identities": somebody.identities(keys=hand.matching_keys)}


def _on_both_lanes(scribe: CourtScribe, body: bytes) -> Iterator[OutgoingRecord]:
    yield scribe.message(body)
    yield scribe.relief(body)


_NAMED = frozenset(("register-behind", "dead-letters"))
_FOREIGN = frozenset(("foreign-record",))
"""The sibling's key has signed of an entry that is not its court's: told for a week, and no gap of anybody's."""
_OF_A_THIEF = frozenset(("stolen-outbid", "version-conflict", "sequence-duplicate"))
"""What a thief did is told for a week, or until a person takes note; the gap below his numbers closes with his key."""
ROWS = (
    Row(
        "records are forged by every kind of key but the court's",
        _strike,
        _NAMED,  # once the sibling's key is revoked nobody passes for certain until what it signed is looked through
        left=LEFT_BEHIND | _FOREIGN,
    ),
    Row(
        "records are forged with the court's own stolen key",
        _strike_with_stolen_key,
        frozenset(("stolen-version",)),
        left=LEFT_BEHIND | _OF_A_THIEF,
    ),
)
