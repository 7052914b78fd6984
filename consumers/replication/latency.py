"""How long records take from the log to the store, as an HdrHistogram that costs next to nothing per record."""

import zlib
from base64 import b64decode
from collections.abc import Sequence
from struct import Struct

import numpy as np
from hdrh.histogram import HdrHistogram

_LONGEST_US = 7 * 86_400_000_000
"""A week: an agency that was away longer counts as a week late."""
_DIGITS = 2
_FEW = 16
"""Up to here one by one is quicker than together."""
_MOST_COUNTED = 1 << 53
"""Updates in one distribution: more than anybody has."""
_OUTER = 8
"""Bytes of cookie and length before what is compressed (HdrHistogram, wire format V2)."""
_SETTINGS = Struct(">12xIQQ8x")
"""Digits, lowest and highest value in the 40 bytes before the counts; cookie, length and offset come first."""
_LONGEST = _SETTINGS.size + 9 * HdrHistogram(1, _LONGEST_US, _DIGITS).counts_len
"""Bytes of a distribution whose every count takes all bytes it can."""


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


def latencies_of(encoded: bytes) -> HdrHistogram | None:
    """Return what `ApplyLatency.take` gave; None for anything else.

    Whoever signs receipts may send anything. The library unpacks whatever it is given to any length, cannot add up what reaches
    further than another one, and writes beyond its memory where counts add up to more than it can encode.
    """
    try:
        content = _unpacked(b64decode(encoded, validate=True)[_OUTER:])
        digits, lowest, highest = _SETTINGS.unpack_from(content)
        if (digits, lowest, highest) != (_DIGITS, 1, _LONGEST_US):
            return None
        histogram = HdrHistogram.decode(encoded)
    except Exception:  # noqa: BLE001  the library fails with whatever it stumbles over
        return None
    return histogram if histogram.get_total_count() <= _MOST_COUNTED else None


def added_up(kept: str, encoded: bytes) -> str:
    """Return the sum of a distribution that was kept and one that was sent, to be kept instead; `kept` if what was sent is none.

    A sum that nobody counts is begun anew with what was sent.
    """
    sent = latencies_of(encoded)
    if sent is None or not sent.get_total_count():
        return kept
    before = latencies_of(kept.encode())
    if before is not None and before.get_total_count() + sent.get_total_count() <= _MOST_COUNTED:
        sent.add(before)
    return str(sent.encode().decode())


def _unpacked(packed: bytes) -> bytes:
    """Unpack what is no longer than such a distribution can be. Raises ValueError, zlib.error."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, _LONGEST)
    if not unpacking.eof:
        raise ValueError("it is longer than a distribution, or cut short")
    return content
