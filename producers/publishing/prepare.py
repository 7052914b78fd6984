"""What can be said of rows before anybody asks the register: checked, known by their keys, encoded.

It needs no database and no signing key, only the row, the day and the matching keys, so it can be done anywhere: in the
publishing process, or in another one that reads ahead.
"""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ...schemas.law.listing import Instrument, RecordClass
from ...schemas.masking import Masked
from ...schemas.people.certificates import equivalents
from ...schemas.people.surrogates import MatchingKey
from ..intake.rows.model import Initiative, IntakeContext, ListingInput, ParsedRow, RawRow
from ..intake.rows.parsing import parse_row
from ..intake.rows.row import is_given
from ..updates.records import (
    RecordParts,
    content_of,
    digest_of,
    holder_hash,
    identities,
    new_record,
    pack_beginning,
    pack_certificates,
    parts_of,
    remainder_of,
)

_BETWEEN = "\x00"
"""No cell of a prepared row holds it: the reader rejects lines that do, and rejected rows are `reported` whole."""
_FIRST = 1000


class StockClaim(IntEnum):
    """What becomes of a row that says that its entry stood on the national list before its court came here."""

    NONE = 0
    """It does not say so."""
    STOCK = 1
    AFTER_TAKEOVER = 2
    """A day it states lies after the take-over: it is as any new entry."""
    NO_TAKEOVER = 3
    """The root has signed no day of take-over for the court."""


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
    applied_on: str
    """Day of the creditor's application, empty if it is not given."""
    is_unlinked: bool
    """Whether the case is a resumed one that does not say which case it resumes."""
    order_keys: tuple[bytes, ...]
    """Of a list entry: the keys of the consumption order that must go with it."""
    is_organ: bool
    """Whether it puts a state organ on the list."""
    publish_date: str
    is_day_assumed: bool
    is_start_assumed: bool
    digest: bytes
    statement: int
    """64 bits that change with anything the row says, whether its record carries it or not."""
    missing: int
    """Facts of the beginning that the row does not state, as the sum of `Fact`."""
    stock: int
    """Whether it says that the entry stood on the national list before (`StockClaim`)."""
    latest_day: str
    """The last day it states of how the entry began."""
    signed_on: str
    """Day of its decision, empty if it is not given."""
    beginning: bytes
    """What it states of the beginning, packed for the court's own database; empty if nothing."""
    certificates: bytes
    """Packed, for the court's own database."""
    holders: tuple[bytes, ...]
    gate: bytes
    content: bytes

    def __repr__(self) -> str:
        """Show the row's number only."""
        return f"PreparedRow(row {self.number})"

    @property
    def parts(self) -> RecordParts:
        """What its record carries as a new entry."""
        return RecordParts(self.instrument, self.gate, self.content)


@dataclass(frozen=True, slots=True)
class PreparationContext:
    """What rows are prepared with: who publishes when, and how subjects are made unreadable."""

    context: IntakeContext
    matching_keys: tuple[MatchingKey, ...]
    record_class: RecordClass = RecordClass.REAL


class PackedPortion(NamedTuple):
    """A portion on its way from one process to another."""

    rows: bytes
    originals: bytes
    reported: dict[int, ParsedRow]
    bytes_read: int


@dataclass(slots=True)
class Portion:
    """Some rows of a file, one after the other."""

    rows: list[PreparedRow | None]
    """None where the row is rejected."""
    reported: dict[int, ParsedRow] = field(repr=False)
    """Rows with rejects or notices, by their place in the portion."""
    originals: list[str | Mapping[str, object]] | bytes = field(repr=False)
    """The rows as they came, for the rejects file, cells in one text; bytes if they come from another process, and few are
    looked at.
    """
    bytes_read: int = 0
    """How far the file is read behind them."""

    def parsed(self, at: int) -> ParsedRow:
        """Return the row at a place as it came, with its rejects and notices."""
        reported = self.reported.get(at)
        if reported is not None:
            return reported
        originals = self.originals
        if isinstance(originals, bytes):
            originals = self.originals = pickle.loads(originals)  # noqa: S301  what this program's own process packed
        row, cells = self.rows[at], originals[at]
        original = tuple(cells.split(_BETWEEN)) if isinstance(cells, str) else cells
        return ParsedRow(RawRow(0 if row is None else row.number, {}, original), None)

    def packed(self) -> PackedPortion:
        """Pack it for another process."""
        return PackedPortion(_pack(self.rows), pickle.dumps(self.originals), self.reported, self.bytes_read)

    @classmethod
    def unpacked(cls, packed: PackedPortion) -> "Portion":
        """Unpack what another process packed."""
        return cls(_unpack(packed.rows), packed.reported, packed.originals, packed.bytes_read)


def prepare(rows: Iterable[RawRow], preparation: PreparationContext) -> Portion:
    """Check and prepare rows, one after the other: what a row was read into is gone before the next comes."""
    prepared_rows: list[PreparedRow | None] = []
    reported: dict[int, ParsedRow] = {}
    originals: list[str | Mapping[str, object]] = []
    for at, raw in enumerate(rows):
        parsed = parse_row(raw, preparation.context)
        listing = parsed.listing
        prepared_rows.append(None if listing is None else prepare_row(raw, listing, preparation))
        if listing is None or parsed.notices:
            reported[at] = parsed if listing is None else replace(parsed, listing=None)
        originals.append(_BETWEEN.join(raw.original) if isinstance(raw.original, tuple) else raw.original)
    return Portion(prepared_rows, reported, originals)


def portions_of(rows: Iterable[RawRow], preparation: PreparationContext, size: int) -> Iterator[Portion]:
    """Prepare rows in portions of up to a size; the first are smaller, so that whoever waits for them can begin."""
    remaining, length = iter(rows), min(size, _FIRST)
    while (portion := prepare(islice(remaining, length), preparation)).rows:
        yield portion
        length = min(size, length * 2)


def prepare_row(raw: RawRow, listing: ListingInput, preparation: PreparationContext) -> PreparedRow:
    """Give a checked row its keys, digests and encoded record."""
    content = content_of(listing)
    certificates = listing.certificates
    identity_fields = identities(certificates, listing.name, preparation.matching_keys)
    parts = parts_of(new_record(content, identity_fields, preparation.record_class))
    packed = pack_certificates(certificates)
    digest = digest_of(content, certificates, parts.content, packed)
    is_day_assumed = not is_given(raw, "publish_date")
    return PreparedRow(
        raw.number,
        listing.keys(),
        listing.resumed_key(),
        parts.instrument,
        listing.name,
        listing.case_number,
        listing.decision_number,
        listing.initiated_by is Initiative.EX_OFFICIO,
        "" if listing.applied_on is None else listing.applied_on.isoformat(),
        listing.is_unlinked,
        listing.order_keys(),
        listing.is_organ_entry,
        content["publish_date"],
        is_day_assumed,
        is_day_assumed and listing.term_start is not None and not is_given(raw, "term_start"),
        digest,
        statement_of(digest) ^ statement_of(remainder_of(listing)),
        listing.missing,
        int(_stock_claim(raw, listing, preparation.context)),
        listing.latest_stated_day.isoformat(),
        "" if listing.beginning.signed_on is None else listing.beginning.signed_on.isoformat(),
        pack_beginning(listing),
        packed,
        tuple(holder_hash(each) for holding in certificates for each in equivalents(holding.certificate)),
        parts.gate,
        parts.content,
    )


def _stock_claim(raw: RawRow, listing: ListingInput, context: IntakeContext) -> StockClaim:
    """Tell whether a row is of an entry that was on the national list before its court came here.

    A day of take-over that lies ahead is none yet: until then every row of today would be stock.
    """
    if listing.instrument is not Instrument.LIST_ENTRY or not (raw.is_public or context.is_stock):
        return StockClaim.NONE
    takeover = context.takeover_on
    if takeover is None or takeover > context.today:
        return StockClaim.NO_TAKEOVER
    return StockClaim.STOCK if listing.latest_stated_day <= takeover else StockClaim.AFTER_TAKEOVER


def statement_of(digest: bytes) -> int:
    """Return the first 64 bits of a digest."""
    return int.from_bytes(digest[:8], "big")


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[PreparedRow | None]).decode
