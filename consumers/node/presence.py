"""Which nodes of an agency are at work, on whatever machines: two of one name, or two that share no acts store, do harm.

Each node notes beside an offset of the group ``<agency>.nodes`` that it is there: name, number of this start, its incarnation,
the acts store it has, and a beat. The note costs no topic, and only the agency's own user can write it. Numbers of starts
grow, so of two nodes of one name the later is the one with the higher; the older one stops its effects, its gate goes on, and of
receipts it sends a few each minute, by which the monitor sees that two work under one name. A node of another name that has another acts store, and came later, ends: its hits would never be released.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import structlog

from ...topics.catalogue import names
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Subscriber, TopicPartition
from ...topics.workers.clock import Clock
from ...topics.workers.pause import Pause
from .locks import NodeRefused

_log = structlog.get_logger(__name__)
BEAT_SECONDS = 5.0
_GONE_SECONDS = 4 * BEAT_SECONDS
"""A node whose beat stands still for so long is not at work."""
_RETRY_SECONDS = 1.0
_REMINDER_EVERY, _REMINDER_SECONDS = 60.0, 10.0
"""A node that was replaced reports at the end of each minute for so long."""
_MOST_NODES = 24
"""In a note, which has 4,096 bytes at most."""


class NodeNote(msgspec.Struct, array_like=True, frozen=True):
    """What is noted of one node."""

    number: int
    """Of its start: the later one has the higher, over all nodes of the agency."""
    incarnation: str
    """As its receipts name it."""
    store: str
    """Id of the acts store it shares with others, empty for one that is this machine's alone."""
    beat: int


class Twin(NamedTuple):
    """A later start of a node of the same name."""

    own: str
    """Incarnation of this node."""
    other: str
    """Incarnation of the one that replaces it."""


class NodeName(NamedTuple):
    """Which node this is."""

    agency: str
    node: str
    incarnation: str
    store: str
    """Empty: its acts store is this machine's alone."""


_decoder = msgspec.json.Decoder(dict[str, NodeNote])


class Presence:
    """What one node notes of itself and learns of others; a `Worker`. What the transport fails with is tried again."""

    def __init__(self, me: NodeName, subscriber: Subscriber, clock: Clock) -> None:
        """Take a subscriber of the group `group_of(agency)`; nothing is asked before the first step."""
        self._me, self._subscriber, self._clock = me, subscriber, clock
        self._at = TopicPartition(names.commands(me.agency), 0)
        self._number = 0
        self._beat = 0
        self._due_at = clock.monotonic()
        self._pause = Pause(clock, _RETRY_SECONDS)
        self._heard: dict[str, tuple[NodeNote, float]] = {}
        """By node, what was noted of it last and since when that is so (monotonic)."""
        self._beating = set[str]()
        """Nodes whose beat has moved while this one looked."""
        self._began_at = clock.monotonic()
        self.twin: Twin | None = None
        """Who has replaced this node."""
        self._replaced_at = 0.0
        self._confirmed = False

    def may_act(self) -> bool:
        """Return whether this node does what is done once: it is known to be the only one of its name, and none disturbs it."""
        return self._confirmed and self.twin is None

    def may_report(self) -> bool:
        """Return whether receipts are sent now: one that was replaced reports for a moment each minute, so that both are named."""
        replaced_for = self._clock.monotonic() - self._replaced_at
        return self.twin is None or replaced_for % _REMINDER_EVERY >= _REMINDER_EVERY - _REMINDER_SECONDS

    def step(self) -> float:
        """Look what others noted, and note that this node is there. Raises ACTS_NOT_SHARED."""
        left = max(self._pause.left(), self._due_at - self._clock.monotonic())
        if left > 0:
            return left
        try:
            self._look()
        except TransportError as away:
            _log.debug("other nodes of the agency cannot be seen", code=away.code)
            return self._pause.begin()
        self._due_at = self._clock.monotonic() + BEAT_SECONDS
        return BEAT_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait for the time to look again."""
        return self._pause.wait(seconds, None)

    def close(self) -> None:
        """Say that this node is gone, as far as anybody hears it."""
        if self.may_act():
            try:
                self._write({name: each for name, each in self._read().items() if name != self._me.node})
            except TransportError as away:
                _log.debug("nobody hears that this node ends", code=away.code)
        self._subscriber.close()

    def _look(self) -> None:
        noted = self._read()
        self._hear(noted)
        if self.twin is not None or self._is_replaced(noted.get(self._me.node)):
            return
        if not self._number:
            self._number = max((each.number for each in noted.values()), default=0) + 1
        self._beat += 1
        others = {name: each for name, each in noted.items() if not self._is_gone(name)}
        self._write({**others, self._me.node: self._own()})
        strangers = [name for name, each in noted.items() if self._is_stranger(name, each)]
        self._refuse_beside(strangers, noted)
        waiting = bool(strangers) and self._clock.monotonic() - self._began_at < _GONE_SECONDS
        self._confirmed = self._confirmed or not waiting

    def _is_replaced(self, own: NodeNote | None) -> bool:
        """Note and return whether a later start of this node's name is at work."""
        if own is None or not self._number or own.incarnation == self._me.incarnation:
            return False
        if (own.number, own.incarnation) < (self._number, self._me.incarnation):
            return False
        self.twin, self._replaced_at = Twin(self._me.incarnation, own.incarnation), self._clock.monotonic()
        _log.error(
            "another node of this name was started later; effects stop here, the gate goes on",
            agency=self._me.agency,
            node=self._me.node,
            own=self.twin.own,
            other=self.twin.other,
        )
        return True

    def _refuse_beside(self, strangers: list[str], noted: Mapping[str, NodeNote]) -> None:
        """Raise ACTS_NOT_SHARED beside a node at work that was there before and has another acts store."""
        for name in strangers:
            is_earlier = noted[name].number < self._number
            if is_earlier and self._is_at_work(name):
                raise NodeRefused("ACTS_NOT_SHARED", agency=self._me.agency, node=self._me.node, other=name)

    def _is_stranger(self, name: str, noted: NodeNote) -> bool:
        shared = bool(self._me.store) and noted.store == self._me.store
        return name != self._me.node and not shared and not self._is_gone(name)

    def _hear(self, noted: Mapping[str, NodeNote]) -> None:
        """Take note of beats."""
        now = self._clock.monotonic()
        for name, each in noted.items():
            before = self._heard.get(name)
            if before is None or (before[0].number, before[0].beat) != (each.number, each.beat):
                self._heard[name] = each, now
                if before is not None:
                    self._beating.add(name)

    def _is_at_work(self, name: str) -> bool:
        """Whether its beat has moved while this node looked, and lately."""
        return name in self._beating and not self._is_gone(name)

    def _is_gone(self, name: str) -> bool:
        heard = self._heard.get(name)
        return heard is not None and self._clock.monotonic() - heard[1] >= _GONE_SECONDS

    def _own(self) -> NodeNote:
        return NodeNote(self._number, self._me.incarnation, self._me.store, self._beat)

    def _read(self) -> dict[str, NodeNote]:
        try:
            return _decoder.decode(self._subscriber.note(self._at) or "{}")
        except msgspec.DecodeError:
            _log.warning("what other nodes of the agency noted cannot be read", agency=self._me.agency)
            return {}

    def _write(self, noted: Mapping[str, NodeNote]) -> None:
        newest = sorted(noted.items(), key=lambda each: -each[1].number)[:_MOST_NODES]
        self._subscriber.commit({self._at: 0}, msgspec.json.encode(dict(newest)).decode())


def group_of_nodes(agency: str) -> str:
    """Return the consumer group beside whose offset nodes note that they are there."""
    return f"{agency}.nodes"
