"""Why a row that is well-formed cannot be published all the same: what the register knows stands against it."""

from typing import ClassVar

from ...schemas.problems import FactProblem, Text


class RowRefused(FactProblem):
    """A row against what was published before."""

    texts: ClassVar[dict[str, Text]] = {
        "ENTRY_ENDED": Text(
            "this subject's entry {entry} in this case ended on {day} ({status}); an ended entry never comes back",
            "take the row out of the export, or give the number of the new decision to publish a new entry",
            "该当事人在本案的条目 {entry} 已于 {day} 终止（{status}），已终止的条目不得恢复",
            "请从导出文件中去掉该行；如有新的决定，请填写新的决定书文号，将生成新条目",
        ),
        "CORRECTED_AWAY": Text(
            "on {day} entry {entry} of the same name was corrected: this certificate or case number is no longer its own",
            "correct the court's own system, whose export still says what was wrong",
            "同名条目 {entry} 已于 {day} 更正，该证件号码或者案号不再属于该条目",
            "请更正本院系统中的信息，其导出数据仍为更正前的内容",
        ),
        "DUPLICATE_CONFLICT": Text(
            "row {first} of this file names the same subject in the same case with other contents",
            "keep the right one of the two rows",
            "本文件第 {first} 行为同一案件的同一当事人，但内容不同",
            "请保留正确的一行",
        ),
    }
