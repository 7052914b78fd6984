"""The columns of an intake file: one table that the readers, the template, the rejects and docs/intake-columns.md share."""

import re
from typing import Literal

from ....schemas.spelling import half_width, trim
from .column import BEGINNING, MAX_CERTIFICATES, Column, linked

COLUMNS: tuple[Column, ...] = (
    Column(
        "instrument",
        "文书种类",
        "LIST_ENTRY (default), CONSUMPTION_ORDER or EXIT_BAN",
        "失信名单（默认）、限制消费令或限制出境",
        ("文书类型", "类别"),
    ),
    Column(
        "role",
        "身份",
        "DEBTOR (default); orders also LEGAL_REPRESENTATIVE, PRINCIPAL, DIRECTLY_RESPONSIBLE, ACTUAL_CONTROLLER (consumption "
        "orders only), STATUTORY_AGENT (exit bans only)",
        "被执行人（默认）；限制消费令、限制出境还可为法定代表人、主要负责人、直接责任人员、实际控制人（仅限制消费令）、法定代理人（仅限制出境）",
        ("被执行人身份",),
    ),
    Column(
        "kind",
        "主体类型",
        "NATURAL or ENTITY; may be left out where the certificate tells",
        "自然人或单位；证件可判明时可不填",
        ("当事人类型", "被执行人类型"),
    ),
    Column(
        "name",
        "姓名或名称",
        "exactly as in the decision; never used alone for matching",
        "与决定书一致；绝不单独用于比对",
        ("姓名", "名称", "被执行人", "被执行人姓名", "被执行人姓名或名称", "被执行人姓名/名称", "姓名/名称"),
        required=True,
    ),
    Column(
        "sex",
        "性别",
        "MALE, FEMALE or empty; compared with the ID number",
        "男、女或空；与身份证号核对",
    ),
    Column(
        "birth_date",
        "出生日期",
        "where the certificate carries none; protects minors",
        "证件不含出生日期时填写；用于保护未成年人",
    ),
    Column(
        "certificate_type",
        "证件类型",
        "CN_ID, PASSPORT, HK_MACAU_PERMIT, TAIWAN_PERMIT, RESIDENCE_PERMIT, FOREIGN_PR_CARD, USCC, ORG_CODE, "
        "BUSINESS_REG; may be left out where kind and number tell",
        "身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、港澳台居民居住证、外国人永久居留身份证、"
        "统一社会信用代码、组织机构代码、工商注册号；主体类型与号码可判明时可不填",
        ("证件种类",),
    ),
    Column(
        "certificate_number",
        "证件号码",
        "the full number; a row without one is quarantined",
        "完整号码；无号码的行予以隔离",
        (
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "身份证号码/组织机构代码",
            "身份证号/组织机构代码",
            "统一社会信用代码",
        ),
        required=True,
    ),
    Column(
        "certificate_country",
        "证件签发国",
        "passports only: ISO 3166-1 alpha-3, for example CHN",
        "仅护照：三位字母国家代码，如 CHN",
        ("签发国", "国籍"),
    ),
    *(column for position in range(2, MAX_CERTIFICATES + 1) for column in linked(position)),
    Column(
        "related_entity",
        "被执行单位",
        "orders on a related person: the debtor entity's name",
        "对相关人员的限制措施：被执行单位名称",
        ("被执行单位名称",),
    ),
    Column(
        "related_entity_code",
        "被执行单位代码",
        "its unified social credit code or organisation code",
        "其统一社会信用代码或组织机构代码",
    ),
    Column(
        "legal_representative",
        "法定代表人",
        "entities: name, for publication only; they are not listed by it. Individual businesses: the operator, needed",
        "单位：仅供公布，法定代表人并不因此列入名单。个体工商户：填经营者，必填",
        ("经营者", "法定代表人或者负责人", "法定代表人或负责人", "法定代表人姓名"),
    ),
    Column(
        "case_number",
        "案号",
        "the enforcement case, any spelling of brackets",
        "执行案号，括号写法不限",
        ("执行案号",),
        required=True,
    ),
    Column(
        "previous_case_number",
        "原案号",
        "resumed cases (执恢): the earlier case of the same debt",
        "恢复执行案件：同一债务的原执行案号",
        ("原执行案号",),
    ),
    Column("court_code", "法院代码", "participant id; must be the publishing court", "参与方代码，须与发布法院一致"),
    Column(
        "court_name",
        "执行法院",
        "must be the publishing court",
        "须与发布法院一致",
        ("法院", "法院名称"),
    ),
    Column(
        "decision_number",
        "决定书文号",
        "number of the decision; new list entries and exit bans must have one",
        "决定书文号；新纳入名单及限制出境必填",
        ("决定文号",),
    ),
    *BEGINNING,
    Column(
        "grounds",
        "失信行为情形",
        "list entries: G1 to G6 separated by `;`, or the words of the law",
        "失信名单：G1 至 G6（以 ; 分隔），或法条原文",
        ("失信被执行人行为具体情形", "失信情形", "纳入情形"),
    ),
    Column(
        "term_start",
        "期限起算日",
        "day of the decision or publication, from which the term runs",
        "期限起算的决定日或发布日",
        ("纳入起始日",),
    ),
    Column(
        "term_start_basis",
        "起算依据",
        "DECISION (default) or PUBLICATION",
        "决定（默认）或发布",
    ),
    Column(
        "term_end",
        "期限届满日",
        "last day; needed for G2 to G6 (two years) and exit bans, forbidden for G1 alone; for G1 with another ground the last day or "
        "NO_TERM, as the court decided",
        "最后一日；G2 至 G6（二年）及限制出境必填，仅 G1 时不得填写；G1 与其他情形并存时，按法院决定填届满日或“无期限”",
        ("纳入期限届满日", "届满日"),
    ),
    Column(
        "extension_months",
        "延长月数",
        "12 to 36 where the decision extends the two years: for several grounds, or G2 if it is serious",
        "决定延长时填 12 至 36：多项情形，或 G2 情节严重",
    ),
    Column(
        "extension_gravity",
        "延长情节",
        "SERIOUS where the decision finds the violence or threat of G2 serious",
        "决定书认定 G2 的暴力、威胁情节严重时填“严重”",
    ),
    Column("filing_date", "立案日期", "not in the future", "不得晚于今天", ("立案时间",)),
    Column(
        "publish_date",
        "发布日期",
        "empty = today; not in the future",
        "空为今天；不得晚于今天",
        ("发布时间", "公布日期"),
    ),
    Column(
        "initiated_by",
        "启动方式",
        "CREDITOR or EX_OFFICIO, needed of new list entries (art. 5 ¶2); decides the six-month bar after a deletion",
        "申请或依职权，新纳入的必填（第五条第二款）；决定删除后六个月限制是否适用",
        ("applied_by", "申请方式"),
    ),
    Column(
        "applied_on",
        "申请日期",
        "day the creditor applied for the listing; needed of new list entries that they applied for (art. 5 ¶2), and after a deletion "
        "that they asked for (D3)",
        "申请执行人申请纳入的日期；依申请新纳入的必填（第五条第二款），曾依其申请删除（D3）的必填",
        ("申请纳入日期",),
    ),
    Column("basis_number", "执行依据文号", "number of the instrument enforced", "生效法律文书文号"),
    Column(
        "basis_maker",
        "作出执行依据单位",
        "court, arbitration body or notary who made it",
        "作出该文书的法院、仲裁或公证机构",
        ("做出执行依据单位",),
    ),
    Column(
        "performance",
        "履行情况",
        "NONE, PARTIAL, FULL or the words of the public list",
        "全部未履行、部分未履行、全部已履行",
        ("被执行人的履行情况",),
    ),
    Column(
        "claim_amount",
        "执行标的金额",
        "CNY, at most two decimals",
        "人民币元，至多两位小数",
        ("标的金额", "执行标的"),
    ),
    Column(
        "debtor_category",
        "债务人类别",
        "ORDINARY (default), PUBLIC_SERVANT, CAMPUS_LOAN_STUDENT or STATE_ORGAN (listed if state_organ_listing says so; its superior "
        "is notified, art. 8 ¶4)",
        "普通（默认）、公职人员、校园贷学生、国家机关（是否纳入由 state_organ_listing 决定；须通报其上级单位，第八条第四款）",
    ),
    Column("source_id", "来源编号", "the row's id in the court's own system", "本院系统内的编号", ("编号", "id")),
)

COLUMN_NAMES = tuple(column.name for column in COLUMNS)
REQUIRED = tuple(column.name for column in COLUMNS if column.required)

DAY_COLUMNS = frozenset(
    (
        *("birth_date", "term_start", "term_end", "filing_date", "publish_date"),
        *("signed_on", "served_on", "warned_on", "applied_on"),
    )
)
"""Columns whose values are days."""

_DROPPED = (
    "duty 生效法律文书确定的义务 义务 age 年龄 performedpart 已履行部分 unperformpart 未履行部分 "
    "lastmod version focusnumber type loc areaname areanamenew 省份 publishdatestamp"
)
DROPPED = frozenset(_DROPPED.split())
"""Known headers that never travel: free text of judgments, age (the ID number tells it), noise of the public site."""

REJECT_PREFIXES = ("reject", "退回")
REJECT_COLUMNS = (
    *("reject_row", "reject_field", "reject_code", "reject_reason", "reject_remedy"),
    *("reject_warning", "reject_line"),
)
"""Columns of a rejects file that the reader passes over, so that a corrected file can be sent as it is."""
REJECT_COLUMNS_ZH = ("退回行号", "退回列", "退回代码", "退回原因", "退回处理办法", "退回提示", "退回原文")
"""The same for who reads Chinese."""

_IN_BRACKETS = re.compile(r"\(.*?\)")
_SEPARATORS = re.compile(r"[\s_\-*:/]+")


def header_form(header: str) -> str:
    """Return a header without blanks, separators, bracketed hints and case: `证件号码（必填）` is `证件号码`."""
    return _SEPARATORS.sub("", _IN_BRACKETS.sub("", half_width(trim(header)))).lower()


_BY_HEADER = {
    header_form(header): column.name for column in COLUMNS for header in (column.name, column.zh, *column.aliases)
}


_ZH = {column.name: column.zh for column in COLUMNS}


def column_of(header: str) -> str | None:
    """Return the column a header means, or None."""
    return _BY_HEADER.get(header_form(header))


def title_of(name: str, lang: Literal["en", "zh"]) -> str:
    """Return the header of a column in a language; what is no column (a field of a file, nothing) stays as it is."""
    return _ZH.get(name, name) if lang == "zh" else name


def is_passed_over(header: str) -> bool:
    """Tell whether a header is known and its column deliberately not read."""
    form = header_form(header)
    return form in DROPPED or form.startswith(REJECT_PREFIXES) or not form


def is_of_rejects(header: str) -> bool:
    """Tell whether a header is one that a rejects file adds, in either language."""
    return header_form(header).startswith(REJECT_PREFIXES)


def reject_columns(lang: Literal["en", "zh"]) -> tuple[str, ...]:
    """Return the headers that a rejects file adds, in a language."""
    return REJECT_COLUMNS_ZH if lang == "zh" else REJECT_COLUMNS


def headers(lang: Literal["en", "zh"]) -> tuple[str, ...]:
    """Return all headers in a language, in the order of the template."""
    return tuple(column.zh if lang == "zh" else column.name for column in COLUMNS)
