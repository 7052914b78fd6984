"""Tables that are generated inside pages written by hand: the columns of an intake file, reasons of acts, codes.

`python -m liandong.docs.generators.marked` writes them between their markers, in the English page and in the Chinese one; a
test holds both to it. A marker that no table has is an error.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ...producers.acts.reasons import REASONS, ReasonUnknown
from ...producers.acts.unlawful import ActUnlawful
from ...producers.intake.files.json_file import ZXGK_FIELDS
from ...producers.intake.findings.messages import FILE_TEXTS, INTAKE_TEXTS, ROW_TEXTS
from ...producers.intake.findings.subject_messages import SUBJECT_TEXTS
from ...producers.intake.rows.columns import COLUMNS
from ...schemas.dates import DateProblem
from ...schemas.law.case_number import CaseNumberProblem
from ...schemas.law.case_types import CaseTypeProblem
from ...schemas.law.grounds import DeletionReasonProblem
from ...schemas.law.listing import Change, TransitionRefused
from ...schemas.people.certificate_problems import CertificateProblem
from ...schemas.problems import Language, Text
from .codes import ROOT

Cells = Sequence[str]
_BLOCK = re.compile(r"^(<!-- generated: (?P<name>[a-z-]+) -->\n).*?^(<!-- /generated -->)$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"\{(\w+)\}")
DOCS = ROOT / "docs"


class NoSuchTable(Exception):
    """A page has a marker for a table that nothing here makes."""


def table(head: Cells, rows: Iterable[Cells]) -> str:
    """Write a table of Markdown; cells are one line each."""
    lines = (f"| {' | '.join(cells)} |\n" for cells in (head, *rows))
    return next(lines) + f"|{'---|' * len(head)}\n" + "".join(lines)


def cell(text: str) -> str:
    """Write a text as a cell: one line, nothing that ends the cell or opens a tag, and a mark for each value it takes."""
    return _PLACE.sub(r"‹\1›", " ".join(text.split())).replace("|", "\\|").replace("<", "&lt;")


def columns(lang: Language) -> str:
    """Write every column of an intake file, with its title and rule."""
    if lang == "zh":
        rows = [(f"`{one.name}`", one.zh, "是" if one.required else "", cell(one.rule_zh)) for one in COLUMNS]
        return table(("列", "列名", "必填", "规则"), rows)
    rows = [(f"`{one.name}`", one.zh, "yes" if one.required else "", cell(one.rule)) for one in COLUMNS]
    return table(("column", "列名", "needed", "rule"), rows)


def titles(lang: Language) -> str:
    """Write the other titles by which columns are known."""
    colon, comma = ("：", "、") if lang == "zh" else (": ", ", ")
    return "".join(
        f"- {one.zh}{colon}{comma.join(f'`{alias}`' for alias in one.aliases)}\n" for one in COLUMNS if one.aliases
    )


def public_fields(lang: Language) -> str:
    """Write the fields of the public list beside the columns they fill."""
    head = ("字段", "列") if lang == "zh" else ("field", "column")
    return table(head, [(f"`{name}`", f"`{column}`") for name, column in ZXGK_FIELDS.items()])


def codes(texts: Mapping[str, Text]) -> Callable[[Language], str]:
    """Make the writer of a table of codes with what they say."""

    def written_in(lang: Language) -> str:
        if lang == "zh":
            rows = [(f"`{code}`", cell(text.message_zh), cell(text.remedy_zh)) for code, text in texts.items()]
            return table(("代码", "说明", "处理"), rows)
        rows = [(f"`{code}`", cell(text.message), cell(text.remedy)) for code, text in texts.items()]
        return table(("code", "what happened", "what to do"), rows)

    return written_in


def reasons(change: Change) -> Callable[[Language], str]:
    """Make the writer of the reasons of one act."""

    def written_in(lang: Language) -> str:
        head = ("事由", "含义") if lang == "zh" else ("reason", "meaning")
        return table(head, [(f"`{code}`", cell(texts[lang == "zh"])) for code, texts in REASONS[change].items()])

    return written_in


_OF_LAW = {code: text for code, text in INTAKE_TEXTS.items() if code not in FILE_TEXTS | ROW_TEXTS | SUBJECT_TEXTS}
_OF_ACTS = TransitionRefused.texts | ReasonUnknown.texts | ActUnlawful.texts | DeletionReasonProblem.texts
TABLES: Mapping[str, Callable[[Language], str]] = {
    "columns": columns,
    "titles": titles,
    "public-fields": public_fields,
    "codes-file": codes(FILE_TEXTS),
    "codes-row": codes(ROW_TEXTS),
    "codes-subject": codes(SUBJECT_TEXTS),
    "codes-certificate": codes(CertificateProblem.texts),
    "codes-law": codes(_OF_LAW | CaseTypeProblem.texts),
    "codes-case-date": codes(CaseNumberProblem.texts | DateProblem.texts),
    "codes-act": codes(_OF_ACTS),
    **{f"reasons-{change.name.lower()}": reasons(change) for change in REASONS},
}
_NAMES = ("intake-columns.md", "acts.md")
PAGES: Mapping[Path, Language] = {
    **{DOCS / name: "en" for name in _NAMES},
    **{DOCS / "zh" / name: "zh" for name in _NAMES},
}


def written(text: str, lang: Language) -> str:
    """Return a page with its tables as they must read. Raises NoSuchTable."""

    def block(found: re.Match[str]) -> str:
        if found["name"] not in TABLES:
            raise NoSuchTable(found["name"])
        return f"{found[1]}\n{TABLES[found['name']](lang)}\n{found[3]}"

    return _BLOCK.sub(block, text)


def main() -> None:
    """Write the tables of all pages."""
    pages = {path: written(path.read_text(encoding="utf-8"), lang) for path, lang in PAGES.items()}
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
