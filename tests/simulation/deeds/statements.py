"""Statements an adversary makes in the name of notaries and agencies: barriers, heads, receipts, and what agencies tell courts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import open_sealed
from liandong.tests.simulation.deeds.pen import handle, model, sealed, signed, write
from liandong.tests.simulation.founding import JURISDICTION, founding
from liandong.tests.simulation.logbook import Written
from liandong.tests.simulation.vouching import SPLIT, TWIN, misused
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

TOLD = {
    "interception": (names.interceptions(JURISDICTION), "event_id"),
    "control-feedback": (names.feedback(JURISDICTION), "feedback_id"),
    "asset-event": (names.asset_events(JURISDICTION), "event_id"),
    "whereabouts-event": (names.whereabouts_events(JURISDICTION), "event_id"),
}
"""What agencies tell: by schema the topic, and the field with its handle."""
_CONTENTS = {
    "interception": "interception-detail",
    "control-feedback": "feedback-detail",
    "asset-event": "asset-report",
    "whereabouts-event": "whereabouts-report",
}
DIGEST, ROLLBACK, FORK, FUTURE = "of other digests", "that rolls back", "of a number that has one", "from the future"
PRESENT = (DIGEST, ROLLBACK, FORK)
HOW = (*PRESENT, FUTURE)
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class ForgesBarrier:
    """A barrier of a notary stands in a lane, so many numbers on and so many seconds from now."""

    by: str
    notary: str
    at: TopicPartition
    ahead: int = 1
    seconds: int = 0
    shows: str = ""
    """Whose key it shows to be revoked, by the root's own record."""

    def __str__(self) -> str:
        place = f"{self.at.topic} [{self.at.partition}]"
        shown = f" that shows the revocation of {self.shows}" if self.shows else ""
        return f"the adversary writes a barrier of {self.notary} {self.ahead:+d} on{shown} into {place} with {self.by}"

    def do(self, world: "World") -> None:
        own = [number for notary, number, _ in world.log.barriers if notary == self.notary]
        fields = {
            "jurisdiction": JURISDICTION,
            "notary": self.notary,
            "number": max(1, max(own, default=0) + self.ahead),
            "issued_at": world.time.now() + self.seconds * 1000,
            "topic": self.at.topic,
            "partition": self.at.partition,
            "register_offset": 0,
            "register_hash": bytes(32),
            "shows_revocations": True,
            "revocations": self._revocations(world),
        }
        world.count("forged barriers")
        if self.by == self.notary:
            in_list = self.at.topic in names.state_topics(JURISDICTION)
            misused(world, TWIN, self.notary, is_certain=in_list and self.ahead > 0 and not self.seconds)
        body = signed(world, self.by, "barrier", fields)
        write(world, "barrier", body, self.at.topic, b"barrier/" + self.notary.encode(), self.at.partition)

    def _revocations(self, world: "World") -> list[bytes]:
        """The root's newest record of each key of whom it is to show that is revoked."""
        said = world.log.by_schema.get("participant-key", ())
        own = {
            one.fields["key_id"]: one
            for one in said
            if (one.fields["participant"], one.fields["use"]) == (self.shows, "sign")
        }
        return [to_wire("participant-key", one.body) for one in own.values() if one.fields["revoked_at"]]


@dataclass(frozen=True)
class ForgesHead:
    """A head of a notary, made after the newest in the log."""

    by: str
    notary: str
    how: str

    def __str__(self) -> str:
        return f"the adversary writes a head of {self.notary} {self.how} with {self.by}"

    def do(self, world: "World") -> None:
        newest = model(world, "list-head", notary=self.notary)
        if newest is None:
            return
        fields: dict[str, Any] = {**newest.fields}
        number, changed = {
            DIGEST: (fields["number"] + 1, True),
            ROLLBACK: (max(1, fields["number"] - 2), True),
            FORK: (fields["number"], True),
            FUTURE: (fields["number"] + 1_000_000, False),
        }[self.how]
        fields |= {"number": number, "valid_until": world.time.now() + _DAY_MS}
        if changed:
            fields["lanes"] = [{**lane, "digest": lane["digest"][::-1]} for lane in fields["lanes"]]
        world.count("forged heads")
        if self.by == self.notary:
            misused(world, SPLIT, self.notary, is_certain=self.how == FORK)
        body = signed(world, self.by, "list-head", fields)
        write(world, "list-head", body, names.heads(JURISDICTION), self.notary.encode())


@dataclass(frozen=True)
class ForgesReceipt:
    """A receipt of an agency's node that claims to be so many numbers on."""

    by: str
    agency: str
    ahead: int

    def __str__(self) -> str:
        return f"the adversary writes a receipt of {self.agency} {self.ahead:+d} on with {self.by}"

    def do(self, world: "World") -> None:
        newest = model(world, "receipt", agency=self.agency)
        if newest is None:
            return
        fields: dict[str, Any] = {**newest.fields}
        fields["sequence"] = max(1, fields["sequence"] + self.ahead)
        further = {"received_offset": 10_000, "applied_offset": 10_000}
        fields["lanes"] = [{**lane, **further} for lane in fields["lanes"]]
        fields["offsets"] = [10_000] * len(fields["offsets"])
        world.count("forged receipts")
        body = signed(world, self.by, "receipt", fields)
        write(world, "receipt", body, names.RECEIPTS, f"{self.agency}/{fields['node']}".encode())


@dataclass(frozen=True)
class ForgesAnswer:
    """Something an agency tells a court, after what one told before, in the name of this agency."""

    by: str
    schema: str
    agency: str
    number: int
    """Makes a new handle; 0: it keeps the old one."""
    partition: int | None = None
    """Where it is written; None: where its key leads."""

    def __str__(self) -> str:
        new = "with a new handle " if self.number else ""
        place = "" if self.partition is None else f" into partition {self.partition}"
        return f"the adversary writes a {self.schema} of {self.agency} {new}with {self.by}{place}"

    def do(self, world: "World") -> None:
        old = next(iter([*world.genuine(self.schema)][-1:]), None)
        if old is None:
            world.count(f"no {self.schema} to forge after")
            return
        topic, name = TOLD[self.schema]
        fields = {**old.fields, "agency": self.agency}
        if self.number:
            fields[name] = handle(self.number)
        if self.number and self.by != self.agency:  # what an agency itself seals to a court counts there
            content = _CONTENTS[self.schema], self._content(old)
            fields["sealed"] = sealed(world, self.schema, fields[name], content, fields["court"])
        world.count("forged answers")
        write(world, self.schema, signed(world, self.by, self.schema, fields), topic, fields[name], self.partition)

    def _content(self, old: Written) -> dict[str, Any]:
        """What the adversary makes up: like what the other one says, which they cannot read."""
        context = sealing_context(self.schema, old.fields[TOLD[self.schema][1]])
        return open_sealed(old.fields["sealed"], context, *founding().escrow)
