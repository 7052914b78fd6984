"""When faults stop: within a minute everything is applied and proven, or the status names what is not; then all is counted."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from liandong.schemas.ids import text
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import open_sealed
from liandong.tests.simulation import audits
from liandong.tests.simulation.counter import KEYED, trace_at
from liandong.tests.simulation.deeds.staff import STOPPING
from liandong.tests.simulation.doubts import expected, is_doubtful
from liandong.tests.simulation.founding import JURISDICTION, founding
from liandong.tests.simulation.people import townspeople
from liandong.tests.simulation.promises import STALE_AFTER_MS, audit_copy, heard, judge_status, state_topic
from liandong.tests.simulation.published_counts import counts_are_what_inboxes_took
from liandong.tests.simulation.thefts import was_freed_by_a_thief
from liandong.tests.simulation.vouching import is_of_the_adversary, misuse_is_named
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.world import World

_LOOKED_AFTER = (2, 2, 2, 4, 10, 20, 21)
"""Seconds between two looks: together a minute, and a moment for the status to name what is late by more than that."""
_SENT_WITHIN_MS = 5_000


def end_well(world: "World") -> None:
    """Let faults stop and hold the world to its promises. Raises PromiseBroken."""
    world.faults_stop()
    for seconds in _LOOKED_AFTER:
        world.everybody_works(seconds)
        missing = next(_missing(world), None)
        if missing is None:
            break
    else:
        status = world.monitor.look_up()
        world.hold(
            status is None
            or any(not is_of_the_adversary(world, each) for each in status["findings"])
            or any(_is_unheard_of(world, node) for node in world.nodes.values()),
            f"a minute after faults stopped the status is green, but: {missing}",
        )
        misuse_is_named(world)
        audits.audit(world)
        audits.no_receipt_is_missing(world)
        audits.commands_are_carried_out(world)
        _numbers_follow_each_other(world)
        _nothing_was_told_twice(world)
        world.count("endings the status named")
        return
    audits.audit(world)
    audits.no_receipt_is_missing(world)
    audits.commands_are_carried_out(world)
    world.count("endings that came whole")
    misuse_is_named(world)
    _gates_say_what_courts_say(world)
    _the_log_is_in_order(world)
    _numbers_follow_each_other(world)
    _nothing_was_told_twice(world)
    _nobody_still_meant_was_released(world)
    _every_court_knows_the_request(world)
    audits.a_month_later(world)
    counts_are_what_inboxes_took(world)


def _is_unheard_of(world: "World", node: "NodeProcess") -> bool:
    """Whether a node has refused its start before it ever said anything: its operator has the code, nobody else knows of it."""
    return not node.runs and bool(node.refused) and world.newest_receipt(node.agency, node.node) is None


def _missing(world: "World") -> Iterator[str]:
    """What is not as it should be in the end."""
    for name, rows in world.waiting(_SENT_WITHIN_MS).items():
        yield f"{rows} records wait at {name}"
    for node in world.nodes.values():
        if not node.runs:
            yield f"{node.name} does not run"
            continue
        yield from (
            f"{node.name} has not read version {said.version} of {said.entry_id.hex()}"
            for said in world.truth.all_newest()
            if not heard(world, node, said)
        )
        position = node.view.position(JURISDICTION)
        if not position.proven:
            yield f"{node.name} is not proven"
        elif world.time.now() - position.fresh_as_of > STALE_AFTER_MS:
            yield f"{node.name} is not fresh"
    yield from audits.what_inboxes_lack(world)
    answers = _answers(world)
    for court in world.courts.values():
        given = (*court.watches, *court.stops)
        yield from (f"command {each.hex()} was not answered" for each in given if not answers[each])
    told, released = _told(world), _released(world)
    for hit in world.kept:
        handle = told.get((hit.check, hit.entry_id), [])
        if not handle:
            yield f"interception {hit.check} was not told"
        elif (
            world.truth.is_released(hit, lambda said: not is_doubtful(world, said))
            and not released[text("evt", handle[0])]
        ):
            yield f"the release of interception {hit.check} was not told"
    yield from _what_the_status_lacks(world)


def _gates_say_what_courts_say(world: "World") -> None:
    for node in world.nodes.values():
        audit_copy(world, node)
        if node.kind not in STOPPING:
            continue
        for person in townspeople().everybody:
            answer = node.ask(person, keeps=False)
            right = expected(world, node.surrogates(person))
            said = answer.decision.verdict if answer else None
            world.hold(said is right, f"in the end {node.name} says {said} where {right} is right")


def _the_log_is_in_order(world: "World") -> None:
    """Promise 7: per key the highest version stands last, of courts that have a publisher here: nobody looks after others' lists."""
    for topic in names.state_topics(JURISDICTION):
        last: dict[bytes, int] = {}
        for one in world.log.by_schema.get("list-record", ()):
            if one.at.topic == topic and world.is_said(one):
                last[one.fields["entry_id"]] = one.fields["version"]
        for said in world.truth.all_newest():
            if state_topic(said) == topic and said.court in world.courts:
                world.hold(last.get(said.entry_id) == said.version, "the highest version of a key does not stand last")


def _numbers_follow_each_other(world: "World") -> None:
    """Promise 7: every number of every court that has a publisher here is there, once."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for history in world.truth.versions.values():
        for said in history:
            if said.court in world.courts:
                numbers.setdefault((said.court, state_topic(said)), []).append(said.sequence)
    for taken in numbers.values():
        world.hold(sorted(taken) == list(range(1, len(taken) + 1)), "a court's numbers have a gap or a double")


def _nothing_was_told_twice(world: "World") -> None:
    """Promise 6: every interception, release and answer to a command once, whatever else is missing."""
    told, released = _told(world), _released(world)
    world.hold(all(len(handles) == 1 for handles in told.values()), "an interception was told twice")
    world.hold(all(count == 1 for count in released.values()), "a release was told twice")
    for (site, _), handles in _told(world, "site").items():
        open_ones = [handle for handle in handles if not released[text("evt", handle)]]
        world.hold(not site.startswith(KEYED) or len(open_ones) <= 1, "a request sent again was told twice")
    answers = _answers(world)
    world.hold(all(count == 1 for count in answers.values()), "a command was answered twice")


def _nobody_still_meant_was_released(world: "World") -> None:
    """But for whom a thief freed while nobody could know that: they went, and their court hears so."""
    told, interceptions = _told(world), {one.fields["event_id"]: one for one in world.genuine("interception")}
    freed_by = {each["attributes"]["released"]: int(each["entry_version"]) for each in _releases(world)}
    for hit in world.kept:
        handle = told[hit.check, hit.entry_id][0]
        version = freed_by.get(text("evt", handle))
        if version is None or world.truth.is_released(hit):
            continue
        thief = was_freed_by_a_thief(world, hit, version, interceptions[handle])
        world.hold(thief, "a release was told of somebody who is still meant")
        world.count("releases of whom a thief freed")


def _every_court_knows_the_request(world: "World") -> None:
    """Each interception has the trace of its own request, sealed; no record in the log is in the trace of any."""
    trace_ids: set[bytes] = set()
    for one in world.genuine("interception"):
        content = _opened(one.schema, one.fields)
        own = "" if one.fields["outcome"] == "RELEASED" else trace_at(content["occurred_at"])
        world.hold(content["traceparent"] == own, "a court is told of another request's trace")
        trace_ids.update(part.encode() for part in own.split("-")[1:2])
    headers = (value or b"" for each in world.log.messages for _, value in each.record.headers)
    in_the_log = {part for value in headers for part in value.split(b"-")}
    world.hold(trace_ids.isdisjoint(in_the_log), "a record on a topic is in the trace of a request")


def _told(world: "World", by: str = "check_id") -> dict[tuple[str, bytes], list[bytes]]:
    """The handles under which each hit, by check (or what else its detail says) and entry, was told."""
    told: dict[tuple[str, bytes], list[bytes]] = {}
    for one in world.genuine("interception"):
        if one.fields["outcome"] != "RELEASED":
            content = _opened(one.schema, one.fields)
            told.setdefault((content[by], content["entry_id"]), []).append(one.fields["event_id"])
    return told


def _released(world: "World") -> Counter[str]:
    """How often each interception was told to be over."""
    return Counter(each["attributes"]["released"] for each in _releases(world))


def _releases(world: "World") -> Iterator[dict[str, Any]]:
    """What is sealed in each release."""
    for one in world.genuine("interception"):
        if one.fields["outcome"] == "RELEASED":
            yield _opened(one.schema, one.fields)


def _answers(world: "World") -> Counter[bytes]:
    """How many answers each command got. One that is said again, to a command that is sent again, has the same handle."""
    given = (one.fields for one in world.genuine("control-feedback"))
    answers = {(fields["command_id"], fields["feedback_id"]) for fields in given}
    return Counter(command for command, _ in answers)


def _opened(schema: str, fields: dict[str, Any]) -> dict[str, Any]:
    return open_sealed(fields["sealed"], sealing_context(schema, fields["event_id"]), *founding().escrow)


def _what_the_status_lacks(world: "World") -> Iterator[str]:
    """Promise 9: what the status counts is what happened."""
    status = world.monitor.look_up()
    if status is None:
        yield "the monitor is away"
        return
    judge_status(world, status)
    updates = sum(len(history) for history in world.truth.versions.values() if history[0].court in world.courts)
    for agency in status["agencies"]:
        counts = (agency["accepted"], agency["applied"], agency["late_updates"], agency["relief_waiting"])
        if counts != (updates, updates, 0, 0):
            yield f"the status counts {counts} of {updates} updates at {agency['agency']}"
    yield from (str(each) for each in status["findings"] if not is_of_the_adversary(world, each))
