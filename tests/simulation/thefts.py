"""What a thief said with a court's own key while nobody could know: until the key is revoked it counts, and people were freed by it."""

from typing import TYPE_CHECKING

from liandong.tests.simulation.logbook import Written
from liandong.tests.simulation.proofs import REAL
from liandong.tests.simulation.truth import ACTIVE, KeptHit

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


def was_freed_by_a_thief(world: "World", hit: KeptHit, version: int, told: Written) -> bool:
    """Whether a version, said to have freed who was stopped, was a thief's, and nobody could know: it and what was `told` of whom it
    freed stand in the log before the key under it is revoked.
    """
    places = {id(one): place for place, one in enumerate(world.log.written)}
    return any(
        max(places[id(one)], places[id(told)]) < _revoked_at(world, one.body[:8])
        for one in world.log.by_schema.get("list-record", ())
        if (one.fields["entry_id"], one.fields["version"]) == (hit.entry_id, version)
        and world.is_forged(one)
        and one.fields["record_class"] == REAL
        and world.register.signer(one.body) == world.truth.versions[hit.entry_id][0].court
        and not _means(one, hit)
    )


def _revoked_at(world: "World", key_id: bytes) -> float:
    """Where in the log the record stands that revokes a key."""
    for place, one in enumerate(world.log.written):
        if one.schema == "participant-key" and one.fields["key_id"] == key_id and one.fields["revoked_at"]:
            return place
    return float("inf")


def _means(one: Written, hit: KeptHit) -> bool:
    """Whether a record stops who was stopped."""
    named = {each["surrogate"] for each in one.fields["identities"]}
    return one.fields["status"] == ACTIVE and bool(named & hit.surrogates)
