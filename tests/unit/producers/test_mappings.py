"""A court's own export, read as its mapping names it: titles, codes and days; what the mapping does not know is refused by line."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from liandong.producers.intake import ListingInput, parse_row
from liandong.producers.intake.files.reading import read_listings
from liandong.producers.intake.findings.findings import IntakeError
from liandong.producers.intake.mapping.day_patterns import day_pattern
from liandong.producers.intake.mapping.export_mapping import ExportMapping
from liandong.producers.intake.mapping.mapping_file import mapping_of, read_mapping
from liandong.producers.intake.mapping.problems import MappingProblem
from liandong.schemas.law.grounds import Ground
from liandong.schemas.law.listing import PersonKind
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.documents import DOCS
from liandong.tests.worlds.intake_rows import CONTEXT
from liandong.tests.worlds.sent_files import COURT, SendingClerk
from liandong.tests.worlds.workbooks import cells, workbook

EXAMPLE = DOCS / "court-mapping.yaml"
TITLES = [
    *("序号", "被执行人名称", "被执行人类型", "性别", "证件种类", "证件号码", "案号", "决定书文号", "失信情形代码"),
    *("立案日期", "发布日期", "届满日期", "执行依据文号", "作出单位", "履行情况", "申请标的", "承办人", "备注"),
]
PERSON = [
    *(
        "1",
        "示例甲",
        "01",
        "2",
        "01",
        "11010519491231002X",
        "(2024)苏0505执1234号",
        "（2024）苏0505执1234号决定书",
        "10",
    ),
    *(
        "20240301",
        "2024/6/3 09:30:00",
        "",
        "（2023）苏0505民初1103号",
        "示例区人民法院",
        "1",
        "125000.00",
        "王某",
        "无",
    ),
]
ENTITY = [
    *(
        "2",
        "示例商贸有限公司",
        "02",
        "9",
        "11",
        "91320505MA10000097",
        "(2026)苏0505执56号",
        "（2026）苏0505执56号决定书",
        "40,50",
    ),
    *("20260206", "2026/6/3 09:30:00", "2028年6月2日", "", "", "2", "3000000.50", "李某", ""),
]


def mapping() -> ExportMapping:
    return read_mapping(EXAMPLE)


def csv_export(*rows: list[str]) -> bytes:
    """An export as the system writes it: a name and a count above the titles, GB 18030, quoted cells."""
    table = [["失信被执行人导出"], ["导出时间：2026-11-20", "共2条"], TITLES, *rows]
    return "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in table).encode("gb18030")


def listed(data: bytes, form: Any = "csv") -> list[ListingInput]:
    with read_listings(data, form, "en", mapping()) as rows:
        parsed = [parse_row(row, CONTEXT) for row in rows]
    assert [one.rejects for one in parsed] == [()] * len(parsed)
    return [one.listing for one in parsed if one.listing is not None]


def check(person: ListingInput, entity: ListingInput) -> None:
    assert (person.name, person.kind, person.sex, person.grounds) == ("示例甲", PersonKind.NATURAL, 2, (Ground.G1,))
    assert (str(person.filing_date), str(person.publish_date), person.claim_amount) == (
        *("2024-03-01", "2024-06-03", "125000.00"),
    )
    assert (entity.kind, entity.sex, entity.grounds) == (PersonKind.ENTITY, 0, (Ground.G4, Ground.G5))
    assert str(entity.term_end) == "2028-06-02"


def test_an_export_in_gb_18030_with_rows_above_its_titles_is_read() -> None:
    check(*listed(csv_export(PERSON, ENTITY)))


def test_a_workbook_with_real_dates_is_read() -> None:
    days = {TITLES.index("立案日期"): datetime(2024, 3, 1), TITLES.index("发布日期"): datetime(2024, 6, 3, 9, 30)}  # noqa: DTZ001  a cell's
    person: list[Any] = [days.get(at, text) for at, text in enumerate(PERSON)]
    check(*listed(workbook(["失信被执行人导出"], [], TITLES, person, ENTITY), "xlsx"))


def test_an_export_of_json_is_read_and_a_key_nobody_has_is_told() -> None:
    rows: list[dict[str, Any]] = [dict(zip(TITLES, row, strict=True)) for row in (PERSON, ENTITY)]
    rows[1]["失信情形代码"] = ["40", "50"]
    check(*listed(json.dumps(rows, ensure_ascii=False).encode(), "jsonl"))
    for row in rows:
        del row["届满日期"]
    with read_listings(json.dumps(rows, ensure_ascii=False).encode(), "jsonl", "zh", mapping()) as read:
        list(read)
        assert [(one.code, one.field) for one in read.notices] == [("MAPPING_TITLE_UNSEEN", "term_end")]


@pytest.mark.parametrize(
    ("at", "text", "code", "line"),
    [
        ("失信情形代码", "70", "MAPPING_CODE_UNKNOWN", "line 28"),
        ("失信情形代码", "10,70", "MAPPING_CODE_UNKNOWN", "line 28"),
        ("被执行人类型", "110105194912310021", "MAPPING_CODE_UNKNOWN", "line 25"),
        ("立案日期", "2024/03/01", "MAPPING_DAY_UNREADABLE", "line 39"),
        ("立案日期", "20240231", "MAPPING_DAY_UNREADABLE", "line 39"),
    ],
)
def test_what_the_mapping_does_not_know_rejects_its_row_alone(at: str, text: str, code: str, line: str) -> None:
    bad = [text if title == at else cell for title, cell in zip(TITLES, PERSON, strict=True)]
    with read_listings(csv_export(bad, ENTITY), "csv", "en", mapping()) as rows:
        first, second = (parse_row(row, CONTEXT) for row in rows)
    (rejected,) = first.rejects
    assert (rejected.row, rejected.code, second.rejects) == (4, code, ())
    assert line in rejected.reason
    assert "110105194912310021" not in rejected.reason


def test_a_title_that_is_not_there_stops_the_export_by_line() -> None:
    data = csv_export(PERSON).replace("证件号码".encode("gb18030"), "身份号码".encode("gb18030"))
    with pytest.raises(MappingProblem) as refused:
        read_listings(data, "csv", "en", mapping())
    assert refused.value.code == "MAPPING_TITLE_MISSING"
    assert "line 11: the export has no title 证件号码" in refused.value.message
    assert "身份号码" in refused.value.message
    with pytest.raises(MappingProblem, match="MAPPING_TITLE_MISSING"):
        read_listings("别的,表\n1,2\n".encode(), "csv", "en", mapping())
    with pytest.raises(MappingProblem, match="MAPPING_TITLE_MISSING"):
        read_listings(workbook(["别的", "表"]), "xlsx", "en", mapping())
    with pytest.raises(IntakeError, match="EMPTY_FILE"):
        read_listings(b"\n\n", "csv", "en", mapping())
    with pytest.raises(MappingProblem, match="MAPPING_FORMAT"):
        read_listings(b"{}", "zxgk", "en", mapping())


NEEDED = "columns:\n  name: 甲\n  certificate_number: 乙\n  case_number: 丙\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("columns: [", "MAPPING_UNREADABLE", "1"),
        ("- a", "MAPPING_UNREADABLE", ""),
        ("", "MAPPING_UNREADABLE", ""),
        ("columns:\n  name: 甲\n  name: 乙\n", "MAPPING_UNREADABLE", "3"),
        ("a: &a 1\nb: *a\n", "MAPPING_UNREADABLE", "2"),
        (NEEDED + "titles: {}\n", "MAPPING_KEY", "5"),
        (NEEDED + "  nmae: 丁\n", "MAPPING_COLUMN", "5"),
        (NEEDED + "  sex: [丁]\n", "MAPPING_FORM", "5"),
        (NEEDED + "  sex: （）\n", "MAPPING_FORM", "5"),
        (NEEDED + "  sex: 甲\n", "MAPPING_TITLE_TWICE", "5"),
        (NEEDED + "constants:\n  name: 丁\n", "MAPPING_TITLE_TWICE", "6"),
        (NEEDED + "constants:\n  instrument: ARREST\n", "MAPPING_VALUE", "6"),
        (NEEDED + "values:\n  kind:\n    '1': NATURAL\n    '2': ANIMAL\n", "MAPPING_VALUE", "8"),
        (NEEDED + "values:\n  grounds:\n    '1': 其他\n", "MAPPING_VALUE", "7"),
        (NEEDED + "values:\n  name: {'1': 甲}\n", "MAPPING_NOT_CODED", "6"),
        (NEEDED + "values:\n  kind: 甲\n", "MAPPING_FORM", "6"),
        (NEEDED + "values:\n  kind: {1: [NATURAL]}\n", "MAPPING_FORM", "6"),
        (NEEDED + "values: []\n", "MAPPING_FORM", "5"),
        (NEEDED + "dates:\n  name: yyyyMMdd\n", "MAPPING_NOT_DATE", "6"),
        (NEEDED + "dates:\n  filing_date: yyyyDDD\n", "MAPPING_DATE_PATTERN", "6"),
        (NEEDED + "ignore: 丁\n", "MAPPING_FORM", "5"),
        ("columns:\n  name: 甲\n", "MAPPING_NEEDED", "1"),
        ("dates: {}\n", "MAPPING_NEEDED", "1"),
        ("[" * 50_000, "MAPPING_UNREADABLE", ""),
    ],
)
def test_a_wrong_mapping_is_told_by_its_line(text: str, code: str, line: str) -> None:
    with pytest.raises(MappingProblem) as refused:
        mapping_of(text.encode(), "m.yaml")
    assert refused.value.code == code
    for said in (refused.value.message, refused.value.in_language("zh").message):
        assert line in said
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("pattern", "text", "day"),
    [
        ("yyyyMMdd", "20240301", "2024-03-01"),
        ("yyyy-M-d", "2024-3-1", "2024-03-01"),
        ("yyyy年M月d日", "2024年12月1日", "2024-12-01"),
        ("dd/MM/yyyy", "01/03/2024", "2024-03-01"),
        ("MM/dd/yyyy", "03/01/2024", "2024-03-01"),
        ("yyyy-MM-ddTHH:mm:ss", "2024-03-01T10:00:00", "2024-03-01"),
        ("dd/MM/yyyy", "2024-03-01 00:00:00", "2024-03-01"),
        ("excel", "45352", "2024-03-01"),
        ("excel", "45352.5", "2024-03-01"),
        ("excel", "20240301", None),
        ("excel", "0", None),
        ("yyyyMMdd", "２０２４０３０１", None),
        ("yyyyMMdd", "20240230", None),
        ("dd/MM/yyyy", "1/3/2024", None),
        ("yyyy.MM.dd", "2024x03x01", None),
    ],
)
def test_days_are_read_as_the_pattern_says(pattern: str, text: str, day: str | None) -> None:
    read = day_pattern(pattern, 1)
    assert read is not None
    assert read.day_of(text) == day


@pytest.mark.parametrize(
    "pattern", ["", "yyyy", "yyyyMM", "yyyy-dd-MM", "yyyyMMddMM", "yyMMdd", "Y-m-d", "%Y%m%d", "EXCEL"]
)
def test_a_pattern_nobody_writes_is_none(pattern: str) -> None:
    assert day_pattern(pattern, 1) is None


def test_rejects_of_an_export_stand_in_its_own_form_and_are_sent_again(tmp_path: Path) -> None:
    clerk = SendingClerk.new(tmp_path)
    export = tmp_path / "export.csv"
    bad = [cell if title != "失信情形代码" else "70" for title, cell in zip(TITLES, PERSON, strict=True)]
    export.write_bytes(csv_export(bad, ENTITY))
    sent = clerk.send(export, mapping=mapping())
    assert (sent.counts, sent.codes["MAPPING_CODE_UNKNOWN"]) == ((1, 1), 1)
    again = tmp_path / "again.csv"
    again.write_bytes(sent.rejects.replace(b",70,", b",10,"))
    assert clerk.send(again, mapping=mapping()).counts == (2 - 1, 0)
    book = tmp_path / "export.xlsx"
    book.write_bytes(workbook(["导出"], TITLES, bad, ENTITY))
    rejects = clerk.send(book, mapping=mapping()).rejects
    assert cells(rejects)[0][: len(TITLES)] == TITLES


def test_a_mapping_is_tried_on_the_command_line(tmp_path: Path) -> None:
    SendingClerk.new(tmp_path)
    export = tmp_path / "export.csv"
    late = [cell if title != "失信情形代码" else "70" for title, cell in zip(TITLES, PERSON, strict=True)]
    export.write_bytes(csv_export(PERSON, late, *[ENTITY] * 9))
    words = ("court", "mapping", "try", str(EXAMPLE), str(export), "--court", COURT)
    state = {"LIANDONG_STATE_DIR": str(tmp_path / "state")}
    tried = liandong(*words, "--json", environment=state)
    document = json.loads(tried.out)
    assert (tried.code, len(document["rows"]), document["more"]) == (3, 10, True)
    first, second = document["rows"][:2]
    assert (first["row"], first["values"]["grounds"], first["rejects"]) == (4, "G1", [])
    assert first["values"]["certificate_number"] == "110*************2X"
    assert [each["code"] for each in second["rejects"]] == ["MAPPING_CODE_UNKNOWN"]
    chinese = liandong("--lang", "zh", *words, environment=state)
    assert "第 4 行" in chinese.out
    assert "  失信行为情形: G1" in chinese.out
    assert "退回，MAPPING_CODE_UNKNOWN（失信行为情形）" in chinese.out
    assert "11010519491231002X" not in tried.out + chinese.out
    assert not list(tmp_path.glob("*.rejects*"))
