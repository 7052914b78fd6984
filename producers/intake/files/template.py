"""A template: the header and two fictitious rows that pass every check, in either language."""

import csv
from collections.abc import Mapping
from io import StringIO

from ....schemas.files.excel import wrapped
from ....schemas.problems import Language
from ..rows.columns import COLUMNS, headers

_PERSON: Mapping[str, tuple[str, str]] = {
    "instrument": ("LIST_ENTRY", "失信名单"),
    "role": ("DEBTOR", "被执行人"),
    "kind": ("NATURAL", "自然人"),
    "name": ("示例甲", "示例甲"),
    "sex": ("FEMALE", "女"),
    "certificate_type": ("CN_ID", "身份证"),
    "certificate_number": ("11010519491231002X", "11010519491231002X"),
    "certificate_2_type": ("PASSPORT", "护照"),
    "certificate_2_number": ("E00000001", "E00000001"),
    "certificate_2_country": ("CHN", "CHN"),
    "certificate_2_link": ("VERIFIED", "已核实"),
    "case_number": ("（2024）苏0505执1234号", "（2024）苏0505执1234号"),
    "decision_number": ("（2024）苏0505执1234号决定书", "（2024）苏0505执1234号决定书"),
    "signed_by": ("示例院长", "示例院长"),
    "signed_on": ("2024-06-17", "2024-06-17"),
    "served_on": ("2024-06-20", "2024-06-20"),
    "warned_on": ("2024-03-11", "2024-03-11"),
    "grounds": ("G1", "有履行能力而拒不履行生效法律文书确定义务"),
    "filing_date": ("2024-03-01", "2024-03-01"),
    "initiated_by": ("CREDITOR", "申请"),
    "applied_on": ("2024-06-03", "2024-06-03"),
    "basis_number": ("（2023）苏0505民初1103号", "（2023）苏0505民初1103号"),
    "basis_maker": ("示例区人民法院", "示例区人民法院"),
    "performance": ("NONE", "全部未履行"),
    "claim_amount": ("125000.00", "125000.00"),
    "debtor_category": ("ORDINARY", "普通"),
}
_ENTITY: Mapping[str, tuple[str, str]] = {
    "instrument": ("CONSUMPTION_ORDER", "限制消费令"),
    "role": ("DEBTOR", "被执行人"),
    "kind": ("ENTITY", "单位"),
    "name": ("示例商贸有限公司", "示例商贸有限公司"),
    "certificate_type": ("USCC", "统一社会信用代码"),
    "certificate_number": ("91320505MA10000097", "91320505MA10000097"),
    "legal_representative": ("示例乙", "示例乙"),
    "case_number": ("（2024）苏0505执恢56号", "（2024）苏0505执恢56号"),
    "previous_case_number": ("（2021）苏0505执789号", "（2021）苏0505执789号"),
    "decision_number": ("（2024）苏0505执恢56号限制消费令", "（2024）苏0505执恢56号限制消费令"),
    "filing_date": ("2024-05-06", "2024-05-06"),
    "basis_number": ("（2020）苏0505民初77号", "（2020）苏0505民初77号"),
    "basis_maker": ("示例区人民法院", "示例区人民法院"),
    "performance": ("PARTIAL", "部分未履行"),
    "claim_amount": ("3000000.50", "3000000.50"),
}


def template_rows(lang: Language) -> tuple[dict[str, str], dict[str, str]]:
    """Return the two rows by column name."""
    at = 1 if lang == "zh" else 0
    person, entity = ({column: words[at] for column, words in row.items()} for row in (_PERSON, _ENTITY))
    return person, entity


def template(lang: Language) -> str:
    """Return the template as a CSV text that opens unspoilt in Excel: byte order mark, header, two rows."""
    stream = StringIO(newline="")
    stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow(headers(lang))
    for row in template_rows(lang):
        writer.writerow([wrapped(row.get(column.name, "")) for column in COLUMNS])
    return stream.getvalue()
