"""What must be shown of a copy before it is proven, looked at some thousand rows at a time beside the reading.

The certificate index, from the records: before a copy first serves, and once a day. And where the list stands in another topic
of the same name: that the new copy lacks nothing the last proven one held.
"""

from collections.abc import Mapping

import structlog

from ...schemas.law.listing import RecordClass
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.register_ends import RegisterBehind
from ...topics.keys.signatures import Verifier
from ...topics.transport.errors import TransportError
from ..store.batch import StoreBatch
from ..store.index_proof import IndexPlace
from ..store.lacking import LackingSlice
from ..store.layout import Incident, StoredPosition
from ..store.values import body_of, fingerprint_of, opaque_of, prefix_of
from ..store.writer import ListStore

_log = structlog.get_logger(__name__)
_DAY_MS = 86_400_000
_FIRST, _LATER = 20_000, 500
"""Rows in one slice: while nothing serves yet, and beside a copy that serves."""
_TO_INDEX = IndexPlace(in_index=True)
"""Behind the records."""
_NOWHERE = "", -1, -1
"""Topic, partition and offset of an incident that is about no message."""


class CopyChecks:
    """The checks of one node's copy."""

    def __init__(self, store: ListStore, verifier: Verifier) -> None:
        self._store, self._verifier = store, verifier
        self._index_proven_at = 0
        self._index_place = IndexPlace()
        self._start: bytes | None = None
        """From where on the last proven copy is to be looked at; None: nothing of it is lacking."""
        self._rebuilding = self._made_again = False
        self.undecided = False
        """Whether it is being looked at what the new copy lacks."""

    def load(self, positions: Mapping[str, StoredPosition], *, made_again: bool) -> None:
        """Begin with the copy as the store has it now."""
        store = self._store
        self._index_proven_at, self._index_place = store.index_proven_at(), IndexPlace()
        if not self._index_proven_at and not store.rebuilding and any(one.proven for one in positions.values()):
            self._index_proven_at = 1  # a copy of an earlier release, which serves already
        self._rebuilding, self._made_again = store.rebuilding, made_again
        self._start = b""
        self.undecided = self._rebuilding and made_again

    @property
    def index_proven(self) -> bool:
        """Whether the copy's index was proven since the copy was begun."""
        return self._index_proven_at > 0

    @property
    def holds_last(self) -> bool | None:
        """Whether the copy holds all that the last proven one held; None where there is none to hold it against."""
        if self._rebuilding and self._made_again:
            return self._start is None
        return None if self._rebuilding or self._made_again else True

    def step(self, batch: StoreBatch, now: int) -> bool:
        """Look at a slice of a copy that has read all there is; return whether something was found out that heads or the
        gate wait for.
        """
        if self._rebuilding and self._made_again and self._start is not None and self._look_for_lacking():
            return True
        if abs(now - self._index_proven_at) >= _DAY_MS:
            return self._prove_index(batch, now)
        return False

    @property
    def urgent(self) -> bool:
        """Whether something waits for what is looked at."""
        return self.undecided or not self.index_proven

    def _look_for_lacking(self) -> bool:
        found = self._store.lacking(self._start or b"", _FIRST)
        while found.value is not None and not self._counts(found):
            found = self._store.lacking((found.reached or b"") + b"\0", _FIRST)
        before = self.undecided, self._start is None
        self._start, self.undecided = found.reached, found.reached is not None and found.value is None
        return (self.undecided, self._start is None) != before

    def _counts(self, found: LackingSlice) -> bool:
        """Whether what the new copy lacks is a record that somebody who may has signed; a canary is nobody's entry."""
        if found.value is None or found.lane is None:
            return False
        opaque = opaque_of(found.value)
        readable = found.value if opaque is None else opaque.last
        if not readable:
            return False
        prefix = prefix_of(readable)
        if prefix["record_class"] == RecordClass.CANARY:
            return False
        try:
            self._verifier.once_valid(fingerprint_of(readable), body_of(readable), prefix, found.lane.jurisdiction)
        except SignatureInvalid:
            return False
        except (RegisterBehind, TransportError):
            return True  # as long as nobody can tell
        return True

    def _prove_index(self, batch: StoreBatch, now: int) -> bool:
        limit = _LATER if self.index_proven else _FIRST
        found = self._store.index_slice(self._index_place, limit)
        if found.reached == _TO_INDEX and not found.wrong:
            found = self._store.index_slice(_TO_INDEX, limit)
        if found.wrong:
            self._store.mend_index(found.wrong)
            detail = f"{len(found.wrong)} rows of the index were not what the records say, and were put right"
            _log.error("the index of the copy was wrong", rows=len(found.wrong))
            batch.incidents.append(Incident("index", now, *_NOWHERE, detail))
        if found.reached is not None:
            self._index_place = found.reached
            return bool(found.wrong)
        self._index_place, first = IndexPlace(), not self.index_proven
        self._index_proven_at = batch.index_proven_at = now
        return first or bool(found.wrong)
