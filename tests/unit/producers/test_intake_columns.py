"""The column table is one: readers, template and documentation agree."""

import re
from pathlib import Path

import pytest

from liandong.producers.intake.files.json_file import ZXGK_FIELDS
from liandong.producers.intake.findings.messages import INTAKE_TEXTS
from liandong.producers.intake.rows.columns import (
    COLUMN_NAMES,
    COLUMNS,
    column_of,
    header_form,
    headers,
    is_passed_over,
)
from liandong.schemas.dates import DateProblem
from liandong.schemas.law.case_number import CaseNumberProblem
from liandong.schemas.law.case_types import CaseTypeProblem
from liandong.schemas.people.certificate_problems import CertificateProblem

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT, CHINESE = ((place / "intake-columns.md").read_text(encoding="utf-8") for place in (DOCS, DOCS / "zh"))


@pytest.mark.parametrize("column", COLUMNS, ids=COLUMN_NAMES)
def test_every_column_is_documented_as_it_is(column: object) -> None:
    found = next(one for one in COLUMNS if one is column)
    needed, needed_zh = ("yes", "是") if found.required else ("", "")
    assert f"| `{found.name}` | {found.zh} | {needed} | {found.rule} |" in DOCUMENT
    assert f"| `{found.name}` | {found.zh} | {needed_zh} | {found.rule_zh} |" in CHINESE
    assert all(f"`{alias}`" in page for alias in found.aliases for page in (DOCUMENT, CHINESE))


def test_every_public_field_is_documented() -> None:
    assert all(f"| `{name}` | `{column}` |" in DOCUMENT for name, column in ZXGK_FIELDS.items())


def test_every_code_is_documented_with_its_text() -> None:
    texts = (
        INTAKE_TEXTS | CertificateProblem.texts | CaseNumberProblem.texts | DateProblem.texts | CaseTypeProblem.texts
    )
    english = {code: f"| `{code}` | {shown(text.message)} | {shown(text.remedy)} |" for code, text in texts.items()}
    chinese = {
        code: f"| `{code}` | {shown(text.message_zh)} | {shown(text.remedy_zh)} |" for code, text in texts.items()
    }
    assert [code for code, row in english.items() if row not in DOCUMENT] == []
    assert [code for code, row in chinese.items() if row not in CHINESE] == []


def shown(text: str) -> str:
    """A text as the page has it, with a mark for each value it takes."""
    return re.sub(r"\{(\w+)\}", r"‹\1›", text)


def test_no_two_columns_share_a_header() -> None:
    spellings = [header_form(one) for column in COLUMNS for one in {column.name, column.zh, *column.aliases}]
    assert len(spellings) == len(set(spellings))


def test_headers_are_told_whatever_their_spelling() -> None:
    assert column_of("  证件号码（必填）* ") == "certificate_number"
    assert column_of("Certificate Number") == column_of("certificateNumber") == "certificate_number"
    assert column_of("\ufeff姓名") == "name"
    assert column_of("心情") is None
    assert [column_of(title) for title in headers("zh")] == list(COLUMN_NAMES)


def test_free_text_age_noise_and_reject_columns_are_passed_over() -> None:
    assert all(is_passed_over(title) for title in ("duty", "年龄", "_version", "reject_code", "REJECT_LINE", ""))
    assert not is_passed_over("心情")
