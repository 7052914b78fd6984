"""Searches bytes for certificate numbers, however they may be dressed: for topics, files, logs and pages.

A search that finds nothing proves nothing unless it finds a number that was planted; use `planted` to show that.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from liandong.topics.transport.ports import BEGINNING, Subscriber, TopicPartition

Blob = tuple[str, bytes]
_TEXT_ENCODINGS = ("ascii", "utf-16-le", "utf-16-be", "utf-32-le")
_HASHES = ("md5", "sha1", "sha256", "sha512", "sm3")


@dataclass(frozen=True)
class Leak:
    """A number somewhere it must not be."""

    where: str
    dress: str
    number: str = field(repr=False)


def disguises(number: str) -> Iterator[tuple[str, bytes]]:
    """Every form a number may be told by: text, hexadecimal, Base64 at each alignment, and hashes without a secret."""
    variants = {number, number.lower(), _full_width(number)}
    if len(number) == 18 and number[:17].isdigit():
        variants.add(number[:6] + number[8:17])  # the 15-digit form
        variants.add(number[:17])  # without its check character
    for text in variants:
        raw = text.encode()
        yield "text", raw
        if text.isascii():
            for encoding in _TEXT_ENCODINGS[1:]:
                yield encoding, text.encode(encoding)
        yield "percent", quote(text).encode()
        yield "hexadecimal", raw.hex().encode()
        yield "HEXADECIMAL", raw.hex().upper().encode()
        for shift in range(3):
            yield "base64", base64.b64encode(bytes(shift) + raw)[4 if shift else 0 : -4]
        for name in _HASHES:
            if name in hashlib.algorithms_available:
                digest = hashlib.new(name, raw, usedforsecurity=False)
                yield name, digest.digest()
                yield name, digest.hexdigest().encode()


def search(numbers: Iterable[str], blobs: Iterable[Blob]) -> list[Leak]:
    """Every place a number of `numbers` is found in, in whatever dress."""
    wanted = [(number, dress, form) for number in numbers for dress, form in disguises(number)]
    return [Leak(where, dress, number) for where, blob in blobs for number, dress, form in wanted if form in blob]


def planted(number: str) -> Blob:
    """A blob that a working search finds `number` in."""
    return "planted", b"\x00\xffbefore" + number.encode() + b"after\x00"


def topic_blobs(subscriber: Subscriber, topics: Iterable[str]) -> Iterator[Blob]:
    """Keys, headers and values of everything in topics."""
    parts = [TopicPartition(topic, number) for topic in topics for number in subscriber.partitions(topic)]
    ends = {at: subscriber.watermarks(at) for at in parts}
    left = {at: high for at, (low, high) in ends.items() if high > low}
    subscriber.assign(dict.fromkeys(left, BEGINNING))
    while left:
        for message in subscriber.poll(1000, 1.0):
            at = TopicPartition(subscriber.topic_of(message), message.partition())
            where = f"{at.topic}[{at.partition}]@{message.offset()}"
            yield f"{where} key", message.key() or b""
            yield f"{where} value", message.value() or b""
            for name, value in message.headers() or ():
                yield f"{where} header {name}", name.encode() + b"=" + (value or b"")
            if message.offset() + 1 >= left.get(at, 0):
                left.pop(at, None)


def file_blobs(folder: Path, *, but: Iterable[str] = ()) -> Iterator[Blob]:
    """Contents and names of all files below a folder, except those whose path ends with one of `but`."""
    left_out = tuple(but)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not str(path).endswith(left_out or ("\x00",)):
            yield f"name of {path}", str(path).encode()
            yield str(path), path.read_bytes()


def _full_width(number: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in number)
