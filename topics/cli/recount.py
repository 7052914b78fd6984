"""`liandong supervise recount`: who holds the escrow's key counts again what courts published of enforcement."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .console import JsonOption, print_json, settings_of
from .supervise import AsOption, DecisionOption, PlaceOption, app, known_acts, new_act, publish, reader_name

if TYPE_CHECKING:
    from ...schemas.wire.sealing import SealingKey
    from ..keys.recounting import Compared, Found, Month
    from ..settings import Settings

_TEXTS = {
    "en": {
        "equal": "equal, {found} found",
        "unequal": "UNEQUAL, {found} found; {differs}",
        "differs": "{name}: published {said}, found {own}",
        "nothing": "nothing is published for this month",
        "unopened": "{number} interceptions could not be opened with this key",
        "told": "act {act} in the log; counts of {jurisdiction}, {period}",
        "-": "nothing",
    },
    "zh": {
        "equal": "一致，复核 {found} 次",
        "unequal": "不一致，复核 {found} 次；{differs}",
        "differs": "{name}：公布为 {said}，复核为 {own}",
        "nothing": "本月没有公布的统计",
        "unopened": "有 {number} 条拦截记录无法用此密钥打开",
        "told": "决定 {act} 已写入消息日志；{jurisdiction} {period} 的统计",
        "-": "无",
        "week": "周次",
        "from_day": "首日",
        "until_day": "最后一日",
        "folded": "合并",
        "count": "次数",
        "root": "根",
        "record": "统计记录",
        "True": "是",
        "False": "否",
        "published": "已公布",
        "due": "应予公布",
    },
}


def recount(  # noqa: PLR0913, PLR0917  the fields of the act that stands before it
    ctx: typer.Context,
    supervisor: AsOption,
    jurisdiction: PlaceOption,
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="The month that is counted again.")],
    decision: DecisionOption,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Sealing keys of the escrow.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Count a month's enforcement again and compare it with what courts published; exit code 1 if anything is unequal.

    Before anything is opened, an act lets everybody know of it. What came after a court's newest revision is found here and
    not counted there yet. Example: liandong supervise recount --as supervisor-js --jurisdiction js --period 2026-12 --decision …
    """
    from ...schemas import ids
    from ...schemas.law.retention import INTERCEPTION
    from ...schemas.law.supervision import ActKind
    from ..keys.participants import ESCROW, Participants
    from ..keys.recounting import month_of, require_opening
    from ..keys.sealing_file import SealingFile

    settings, month = settings_of(ctx), month_of(period)
    file = Participants(settings).sealing_keys(ESCROW) if key is None else SealingFile(key)
    escrow = file.opening(INTERCEPTION)
    days = {"from_day": month.first.isoformat(), "until_day": month.last.isoformat()}
    fields = {**days, "reason": "RECOUNT", "retention_kind": INTERCEPTION}
    act = new_act(ctx, ActKind.ESCROW_OPENED, supervisor, jurisdiction, decision, fields)
    publish(ctx, act)
    require_opening(known_acts(ctx, jurisdiction), act.act_id, month)
    compared, found = _recounted(settings, jurisdiction, month, escrow)
    rows = [_as_dict(one) for one in compared]
    if as_json:
        shown = {"jurisdiction": jurisdiction, "period": period, "act": ids.text("act", act.act_id)}
        print_json({**shown, "unopened": found.unopened, "counts": rows})
    else:
        texts = _TEXTS[settings.lang]
        told = texts["told"].format(act=ids.text("act", act.act_id), jurisdiction=jurisdiction, period=period)
        typer.echo(told, err=True)
        _print(rows, found.unopened, texts)
    if any(one.differs for one in compared):
        raise typer.Exit(1)


def _recounted(
    settings: "Settings", jurisdiction: str, month: "Month", escrow: "Sequence[SealingKey]"
) -> "tuple[Sequence[Compared], Found]":
    from ..catalogue import names
    from ..keys.opening import read_directory
    from ..keys.recounting import Recount
    from ..transport.kafka import KafkaSubscriber
    from ..transport.process_clock import clock_of
    from ..transport.reading import read_all, topic_lanes

    clock, name = clock_of(settings), reader_name(settings)
    with (
        closing(read_directory(settings, KafkaSubscriber(settings, client_id=f"{name}-keys"), clock)) as keys,
        closing(KafkaSubscriber(settings, client_id=f"{name}-recount")) as log,
    ):
        again = Recount(jurisdiction, month, keys, escrow)
        # counts first: what they are made of is in the log by then
        counts = read_all(log, dict.fromkeys(topic_lanes(log, names.enforcement_counts(jurisdiction)), 0), clock)
        told = read_all(log, dict.fromkeys(topic_lanes(log, names.interceptions(jurisdiction)), 0), clock)
        found = again.open(told)
        return again.compare(counts, found, clock.now()), found


def _as_dict(one: "Compared") -> dict[str, Any]:
    differs = {name: {"published": said, "found": own} for name, (said, own) in one.differs.items()}
    return {
        **one.place._asdict(),
        "revision": one.revision,
        "found": one.found,
        "equal": not differs,
        "differs": differs,
    }


def _print(rows: Sequence[Mapping[str, Any]], unopened: int, texts: Mapping[str, str]) -> None:
    def name_in(value: object) -> str:
        return texts["-"] if value == "" else texts.get(str(value), str(value))

    for row in rows:
        each = (
            texts["differs"].format(name=name_in(name), said=name_in(both["published"]), own=name_in(both["found"]))
            for name, both in row["differs"].items()
        )
        verdict = texts["equal" if row["equal"] else "unequal"].format(found=row["found"], differs=", ".join(each))
        about = f"{row['from_day']}  {row['court']:14} {row['agency']:16} {row['measure']:20} r{row['revision']}"
        typer.echo(f"{about}  {verdict}")
    if not rows:
        typer.echo(texts["nothing"])
    if unopened:
        typer.echo(texts["unopened"].format(number=unopened), err=True)


def mount() -> None:
    """Add `recount` to the group `supervise`."""
    app.command("recount")(recount)
