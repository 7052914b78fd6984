"""What a court may ask an agency to tell about a debtor: closed lists of asset and whereabouts kinds.

A kind says which fields may leave the agency and how long the court keeps them. A field a kind does not list has no
place to travel in; so call content, call records and the live position of a phone cannot be said at all (Constitution
art. 40; police technical measures are for crime). Sources: assets 法释〔2013〕20号 and the technical norm of networked
query and control; whereabouts 法〔2016〕41号 and the local rules of Beijing (2019) and Raoping (2021).
"""

from dataclasses import dataclass
from enum import StrEnum

CASE_LIFE = 0
"""Kept as long as the case lives: the court's own file rules apply, nothing is erased by a timer."""

DAY_MS = 86_400_000


class Domain(StrEnum):
    """The two things a watch can be about; some words (VEHICLE) are kinds of both."""

    ASSET = "asset"
    WHEREABOUTS = "whereabouts"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of asset or whereabouts."""

    domain: Domain
    name: str
    zh: str
    fields: frozenset[str]
    keep_days: int = CASE_LIFE
    """Days the court keeps what it got, counted from the occurrence; CASE_LIFE for no timer."""


def _kinds(domain: Domain, *rows: tuple[str, str, str, int]) -> dict[str, Kind]:
    return {name: Kind(domain, name, zh, frozenset(fields.split()), keep) for name, zh, fields, keep in rows}


ASSET_KINDS = _kinds(
    Domain.ASSET,
    (
        "BANK_DEPOSIT",
        "银行存款",
        "sub_account account_type bank branch branch_code currency balance available status",
        0,
    ),
    ("WEALTH_PRODUCT", "理财产品", "sale units redeem_date pledgee custodian proceeds_account tradable", 0),
    ("SECURITIES", "证券", "code quantity restriction", 0),
    ("FUND", "基金", "code quantity restriction", 0),
    ("INSURANCE", "保险", "insurance_product cash_value annual_premium insured beneficiary", 0),
    ("PROVIDENT_FUND", "住房公积金", "balance loan_status", 0),
    ("TAX", "涉税信息", "refund declared_income invoices period", 0),
    ("REAL_ESTATE", "不动产", "unit_number certificate_number location area use price co_owners mortgage seals act", 0),
    ("VEHICLE", "机动车", "plate brand vin engine_number price mortgage seal violations act", 0),
    ("VESSEL", "船舶", "port mortgage seal act", 0),
    ("FISHING_BOAT", "渔船", "port mortgage seal act", 0),
    ("AIRCRAFT", "航空器", "mortgage seal act", 0),
    ("EQUITY", "股权", "company company_uscc ratio pledge act", 0),
    ("IP", "知识产权", "right status pledge", 0),
    ("INTERNET_ACCOUNT", "互联网账户", "institution balance fund_units", 0),
    ("RECEIVABLE", "应收账款", "counterparty due_date", 0),
    ("BID", "投标", "project outcome", 0),
    ("LAND_CONTRACT", "土地承包经营权", "area location", 0),
    ("INVESTMENT", "对外投资", "company company_uscc ratio", 0),
    ("COMPANY_INFO", "企业登记", "company_uscc role status", 0),
    ("MARRIAGE", "婚姻登记", "status registry", 0),
    ("SOCIAL_ORG", "社会组织登记", "role status", 0),
)
"""By name. Place in a record: `description`, `reference` (account, plate, unit number …) and `amount` for all kinds."""

WHEREABOUTS_KINDS = _kinds(
    Domain.WHEREABOUTS,
    ("IDENTITY", "身份", "former_name sex birth_date hukou_address temporary_address", 0),
    ("RESIDENCE", "常住地", "permit_number registered_on", 0),
    ("FAMILY", "户内成员", "members", 30),
    ("EXIT_ENTRY", "出入境", "direction port destination document contact_phone", 90),
    ("VEHICLE", "机动车登记", "plate brand type vin registry mortgage sealing_organ phone", 0),
    ("HOTEL_STAY", "住宿", "address room check_in check_out registered_phone star_rating outcome", 30),
    ("VEHICLE_SIGHTING", "车辆卡口", "plate direction", 7),
    (
        "TRAVEL",
        "出行",
        "carrier service_number origin destination departure train_type seat_class cabin ship_class outcome",
        30,
    ),
    ("TELECOM", "电信登记", "phone registered_address account_state", 30),
)
"""By name. Place in a record: `place` for all kinds. Keep times are defaults, not law."""

_HELD = {
    "air-carrier": "TRAVEL",
    "bank": "BANK_DEPOSIT WEALTH_PRODUCT",
    "civil-affairs": "MARRIAGE SOCIAL_ORG",
    "housing": "REAL_ESTATE",
    "immigration": "EXIT_ENTRY",
    "insurer": "INSURANCE",
    "market-regulator": "COMPANY_INFO EQUITY INVESTMENT",
    "payment-institution": "INTERNET_ACCOUNT",
    "police-lodging": "HOTEL_STAY",
    "provident-fund": "PROVIDENT_FUND",
    "railway": "TRAVEL",
    "real-estate-registry": "REAL_ESTATE",
    "vehicle-registry": "VEHICLE",
    "water-transport": "TRAVEL",
}

_OF = {Domain.ASSET: ASSET_KINDS, Domain.WHEREABOUTS: WHEREABOUTS_KINDS}
COMMON_FIELDS = {
    Domain.ASSET: frozenset(("description", "reference", "amount")),
    Domain.WHEREABOUTS: frozenset(("place",)),
}
"""Fields every kind of a domain has, with a place of their own in the report."""


def find_kind(domain: str, name: str) -> Kind | None:
    """Return the kind of that name in a domain, None if there is no such domain or kind."""
    try:
        return _OF[Domain(domain)].get(name)
    except ValueError:
        return None


def held_by(agency_kind: str) -> frozenset[str]:
    """Return the kinds an agency of this kind (agencies.yaml) can tell of; an agency of another kind tells nothing."""
    return frozenset(_HELD.get(agency_kind, "").split())


def may_travel(kind: Kind) -> frozenset[str]:
    """Return all fields a sighting of this kind may bring to the court."""
    return kind.fields | COMMON_FIELDS[kind.domain]


def keep_until(kind: Kind, occurred_at: int) -> int:
    """Return when the court's copy is erased, ms UTC; 0 = with the case's own file."""
    return occurred_at + kind.keep_days * DAY_MS if kind.keep_days else CASE_LIFE
