"""What the rows of the cache of evidence hold: how nodes and heads stand, and what receipts claim."""

import msgspec

from ...consumers.store.layout import Shortfall
from .starts import NodeStarts
from .writer_clock import WriterClock


class LaneStand(msgspec.Struct):
    """One lane in a node's newest receipt."""

    topic: str
    partition: int
    received: int
    applied: int
    digest: str
    records: int

    @property
    def name(self) -> str:
        """`topic/partition`, as lanes are named in stored rows."""
        return f"{self.topic}/{self.partition}"


class WholeReceipt(msgspec.Struct, array_like=True):
    """The newest receipt of a node for one notary that was not in the short form."""

    incarnation: str
    """Hex."""
    sequence: int
    lanes: list[LaneStand]


class LastStep(msgspec.Struct, array_like=True):
    """The receipt of a node that was last kept as a step of a lane."""

    at: int
    """ms UTC."""
    digest: str
    contradicted: bool


class HeldBackClaim(msgspec.Struct, array_like=True):
    """What the newest receipt of a node says its agency holds back, times no later than the broker took it; -1 = it does not say."""

    at: int = 0
    """When the broker took it, ms UTC."""
    parked: int = -1
    parked_since: int = 0
    """ms UTC; 0 if nothing waits."""
    dead_letters: int = -1
    """Ever put aside, dropped ones included."""
    refused: int = -1
    """Records of this jurisdiction's lists that changed nothing because who signed them may not say that."""
    refused_last: int = 0
    """By how many the newest receipt that said more raised that number."""
    refused_at: int = 0
    """When the broker took it, ms UTC; 0 = none has."""
    unexamined: int = -1
    """Revoked keys of courts for which the node has not looked through the log yet."""
    paused: str = ""
    """Code of what keeps the agency's effects from going on at the node, empty if nothing does."""
    paused_since: int = 0
    """ms UTC; 0 if nothing does."""


class Claim(msgspec.Struct):
    """What one receipt claims, until the head of its barrier is there to hold it against; times in ms UTC."""

    agency: str
    node: str
    jurisdiction: str
    sequence: int
    notary: str
    barrier: int
    at: int
    """When it was made, as the node says, and no later than the broker took it."""
    suite: str
    lanes: list[LaneStand]
    applied: int
    stale: int
    opaque: int


class NodeStand(msgspec.Struct):
    """What the receipts of one node show of one jurisdiction, held against signed heads; times in ms UTC."""

    agency: str
    node: str
    jurisdiction: str
    heard_at: int = 0
    """When the broker took the newest receipt, whatever it says."""
    head_arrived: int = -1
    """`arrived` of the head that the newest receipt was held against, -1 = none yet."""
    sequence: int = 0
    """Of that receipt among the node's."""
    at: int = 0
    """When that receipt was made."""
    notary: str = ""
    barrier: int = -1
    barrier_issued_at: int = 0
    """By the head of the barrier, and no later than the broker took that."""
    lanes: list[LaneStand] = []
    """How far it is, and no further than the head reaches."""
    applied: int = 0
    stale: int = 0
    opaque: int = 0
    unequal: list[str] = []
    """Lanes (`topic/partition`) that differed there."""
    contradicted: list[str] = []
    """Lanes in which what it claims counts for nothing: those, and with them the relief lane."""
    unequal_since: int = 0
    """Issue time of the first of the barriers in a row at which a lane differed, 0 = equal."""
    latency: str = ""
    """HdrHistogram of publish to applied in microseconds, merged from all receipts; empty if they held none."""
    last_steps: dict[str, LastStep] = msgspec.field(default_factory=dict, name="kept")
    """By lane (`topic/partition`)."""
    whole: dict[str, WholeReceipt] = msgspec.field(default_factory=dict)
    """By notary."""
    starts: NodeStarts = msgspec.field(default_factory=NodeStarts)
    """Which starts of it reported."""
    clock: WriterClock = msgspec.field(default_factory=WriterClock)
    """The node's, by its receipts."""
    held_back: HeldBackClaim = msgspec.field(default_factory=HeldBackClaim)


class HeadLane(msgspec.Struct, array_like=True):
    """One lane in a list head."""

    offset: int
    """Of the marker."""
    digest: str
    records: int
    live: int


class CourtCount(msgspec.Struct, array_like=True):
    """One court's sequence and live entries in one list, from a list head."""

    topic: str
    court: str
    contiguous: int
    highest: int
    live: int
    published: int
    """Highest sequence by the publisher's newest checkpoint, 0 = none."""
    live_missing: int
    """Live entries by that checkpoint beyond those counted at it."""


class HeadStand(msgspec.Struct):
    """A verified list head, without its signature."""

    jurisdiction: str
    notary: str
    number: int
    issued_at: int
    valid_until: int
    hash: str
    lanes: dict[str, HeadLane]
    """By `topic/partition`."""
    courts: list[CourtCount]
    suite: str
    """Whose digests they are."""
    arrived: int
    """In which order the cache took it, whatever numbers and times somebody writes."""
    appended_at: int
    """When the broker took it, ms UTC."""
    shortfalls: list[Shortfall] = []
    """What it lacks of what heads of this jurisdiction said before it."""
    topic_ids: dict[str, str] = {}
    """By list the id of its topic in the notary's cluster, hex."""
    clock: WriterClock = msgspec.field(default_factory=WriterClock)
    """The notary's, by its heads up to this one."""

    @property
    def fresh_at(self) -> int:
        """When its barrier was issued, as it says, and no later than the broker took it."""
        return min(self.issued_at, self.appended_at)

    @property
    def fresh_until(self) -> int:
        """Until when it is valid, counted from then."""
        return self.fresh_at + self.valid_until - self.issued_at


class ReportStand(msgspec.Struct):
    """The newest report of a notary."""

    jurisdiction: str
    notary: str
    appended_at: int
    """When the broker took it, ms UTC."""
    findings: list[dict[str, str | int]]
    """Rows of the schema `notary-report`."""


class SplitView(msgspec.Struct):
    """Barriers of a notary for which it signed two heads."""

    jurisdiction: str
    notary: str
    low: int
    high: int
    """Lowest and highest number of such a barrier."""
    count: int
    hashes: list[str]
    """Of the newest one, hex."""
    at: int
    """When the broker took the last of them, ms UTC."""
