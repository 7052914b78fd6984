"""`liandong court wrongful`: whom agencies stopped because of an entry that should not have hit them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.dates import rfc3339
from ...topics.cli.console import JsonOption, print_json, say, settings_of

if TYPE_CHECKING:
    from ...schemas.law.wrongful import WrongfulSpan
    from ...topics.settings import Settings
    from ..inbox.wrongful import WrongfulInterception

WrongfulSpans = Callable[["Settings", str], list["WrongfulSpan"]]
_CAUSES = {"REVOKED": ("revoked", "条目已撤销"), "CORRECTED": ("identity corrected", "身份已更正")}


def mount(court: typer.Typer, spans_of: WrongfulSpans) -> None:
    """Add `wrongful` to the group `court`; the register is another room's, which the composition root asks."""

    @court.command()
    def wrongful(
        ctx: typer.Context,
        court_id: Annotated[str, typer.Option("--court", metavar="ID", help="Whose entries.")],
        entry: Annotated[str, typer.Option("--entry", metavar="ent_…|ord_…", help="Of this one alone.")] = "",
        as_json: JsonOption = False,
    ) -> None:
        """Show interceptions because of entries that were revoked, or whose identity was corrected: a basis for state compensation.

        What the inbox has read is shown: run `liandong court inbox` before.
        """
        from ..inbox.store import inbox_file
        from ..inbox.wrongful import wrongful_interceptions

        settings = settings_of(ctx)
        spans = [span for span in spans_of(settings, court_id) if entry in ("", span.entry)]
        rows = [_row(one) for one in wrongful_interceptions(inbox_file(settings, court_id), spans)]
        if as_json:
            print_json({"court": court_id, "wrong_entries": len({span.entry for span in spans}), "interceptions": rows})
            return
        at = 1 if settings.lang == "zh" else 0
        for row in rows:
            cause = _CAUSES[row["cause"]][at]
            told = (row["occurred_at"], row["agency"], row["measure"], row["outcome"], row["entry"], row["case_number"])
            typer.echo("  ".join((*told, row["check_id"], f"{cause} {row['ended_on']}")))
        count, entries = len(rows), len({span.entry for span in spans})
        say(
            settings.lang,
            f"{count:,} interceptions rest on {entries:,} entries that were wrong",
            f"有 {entries:,} 个条目曾有错误，据其拦截 {count:,} 次",
        )


def _row(one: "WrongfulInterception") -> dict[str, Any]:
    return {
        "occurred_at": rfc3339(one.occurred_at),
        "agency": one.agency,
        "measure": one.measure,
        "outcome": one.outcome,
        "check_id": one.check_id,
        "entry": one.span.entry,
        "entry_version": one.entry_version,
        "case_number": one.span.case_number,
        "cause": one.span.cause.value,
        "ended_on": one.span.ended_on,
    }
