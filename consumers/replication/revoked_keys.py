"""What a court's key signed that was revoked since: whom that still restricts, and whom it never freed.

The copy is what the log says by position. What is done to a person asks the newest register of keys: by a revoked key nobody is
blocked and nobody freed, but for what a head from before `compromised_since` proves (the end in its record, `revoked_at`). What was
ended under it otherwise is found again in the log. A person looks at both until their court signs again. Whom an entry meant that has
ended the copy does not know: until the log was looked through, nobody passes for certain.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...schemas.fingerprints import fingerprint
from ...schemas.law.listing import ENDED_FROM
from ...schemas.wire.signing import PublicKey
from ...topics.workers.clock import Clock
from .listed_entry import ListedEntry

_NO_ENTRIES: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """What the log says of records under revoked keys."""

    settled: Mapping[bytes, int] = field(default_factory=dict)
    """Ids of the keys of which everything is known, and since when they were revoked: what is not doubtful stood there before."""
    doubtful: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)
    """By entry, the fingerprints of bodies that no head from before proves."""
    restored: Mapping[bytes, ListedEntry] = field(default_factory=dict)
    """By entry, what stood there before the first of them, or the first of all where none did; `asks` is set."""

    def surrogates(self) -> dict[bytes, list[bytes]]:
        """Return which of the entries found again name a surrogate."""
        found: dict[bytes, list[bytes]] = {}
        for entry_id, entry in self.restored.items():
            if entry.prefix["status"] < ENDED_FROM:
                for identity in entry.prefix["identities"]:
                    found.setdefault(identity["surrogate"], []).append(entry_id)
        return found


class RevokedKeys:
    """The newest examination; one thread tells of it, any may ask."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Without a clock every revocation counts, whatever its date."""
        self._clock = clock
        self._lock = threading.Lock()
        self._newest, self._by_surrogate = Examination(), dict[bytes, list[bytes]]()
        self._revoked: Callable[[], Iterable[PublicKey]] = tuple

    def counts(self, revoked_at: int, barrier_at: int) -> bool:
        """Whether a key is revoked by now (ms UTC; 0: never), by the later of the own clock and the newest barrier.

        A revocation that is dated ahead takes nothing from what the key signs until then.
        """
        return revoked_at != 0 and (self._clock is None or revoked_at <= max(self._clock.now(), barrier_at))

    def expect(self, revoked: Callable[[], Iterable[PublicKey]]) -> None:
        """Take who names the keys that are revoked, and are examined from now on."""
        self._revoked = revoked

    def unexamined(self, barrier_at: int) -> int:
        """Return of how many keys that are revoked by now (`counts`) not everything is known."""
        return sum(not self.is_settled(key) and self.counts(key.revoked_at, barrier_at) for key in self._revoked())

    def tell(self, examination: Examination) -> None:
        """Let an examination count from now on."""
        found = examination.surrogates()
        with self._lock:
            self._by_surrogate = found
            self._newest = examination  # last: with it everything counts as examined

    def unsettle(self) -> None:
        """Let nothing count as examined any more; what was found goes on asking a person until it is looked at again."""
        self._newest = replace(self._newest, settled={})

    def is_settled(self, key: PublicKey) -> bool:
        """Whether everything is known of what a revoked key signed, as of when it is revoked now."""
        return self._newest.settled.get(key.key_id) == key.revoked_at

    def is_doubtful(self, entry_id: bytes, body: bytes) -> bool:
        """Whether a record is one that no head from before its key was stolen proves."""
        bodies = self._newest.doubtful.get(entry_id)
        return bodies is not None and fingerprint(body) in bodies

    def restored(self, entry_id: bytes) -> ListedEntry | None:
        """Return what stood under an entry before its first doubtful record."""
        return self._newest.restored.get(entry_id)

    def entries(self, surrogate: bytes) -> Sequence[bytes]:
        """Return the entries found again that name a surrogate."""
        return self._by_surrogate.get(surrogate, _NO_ENTRIES) if self._by_surrogate else _NO_ENTRIES
