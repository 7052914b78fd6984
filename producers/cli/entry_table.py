"""A court's own entries as rows of a table, for a clerk's screen, spreadsheets and scripts: names and numbers masked."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from ...schemas.law.beginnings import facts_in
from ...schemas.law.listing import Instrument, PersonKind, Status, status_zh
from ...schemas.people.certificates import mask
from ...schemas.problems import Language, Text, UsageProblem
from ...schemas.wire.codec import from_wire
from ..intake.rows.columns import COLUMNS
from ..register.rows import WholeEntry
from ..updates.records import unpack_certificates
from .own_entries import entry_text, masked_name

FORMATS = ("csv", "json", "jsonl", "xlsx")
_TITLES = {
    "entry": "条目",
    "instrument": "文书种类",
    "status": "状态",
    "name": "姓名或名称",
    "certificates": "证件",
    "case_number": "案号",
    "decision_number": "决定书文号",
    "grounds": "失信行为情形",
    "publish_date": "发布日期",
    "term_end": "期限届满日",
    "reason": "最近变更事由",
    "changed_on": "最近变更日期",
    "stock": "存量",
    "missing": "缺少",
}
_INSTRUMENTS_ZH = {
    Instrument.LIST_ENTRY: "失信名单",
    Instrument.CONSUMPTION_ORDER: "限制消费令",
    Instrument.EXIT_BAN: "限制出境",
}
_HEADERS_ZH = {column.name: column.zh for column in COLUMNS}
Row = Mapping[str, str]


class ExportUnknown(UsageProblem):
    """An export nobody can be given."""

    texts: ClassVar[dict[str, Text]] = {
        "EXPORT_FORMAT_UNKNOWN": Text(
            "{file} names no format an export has",
            "end the file's name in .csv, .json, .jsonl or .xlsx",
            "无法由文件名 {file} 判断导出格式",
            "文件名请以 .csv、.json、.jsonl 或 .xlsx 结尾",
        ),
        "EXPORT_UNWRITABLE": Text(
            "{file} cannot be written: {why}",
            "name a file that is not there yet, in a folder that can be written",
            "无法写入 {file}：{why}",
            "请指定可写目录中尚不存在的文件",
        ),
    }


def row_of(whole: WholeEntry, lang: Language) -> dict[str, str]:
    """Describe an entry; codes in English, words in Chinese."""
    entry, record, zh = whole.entry, from_wire(whole.whole_body), lang == "zh"
    natural = record["person_kind"] == PersonKind.NATURAL
    facts = facts_in(entry.missing)
    return {
        "entry": entry_text(whole),
        "instrument": _INSTRUMENTS_ZH[entry.instrument] if zh else entry.instrument.name,
        "status": status_zh(Status(entry.status)) if zh else entry.status.name,
        "name": masked_name(record["name"]) if natural else record["name"],
        "certificates": ", ".join(
            f"{each.certificate.type.name} {mask(each.certificate.number)}"
            for each in unpack_certificates(whole.certificates)
        ),
        "case_number": whole.case_number,
        "decision_number": entry.decision_number,
        "grounds": ";".join(f"G{each}" for each in record["grounds"]),
        "publish_date": record["publish_date"],
        "term_end": record["term_end"],
        "reason": entry.reason,
        "changed_on": entry.changed_on,
        "stock": ("存量" if zh else "stock") if whole.stock else "",
        "missing": "、".join(_HEADERS_ZH[fact.column] for fact in facts)
        if zh
        else ";".join(one.column for one in facts),
    }


def export(path: Path, rows: Iterable[Row], lang: Language) -> int:
    """Write rows into a new file, in the format its name tells; how many there are. Raises EXPORT_…, EXTRA_MISSING."""
    file_format = path.suffix.lower().removeprefix(".")
    if file_format not in FORMATS:
        raise ExportUnknown("EXPORT_FORMAT_UNKNOWN", file=path.name)
    try:
        if file_format == "xlsx":
            return _write_workbook(path, rows, lang)
        with path.open("x", encoding="utf-8-sig" if file_format == "csv" else "utf-8", newline="") as stream:
            if file_format == "csv":
                writer = csv.writer(stream)
                writer.writerow(titles(lang))
                return sum(1 for row in rows if writer.writerow([_unspoilt(text) for text in row.values()]))
            if file_format == "jsonl":
                return sum(1 for row in rows if stream.write(json.dumps(row, ensure_ascii=False) + "\n"))
            found = list(rows)
            json.dump(found, stream, ensure_ascii=False, indent=1)
            return len(found)
    except OSError as error:
        raise ExportUnknown("EXPORT_UNWRITABLE", file=path.name, why=str(error.strerror)) from error


def titles(lang: Language) -> list[str]:
    """Return the titles of the columns."""
    return list(_TITLES.values() if lang == "zh" else _TITLES)


def _write_workbook(path: Path, rows: Iterable[Row], lang: Language) -> int:
    from ...topics.workbook_writing import WorkbookOut

    with path.open("xb") as stream:
        workbook, count = WorkbookOut(titles(lang)), 0
        for row in rows:
            workbook.add(row.values())
            count += 1
        workbook.save(stream)
    return count


def _unspoilt(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
