"""`liandong court enforcement`: what a court has counted of enforcement, and what it has published of it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from ...schemas.problems import Text, UsageProblem
from ...topics.cli.console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ..inbox.counts_store import CountsStore, SaidCount

_PERIOD = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])\Z")
_TEXTS = {
    "en": {
        "none": "nothing was enforced",
        "open": "not closed yet",
        "said": "revision {revision} says {shown}",
        "few": "fewer than five",
        "behind": ", {late} came since",
    },
    "zh": {
        "none": "没有拦截记录",
        "open": "本期尚未截止",
        "said": "第{revision}版已公布：{shown}",
        "few": "少于五次",
        "behind": "，此后又收到 {late} 次",
    },
}


class EnforcementProblem(UsageProblem):
    """What `court enforcement` cannot show."""

    texts: ClassVar[dict[str, Text]] = {
        "PERIOD_OR_ENTRY": Text(
            "one month or one entry is shown",
            "give --period 2026-12, or --entry ent_…",
            "每次显示一个月份或一个条目",
            "请填写 --period 2026-12，或 --entry ent_…",
        ),
    }


def mount(court: typer.Typer) -> None:
    """Add `enforcement` to the group `court`."""
    court.command("enforcement")(enforcement)


def enforcement(
    ctx: typer.Context,
    court_id: Annotated[str, typer.Option("--court", metavar="ID", help="Whose counts.")],
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="The month to show.")] = "",
    entry: Annotated[str, typer.Option("--entry", metavar="ent_…|ord_…", help="Who enforced this one, and when.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show how often each agency refused or held for this court's entries, and which counts of it are published.

    Exact numbers are the court's own; others see what is published, where fewer than five are folded. What the inbox has
    read is counted: run `liandong court inbox` before. Example: liandong court enforcement --court court-su0505 --period 2026-12
    """
    if bool(period) == bool(entry) or (period and not _PERIOD.match(period)):
        raise EnforcementProblem("PERIOD_OR_ENTRY")
    settings = settings_of(ctx)
    rows = list(_of_entry(settings, court_id, entry) if entry else _of_period(settings, court_id, period))
    if as_json:
        print_json({"court": court_id, **({"entry": entry} if entry else {"period": period}), "enforcement": rows})
        return
    texts = _TEXTS[settings.lang]
    for row in rows:
        typer.echo(_entry_line(row) if entry else _period_line(row, texts))
    if not rows:
        typer.echo(texts["none"])


def _counts(settings: "Settings", court: str) -> "closing[_OpenCounts]":
    from ...topics.keys.participants import Participants

    manifest = Participants(settings).court(court)
    return closing(_OpenCounts(settings, court, manifest.jurisdictions[0]))


class _OpenCounts:
    """The counts in a court's inbox."""

    def __init__(self, settings: "Settings", court: str, jurisdiction: str) -> None:
        from ..inbox.counts_store import CountsStore
        from ..inbox.store import InboxStore, inbox_file

        self._store = InboxStore(inbox_file(settings, court))
        self.counts: CountsStore = CountsStore(self._store.engine, court, jurisdiction)

    def close(self) -> None:
        """Close the file."""
        self._store.close()


def _of_period(settings: "Settings", court: str, period: str) -> Iterator[dict[str, Any]]:
    with _counts(settings, court) as opened:
        for from_day in opened.counts.cuts():
            if from_day.isoformat().startswith(period):
                yield from _of_cut(opened.counts, from_day)


def _of_cut(counts: "CountsStore", from_day: date) -> Sequence[dict[str, Any]]:
    with counts.engine.connect() as connection:
        said = counts.all_said(connection, from_day)
        groups = counts.groups(connection, from_day)
    return [
        {
            "agency": group.agency,
            "measure": group.measure,
            "week": group.cut.week,
            "from_day": group.cut.from_day.isoformat(),
            "until_day": group.cut.until_day.isoformat(),
            "counted": len(counted),
            "published": _published(said.get((group.agency, group.measure))),
        }
        for group, counted in groups.items()
    ]


def _published(said: "SaidCount | None") -> dict[str, Any] | None:
    from ...schemas.dates import rfc3339

    if said is None:
        return None
    shown = {"revision": said.revision, "folded": said.folded, "counted": said.counted}
    return {**shown, "issued_at": rfc3339(said.issued_at)}


def _of_entry(settings: "Settings", court: str, entry: str) -> Iterator[dict[str, Any]]:
    from ...schemas import ids

    entry_id = ids.parse(entry, "ent", "ord")
    with _counts(settings, court) as opened:
        for one in opened.counts.of_entry(entry_id):
            yield {
                "agency": one.agency,
                "measure": one.measure,
                "day": one.day.isoformat(),
                "version": one.entry_version,
                "event": ids.text("evt", one.event_id),
            }


def _period_line(row: dict[str, Any], texts: dict[str, str]) -> str:
    said = row["published"]
    head = f"{row['from_day']}…{row['until_day']} {row['week']}  {row['agency']:16} {row['measure']:20} {row['counted']:6}  "
    if said is None:
        return head + texts["open"]
    shown = texts["few"] if said["folded"] else said["counted"]
    late = row["counted"] - said["counted"]
    behind = texts["behind"].format(late=late) if late else ""
    return head + texts["said"].format(revision=said["revision"], shown=shown) + behind


def _entry_line(row: dict[str, Any]) -> str:
    return f"{row['day']}  {row['agency']:16} {row['measure']:20} v{row['version']}  {row['event']}"
