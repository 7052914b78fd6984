"""How long records take from the log to the store, as an HdrHistogram that costs next to nothing per record."""

from collections.abc import Sequence

import numpy as np
from hdrh.histogram import HdrHistogram

_LONGEST_US = 7 * 86_400_000_000
"""A week: an agency that was away longer counts as a week late."""
_DIGITS = 2
_FEW = 16
"""Up to here one by one is quicker than together."""


class ApplyLatency:
    """Latencies since the last `take`, microseconds, two significant digits."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, _LONGEST_US, _DIGITS)

    def note(self, stamps: Sequence[int], now: int) -> None:
        """Count records with these timestamps (ms UTC) as visible at `now`;
        a sender's clock ahead of ours counts as no latency.
        """
        if len(stamps) <= _FEW:
            for stamp in stamps:
                self._record(now - stamp, 1)
            return
        late = np.maximum(now - np.asarray(stamps, dtype=np.int64), 0)
        # a backlog has as many different values as milliseconds: three digits are more than the histogram keeps
        scale = 10 ** np.maximum(np.floor(np.log10(np.maximum(late, 1))).astype(np.int64) - 2, 0)
        for value, count in zip(*np.unique(late // scale * scale, return_counts=True), strict=True):
            self._record(int(value), int(count))

    def _record(self, milliseconds: int, count: int) -> None:
        self._histogram.record_value(min(max(milliseconds * 1000, 1), _LONGEST_US), count)

    def take(self) -> bytes:
        """Return the histogram as the library writes and reads it (HdrHistogram V2, compressed, Base64),
        and begin a new one.
        """
        encoded: bytes = self._histogram.encode()
        self._histogram.reset()
        return encoded
