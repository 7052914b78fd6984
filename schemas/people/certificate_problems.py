"""What can be wrong with a certificate number. The texts never repeat the number."""

from typing import ClassVar

from ..problems import FactProblem, Text


class CertificateProblem(FactProblem):
    """A certificate number that cannot be taken: nobody may be matched by it until the court has corrected it."""

    texts: ClassVar[dict[str, Text]] = {
        "CERTIFICATE_EMPTY": Text(
            "there is no certificate number",
            "give the full number; nobody is matched by name alone",
            "没有证件号码",
            "请填写完整证件号码；系统绝不仅凭姓名比对",
        ),
        "CERTIFICATE_MASKED": Text(
            "the certificate number is masked with *",
            "give the full number as the court's own records hold it (column certificate_number; zxgk: fullCardNum)",
            "证件号码带有掩码 *",
            "请按法院内部记录填写完整号码（“证件号码”列；公开网格式为 fullCardNum）",
        ),
        "CERTIFICATE_SPOILT": Text(
            "a spreadsheet turned the certificate number into a rounded figure and lost digits",
            "type the number again from the file of the case into a column formatted as text",
            "证件号码已被表格软件转成科学计数法，末位数字已丢失",
            "请将该列设为“文本”格式，并按案卷重新录入号码",
        ),
        "CERTIFICATE_CHARACTERS": Text(
            "the number holds characters that a {type} number cannot have",
            "compare it with the certificate; if it is a certificate of another kind, correct the type",
            "号码含有 {type} 不应出现的字符",
            "请与证件核对；如属其他证件，请更正证件类型",
        ),
        "CERTIFICATE_LENGTH": Text(
            "a {type} number has {expected} characters, this one has {length}",
            "compare it with the certificate; if it is a certificate of another kind, correct the type",
            "{type} 号码应为 {expected} 位，实际为 {length} 位",
            "请与证件核对；如属其他证件，请更正证件类型",
        ),
        "CERTIFICATE_PERMIT": Text(
            "a {type} number must be {expected}",
            "compare it with the permit; if it is a certificate of another kind, correct the type",
            "{type} 号码格式应为：{expected}",
            "请与证件核对；如属其他证件，请更正证件类型",
        ),
        "CERTIFICATE_BIRTH_DATE": Text(
            "the birth date in the number is not a day of the calendar",
            "compare digits 7 to 14 with the certificate",
            "号码中的出生日期不存在",
            "请与证件核对第 7 至 14 位",
        ),
        "CERTIFICATE_BIRTH_FUTURE": Text(
            "the birth date in the number lies in the future",
            "compare digits 7 to 14 with the certificate",
            "号码中的出生日期晚于今天",
            "请与证件核对第 7 至 14 位",
        ),
        "CERTIFICATE_CHECK_DIGIT": Text(
            "the check character of the {type} number is wrong: at least one character is mistyped",
            "compare every character with the certificate and the case file, correct it and send the row again",
            "{type} 号码校验位不符：至少有一位录入有误",
            "请逐位与证件及案卷核对，更正后重新提交本行",
        ),
        "CERTIFICATE_LOOK_ALIKE": Text(
            "a unified social credit code has no letters I, O, S, V, Z; with the digits that look like them it is valid",
            "check on the licence whether 0 for O, 1 for I, 2 for Z, 5 for S or U for V is meant, and correct it",
            "统一社会信用代码不使用字母 I、O、S、V、Z；换成形近字符后校验通过",
            "请与营业执照核对是否应为 0（非 O）、1（非 I）、2（非 Z）、5（非 S）或 U（非 V），并予更正",
        ),
        "CERTIFICATE_COUNTRY": Text(
            "a passport number is not unique without its issuing country",
            "give the country as ISO 3166-1 alpha-3, for example CHN, USA, KOR",
            "护照号码须与签发国一并填写才具有唯一性",
            "请填写 ISO 3166-1 三位字母国家代码，例如 CHN、USA、KOR",
        ),
    }
