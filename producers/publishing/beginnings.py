"""What a row that begins an entry must state (法释〔2017〕7号 art. 5), and what a later row adds to an entry that lacks it."""

from ...schemas.law.beginnings import ASKED, NEEDED, Fact, facts_in
from ..intake.findings.findings import Notice, Reject, notice, reject
from ..intake.rows.columns import COLUMNS
from ..intake.rows.model import IntakeContext
from ..register.rows import RegisteredEntry
from .prepare import PreparedRow, StockClaim

_HEADERS = {column.name: column.zh for column in COLUMNS}


def rejects_of_new(row: PreparedRow, context: IntakeContext) -> tuple[Reject, ...]:
    """Say what keeps a row from beginning an entry, one reject for each fact; nothing of stock, which may lack them."""
    needed = facts_in(row.missing & NEEDED)
    if not needed or row.stock == StockClaim.STOCK:
        return ()
    if row.stock == StockClaim.NONE:
        return tuple(_lacks(row, fact, context) for fact in needed)
    about = {
        "missing": ", ".join(fact.column for fact in needed),
        "missing_zh": "、".join(_HEADERS[fact.column] for fact in needed),
    }
    if row.stock == StockClaim.NO_TAKEOVER:
        code, column, about = "STOCK_NO_TAKEOVER", needed[0].column, about | {"court": context.court}
    else:
        assert context.takeover_on is not None  # noqa: S101  the claim was held against it
        code, column = "STOCK_AFTER_TAKEOVER", "publish_date"
        about |= {"day": row.latest_day, "takeover": context.takeover_on.isoformat()}
    return (reject(row.number, column, code, context.lang, **about),)


def notices_of_new(row: PreparedRow, context: IntakeContext) -> tuple[Notice, ...]:
    """Ask for what a new entry should state; stock is counted instead."""
    if not row.missing & ASKED or row.stock == StockClaim.STOCK:
        return ()
    return (notice(row.number, Fact.WARNED_ON.column, "WARNED_ON_MISSING", context.lang),)


def adds_to(row: PreparedRow, entry: RegisteredEntry) -> bool:
    """Tell whether a row states a fact of the beginning that the entry lacks."""
    return bool(entry.missing & ~row.missing)


def _lacks(row: PreparedRow, fact: Fact, context: IntakeContext) -> Reject:
    header = {"column": fact.column, "header": _HEADERS[fact.column]}
    return reject(row.number, fact.column, f"BEGINNING_{fact.name}", context.lang, **header)
