"""Promise: what courts publish of enforcement is what their inboxes took, as a stranger with the escrow's keys counts it."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import open_sealed
from liandong.tests.simulation.founding import founding
from liandong.tests.worlds.enforcement import Recounted, first_day

if TYPE_CHECKING:
    from liandong.tests.simulation.watchers import InboxProcess
    from liandong.tests.simulation.world import World

_SETTLED_AFTER_MS = 40 * 86_400_000
"""The longest cut, its grace, and a month until its last planned count."""
_FEW = 5
Group = tuple[str, str, str, str]
"""Court, agency, measure and first day."""


def counts_are_what_inboxes_took(world: "World") -> None:
    """Let all weeks settle, and hold the newest revision of every group to what was to be counted."""
    if not world.log.by_schema.get("interception"):
        return
    since = world.time.now()
    world.time.pass_ms(_SETTLED_AFTER_MS)
    world.everybody_works(3)
    newest = _newest(world)
    for inbox in world.inboxes:
        if inbox.runs and world.register.can_sign(inbox.court, world.time.now()):
            for group, own in _to_count(world, inbox).items():
                _hold(world, group, own, newest.get(group), since)


def _hold(world: "World", group: Group, own: Recounted, said: dict[str, Any] | None, since: int) -> None:
    about = f"of {group[1]} and {group[2]} since {group[3]} to {group[0]}"
    world.hold(said is not None, f"no count was published {about}")
    assert said is not None
    world.count("counts recounted")
    if said["issued_at"] >= since:
        world.hold(said["folded"] == (own.number < _FEW), f"{about} something is folded that is not, or not that is")
        world.hold(said["count"] == (0 if said["folded"] else own.number), f"{about} another number was published")
        world.hold(said["root"] == own.root(said), f"{about} a root is not over what was counted")
    else:  # it had settled, and fewer than five came since
        world.hold(
            said["folded"] or own.number - _FEW < said["count"] <= own.number, f"{about} a count was not revised"
        )


def _newest(world: "World") -> dict[Group, dict[str, Any]]:
    """The newest revision of every group that its court has signed."""
    newest: dict[Group, dict[str, Any]] = {}
    bodies: dict[tuple[Group, int], bytes] = {}
    for one in world.log.by_schema.get("enforcement-count", ()):
        said = one.fields
        world.hold(world.register.has_signed(said["court"], one.schema, one.body), "a count is not its court's")
        group = said["court"], said["agency"], said["measure"], said["from_day"]
        twin = bodies.setdefault((group, said["revision"]), one.body)
        world.hold(twin == one.body, "two counts of one group have the same number")
        if group not in newest or newest[group]["revision"] <= said["revision"]:
            newest[group] = said
    return newest


def _to_count(world: "World", inbox: "InboxProcess") -> dict[Group, Recounted]:
    """What an inbox took that stopped somebody, by group."""
    taken = {item.event_id for item in inbox.items() if item.schema == "interception" and not item.refused}
    found: dict[Group, dict[bytes, str]] = {}
    for said in _opened(world, inbox.court):
        if said["event_id"] in taken and said["outcome"] in ("REFUSED", "HELD") and not said["record_class"]:
            first = first_day(date.fromisoformat(said["day"])).isoformat()
            group = said["court"], said["agency"], said["measure"], first
            found.setdefault(group, {})[said["event_id"]] = said["check_id"]
    return {group: Recounted(len(events), tuple(sorted(events.items()))) for group, events in found.items()}


def _opened(world: "World", court: str) -> Iterator[dict[str, Any]]:
    for one in world.genuine("interception"):
        if one.fields["court"] == court:
            context = sealing_context(one.schema, one.fields["event_id"])
            yield one.fields | open_sealed(one.fields["sealed"], context, *founding().escrow)
