"""What can be said of rows before anybody asks the register: checked, known by their keys, encoded.

It needs no database and no signing key, only the row, the day and the matching keys, so it can be done anywhere: in the
publishing process, or in another one that reads ahead.
"""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import msgspec
from msgspec.structs import replace

from ...schemas.law.listing import RecordClass
from ...schemas.masking import Masked
from ...schemas.people.certificates import equivalents
from ...schemas.people.surrogates import MatchingKey
from ..intake.rows.model import Initiative, IntakeContext, ListingInput, ParsedRow, RawRow
from ..intake.rows.parsing import parse_row
from ..updates.records import (
    RecordParts,
    content_of,
    digest_of,
    holder_hash,
    identities,
    new_record,
    pack_certificates,
    parts_of,
)

_BETWEEN = "\x00"
"""No cell of a row that is ready holds it: the reader rejects lines that do, and rejected rows are `noted` whole."""
_FIRST = 1000


class PreparedRow(Masked, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row that passed every check that needs no register. It holds a name and numbers: `repr` shows neither."""

    number: int
    keys: tuple[bytes, ...]
    """Its own key, then those by other certificates of the subject."""
    resumed: bytes | None
    """The key of the same subject in the case this one resumes."""
    instrument: int
    name: str
    case_number: str
    decision_number: str
    is_ex_officio: bool
    publish_date: str
    is_day_assumed: bool
    is_start_assumed: bool
    digest: bytes
    certificates: bytes
    """Packed, for the court's own database."""
    holders: tuple[bytes, ...]
    gate: bytes
    content: bytes

    def __repr__(self) -> str:
        """The row's number only."""
        return f"PreparedRow(row {self.number})"

    @property
    def parts(self) -> RecordParts:
        """What its record says as a new entry."""
        return RecordParts(self.instrument, self.gate, self.content)


@dataclass(frozen=True, slots=True)
class PreparationContext:
    """What rows are prepared with: who publishes when, and how subjects are made unreadable."""

    context: IntakeContext
    matching_keys: tuple[MatchingKey, ...]
    record_class: RecordClass = RecordClass.REAL


@dataclass(slots=True)
class Portion:
    """Some rows of a file, one after the other."""

    ready: list[PreparedRow | None]
    """None where the row is rejected."""
    noted: dict[int, ParsedRow] = field(repr=False)
    """Rows with rejects or notices, by their place in the portion."""
    originals: list[str | Mapping[str, object]] | bytes = field(repr=False)
    """The rows as they came, for the rejects file, cells in one text; bytes if they come from another process, and few are
    looked at.
    """
    bytes_read: int = 0
    """How far the file is read behind them."""

    def parsed(self, at: int) -> ParsedRow:
        """The row at a place."""
        found = self.noted.get(at)
        if found is not None:
            return found
        originals = self.originals
        if isinstance(originals, bytes):
            originals = self.originals = pickle.loads(originals)  # noqa: S301  what this program's own process packed
        ready, said = self.ready[at], originals[at]
        original = tuple(said.split(_BETWEEN)) if isinstance(said, str) else said
        return ParsedRow(RawRow(0 if ready is None else ready.number, {}, original), None)

    def packed(self) -> tuple[bytes, bytes, dict[int, ParsedRow], int]:
        """What `unpacked` takes, for another process."""
        return _pack(self.ready), pickle.dumps(self.originals), self.noted, self.bytes_read

    @classmethod
    def unpacked(cls, ready: bytes, originals: bytes, noted: dict[int, ParsedRow], bytes_read: int) -> "Portion":
        """A portion that another process packed."""
        return cls(_unpack(ready), noted, originals, bytes_read)


def prepare(rows: Iterable[RawRow], terms: PreparationContext) -> Portion:
    """Checks rows and makes them ready, one after the other: what a row was read into is gone before the next comes."""
    ready: list[PreparedRow | None] = []
    noted: dict[int, ParsedRow] = {}
    originals: list[str | Mapping[str, object]] = []
    for at, raw in enumerate(rows):
        parsed = parse_row(raw, terms.context)
        listing = parsed.listing
        ready.append(None if listing is None else made_ready(raw, listing, terms))
        if listing is None or parsed.notices:
            noted[at] = parsed if listing is None else replace(parsed, listing=None)
        originals.append(_BETWEEN.join(raw.original) if isinstance(raw.original, tuple) else raw.original)
    return Portion(ready, noted, originals)


def prepared(rows: Iterable[RawRow], terms: PreparationContext, size: int) -> Iterator[Portion]:
    """Rows in portions of up to a size; the first are smaller, so that whoever waits for them can begin."""
    waiting, now = iter(rows), min(size, _FIRST)
    while (portion := prepare(islice(waiting, now), terms)).ready:
        yield portion
        now = min(size, now * 2)


def made_ready(raw: RawRow, listing: ListingInput, terms: PreparationContext) -> PreparedRow:
    """A checked row with its keys, digests and encoded record."""
    content = content_of(listing)
    certificates = listing.certificates
    named = identities(certificates, listing.name, terms.matching_keys)
    parts = parts_of(new_record(content, named, terms.record_class))
    is_day_assumed = not raw.values.get("publish_date")
    return PreparedRow(
        raw.number,
        listing.keys(),
        listing.resumed_key(),
        parts.instrument,
        listing.name,
        listing.case_number,
        listing.decision_number,
        listing.initiated_by is Initiative.EX_OFFICIO,
        content["publish_date"],
        is_day_assumed,
        is_day_assumed and listing.term_start is not None and not raw.values.get("term_start"),
        digest_of(content, certificates, parts.content),
        pack_certificates(certificates),
        tuple(holder_hash(each) for held in certificates for each in equivalents(held.certificate)),
        parts.gate,
        parts.content,
    )


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[PreparedRow | None]).decode
