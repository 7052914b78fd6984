"""The summary a clerk reads after a publication or a dry run, in their language."""

from itertools import zip_longest
from typing import TYPE_CHECKING

import typer

from ...schemas.problems import Language
from ..intake.rows.columns import title_of
from ..publishing.report import TOLD_MISSING

if TYPE_CHECKING:
    from ..publishing.report import PublishReport
    from ..publishing.told_notices import RowRanges

_WORDS = {
    "accepted": ("new entries", "新增"),
    "corrected": ("corrected", "更正"),
    "unchanged": ("unchanged", "无变化"),
    "duplicate": ("repeated in the file", "文件内重复"),
    "rejected": ("rejected", "退回"),
    "warnings": ("warnings", "提示"),
}
_TEXTS = {
    "batch": ("batch {}", "批次 {}"),
    "checked": (
        "dry run: nothing was accepted; publishing this file now would give",
        "试运行，未受理任何内容；现在发布本文件的结果将是",
    ),
    "now": ("to publish it, give the same command without --dry-run", "如需发布，请去掉 --dry-run 后再次执行"),
    "same": ("this very file was published before as {}", "同一文件此前已发布，批次 {}"),
    "rejects": ("rejected rows, to correct and publish as they are: {}", "退回的行（更正后可直接发布）：{}"),
    "missing": (
        "live entries missing from this file: {} (nothing was deleted; `court delete` or `court revoke` ends an entry)",
        "本文件未包含的在列条目：{}（未作删除；终止条目请用 court delete 或 court revoke）",
    ),
    "no token": (
        "the case numbers were compared with no court's token; give it: liandong participant set {} --court-token TOKEN",
        "未核对案号中的法院代字；请先设定：liandong participant set {} --court-token 代字",
    ),
    "more": ("    … and {} more; all of them stand in {}", "    … 另有 {} 条；全部列于 {}"),
    "warnings": ("warnings of rows that were taken: {}", "已受理行的提示：{}"),
    "increment": ("an increment: entries that it does not name are not looked for", "增量文件：不检查未包含的在列条目"),
    "stock": (
        "  stock: {} of the new entries were on the list before the take-over",
        "  存量：新增条目中有 {} 条在接入之前已在名单上",
    ),
    "lacking": (
        "    of them without {}: {} (`liandong court find --incomplete` asks them back)",
        "    其中缺少“{}”的：{} 条（用 liandong court find --incomplete 查询补正）",
    ),
    "rows": ("      rows {}: {}; {}", "      第 {} 行：{}；{}"),
    "row": ("row {}", "第 {} 行"),
    "waits for approval": (
        "waiting for a second approval: {} (nothing of it is published; `liandong court approve --list`)",
        "待第二审批：{} 行（尚未发布；查看：liandong court approve --list）",
    ),
    "would wait": (
        "would wait for a second approval: {}, and not be published before it",
        "将待第二审批：{} 行，批准之前不会发布",
    ),
    "cut": (
        "{} and {} more rows (the warnings file and --json name all)",
        "{} 等，另有 {} 行（提示文件和 --json 列出全部）",
    ),
    "sent": ("all of it is in the log", "已全部送入消息日志"),
    "waits": ("accepted; `liandong court relay` sends it", "已受理，由 liandong court relay 发送"),
    "follow": ("follow it with: liandong status --batch {}", "跟踪：liandong status --batch {}"),
}
_SHOWN_RANGES = 12
"""So many rows and ranges of rows stand in one line."""


def print_summary(report: "PublishReport", lang: Language) -> None:
    """Print what came of a publication, or what would come of it."""
    at = 1 if lang == "zh" else 0
    batch = report.batch
    _say(at, "checked") if report.dry_run else _say(at, "batch", batch.batch_id)
    for name, words in _WORDS.items():
        typer.echo(f"  {getattr(batch, name):>12,}  {words[at]}")
    for code, count in report.codes.most_common():
        typer.echo(f"  {count:>12,}    {code}")
    _print_stock(report, at)
    if not report.court_token:
        _say(at, "no token", batch.court)
    _print_notices(report, at)
    if report.same_as:
        _say(at, "same", report.same_as)
    if report.rejects_file:
        _say(at, "rejects", report.rejects_file)
    if report.warnings_file:
        _say(at, "warnings", report.warnings_file)
    _print_waiting(report, at)
    _print_missing(report, at)
    if report.dry_run:
        _say(at, "now")
    else:
        _say(at, "sent" if report.sent else "waits")
        _say(at, "follow", batch.batch_id)


def _print_stock(report: "PublishReport", at: int) -> None:
    from ..intake.rows.columns import COLUMNS

    if not report.stock:
        return
    _say(at, "stock", f"{report.stock['entries']:,}")
    for column in COLUMNS:
        if count := report.stock[column.name]:
            _say(at, "lacking", column.zh if at else column.name, f"{count:,}")


def _say(at: int, text: str, *values: object) -> None:
    typer.echo(_TEXTS[text][at].format(*values))


def _print_notices(report: "PublishReport", at: int) -> None:
    for told in report.notices.most_common():
        typer.echo(f"  {told.notice.code} ({title_of(told.notice.field, 'zh' if at else 'en') or '*'})")
        _say(at, "rows", _rows(told.rows, at), told.notice.reason, told.notice.remedy)


def _print_waiting(report: "PublishReport", at: int) -> None:
    rows = report.waiting_rows
    if rows:
        _say(at, "would wait" if report.dry_run else "waits for approval", len(rows))
    for row, batch in zip_longest(rows, report.waiting_batches, fillvalue=""):
        typer.echo(f"    {_TEXTS['row'][at].format(row)}  {batch}".rstrip())


def _print_missing(report: "PublishReport", at: int) -> None:
    if report.is_increment:
        _say(at, "increment")
    if not report.missing_count:
        return
    _say(at, "missing", report.missing_count)
    for entry in report.missing[:TOLD_MISSING]:
        typer.echo(f"    {entry}")
    if (more := report.missing_count - TOLD_MISSING) > 0:
        _say(at, "more", f"{more:,}", report.missing_file)


def _rows(rows: "RowRanges", at: int) -> str:
    texts = rows.texts()
    shown = ", ".join(texts[:_SHOWN_RANGES])
    if len(texts) <= _SHOWN_RANGES:
        return shown
    more = rows.count - sum(last - first + 1 for first, last in rows.ranges[:_SHOWN_RANGES])
    return _TEXTS["cut"][at].format(shown, f"{more:,}")
