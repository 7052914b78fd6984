"""How long records take from the log to the store, as an HdrHistogram that costs next to nothing per record."""

import struct
import zlib
from base64 import b64decode
from collections.abc import Iterator, Sequence

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
_SETTINGS = struct.Struct(">4xI4xIQQ8x")
"""Length of the counts, digits, lowest and highest value in the 40 bytes before the counts."""
_LAST_SHIFT = 56
"""Of a count's ninth byte, which has no mark of another one behind it."""
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

    Whoever signs receipts may send anything, so that the library reads none of it: it unpacks whatever it is given to any length,
    cannot add up what reaches further than another one, and writes beyond its memory where counts are too high to be encoded.
    """
    try:
        content = _unpacked(b64decode(encoded, validate=True)[_OUTER:])
        length, digits, lowest, highest = _SETTINGS.unpack_from(content)
        if (length, digits, lowest, highest) != (len(content) - _SETTINGS.size, _DIGITS, 1, _LONGEST_US):
            return None
        counts = dict(_counts(content[_SETTINGS.size :]))
    except (ValueError, struct.error, zlib.error):
        return None
    histogram = HdrHistogram(1, _LONGEST_US, _DIGITS)
    if sum(counts.values()) > _MOST_COUNTED or max(counts, default=0) >= histogram.counts_len:
        return None
    for index, count in counts.items():
        histogram.record_value(histogram.get_value_from_index(index), count)
    return histogram


def _counts(packed: bytes) -> Iterator[tuple[int, int]]:
    """Give the counts that are not zero with their places: numbers in zigzag LEB128 of nine bytes at most, below zero for so many
    zeros. Raises ValueError.
    """
    index = number = shift = 0
    for byte in packed:
        is_last = shift == _LAST_SHIFT or byte < 0x80
        number |= (byte if shift == _LAST_SHIFT else byte & 0x7F) << shift
        shift += 7
        if is_last:
            value = number >> 1 ^ -(number & 1)
            if value > 0:
                yield index, value
            index += 1 if value >= 0 else -value
            number = shift = 0
    if shift:
        raise ValueError("its last count is cut short")


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
