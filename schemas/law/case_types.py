"""Which case carries which measure: the type token of a case number (案件类型代字) says what the case is about.

Lists, orders, exit bans and searches for people belong to the enforcement of a judgment (法释〔2017〕7号 art. 1, 法释〔2015〕17号
art. 1); a case of preservation controls assets and nothing else. Tokens: 最高人民法院《人民法院案件类型及其代字标准》.
"""

from enum import Enum
from typing import ClassVar

from ..problems import FactProblem, Text


class CaseUse(Enum):
    """What may be ordered in a case."""

    ENFORCEMENT = "everything"
    PRESERVATION = "control of assets"
    OTHER = "nothing on this bus"


_USES = {
    "执": CaseUse.ENFORCEMENT,
    "执恢": CaseUse.ENFORCEMENT,
    "执保": CaseUse.PRESERVATION,
    "财保": CaseUse.PRESERVATION,
}
_ABOUT = {
    "执保": ("preserve assets and control nothing else", "仅办理财产保全"),
    "财保": ("preserve assets and control nothing else", "仅办理财产保全"),
    "执异": ("decide objections", "审查执行异议"),
    "执复": ("decide reconsiderations", "审查执行复议"),
    "执监": ("supervise enforcement", "办理执行监督"),
    "执协": ("settle disputes between courts", "办理执行协调"),
    "执请": ("answer questions of lower courts", "办理执行请示"),
    "司惩": ("impose sanctions", "办理司法制裁"),
}
_OTHERS = ("enforce nothing", "不是执行案件")


class CaseTypeProblem(FactProblem):
    """A case that does not carry what is ordered in it."""

    texts: ClassVar[dict[str, Text]] = {
        "CASE_TYPE_NOT_ENFORCEMENT": Text(
            "{type} cases {about}",
            "publish under the 执 or 执恢 case; the judgment belongs in basis_number",
            "“{type}”案件{about_zh}",
            "请在“执”或“执恢”案件中公布；判决文号填入执行依据文号",
        ),
        "CASE_TYPE_EXIT_BAN": Text(
            "{type} cases {about}; an exit ban of a pending civil case (Exit and Entry Law art. 12 no. 3) is outside this system",
            "use this system for exit bans of 执 and 执恢 cases only",
            "“{type}”案件{about_zh}；未结民事案件中的限制出境（出境入境管理法第十二条第三项）不经本系统办理",
            "本系统仅办理“执”“执恢”案件的限制出境",
        ),
    }

    def __init__(self, code: str, type_token: str) -> None:
        about, about_zh = _ABOUT.get(_plain(type_token), _OTHERS)
        super().__init__(code, type=type_token, about=about, about_zh=about_zh)


def use_of(type_token: str) -> CaseUse:
    """Tell what may be ordered in a case of this type, of the old style (执, 法执 before 字第) too."""
    return _USES.get(_plain(type_token), CaseUse.OTHER)


def _plain(type_token: str) -> str:
    """Return a token without the 法 that old case numbers put before it."""
    return type_token.removeprefix("法")
