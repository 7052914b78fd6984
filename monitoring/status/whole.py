"""Whether everything accepted is applied, fresh and proven, by counts alone; and if nothing is amiss but not all of it is, what is missing.

Whoever shows the status says that one sentence by `is_whole` and nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...schemas.problems import Language

_Document = Mapping[str, Any]
WHOLE = ("Everything accepted is applied, fresh and proven.", "全部更新已生效，数据新鲜且已证明一致。")
_TEXTS = {
    "on_the_way": ("{agency}: {count:,} updates on their way, since {since}.", "{agency}：{count:,} 条更新正在途中，自 {since} 起。"),
    "unsent": (
        "{jurisdiction}: {count:,} records of the lane {lane} wait to be sent, since {since}.",
        "{jurisdiction}：通道 {lane} 有 {count:,} 条记录等待发送，自 {since} 起。",
    ),
    "uncounted": (
        "Nothing is amiss in what is seen here; what the courts of {places} accept is counted where their register is.",
        "所见范围内没有异常；{places} 的法院受理了多少，须在其登记簿所在的机器上统计。",
    ),
    "short": (
        "Nothing is overdue, but not everything is shown to be applied, fresh and proven.",
        "没有逾期，但尚不能表明全部更新已生效、新鲜且已证明一致。",
    ),
}  # fmt: skip
_DONE = {"applied", "gate-proven"}


def is_whole(document: _Document) -> bool:
    """Whether the counts of a status document say that everything accepted is applied, fresh and proven."""
    return not any(_short(document))


def progress_lines(document: _Document, lang: Language) -> list[str]:
    """Say what a document without findings comes to: that everything is whole, or else what is on its way and since when."""
    at = 1 if lang == "zh" else 0
    if is_whole(document):
        return [WHOLE[at]]
    moving = [_TEXTS[kind][at].format(**row) for kind in ("unsent", "on_the_way") for row in document[kind]]
    if moving:
        return moving
    if document["uncounted"]:
        return [_TEXTS["uncounted"][at].format(places=", ".join(document["uncounted"]))]
    return [_TEXTS["short"][at]]


def _short(document: _Document) -> Iterator[object]:
    """Yield everything that must be false, empty or zero for all to be whole."""
    yield from (document[part] for part in ("findings", "on_the_way", "unsent", "uncounted"))
    yield document["evidence"]["code"]
    yield not document["agencies"]
    for agency in document["agencies"]:
        yield from _short_agency(agency)
    for jurisdiction in document["jurisdictions"]:
        yield from (not notary["valid"] for notary in jurisdiction["notaries"])
        for court in jurisdiction["courts"]:
            yield court["highest"] - court["contiguous"]
            yield max(0, court["published"] - court["highest"])
            yield court["live_missing"]
    for batch in document["batches"]:
        yield from (batch["accepted"] - count for count in (batch["sent"], *batch["applied"].values()))
    for update in document["updates"]:
        yield from (standing["state"] not in _DONE for standing in update["agencies"])


def _short_agency(agency: _Document) -> Iterator[object]:
    yield agency["accepted"] - agency["applied"]
    yield from (agency[count] for count in ("late_updates", "relief_waiting", "silent_in", "paused"))
    yield from (agency[count] != 0 for count in ("dead_letters", "parked"))  # what is not known is not none
    for node in agency["nodes"]:
        yield node["receipts_missing"]
        if node["serving"]:
            yield from (node[count] for count in ("stale", "opaque", "twins", "unexamined"))
            yield node["canaries"]["wrong"]
            yield node["proof"]["state"] != "equal"
