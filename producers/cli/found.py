"""What `liandong court find` is asked for, read and refused part by part; and what it shows or writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import typer

from ...schemas.problems import Language, Text, UsageProblem
from ...topics.cli.console import print_json, say
from .options import day, entry_id

if TYPE_CHECKING:
    from ..court import Court
    from ..register.filtering import EntryFilter
    from ..register.rows import WholeEntry


class FindRefused(UsageProblem):
    """What nobody can be found by."""

    texts: ClassVar[dict[str, Text]] = {
        "FIND_GROUND": Text(
            "{text} is no ground of art. 1", "give one of G1 to G6", "{text} 不是第一条的情形", "请填写 G1 至 G6"
        ),
        "FIND_INSTRUMENT": Text(
            "{text} is no instrument",
            "give LIST_ENTRY, CONSUMPTION_ORDER or EXIT_BAN",
            "{text} 不是文书种类",
            "请填写 LIST_ENTRY、CONSUMPTION_ORDER 或 EXIT_BAN",
        ),
        "FIND_LACKING": Text(
            "{text} is nothing an entry's beginning lacks",
            "give one of {known}, together with --incomplete",
            "{text} 不是纳入所需的内容",
            "请与 --incomplete 一并填写以下之一：{known}",
        ),
        "FIND_BATCH": Text(
            "this court has no batch {text}",
            "give the id that `court publish` printed",
            "本院没有批次 {text}",
            "请填写 court publish 所给的批次号",
        ),
        "FIND_AFTER": Text(
            "{text} is no entry of this court",
            "give the id that the page before ended with",
            "{text} 不是本院的条目",
            "请填写上一页最后一个条目的编号",
        ),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What entries are listed by, as it was typed."""

    ground: str | None
    instrument: str | None
    batch: str | None
    ends_before: str | None
    ends_within: int | None
    live: bool
    incomplete: bool
    lacking: str | None


def filter_of(court: "Court", asked: Asked) -> "EntryFilter":
    """Read what is asked; each part is refused with what it can be. Raises FindRefused."""
    from ...schemas.dates import date_of_ms
    from ...schemas.law.grounds import Ground
    from ...schemas.law.listing import Instrument
    from ..register.filtering import EntryFilter

    ground, instrument, batch = asked.ground, asked.instrument, asked.batch
    if ground is not None and (ground.upper() not in Ground.__members__ or not ground.upper().startswith("G")):
        raise FindRefused("FIND_GROUND", text=ground)
    if instrument is not None and instrument.upper() not in Instrument.__members__:
        raise FindRefused("FIND_INSTRUMENT", text=instrument)
    if batch is not None and ((known := court.register.batch(batch)) is None or known.court != court.identity.court):
        raise FindRefused("FIND_BATCH", text=batch)
    today, until = date_of_ms(court.clock.now()), day(asked.ends_before)
    within = None if asked.ends_within is None else today + timedelta(days=asked.ends_within)
    return EntryFilter(
        live=asked.live,
        instrument=None if instrument is None else Instrument[instrument.upper()],
        batch_id=batch or "",
        lacking=_lacking(asked.lacking, incomplete=asked.incomplete),
        ground=None if ground is None else Ground[ground.upper()],
        ends_from=None if within is None else today,
        ends_until=_earliest(None if until is None else until - timedelta(days=1), within),
    )


def _earliest(one: date | None, other: date | None) -> date | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _lacking(column: str | None, *, incomplete: bool) -> int:
    from ...schemas.law.beginnings import ALL, Fact

    if column is None:
        return int(ALL) if incomplete else 0
    known = {fact.column: fact for fact in Fact}
    if column not in known or not incomplete:
        raise FindRefused("FIND_LACKING", text=column, known=", ".join(known))
    return int(known[column])


def found_by(court: "Court", wanted: "EntryFilter", after: str | None) -> "Iterator[WholeEntry]":
    """Yield what matches, behind an entry. Raises FIND_AFTER."""
    from ..register.filtering import entries_matching

    behind = 0
    if after is not None:
        known = court.register.find(court.identity.court, entry_id=entry_id(after))
        if not known:
            raise FindRefused("FIND_AFTER", text=after)
        behind = known[0].entry.ordinal
    return entries_matching(court.register, court.identity.court, wanted, behind)


def write_found(path: Path, found: "Iterator[WholeEntry]", printing: tuple[bool, Language]) -> None:
    """Write what was found into a file."""
    from .entry_table import export, row_of

    as_json, lang = printing
    in_codes: Language = "en" if path.suffix.lower() in (".json", ".jsonl") else lang  # what programs read is in codes
    count = export(path, (row_of(each, in_codes) for each in found), in_codes)
    if as_json:
        print_json({"exported": count, "file": str(path)})
    else:
        say(lang, f"{count:,} entries written to {path}", f"已将 {count:,} 个条目写入 {path}")


def list_found(
    court: "Court",
    found: "Iterator[WholeEntry]",
    limit: int,
    *,
    incomplete: bool,
    printing: tuple[bool, Language],
) -> None:
    """Print a page, and behind which entry the next one begins."""
    from ..register.filtering import lacking_counts
    from .entry_table import row_of

    as_json, lang = printing
    page = list(islice(found, limit))
    rows = [row_of(each, "en" if as_json else lang) for each in page]
    following = rows[-1]["entry"] if rows and next(found, None) is not None else None
    counts = lacking_counts(court.register, court.identity.court) if incomplete else None
    if as_json:
        document = {"court": court.identity.court, "entries": rows, "next": following}
        print_json(document if counts is None else document | {"incomplete": counts})
        return
    for row in rows:
        shown = ("entry", "instrument", "status", "case_number", "name", "certificates", "grounds", "term_end", "stock")
        typer.echo("  ".join(text for column in shown if (text := row[column])))
        if incomplete:
            say(lang, f"    lacks: {row['missing']}", f"    缺少：{row['missing']}")
    if counts is not None:
        _print_counts(counts, lang)
    if not rows:
        say(lang, "no entry of this court matches", "本院没有符合条件的条目", err=True)
    if following is not None:
        say(lang, f"more: --after {following}", f"后续：--after {following}")


def _print_counts(counts: dict[str, int], lang: Language) -> None:
    from ..intake.rows.columns import COLUMNS

    titles = {column.name: column.zh if lang == "zh" else column.name for column in COLUMNS}
    say(lang, f"{counts['entries']:,} live entries are incomplete", f"本院共有 {counts['entries']:,} 个在列条目待补正")
    for column, count in counts.items():
        if column in titles and count:
            typer.echo(f"  {count:>12,}  {titles[column]}")
