"""docs/images/architecture.svg: `python -m liandong.docs.generators.architecture` prints it, a test holds the picture to it.

Zones, rooms and drawers, and the topics between them. Numbers on boxes are the steps of a row's walk in
docs/architecture.md. Colours follow the reader's, light or dark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 1000, 1004
_STYLE = """\
text { font: 12px system-ui, 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif; fill: #1f2733; }
.title { font-size: 16px; font-weight: 600; }
.name { font: 600 13px ui-monospace, 'DejaVu Sans Mono', monospace; }
.small { font-size: 11px; fill: #5b6675; }
.step { font-size: 11px; font-weight: 600; fill: #fff; text-anchor: middle; }
.disc { fill: #1f57b8; }
.paper { fill: #fff; }
.zone { fill: #f4f6f9; stroke: #c8d0da; }
.box { fill: #fff; stroke: #c8d0da; }
.topic { fill: #e9f0fb; stroke: #9db8e4; }
.arrow { stroke: #1f57b8; stroke-width: 1.5; fill: none; }
.tip { fill: #1f57b8; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e9f0; }
  .small { fill: #a3afbe; }
  .step { fill: #0d1117; }
  .disc, .tip { fill: #7fb0ff; }
  .paper { fill: #0d1117; }
  .zone { fill: #151b23; stroke: #3a4554; }
  .box { fill: #1c2430; stroke: #3a4554; }
  .topic { fill: #172a47; stroke: #3b5f96; }
  .arrow { stroke: #7fb0ff; }
}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawer:
    """A drawer of a room, what is in it, and the step of a row's walk that happens there."""

    name: str
    en: str
    zh: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A family of topics and who stands at either end: `>` towards the agency, `<` towards the court."""

    name: str
    zh: str
    way: str
    step: str = ""


COURT = (
    Drawer("intake", "a file becomes checked rows", "收件校验", "1"),
    Drawer("publishing", "rows become updates", "公布", "2"),
    Drawer("acts", "revoke, delete, correct, lift …", "撤销、删除、更正、解除"),
    Drawer("approvals", "a second key decides", "第二审批"),
    Drawer("commands", "watches, sealed to the agency", "协助查找指令"),
    Drawer("updates", "numbered and signed", "编号与签名", "3"),
    Drawer("register", "the courts' truth, with the outbox", "登记簿与待发箱", "4"),
    Drawer("relay", "outbox → log, in order", "转发", "5"),
    Drawer("upkeep", "the log against the register", "消息日志核对"),
    Drawer("synthetic", "fictitious people and rows", "虚构数据"),
    Drawer("cli", "liandong court …", "命令行"),
)
INBOX = (Drawer("inbox", "what came back to the court", "法院收件箱"),)
AGENCY = (
    Drawer("replication", "apply, barriers, proof, receipts", "同步、证明、回执", "7"),
    Drawer("store", "the copy of the list (LMDB)", "名单副本", "8"),
    Drawer("api", "the check API", "核查接口", "10"),
    Drawer("gate", "may this person do this?", "核验拦截", "11"),
    Drawer("interceptions", "journal, told to the court", "拦截与放行", "12"),
    Drawer("adapters", "what an agency does with it", "适配器"),
    Drawer("events", "what was met, under a watch", "财产与下落反馈"),
    Drawer("commands", "orders of courts, once each", "指令办理"),
    Drawer("effects", "what happens once per agency", "每单位只办一次"),
    Drawer("acts_db", "what an agency did and owes", "办理记录"),
    Drawer("node", "all of it in one process", "节点"),
    Drawer("cli", "liandong agency, check …", "命令行"),
)
TOPICS = (
    Topic("court.debtor-list", "失信被执行人名单", ">", "6"),
    Topic("court.orders", "限制消费令、限制出境", ">"),
    Topic("court.relief", "快车道：撤销、删除、更正、屏蔽、解除", ">"),
    Topic("list.heads", "见证节点的名单签名摘要", "n", "9"),
    Topic("notary.reports", "见证节点签名的异常报告", "m"),
    Topic("control.commands", "法院指令（密封）", ">"),
    Topic("control.feedback", "指令反馈（密封）", "<"),
    Topic("asset.events", "财产反馈（密封）", "<"),
    Topic("whereabouts.events", "下落反馈（密封）", "<"),
    Topic("agency.interceptions", "拦截与放行（密封）", "<"),
    Topic("court.notices", "法院之间的通报（密封）", "c"),
    Topic("enforcement.counts", "拦截次数（法院签名）", "c"),
    Topic("supervision.acts", "监督行为：措施启停、托管开启", "s"),
    Topic("agency.receipts", "回执，给监督方", "w"),
    Topic("dead-letters", "死信，本单位处理", "o"),
    Topic("participants.keys", "各参与方公钥", "a"),
)
WATCHING = (
    Drawer("log", "reads the log", "读消息日志"),
    Drawer("notary", "barriers, heads", "见证", "9"),
    Drawer("ledger", "who is how far", "台账", "9"),
    Drawer("transparency", "heads as a log", "透明日志"),
    Drawer("status", "one document", "状态"),
    Drawer("trace", "one entry, proven", "条目证明"),
    Drawer("backup", "copied, put back", "备份与恢复"),
    Drawer("service", "shared context", "服务"),
    Drawer("page", "for operators", "页面"),
    Drawer("demo", "all of it played", "演示"),
)
PLACES = (
    Drawer("catalogue", "topics as data", "主题目录"),
    Drawer("transport", "ports, Kafka", "传输"),
    Drawer("keys", "who may sign", "密钥与签名"),
    Drawer("storage", "outbox, SQL", "存储"),
    Drawer("metrics", "every metric", "指标"),
    Drawer("embedded", "a real Kafka", "内置 Kafka"),
    Drawer("workers", "threads, clock", "线程与时钟"),
    Drawer("cli", "kafka, topics …", "命令行"),
)
FACTS = (
    Drawer("people", "certificates, names, surrogates", "证件、姓名、代称"),
    Drawer("files", "encodings, CSV, JSON", "文件的编码与行"),
    Drawer("law", "grounds, terms, measures, decisions", "情形、期限、措施、决定"),
    Drawer("wire", "Avro, signatures, seals, digests", "契约、签名、密封、摘要"),
)
_LEFT, _BUS, _RIGHT = Place(16, 16, 276, 596), Place(322, 16, 356, 596), Place(708, 16, 276, 596)
_ENDS = {
    ">": ("court", "agency"),
    "<": ("agency", "court"),
    "n": ("notary", "agency"),
    "m": ("notary", "watching"),
    "w": ("agency", "watching"),
    "o": ("agency", "agency"),
    "a": ("administrator", "all"),
    "c": ("court", "all"),
    "s": ("supervisor", "all"),
}


def picture() -> str:
    """docs/images/architecture.svg as it must read."""
    parts = [
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        *_column(_LEFT, "Courts 法院", "producers/ — who speaks 谁在说", COURT, 45),
        *_boxes([_cell(_LEFT, len(COURT), 45)], INBOX, "consumers/"),
        *_bus(),
        *_column(_RIGHT, "Agencies 协助单位", "consumers/ — who acts 谁来办", AGENCY, 45),
        *_row(Place(16, 628, 968, 116), "Watching 监督方", "monitoring/ — who watches 谁在看", WATCHING),
        *_row(Place(16, 756, 968, 116), "Places and wires 主题与通道", "topics/ — where it is said 在哪里说", PLACES),
        *_row(Place(16, 884, 968, 104), "Facts 事实", "schemas/ — what is said 说什么", FACTS),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">'
    about = (
        '<title id="t">Zones, rooms and drawers of Liandong</title><desc id="d">Courts publish to topics, agencies keep a'
        " proven copy and answer by it, a notary proves; rooms import downwards only.</desc>"
    )
    return "\n".join([head, about, f"<style>{_STYLE}</style>", *parts, "</svg>"]) + "\n"


def _column(zone: Place, title: str, room: str, drawers: Sequence[Drawer], pitch: int = 52) -> Iterator[str]:
    yield from _zone(zone, title, room)
    yield from _boxes([_cell(zone, at, pitch) for at in range(len(drawers))], drawers)


def _cell(zone: Place, at: int, pitch: int = 52) -> Place:
    return Place(zone.x + 14, zone.y + 52 + at * pitch, zone.width - 28, pitch - 7)


def _row(zone: Place, title: str, room: str, drawers: Sequence[Drawer]) -> Iterator[str]:
    yield from _zone(zone, title, room)
    width = (zone.width - 28 + 8) // len(drawers)
    cells = [Place(zone.x + 14 + at * width, zone.y + 52, width - 8, zone.height - 62) for at in range(len(drawers))]
    yield from _boxes(cells, drawers)


def _zone(zone: Place, title: str, room: str) -> Iterator[str]:
    yield _rect("zone", zone, 8)
    yield _text("title", zone.x + 14, zone.y + 24, title)
    yield _text("small", zone.x + 14, zone.y + 42, room)


def _boxes(cells: Sequence[Place], drawers: Sequence[Drawer], room: str = "") -> Iterator[str]:
    for cell, drawer in zip(cells, drawers, strict=True):
        yield _rect("box", cell, 5)
        middle, wide = cell.y + cell.height // 2, cell.width > 200
        yield _text("name", cell.x + 10, middle - (4 if wide else 8), f"{room}{drawer.name}/")
        if wide:
            yield _text("small", cell.x + cell.width - 10, middle - 4, drawer.zh, "end")
            yield _text("small", cell.x + 10, middle + 13, drawer.en)
        else:
            yield _text("small", cell.x + 10, middle + 9, drawer.en)
            yield _text("small", cell.x + 10, middle + 22, drawer.zh)
        yield from _step(cell, drawer.step)


def _bus() -> Iterator[str]:
    yield from _zone(_BUS, "The bus 总线", "Apache Kafka, Avro — topics/catalogue/families/")
    for at, topic in enumerate(TOPICS):
        cell = Place(_BUS.x + 14, _BUS.y + 50 + at * 34, _BUS.width - 28, 30)
        yield _rect("topic", cell, 5)
        yield _text("name", cell.x + 10, cell.y + 13, topic.name)
        yield _text("small", cell.x + 10, cell.y + 26, topic.zh)
        writer, reader = _ENDS[topic.way]
        yield _text("small", cell.x + cell.width - 10, cell.y + 26, f"{writer} → {reader}", "end")
        yield from _step(cell, topic.step)
        yield from _arrows(cell, topic.way)


def _arrows(cell: Place, way: str) -> Iterator[str]:
    """To and from the zones on either side."""
    y, left, right = cell.y + cell.height // 2, _LEFT.x + _LEFT.width, _RIGHT.x
    ends = (cell.x, cell.x + cell.width)
    if way == ">":
        yield _arrow(left, ends[0], y)
    if way == "<":
        yield _arrow(ends[0], left, y)
    if way in (">", "n", "a"):
        yield _arrow(ends[1], right, y)
    if way in ("<", "w", "o"):
        yield _arrow(right, ends[1], y)


def _arrow(start: int, end: int, y: int) -> str:
    back = end - 7 if end > start else end + 7
    return f'<path class="arrow" d="M{start} {y}H{back}"/><path class="tip" d="M{end} {y}L{back} {y - 4}V{y + 4}Z"/>'


def _step(cell: Place, step: str) -> Iterator[str]:
    if step:
        x, y = cell.x, cell.y + 2
        yield f'<circle class="disc" cx="{x}" cy="{y}" r="9"/>'
        yield f'<text class="step" x="{x}" y="{y + 4}">{step}</text>'


def _rect(kind: str, place: Place, radius: int) -> str:
    size = f'x="{place.x}" y="{place.y}" width="{place.width}" height="{place.height}"'
    return f'<rect class="{kind}" {size} rx="{radius}"/>'


def _text(kind: str, x: int, y: int, text: str, anchor: str = "") -> str:
    to = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{to}>{escape(text)}</text>'


if __name__ == "__main__":
    print(picture(), end="")  # noqa: T201  this is the program's output
