"""Watches (临控): a court asks an agency to tell it when the debtor of a case shows up.

Only for a filed enforcement case, with a legal document, a judge, a purpose, named kinds and an end (法〔2016〕41号;
Personal Information Protection Law arts. 6, 19, 34). What an order does not ask for is never told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from ..people.certificates import Certificate, CertificateType, normalise
from ..phrases import Phrase
from ..problems import FactProblem, Text
from .case_number import parse_case_number
from .case_types import CaseUse
from .watch_kinds import DAY_MS, Domain, find_kind

HANDLE_LENGTH = 16
HASH_LENGTH = 32
NO_COMMAND = bytes(HANDLE_LENGTH)
NO_DOCUMENT = bytes(HASH_LENGTH)


class Purpose(StrEnum):
    """Why a court asks; it limits what may be asked."""

    LOCATE_DEBTOR = "LOCATE_DEBTOR"
    """查找被执行人下落."""
    FIND_ASSETS = "FIND_ASSETS"
    """查找被执行人财产."""
    REFUSAL_EVIDENCE = "REFUSAL_EVIDENCE"
    """拒不执行判决、裁定罪线索 (Criminal Law art. 313)."""

    @property
    def domains(self) -> frozenset[Domain]:
        """What may be asked for this purpose."""
        return _DOMAINS[self]


_DOMAINS = {
    Purpose.LOCATE_DEBTOR: frozenset((Domain.WHEREABOUTS,)),
    Purpose.FIND_ASSETS: frozenset((Domain.ASSET,)),
    Purpose.REFUSAL_EVIDENCE: frozenset(Domain),
}


class WatchProblem(FactProblem):
    """A watch order the law or this bus does not allow."""

    texts: ClassVar[dict[str, Text]] = {
        "WATCH_CASE_KIND": Text(
            "the case is not one of enforcement; a party to preservation (执保, 财保) is no judgment debtor",
            "a watch needs a filed enforcement case (执 or 执恢); give its number",
            "该案不是执行案件；财产保全案件（执保、财保）的当事人不是被执行人",
            "协助查找须有已立案的“执”或“执恢”案件，请填写其案号",
        ),
        "WATCH_SET_APART": Text(
            "cases of courts of the Xinjiang corps (兵) and of military courts (军) do not go over the shared topics of this installation",
            "ask in an installation of their own; if both sides have agreed to share them here, set corps_and_military_courts: shared for "
            "every process",
            "新疆生产建设兵团法院（兵）和军事法院（军）的案件不经本系统的共享主题办理",
            "请使用其专用系统办理；双方已同意在此共享的，请为每个进程设置 corps_and_military_courts: shared",
        ),
        "WATCH_DOCUMENT": Text(
            "the legal document is missing",
            "give the document's file and its number; its SHA-256 travels, not the document",
            "缺少法律文书",
            "请提供法律文书文件及文号（仅传输其 SHA-256）",
        ),
        "WATCH_JUDGE": Text(
            "nobody signed for it",
            "name the judge who ordered the watch",
            "缺少承办法官",
            "请填写作出决定的法官姓名",
        ),
        "WATCH_PURPOSE": Text(
            "{purpose} is no purpose a watch can have",
            "use LOCATE_DEBTOR, FIND_ASSETS or REFUSAL_EVIDENCE",
            "{purpose} 不是允许的用途",
            "请使用 LOCATE_DEBTOR、FIND_ASSETS 或 REFUSAL_EVIDENCE",
        ),
        "WATCH_KINDS": Text(
            "the order asks for nothing",
            "name at least one kind of asset or whereabouts",
            "未列明任何信息种类",
            "请至少列明一种财产或者下落信息",
        ),
        "WATCH_KIND": Text(
            "{kind} cannot be asked for {purpose}",
            "use kinds of `liandong court command --kinds`; what is not listed there cannot be asked of anybody",
            "不得以 {purpose} 为由查询 {kind}",
            "可用种类见 `liandong court command --kinds`；未列入的一律不得查询",
        ),
        "WATCH_KIND_NOT_HELD": Text(
            "{kind} is not held by this agency",
            "send the watch to an agency that holds it",
            "该单位不掌握 {kind} 信息",
            "请向掌握该信息的单位发送",
        ),
        "WATCH_END": Text(
            "the watch has no end in the future",
            "give a last day that is still to come",
            "协助查找截止日期不在将来",
            "请填写尚未到来的截止日期",
        ),
        "WATCH_TOO_LONG": Text(
            "the watch would last more than {days} days",
            "give an earlier end; a longer watch needs a new decision",
            "协助查找期限超过 {days} 天",
            "请缩短期限；继续协助查找须另行决定",
        ),
        "WATCH_SUBJECT": Text(
            "the order names no certificate and name of the debtor, or they are not in their canonical form",
            "give the debtor's name and at least one certificate",
            "未写明被执行人姓名及证件，或者证件不是规范形式",
            "请填写被执行人姓名及至少一个证件",
        ),
        "WATCH_STOPS": Text(
            "the command does not say which watch it stops",
            "give the cmd_ id of the watch",
            "未写明解除哪一项协助查找",
            "请填写协助查找的 cmd_ 编号",
        ),
    }


@dataclass(frozen=True, slots=True)
class WatchOrder:
    """The sealed body of a watch or stop-watch command."""

    case_number: str
    """Its key (`CaseNumber.key`)."""
    document_number: str = ""
    document_hash: bytes = NO_DOCUMENT
    judge: str = ""
    purpose: str = ""
    kinds: tuple[str, ...] = ()
    until: int = 0
    """End, exclusive, ms UTC."""
    name: str = field(default="", repr=False)
    certificates: tuple[Certificate, ...] = ()
    stops: bytes = NO_COMMAND
    """The watch a stop-watch ends."""

    def as_record(self) -> dict[str, Any]:
        """Return the Avro record `WatchOrder`."""
        own = {name: getattr(self, name) for name in _PLAIN_FIELDS}
        plain = [as_plain(each) for each in self.certificates]
        return {**own, "kinds": list(self.kinds), "certificates": plain}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "WatchOrder":
        """Read an order as it came out of its envelope. Raises CertificateProblem or WATCH_SUBJECT."""
        own = {name: record[name] for name in _PLAIN_FIELDS}
        certificates = tuple(from_plain(each) for each in record["certificates"])
        return cls(**own, kinds=tuple(record["kinds"]), certificates=certificates)


_PLAIN_FIELDS = ("case_number", "document_number", "document_hash", "judge", "purpose", "until", "name", "stops")


def as_plain(certificate: Certificate) -> dict[str, Any]:
    """Return the Avro record `PlainCertificate`; it stands only ever inside a sealed envelope."""
    return {"certificate_type": int(certificate.type), "number": certificate.number, "country": certificate.country}


def from_plain(record: Mapping[str, Any]) -> Certificate:
    """Read a certificate out of an envelope. Raises WATCH_SUBJECT unless it is in canonical form."""
    try:
        kind = CertificateType(record["certificate_type"])
    except ValueError:
        raise WatchProblem("WATCH_SUBJECT") from None
    certificate = normalise(kind, record["number"], record["country"])
    if (certificate.type, certificate.number) != (kind, record["number"]):
        raise WatchProblem("WATCH_SUBJECT")
    return certificate


@dataclass(frozen=True, slots=True)
class WatchRules:
    """What an order is measured against."""

    now: int
    """ms UTC."""
    max_days: int
    """Longest term of a watch."""
    kinds_held: frozenset[str] | None = None
    """Kinds the agency holds; None if the caller does not know (the agency itself does)."""
    issued_at: int = 0
    """When the court issued it, ms UTC; the term counts from there, 0 = from now."""
    shares_set_apart: bool = False
    """Whether the installation shares cases of corps' and military courts."""


def validate(order: WatchOrder, rules: WatchRules) -> None:
    """Raise the WatchProblem, CaseNumberProblem or CertificateProblem of the first rule a watch breaks."""
    _check_case(order, rules)
    if order.document_hash == NO_DOCUMENT or not order.document_number.strip():
        raise WatchProblem("WATCH_DOCUMENT")
    if not order.judge.strip():
        raise WatchProblem("WATCH_JUDGE")
    _check_kinds(order, rules.kinds_held)
    if order.until <= rules.now:
        raise WatchProblem("WATCH_END")
    if order.until > (rules.issued_at or rules.now) + rules.max_days * DAY_MS:
        raise WatchProblem("WATCH_TOO_LONG", days=str(rules.max_days))
    if not order.name.strip() or not order.certificates:
        raise WatchProblem("WATCH_SUBJECT")


def validate_stop(order: WatchOrder) -> None:
    """Raise the problem of a stop-watch; stopping is easy on purpose and needs no document."""
    if order.stops == NO_COMMAND:
        raise WatchProblem("WATCH_STOPS")


def _check_case(order: WatchOrder, rules: WatchRules) -> None:
    parsed = parse_case_number(order.case_number)
    if parsed.use is not CaseUse.ENFORCEMENT or parsed.key != order.case_number:
        raise WatchProblem("WATCH_CASE_KIND")
    if parsed.is_set_apart and not rules.shares_set_apart:
        raise WatchProblem("WATCH_SET_APART")


def _check_kinds(order: WatchOrder, kinds_held: frozenset[str] | None) -> None:
    try:
        purpose = Purpose(order.purpose)
    except ValueError:
        raise WatchProblem("WATCH_PURPOSE", purpose=order.purpose or Phrase("nothing", "未填写")) from None
    if not order.kinds:
        raise WatchProblem("WATCH_KINDS")
    for kind in order.kinds:
        if all(find_kind(domain, kind) is None for domain in purpose.domains):
            raise WatchProblem("WATCH_KIND", kind=kind, purpose=purpose)
        if kinds_held is not None and kind not in kinds_held:
            raise WatchProblem("WATCH_KIND_NOT_HELD", kind=kind)


@dataclass(frozen=True, slots=True)
class WatchScope:
    """How far a watch reaches."""

    purpose: str
    kinds: frozenset[str]
    since: int
    """When the court issued it, ms UTC."""
    until: int
    """End, exclusive, ms UTC."""
    stopped_at: int = 0
    """When the court stopped it, ms UTC; 0 = not stopped."""

    @property
    def ends_at(self) -> int:
        """The first moment nothing may be told any more, ms UTC."""
        return min(self.until, self.stopped_at) if self.stopped_at else self.until


def covers(scope: WatchScope, domain: str, kind: str, at: int) -> bool:
    """Whether a watch asks for an occurrence: the purpose allows it, the kind is named, its moment lies in the term."""
    known = find_kind(domain, kind)
    if known is None or kind not in scope.kinds or scope.purpose not in set(Purpose):
        return False
    return known.domain in Purpose(scope.purpose).domains and scope.since <= at < scope.ends_at


def kinds_of(names: Iterable[str]) -> tuple[str, ...]:
    """Write kind names as an order carries them: upper case, each once, sorted."""
    return tuple(sorted({name.strip().upper().replace("-", "_") for name in names}))
