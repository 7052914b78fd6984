"""What the intake hands on: a listing whose every field is checked, and where it came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Literal

import msgspec

from ....schemas.dates import end_of_day_ms
from ....schemas.fingerprints import fingerprint
from ....schemas.law.grounds import Ground
from ....schemas.law.listing import Instrument, Link, PersonKind, PersonRole
from ....schemas.masking import Masked
from ....schemas.people.certificates import Certificate, CertificateType, equivalents
from ....schemas.problems import Language
from ..findings.findings import Notice, Reject

StateOrganListing = Literal["second-approval", "refuse", "normal"]
"""What becomes of list entries on state organs: 法释〔2017〕7号 art. 8 ¶4 orders a notice and leaves the rest open."""
_ORGAN_CODE = "11"
"""How the unified social credit codes of state organs begin (GB 32100)."""


class Performance(IntEnum):
    """How much of the duty is performed; the numbers travel in records."""

    UNKNOWN = 0
    NONE = 1
    PARTIAL = 2
    FULL = 3


class TermStartBasis(StrEnum):
    """What a term runs from."""

    DECISION = "DECISION"
    PUBLICATION = "PUBLICATION"


class Initiative(StrEnum):
    """Who started the listing."""

    CREDITOR = "CREDITOR"
    EX_OFFICIO = "EX_OFFICIO"
    UNKNOWN = "UNKNOWN"


class DebtorCategory(StrEnum):
    """Debtors the law treats differently; art. 8 ¶¶3–4 orders notices about public servants and state organs."""

    ORDINARY = "ORDINARY"
    PUBLIC_SERVANT = "PUBLIC_SERVANT"
    CAMPUS_LOAN_STUDENT = "CAMPUS_LOAN_STUDENT"
    STATE_ORGAN = "STATE_ORGAN"


class HeldCertificate(msgspec.Struct, frozen=True):
    """A certificate of the subject and how it belongs to them."""

    certificate: Certificate
    link: Link = Link.OWN


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """What a row is checked against. `today` is the day in China; empty court fields are not checked."""

    today: date
    court: str = ""
    court_name: str = ""
    court_token: str = ""
    lang: Language = "en"
    state_organs: StateOrganListing = "second-approval"
    """The installation's policy `state_organ_listing`."""
    takeover_on: date | None = None
    """The day on which the court's list came here, as the root has signed it; None: nothing is stock."""
    is_stock: bool = False
    """Whether the file is said to hold entries that stood on the national list already."""
    shares_set_apart: bool = False
    """Whether the installation shares cases of corps' and military courts (`corps_and_military_courts`)."""
    is_published: bool = False
    """Whether the row is of an entry that is published and corrected: what only its beginning needed is not asked again."""


def is_state_organ(category: DebtorCategory, certificates: Iterable[HeldCertificate]) -> bool:
    """Tell whether a debtor is a state organ: said to be one, or registered as one."""
    held = (each.certificate for each in certificates)
    is_registered = any(each.type is CertificateType.USCC and each.number.startswith(_ORGAN_CODE) for each in held)
    return category is DebtorCategory.STATE_ORGAN or is_registered


class RawRow(Masked, msgspec.Struct, frozen=True):
    """A row as it was read. `values` is by column name; `original` is what a rejects file gives back."""

    number: int
    values: Mapping[str, str]
    original: tuple[str, ...] | Mapping[str, object]
    damage: Reject | None = None
    """Set if the row could not be read; `line` is then its text."""
    line: str = ""
    is_public: bool = False
    """Set if the row is one of the public list, which tells no terms."""

    def __repr__(self) -> str:
        """Show its number, and what is wrong with it; nothing it says."""
        return f"RawRow(number={self.number}, damage={self.damage})"


class Term(msgspec.Struct, frozen=True):
    """From when to when an entry or order runs; `end` is the last day."""

    start: date | None
    basis: TermStartBasis
    end: date | None
    extension_months: int


class Beginning(Masked, msgspec.Struct, frozen=True):
    """What is stated of how an entry began, beside its decision number and the application (art. 5)."""

    signed_by: str = ""
    """The president who signed the decision, by name."""
    signed_on: date | None = None
    """The day of the decision."""
    served_on: date | None = None
    warned_on: date | None = None
    """The day on which the enforcement notice that warns of the listing was served."""

    def __repr__(self) -> str:
        """Show the days, not who signed."""
        return f"Beginning({self.signed_on}, {self.served_on}, {self.warned_on})"


class ListingInput(Masked, msgspec.Struct, frozen=True, kw_only=True):
    """One subject in one case under one instrument, checked and canonical.

    `repr` shows no name and only masked numbers. Dates are days in China.
    """

    instrument: Instrument
    kind: PersonKind
    role: PersonRole
    name: str
    sex: int
    birth_date: date | None
    certificates: tuple[HeldCertificate, ...]
    court: str
    court_name: str
    case_number: str
    previous_case_number: str
    decision_number: str
    grounds: tuple[Ground, ...]
    filing_date: date | None
    publish_date: date
    initiated_by: Initiative
    applied_on: date | None
    basis_number: str
    basis_maker: str
    performance: Performance
    claim_amount: str
    related_entity: str
    related_entity_certificate: Certificate | None
    legal_representative: str
    debtor_category: DebtorCategory
    source_id: str
    term: Term
    beginning: Beginning = Beginning()
    missing: int = 0
    """Facts of the beginning that are not stated, as the sum of `Fact`."""

    def __repr__(self) -> str:
        """Show all but the names and the birth date."""
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name not in _PRIVATE)
        return f"ListingInput({', '.join(shown)})"

    @property
    def term_start(self) -> date | None:
        """The day the term runs from."""
        return self.term.start

    @property
    def term_end(self) -> date | None:
        """Its last day."""
        return self.term.end

    @property
    def effective_until_ms(self) -> int:
        """24:00 in China of the last day, in milliseconds since the epoch; 0 without a term."""
        return end_of_day_ms(self.term_end) if self.term_end else 0

    @property
    def latest_stated_day(self) -> date:
        """The last of the days that tell when the entry began: no entry was on the list before."""
        beginning = self.beginning
        days = (self.filing_date, self.applied_on, beginning.signed_on, beginning.served_on, self.term_start)
        return max([self.publish_date, *(day for day in days if day is not None)])

    @property
    def is_organ_entry(self) -> bool:
        """Whether it puts a state organ on the list, by its category or its code."""
        return self.instrument is Instrument.LIST_ENTRY and is_state_organ(self.debtor_category, self.certificates)

    @property
    def is_unlinked(self) -> bool:
        """Whether the case is a resumed one (执恢) that does not say which case it resumes."""
        return "执恢" in self.case_number and not self.previous_case_number

    @property
    def subject(self) -> Certificate:
        """The certificate that stands for the subject whichever others are named beside it.

        The strongest one (ID number first); of a unified code the organisation code in it, which older rows carry.
        """
        if len(self.certificates) == 1:
            return _standing(self.certificates[0].certificate)
        return _standing(min((each.certificate for each in self.certificates), key=_strength))

    def key(self) -> bytes:
        """Return 16 bytes equal for the same subject in the same case under the same instrument of the same court.

        Keys have the order of the cases, as files mostly have it: their neighbours in an index are written together. They
        end with an unkeyed hash over a certificate number: they stay in the court's own store and never travel.
        """
        return self._key(self.case_number, self.subject)

    def keys(self) -> tuple[bytes, ...]:
        """Return the own key first, then the keys it would have by each of its other certificates alone."""
        own = self.key()
        if len(self.certificates) == 1:
            return (own,)
        others = (self._key(self.case_number, _standing(each.certificate)) for each in self.certificates)
        return (own, *(key for key in others if key != own))

    def order_keys(self) -> tuple[bytes, ...]:
        """Return the keys a consumption order on the same debtor in the same case would have; none of what is no list entry."""
        if self.instrument is not Instrument.LIST_ENTRY:
            return ()
        subjects = dict.fromkeys((self.subject, *(_standing(each.certificate) for each in self.certificates)))
        return tuple(self._key(self.case_number, each, Instrument.CONSUMPTION_ORDER) for each in subjects)

    def resumed_key(self) -> bytes | None:
        """Return the key the same subject had in the case this one resumes; None if it resumes none."""
        return self._key(self.previous_case_number, self.subject) if self.previous_case_number else None

    def _key(self, case_number: str, subject: Certificate, instrument: Instrument | None = None) -> bytes:
        series = case_number.rstrip("号").rstrip("0123456789")
        serial = int(case_number[len(series) :].rstrip("号") or 0) & _SERIAL
        begun = _series(self.court, instrument or self.instrument, self.role, series)
        text = f"{case_number}\x1f{subject.type:d}\x1f{subject.country}\x1f{subject.number}"
        return begun + serial.to_bytes(4, "big") + fingerprint(begun + text.encode())[:8]


_SERIAL = (1 << 32) - 1


@lru_cache(maxsize=4096)
def _series(court: str, instrument: Instrument, role: PersonRole, series: str) -> bytes:
    """Return four bytes for the cases of a court that are counted in one series, as to one instrument and role."""
    return fingerprint(f"{court}\x1f{instrument:d}\x1f{role:d}\x1f{series}".encode())[:4]


_PRIVATE = frozenset(("name", "birth_date", "legal_representative"))


def _standing(certificate: Certificate) -> Certificate:
    return equivalents(certificate)[-1]


def _strength(certificate: Certificate) -> tuple[CertificateType, str, str]:
    return (certificate.type, certificate.country, certificate.number)


class ParsedRow(msgspec.Struct, frozen=True):
    """What became of a row: a listing, or the rejects that say why not; notices in either case."""

    raw: RawRow
    listing: ListingInput | None
    rejects: tuple[Reject, ...] = ()
    notices: tuple[Notice, ...] = ()
