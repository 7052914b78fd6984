"""What is looked at closely now and then, and always in the end: heads, receipts, releases, inboxes, ended watches, trust."""

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select

from liandong.consumers.acts_db.tables import (
    commands_handled,
    commands_parked,
    dead_letters,
    watch_subjects,
    watches,
)
from liandong.consumers.commands.parked import BEHIND_ANOTHER
from liandong.consumers.store.layout import TrustedHead
from liandong.schemas.wire.codec import Undecodable, from_wire
from liandong.schemas.wire.framing import FramingError
from liandong.tests.simulation.checkpoints import checkpoints_count_what_stands_below_them
from liandong.tests.simulation.logbook import Written
from liandong.tests.simulation.promises import audit_copy
from liandong.tests.simulation.proofs import Register
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import Message, TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.watchers import InboxProcess
    from liandong.tests.simulation.world import World

_A_MONTH_MS = 31 * 86_400_000
_TIDIED_WITHIN_MS = 5_000
_HANDLES = {"control-feedback": "feedback_id"} | dict.fromkeys(
    ("interception", "asset-event", "whereabouts-event"), "event_id"
)


def audit(world: "World") -> None:
    """Look at all that must hold at any moment. Raises PromiseBroken."""
    for node in world.nodes.values():
        if node.runs:
            audit_copy(world, node)
            audit_trust(world, node)
    _heads_say_what_stands_below_them(world)
    checkpoints_count_what_stands_below_them(world)
    _barriers_tell_of_the_register_what_stood_there(world)
    _receipts_have_numbers_of_their_own(world)
    _nobody_is_watched_unasked(world)
    _commands_wait_behind_their_own_courts(world)
    _no_ended_watch_names_anybody(world, watches.c.stopped_at != 0)


def audit_trust(world: "World", node: "NodeProcess") -> None:
    """The highest head a node trusts was signed by the notary it names, and never falls back."""
    here, heads = (node.name, node.machine.disk.boot_id), node.trusted_heads()
    gone = {row for *place, row in world.trusted if tuple(place) == here} - {head.row for head in heads}
    world.hold(not gone, f"the head {node.name} trusts fell back to none")
    for head in heads:
        place = *here, head.row  # after a loss of power what was last synced is trusted
        before = world.trusted.get(place, -1)
        world.hold(head.number >= before, f"the head {node.name} trusts fell back")
        if head.number > before:
            world.hold(_is_signed(world, head), f"{node.name} trusts a head that {head.notary} has not signed")
        world.trusted[place] = head.number
        _vouched(world, node, head)


def _vouched(world: "World", node: "NodeProcess", head: TrustedHead) -> None:
    """What a node calls proven was signed before the root's newest word about the register ran out."""
    words = [one.fields for one in world.genuine("key-register")]
    until = max(words, key=lambda word: int(word["number"]))["valid_until"] if words else math.inf
    for one in reversed(world.log.by_schema.get("list-head", ())):
        if sha256(one.body).digest() == head.proven_hash:
            late = one.fields["issued_at"] >= until
            world.hold(not late, f"{node.name} calls proven what came after the register ran out")
            break


def _is_signed(world: "World", head: TrustedHead) -> bool:
    """Whether a notary's key is under a head of the log, whoever has written it."""
    return any(
        sha256(one.body).digest() == head.hash and world.register.has_signed(head.notary, one.schema, one.body)
        for one in reversed(world.log.by_schema.get("list-head", ()))
        if one.fields["number"] == head.number
    )


def what_inboxes_lack(world: "World") -> Iterator[str]:
    """What agencies have told and is not in its court's inbox. Raises PromiseBroken for what nobody told."""
    for inbox in world.inboxes:
        yield from _what_an_inbox_lacks(world, inbox)


def commands_are_carried_out(world: "World") -> None:
    """Every watch that stands in the log was carried out, waits, or was put aside, whatever went back or was made again."""
    given = {command for court in world.courts.values() for command in court.watches}
    for node in world.nodes.values():
        if not node.runs or node.database.away or node.is_cut_off or not node.knows_keys:
            continue
        messages = world.broker.records(names.commands(node.agency))
        there = {one.key() for one in messages if (one.key() or b"") in given and _is_watch(one)}
        with node.acts.connect() as connection:
            done = set(connection.scalars(select(commands_handled.c.command_id)))
            done |= set(connection.scalars(select(commands_parked.c.key)))
            aside = {
                tuple(row)
                for row in connection.execute(select(dead_letters.c.log_partition, dead_letters.c.log_offset))
            }
        done |= {one.key() for one in messages if (one.partition(), one.offset()) in aside}
        world.hold(there <= done, f"{node.name} has forgotten a command that stands in the log")
        world.count("commands found carried out", len(there))


def _is_watch(message: Message) -> bool:
    """Whether a command stands under its own id: one that ends a watch stands under that of the watch."""
    with suppress(FramingError, Undecodable, KeyError):
        return bool(from_wire(message.value() or b"")["command_id"] == message.key())
    return False


def _nobody_is_watched_unasked(world: "World") -> None:
    given = _asked(world)
    for node in world.nodes.values():
        if node.runs:
            with node.acts.connect() as connection:
                accepted = set(connection.scalars(select(watches.c.command_id)))
            world.hold(accepted <= given, f"{node.name} watches for somebody no court asked about")


def _commands_wait_behind_their_own_courts(world: "World") -> None:
    """What nobody valid signed, and what another court signed, keeps no command waiting."""
    given = {(one.at.topic, one.at.partition, one.offset): one for one in world.genuine("control-command")}
    for node in world.nodes.values():
        if not node.runs:
            continue
        waiting = commands_parked.c
        columns = waiting.topic, waiting.log_partition, waiting.log_offset, waiting.reason
        ahead: set[tuple[bytes, str]] = set()
        with node.acts.connect() as connection:
            rows = connection.execute(select(*columns).order_by(waiting.id)).all()
        for *place, reason in rows:
            command = given.get(tuple(place))
            if command is None:
                continue
            signed = command.key or b"", command.fields["court"]
            held = reason == BEHIND_ANOTHER and signed not in ahead
            world.hold(not held, f"a command waits at {node.name} behind what its court has not signed")
            ahead.add(signed)


def _asked(world: "World") -> set[bytes]:
    """Every command that courts really gave."""
    return {one.fields["command_id"] for one in world.genuine("control-command")}


def a_month_later(world: "World") -> None:
    """Let every watch come to its end, and hold the agencies to have erased whom they were to watch for."""
    if any(court.watches for court in world.courts.values()):
        world.time.pass_ms(_A_MONTH_MS)
        world.everybody_works(4)
    _no_ended_watch_names_anybody(world, watches.c.until <= world.time.now() - _TIDIED_WITHIN_MS)


def _no_ended_watch_names_anybody(world: "World", ended: ColumnElement[bool]) -> None:
    joined = watches.join(watch_subjects, watches.c.command_id == watch_subjects.c.command_id)
    for node in world.nodes.values():
        if node.runs:
            with node.acts.connect() as connection:
                named = connection.scalars(select(watch_subjects.c.surrogate).select_from(joined).where(ended)).first()
            world.hold(named is None, f"a watch that has ended still names its subject at {node.name}")


def _what_an_inbox_lacks(world: "World", inbox: "InboxProcess") -> Iterator[str]:
    if not inbox.runs:
        yield f"{inbox.name} does not run"
        return
    given = {one.fields["command_id"] for one in world.genuine("control-command") if one.fields["court"] == inbox.court}
    sent: dict[str, dict[bytes, Written]] = {}
    for schema in ("interception", "control-feedback", "asset-event", "whereabouts-event"):
        own = [one for one in world.genuine(schema) if one.fields["court"] == inbox.court]
        # an agency answers whoever names the court's key, its court takes answers to its own commands
        asked_for = [one for one in own if schema != "control-feedback" or one.fields["command_id"] in given]
        sent[schema] = {one.fields[_HANDLES[schema]]: one for one in asked_for}
    taken = {item.event_id for item in inbox.items() if not item.refused}
    world.hold(taken <= set().union(*sent.values()), f"{inbox.name} took what no agency sent")
    lacking = [one for handle, one in (sent["interception"] | sent["control-feedback"]).items() if handle not in taken]
    unnamed = [one for one in lacking if not (_is_named_as_lost(world, inbox, one) or _came_too_late(world, one))]
    if unnamed:
        yield f"{inbox.name} lacks {len(unnamed)} events"


def _is_named_as_lost(world: "World", inbox: "InboxProcess", event: Written) -> bool:
    """Whether the inbox itself says that it could not read what stood there."""
    named = any(loss.at == event.at and loss.first_offset <= event.offset < loss.next_offset for loss in inbox.losses())
    world.count("events an inbox names as lost", named)
    return named


def _came_too_late(world: "World", event: Written) -> bool:
    """Whether an event reached the log when the key under it counted no more: an agency was away for longer than a rotation."""
    late = world.register.had_ended(event.body, event.time)
    world.count("events that came after the end of their key", late)
    return late


def _barriers_tell_of_the_register_what_stood_there(world: "World") -> None:
    """A notary tells how far it had read the register of keys, and the hash the world finds over what stands before that."""
    records = world.log.by_place.get(TopicPartition(names.KEYS, 0), [])
    if len(records) < sum(len(world.log.by_schema.get(name, ())) for name in ("participant-key", "key-register")):
        return  # the topic was made again: places in it mean nothing any more
    told = {(one.fields["register_offset"], one.fields["register_hash"]) for one in world.genuine("barrier")}
    register, read = Register(world.register.roots), 0
    for offset, said in sorted(told):
        for one in records[read:offset]:
            if one.schema == "participant-key":
                register.take(one.fields, one.body)
        read = offset
        world.hold(said == register.word(0, 0)["hash"], "a barrier tells another hash of the register than the log")
        world.count("registers in barriers", 1)


def _heads_say_what_stands_below_them(world: "World") -> None:
    """Promise 4: a notary signs what the log says below its markers: digests, and numbers of courts."""
    newest: dict[str, dict[str, Any]] = {}
    hashes: dict[str, bytes] = {}
    written = {sha256(one.body).digest() for one in world.log.by_schema.get("list-head", ())}
    genuine = {one.body for one in world.genuine("list-head")}
    forged = written - {sha256(body).digest() for body in genuine}
    for one in world.genuine("list-head"):
        notary, previous = one.fields["notary"], one.fields["previous"]
        follows = notary in newest and one.fields["number"] == newest[notary]["number"] + 1
        # one that starts anew goes on from what stands under its own key, whoever wrote it
        chained = previous in forged or not follows or previous == hashes[notary]
        world.hold(chained, f"a head does not name the head of {notary} before it")
        _stands_at_its_markers(world, one.fields)
        newest[notary], hashes[notary] = one.fields, sha256(one.body).digest()
    _shows_what_stood_there(world)
    for head in newest.values():
        below = {TopicPartition(lane["topic"], lane["partition"]): lane["offset"] for lane in head["lanes"]}
        for lane in head["lanes"]:
            at = TopicPartition(lane["topic"], lane["partition"])
            if at.topic in world.made_again:
                continue  # it may be about the topic that was there before
            counted = world.recounted(at, below[at]).digest()
            world.hold(counted == lane["digest"], f"a head says another digest of {at} than the log")
        said = {(row["list"], row["court"]): (row["contiguous"], row["highest"]) for row in head["courts"]}
        for topic, court in product(sorted({at.topic for at in below} - world.made_again), world.courts):
            contiguous, highest = said.get((topic, court), (0, 0))
            numbers = _numbers(world, topic, court, below)
            # compaction may have taken a number before this notary read it
            left = _contiguous({number for number, stands in numbers.items() if stands})
            right = left <= contiguous <= _contiguous(numbers) and highest == max(numbers, default=0)
            world.hold(right, "a head says other numbers than the log")


def _shows_what_stood_there(world: "World") -> None:
    """The newest snapshot of every notary is of the live entries below the markers it names."""
    heads = {(one.fields["notary"], one.fields["number"]): one.fields for one in world.genuine("list-head")}
    shown = {head["notary"]: head for head in heads.values() if head["snapshot_barrier"] >= 0}
    for notary, head in shown.items():
        at_barrier = heads.get((notary, head["snapshot_barrier"]))
        lanes = at_barrier["lanes"] if at_barrier else []
        below = {TopicPartition(lane["topic"], lane["partition"]): lane["offset"] for lane in lanes}
        for row in head["snapshot"]:
            at = TopicPartition(row["topic"], row["partition"])
            if at in below and at.topic not in world.made_again:
                counted = world.recounted(at, below[at]).snapshot()
                world.hold(counted == (row["root"], row["entries"]), f"a head shows other entries of {at} than the log")
                world.count("snapshots held against the log")


def _stands_at_its_markers(world: "World", head: Mapping[str, Any]) -> None:
    name = "barrier", head["notary"], head["number"]
    for lane in head["lanes"]:
        at = TopicPartition(lane["topic"], lane["partition"])
        if at.topic in world.made_again:
            continue
        marker = world.log.by_place[at][lane["offset"]]
        marked = marker.schema, marker.fields.get("notary"), marker.fields.get("number")
        world.hold(marked == name, f"a head says what stands below another place of {at} than its marker")


def _numbers(world: "World", topic: str, court: str, below: dict[TopicPartition, int]) -> dict[int, bool]:
    """Every number of a court that was written below these offsets, and whether its record still stands in the log."""
    numbers: dict[int, bool] = {}
    for at, offset in below.items():
        if at.topic != topic:
            continue
        standing = {message.offset() for message in world.broker.topics.log(at).records}
        for one in world.recounted(at, offset).counted:
            if one.fields["court"] == court:
                number = int(one.fields["court_sequence"])
                numbers[number] = numbers.get(number, False) or one.offset in standing
    return numbers


def _contiguous(numbers: Collection[int]) -> int:
    return next(number for number in range(len(numbers) + 1) if number + 1 not in numbers)


def _receipts_have_numbers_of_their_own(world: "World") -> None:
    given: set[tuple[str, str, int]] = set()
    for one in world.genuine("receipt"):
        number = one.fields["agency"], one.fields["node"], one.fields["sequence"]
        world.hold(number not in given, f"number of a receipt given twice by {number[0]} {number[1]}")
        given.add(number)


def no_receipt_is_missing(world: "World") -> None:
    """Promise 5: every receipt that was numbered is told, in the end."""
    numbers: dict[tuple[str, str], set[int]] = {}
    for one in world.genuine("receipt"):
        numbers.setdefault((one.fields["agency"], one.fields["node"]), set()).add(one.fields["sequence"])
    for (agency, node), given in numbers.items():
        world.hold(len(given) == max(given), f"receipts of {agency} {node} are missing")
