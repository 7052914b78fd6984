"""The status document as the page's tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..status.register_counts import FREES
from ..status.text import figure
from .cells import Cell, PageTable, Share, TableColumn, TableRow, Tone, clock, count, duration, milliseconds
from .words import Words

_Document = Mapping[str, Any]

STATES: dict[str, tuple[str, Tone]] = {
    "pending": ("○", "quiet"),
    "received": ("◔", "warn"),
    "applied": ("●", "good"),
    "gate-proven": ("◆", "good"),
    "late": ("▲", "bad"),
    "refused": ("✕", "bad"),
}
"""Symbol and tone of each state of the ledger."""
_FREES = {change.name.lower() for change in FREES}


def agencies(document: _Document, words: Words) -> PageTable:
    """Make one row per node; what belongs to the agency stands in its first row."""
    labels = (
        ("agency", ""), ("fresh", ""), ("lag", ""), ("proof", ""), ("applied", words("applied_of")),
        ("late", ""), ("relief_short", ""), ("receipts_short", ""), ("opaque", ""), ("dead", ""),
        ("parked", ""), ("canaries", ""), ("latency", ""),
    )  # fmt: skip
    text_columns = {"agency", "fresh", "proof", "canaries"}
    columns = [TableColumn(words(key).split("\n")[0], hint, key not in text_columns) for key, hint in labels]
    rows = [row for agency in document["agencies"] for row in _agency(agency, document, words)]
    if not any(agency["parked"] is not None for agency in document["agencies"]):
        at = [key for key, _ in labels].index("parked")
        rows = [TableRow(row.key, [*row.cells[:at], *row.cells[at + 1 :]]) for row in rows]
        del columns[at]
    return PageTable(columns, rows)


def named(document: _Document, id_: str) -> str:
    """Return the official name of a participant, empty where its manifest is not on the monitor's machine."""
    names: Mapping[str, str] = document.get("names", {})
    return names.get(id_, "")


def _beside(document: _Document, id_: str, *more: str) -> str:
    """Return what stands under an id: its name first."""
    return " · ".join(filter(None, (named(document, id_), *more)))


def _agency(agency: Mapping[str, Any], document: _Document, words: Words) -> Iterator[TableRow]:
    now, id_ = document["at"], agency["agency"]
    totals, put_aside = _totals(agency), [count(agency[key], "warn") for key in ("dead_letters", "parked")]
    dash = Cell("–")
    for jurisdiction in agency["silent_in"]:
        label = Cell(id_, _beside(document, id_, jurisdiction))
        silent = Cell(f"▲ {words('silent')}", tone="bad")
        cells = [label, silent, dash, dash, *totals, dash, dash, *put_aside, dash, dash]
        yield TableRow(f"{agency['agency']}//{jurisdiction}", cells)
        totals, put_aside = [Cell()] * 3, [Cell()] * 2
    for node in agency["nodes"]:
        key = f"{agency['agency']}/{node['node']}/{node['jurisdiction']}"
        label = Cell(id_, _beside(document, id_, f"{words('node')} {node['node']}", node["jurisdiction"]))
        alarms = [count(node["receipts_missing"], "bad"), count(node["opaque"], "bad")]
        cells = [label, _fresh(node, now, words), _lag(node, words), _proof(node, now, words), *totals, *alarms]
        yield TableRow(key, [*cells, *put_aside, _canaries(node["canaries"], words), _latency(node["latency"])])
        totals, put_aside = [Cell()] * 3, [Cell()] * 2


def _totals(agency: Mapping[str, Any]) -> list[Cell]:
    accepted, applied = agency["accepted"], agency["applied"]
    tone: Tone = "" if applied == accepted else "warn"
    delivered = Cell(f"{applied:,}", f"/ {accepted:,}", tone, share=Share(applied, accepted))
    return [delivered, count(agency["late_updates"], "bad"), count(agency["relief_waiting"], "warn")]


def _fresh(node: Mapping[str, Any], now: str, words: Words) -> Cell:
    at, age = clock(node["fresh_as_of"], now), words("age", age=duration(node["age_seconds"]))
    if not node["serving"]:
        return Cell(at, words("gone"), "quiet", node["fresh_as_of"] or "")
    if node["stale"]:
        return Cell(f"▲ {words('stale')}", f"{at} · {age}", "bad", node["fresh_as_of"] or "")
    return Cell(f"● {at}", age, "good", node["fresh_as_of"] or "")


def _lag(node: Mapping[str, Any], words: Words) -> Cell:
    records, seconds = node["lag_records"], node["lag_seconds"]
    if not records and not seconds:
        return Cell("0", tone="quiet")
    return Cell(f"{records:,}", words("behind_seconds", seconds=duration(seconds)))


def _proof(node: Mapping[str, Any], now: str, words: Words) -> Cell:
    """Make the cell of the newest comparison; a stale copy's is quiet, since it proves the past only."""
    proof = node["proof"]
    if proof["state"] == "none":
        return Cell(f"○ {words('none')}", tone="quiet")
    under = f"#{proof['barrier']:,} · {clock(proof['at'], now)}"
    if proof["state"] == "equal":
        tone: Tone = "quiet" if node["stale"] else "good"
        return Cell(f"● {words('equal')}", under, tone, f"{proof['notary']} #{proof['barrier']}")
    return Cell(f"✕ {words('unequal')}", f"#{proof['barrier']:,} · {', '.join(proof['lanes'])}", "bad")


def _canaries(canaries: Mapping[str, Any], words: Words) -> Cell:
    right, wrong = canaries["right"], canaries["wrong"]
    if wrong:
        text = f"✕ {words('canaries_wrong', wrong=wrong)}"
        return Cell(text, words("canaries_right", right=right), "bad", canaries["at"] or "")
    if right:
        return Cell(f"● {words('canaries_right', right=right)}", tone="good", hint=canaries["at"] or "")
    return Cell(words("canaries_none"), tone="quiet")


def _latency(latency: Mapping[str, Any] | None) -> Cell:
    if latency is None:
        return Cell("–", tone="quiet")
    return Cell(milliseconds(latency["p50"]), milliseconds(latency["p99"]), hint="p50, p99")


def updates(shown: Sequence[Mapping[str, Any]], document: _Document, words: Words) -> PageTable:
    """Make one row per update, with a column per agency."""
    names = [agency["agency"] for agency in document["agencies"]]
    columns = [
        TableColumn(words("update")),
        TableColumn(words("change")),
        TableColumn(words("accepted_at")),
        *(TableColumn(name, named(document, name)) for name in names),
    ]
    return PageTable(columns, [_update(update, names, document, words) for update in shown])


def _update(update: Mapping[str, Any], names: Sequence[str], document: _Document, words: Words) -> TableRow:
    now = document["at"]
    id_ = update["update_id"]
    standings = {standing["agency"]: standing for standing in update["agencies"]}
    name_cell = Cell(id_, update["batch_id"], id=id_)
    change = Cell(words(update["change"]), words("version", version=update["version"]))
    court = _beside(document, update["court"]) or update["court"]
    accepted = Cell(clock(update["accepted_at"], now), court, hint=f"{update['accepted_at']} {update['court']}")
    frees = update["change"] in _FREES
    states = [_state(standings[name], now, words, frees=frees) if name in standings else Cell() for name in names]
    return TableRow(id_, [name_cell, change, accepted, *states])


def _state(standing: Mapping[str, Any], now: str, words: Words, *, frees: bool) -> Cell:
    """Make the cell of a state; what is proven of a relief is that it frees."""
    state = standing["state"]
    symbol, tone = STATES[state]
    text = words(f"{state}-relief" if frees and state == "gate-proven" else state)
    timing = clock(standing["since"], now)
    if state not in {"pending", "late"}:
        timing += f" · +{duration(standing['after_seconds'])}"
    return Cell(f"{symbol} {text}", timing, tone, standing["since"] or "")


def batches(shown: Sequence[Mapping[str, Any]], document: _Document, words: Words) -> PageTable:
    """Make one row per batch, with a bar per agency."""
    names = [agency["agency"] for agency in document["agencies"]]
    numbers = [TableColumn(words(key), number=True) for key in ("accepted", "sent")]
    first = [TableColumn(words("batch")), TableColumn(words("court")), *numbers]
    return PageTable(
        [*first, *(TableColumn(name, named(document, name)) for name in names)],
        [_batch(batch, names, document, words) for batch in shown],
    )


def _batch(batch: Mapping[str, Any], names: Sequence[str], document: _Document, words: Words) -> TableRow:
    id_ = batch["batch_id"]
    name_cell = Cell(id_, id=id_)
    started = clock(batch["started_at"], document["at"])
    court = Cell(batch["court"], _beside(document, batch["court"], started), hint=batch["started_at"] or "")
    accepted, sent = batch["accepted"], batch["sent"]
    counts = [count(accepted), Cell(f"{sent:,}", tone="" if sent == accepted else "warn")]
    bars = [_bar(batch["applied"].get(name), accepted, words) for name in names]
    return TableRow(id_, [name_cell, court, *counts, *bars])


def _bar(applied: int | None, accepted: int, words: Words) -> Cell:
    if applied is None:
        return Cell()
    fraction = f"{applied:,} / {accepted:,}"
    share = Share(applied, accepted)
    if applied == accepted:
        return Cell(f"● {words('applied')}", tone="good", hint=fraction, share=share)
    return Cell(fraction, tone="warn", hint=fraction, share=share)


def courts(document: _Document, words: Words) -> PageTable:
    """Make one row per court and list: how far its sequence is gapless; what is missing was lost before the log."""
    columns = [TableColumn(words("jurisdiction")), TableColumn(words("court")), TableColumn(words("list"))]
    columns += [TableColumn(words(key), number=True) for key in ("live", "contiguous", "highest", "lost")]
    rows = []
    for jurisdiction in document["jurisdictions"]:
        for court in jurisdiction["courts"]:
            missing = court["highest"] - court["contiguous"]
            first_missing = Cell(f"▲ {missing:,}", f"{court['contiguous'] + 1:,} …", "bad")
            lost = first_missing if missing else Cell(words("lost_none"), tone="quiet")
            kind = Cell(words(court["list"].split(".")[1]), hint=court["list"])
            numbers = (count(court[key]) for key in ("live", "contiguous", "highest"))
            name = jurisdiction["jurisdiction"]
            key = f"{name}/{court['list']}/{court['court']}"
            rows.append(
                TableRow(key, [Cell(name), Cell(court["court"], named(document, court["court"])), kind, *numbers, lost])
            )
    return PageTable(columns, rows)


def enforcement(document: _Document, words: Words) -> PageTable:
    """Make one row per agency and jurisdiction: what courts have published of the last closed week and month."""
    columns = [TableColumn(words(key)) for key in ("agency", "last_week", "last_month", "counted_by")]
    columns[0] = TableColumn(words("agency").partition(" /")[0])
    rows = []
    for row in document["enforcement"]:
        sources = [each for span in ("month", "week") for each in row[span]["from"]]
        newest = max(sources, key=lambda each: str(each["issued_at"]))
        courts = ", ".join(sorted({each["court"] for each in sources}))
        hint = f"{newest['topic']}/{newest['partition']} @ {newest['offset']}"
        cells = [
            Cell(row["agency"], _beside(document, row["agency"], row["jurisdiction"])),
            Cell(figure(row["week"], words.lang), row["week"]["week"]),
            Cell(figure(row["month"], words.lang), row["month"]["month"]),
            Cell(courts, words("newest_count", at=newest["issued_at"][:10]), hint=hint),
        ]
        rows.append(TableRow(f"{row['agency']}/{row['jurisdiction']}", cells))
    return PageTable(columns, rows)


def notaries(document: _Document, words: Words) -> PageTable:
    """Make one row per notary: who signs the lists, and whether the newest head is still valid."""
    columns = [
        TableColumn(words("notary")),
        TableColumn(words("jurisdiction")),
        TableColumn(words("barrier"), number=True),
    ]
    columns += [TableColumn(words("issued")), TableColumn(words("state"))]
    rows = []
    for jurisdiction in document["jurisdictions"]:
        name = jurisdiction["jurisdiction"]
        for notary in jurisdiction["notaries"]:
            valid, expired = Cell(f"● {words('valid')}", tone="good"), Cell(f"▲ {words('head-expired')}", tone="bad")
            issued = Cell(clock(notary["issued_at"], document["at"]), hint=notary["issued_at"] or "")
            cells = [
                Cell(notary["notary"], named(document, notary["notary"])),
                Cell(name),
                count(notary["barrier"]),
                issued,
            ]
            state = valid if notary["valid"] else expired
            rows.append(TableRow(f"{name}/{notary['notary']}", [*cells, state]))
    return PageTable(columns, rows)
