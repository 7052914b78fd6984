"""The summary a clerk reads after a publication or a dry run, in their language."""

from typing import TYPE_CHECKING

import typer

from ...schemas.problems import Language

if TYPE_CHECKING:
    from ..publishing.run import PublishReport

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
    "sent": ("all of it is in the log", "已全部送入日志"),
    "waits": ("accepted; `liandong court relay` sends it", "已受理，由 liandong court relay 发送"),
    "follow": ("follow it with: liandong status --batch {}", "跟踪：liandong status --batch {}"),
}


def print_summary(report: "PublishReport", lang: Language) -> None:
    """Print what came of a publication, or what would come of it."""
    at = 1 if lang == "zh" else 0
    batch = report.batch

    def say(text: str, *values: object) -> None:
        typer.echo(_TEXTS[text][at].format(*values))

    say("checked") if report.dry_run else say("batch", batch.batch_id)
    for name, words in _WORDS.items():
        typer.echo(f"  {getattr(batch, name):>12,}  {words[at]}")
    for code, count in report.codes.most_common(12):
        typer.echo(f"  {count:>12,}    {code}")
    if not report.court_token:
        say("no token", batch.court)
    if report.same_as:
        say("same", report.same_as)
    if report.rejects_file:
        say("rejects", report.rejects_file)
    if report.missing_count:
        say("missing", report.missing_count)
        for entry in report.missing[:5]:
            typer.echo(f"    {entry}")
    if report.dry_run:
        say("now")
    else:
        say("sent" if report.sent else "waits")
        say("follow", batch.batch_id)
