"""The words a clerk may write for a coded value, in Chinese and English, and as the public site writes them."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import TypeVar

from ....schemas.law.listing import Instrument, Link, PersonKind, PersonRole
from ....schemas.people.certificates import CertificateType
from ....schemas.spelling import half_width
from .model import DebtorCategory, Initiative, Performance, TermStartBasis

Coded = TypeVar("Coded", bound=int | str)
Kind = TypeVar("Kind", bound=IntEnum | StrEnum)


def _form(text: str) -> str:
    """Return a word without blanks, `-` and `_`, in lower case and half width."""
    return half_width(text).replace(" ", "").replace("_", "").replace("-", "").lower()


def _words(names: Mapping[Kind, str]) -> dict[str, Kind]:
    spellings = [(word, coded) for coded, words in names.items() for word in (coded.name, *words.split("|"))]
    return dict(spellings) | {_form(word): coded for word, coded in spellings}


INSTRUMENTS = _words(
    {
        Instrument.LIST_ENTRY: "失信名单|失信被执行人名单|失信被执行人|纳入失信|listing",
        Instrument.CONSUMPTION_ORDER: "限制消费令|限制消费|限消令|限高|order",
        Instrument.EXIT_BAN: "限制出境|限制出境决定",
    }
)
ROLES = _words(
    {
        PersonRole.DEBTOR: "被执行人|债务人",
        PersonRole.LEGAL_REPRESENTATIVE: "法定代表人|法人代表|legal_rep",
        PersonRole.PRINCIPAL: "主要负责人|负责人",
        PersonRole.DIRECTLY_RESPONSIBLE: "直接责任人员|直接责任人|影响债务履行的直接责任人员",
        PersonRole.ACTUAL_CONTROLLER: "实际控制人",
        PersonRole.STATUTORY_AGENT: "法定代理人|监护人",
    }
)
KINDS = _words(
    {
        PersonKind.NATURAL: "自然人|个人|0|580|natural_person|person",
        PersonKind.ENTITY: "单位|法人|法人或其他组织|法人或者其他组织|非法人组织|企业|1|581|company",
    }
)
SEXES = {
    word: code
    for code, words in {
        1: "MALE|男|男性|1|M",
        2: "FEMALE|女|女性|2|F",
        9: "9|未说明",
        0: "0|未知",
    }.items()
    for word in words.split("|")
}
"""GB/T 2261.1."""
CERTIFICATE_TYPES = _words(
    {
        CertificateType.CN_ID: "身份证|居民身份证|公民身份号码|二代身份证",
        CertificateType.CN_ID15: "一代身份证|15位身份证",
        CertificateType.PASSPORT: "护照|普通护照|中国护照|外国护照",
        CertificateType.HK_MACAU_PERMIT: "港澳居民来往内地通行证|回乡证|港澳通行证",
        CertificateType.TAIWAN_PERMIT: "台湾居民来往大陆通行证|台胞证",
        CertificateType.RESIDENCE_PERMIT: "港澳台居民居住证|港澳居民居住证|台湾居民居住证|居住证",
        CertificateType.FOREIGN_PR_CARD: "外国人永久居留身份证|外国人永久居留证|永居证",
        CertificateType.USCC: "统一社会信用代码|信用代码|营业执照",
        CertificateType.ORG_CODE: "组织机构代码|组织机构代码证",
        CertificateType.BUSINESS_REG: "工商注册号|工商登记号|营业执照注册号",
    }
)
LINKS = _words({Link.VERIFIED: "已核实|是|yes|true", Link.UNVERIFIED: "未核实|否|no|false"})
TERM_BASES = _words(
    {TermStartBasis.DECISION: "决定|决定日|作出决定", TermStartBasis.PUBLICATION: "发布|公布|发布日|公布日"}
)
GRAVITIES = dict.fromkeys(("SERIOUS", "serious", "严重", "情节严重"), 1)
"""How grave violence or threat was; only what is serious extends a term (art. 2 ¶1)."""
NO_TERM = frozenset(("NO_TERM", "无期限", "没有期限"))
"""How a court states that an entry on ground ① and another one has no term."""
INITIATIVES = _words(
    {
        Initiative.CREDITOR: "申请|依申请|申请执行人|申请执行人申请",
        Initiative.EX_OFFICIO: "依职权|职权",
        Initiative.UNKNOWN: "未知",
    }
)
PERFORMANCES = _words(
    {
        Performance.NONE: "全部未履行|未履行",
        Performance.PARTIAL: "部分未履行|部分履行|部分已履行",
        Performance.FULL: "全部已履行|全部履行|已履行|履行完毕",
        Performance.UNKNOWN: "未知|其他",
    }
)
CATEGORIES = _words(
    {
        DebtorCategory.ORDINARY: "普通|一般",
        DebtorCategory.PUBLIC_SERVANT: "公职人员",
        DebtorCategory.CAMPUS_LOAN_STUDENT: "校园贷学生|校园贷在校学生|在校学生",
        DebtorCategory.STATE_ORGAN: "国家机关|机关|党政机关",
    }
)


def meaning(table: Mapping[str, Coded], text: str) -> Coded | None:
    """Return what a word stands for, or None if the table does not have it."""
    coded = table.get(text)
    return coded if coded is not None else table.get(_form(text))


def knows(table: Mapping[str, object], text: str) -> bool:
    """Tell whether a table has a word."""
    return text in table or _form(text) in table


def allowed(table: Mapping[str, object]) -> str:
    """List the first spelling of each value, for people."""
    shown: dict[object, str] = {}
    for word, coded in table.items():
        shown.setdefault(coded, coded.name if isinstance(coded, (IntEnum, StrEnum)) else word)
    return ", ".join(shown.values())
