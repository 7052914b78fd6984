"""The status document as people read it, in both languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ...schemas.problems import Language
from .trial import trial_lines
from .whole import is_whole, progress_lines

WORDS: dict[str, tuple[str, str]] = {
    "agencies": ("Agencies", "协助单位"),
    "agency": ("agency / node", "单位 / 节点"),
    "jurisdiction": ("jurisdiction", "辖区"),
    "fresh": ("fresh as of", "数据截至"),
    "barrier": ("barrier", "校验点"),
    "lag": ("behind", "落后"),
    "proof": ("proof", "一致性证明"),
    "receipts": ("receipts missing", "缺失回执"),
    "opaque": ("unreadable", "无法解析"),
    "dead": ("dead letters", "死信"),
    "parked": ("parked", "搁置"),
    "late": ("late updates", "逾期更新"),
    "latency": ("publish → applied\np50 / p99", "发布→生效\np50 / p99"),
    "alarms": ("alarms", "告警"),
    "lists": ("Lists", "名单"),
    "live": ("in effect", "生效中"),
    "notaries": ("notaries", "见证节点"),
    "lost": ("numbers missing", "缺号"),
    "batches": ("Batches", "批次"),
    "batch": ("batch", "批次"),
    "court": ("court", "法院"),
    "accepted": ("accepted", "已受理"),
    "sent": ("sent", "已发送"),
    "applied": ("applied", "已生效"),
    "update": ("Update", "更新"),
    "state": ("state", "状态"),
    "since": ("since", "自"),
    "findings": ("To look at", "需要处理"),
    "silent": ("never heard of", "从未有回执"),
    "equal": ("equal", "一致"),
    "unequal": ("UNEQUAL", "不一致"),
    "none": ("none yet", "尚无"),
    "stale": ("stale", "过期"),
    "head-expired": ("list head expired", "名单签名摘要已过期"),
    "keys-run-out": ("sealing keys run out", "密封密钥即将用尽"),
    "receipts-missing": ("receipts missing", "缺失回执"),
    "lost-tail": ("end of the log lost", "消息日志末尾丢失"),
    "sequence-gap": ("numbers missing in a court's sequence", "法院序号缺号"),
    "sequence-duplicate": ("a court's number used twice", "法院序号重复"),
    "version-conflict": ("two contents of one version", "同一版本两种内容"),
    "foreign-record": ("a court spoke of another court's entry", "法院对他院条目签署记录"),
    "notary-twin": ("a barrier in a notary's name it did not write", "以见证节点之名写入的校验点"),
    "notary-restored": ("a notary's older state was put back", "见证节点的旧状态被恢复"),
    "split-view": ("two heads of one barrier", "同一校验点两份名单签名摘要"),
    "later-finding": ("a finding of a later release", "新版本的发现"),
    "list-shrunk": ("a list holds less than it did", "名单的消息日志缺少内容"),
    "unproven": ("equal to no signed head yet", "尚未证明与已签名名单一致"),
    "register-behind": ("the court's register is behind the log", "登记簿落后于消息日志"),
    "refused-record": ("a record nobody takes", "记录不被接受"),
    "stolen-version": ("a newer version under a stolen key", "以失窃密钥签署的更新版本"),
    "taken-entry": ("taken with a stolen key of the court above", "被冒用上级法院失窃密钥改签的条目"),
    "strange-entry": ("an entry invented with a stolen key", "以失窃密钥伪造的条目"),
    "stolen-outbid": ("a stolen key had signed a version, now outbid", "失窃密钥曾签署版本，现已被更新版本取代"),
    "contested-entry": ("others write under an entry's key", "他人反复写入条目键"),
    "relief-unread": ("the publisher may not read its relief lane", "发布方不能读取解除通道"),
    "publisher-clock": ("the publisher's clock is off", "发布方时钟有误"),
    "agency-clock": ("the agency's clock is off", "协助单位时钟有误"),
    "notary-clock": ("the notary's clock is off", "见证节点时钟有误"),
    "live-differs": ("live entries differ", "生效条目数不符"),
    "twins": ("two nodes of one name", "两个同名节点"),
    "command-unanswered": ("commands not answered", "指令未获答复"),
    "register-missing": ("no word of the root about the register of keys", "密钥登记册无根签名说明"),
    "register-differs": ("the keys read are not those the root signed", "读到的密钥与根签名的登记册不符"),
    "register-rolled-back": ("the register of keys was rolled back", "密钥登记册被回退"),
    "register-forked": ("the root has said two things under one number", "根以同一编号签署了两份登记册"),
    "register-ahead": ("the root's word is from the future by this clock", "按本机时钟，根签名来自未来"),
    "root-forked": ("a root has signed two successors", "同一根密钥有两个继任者"),
    "register-not-kept": ("what was read of the register of keys cannot be kept", "已读取的密钥登记册无法保存"),
    "kafka-away": ("Kafka cannot be reached; this is the evidence at hand", "无法连接 Kafka，以下为现有证据"),
    "evidence-unread": ("the log is not read; this is the evidence at hand", "未能读取消息日志，以下为现有证据"),
    "unexamined": ("a revoked key is looked into; misses are UNKNOWN", "正在核查被吊销密钥，未命中一律答复 UNKNOWN"),
    "effects-paused": ("commands and releases wait", "指令与解除暂停处理"),
    "disk-full": ("a disk is full", "磁盘已满"),
    "not-sent": ("accepted and not sent", "已受理未发送"),
    "unreadable": ("records a node cannot read", "节点无法解析的记录"),
    "records-refused": ("records an agency has refused lately", "协助单位近期拒绝的记录"),
    "dead-letters": ("dead letters nobody has dropped", "尚未处置的死信"),
    "under_key": ("version {version} under the key {key}, at {at}", "第 {version} 版，密钥 {key}，时间 {at}"),
    "since_when": ("since {at}", "自 {at} 起"),
    "seconds_old": ("{seconds} s old", "{seconds} 秒前"),
    "next": ("next", "下一步"),
    "escalate": ("escalate to {whom}, with what the command prints", "请上报{whom}，并附上该命令的输出"),
    "whom_root": ("whoever keeps the root key", "根密钥保管人"),
    "whom_machine": ("whoever administers this machine", "本机管理员"),
    "whom_publisher": ("the publisher of {jurisdiction} and {court}", "{jurisdiction} 的发布方及 {court}"),
    "whom_supplier": ("whoever supplies Liandong to you", "联动软件的供应方"),
    "whom_kafka": ("Kafka's administrator", "Kafka 管理员"),
    "whom_notary": ("whoever runs {notary}, and whoever keeps the root key", "{notary} 的运维人员及根密钥保管人"),
    "whom_agency": ("{agency}", "{agency}"),
    "register-expired": ("the root's word about the register of keys has expired", "密钥登记册根签名已过期"),
    "records": ("records", "条"),
    "pending": ("pending", "待送达"),
    "received": ("received", "已收到"),
    "gate-proven": ("gate-proven", "已验证拦截"),
    "enforced": ("enforced", "已拦截"),
    "refused": ("refused", "不可信"),
    "enforcement": ("Refused or held, as courts have counted", "法院公布的拦截统计"),
    "last_week": ("last closed week", "上一统计周"),
    "last_month": ("last closed month", "上一统计月"),
    "counted_by": ("counted by", "统计法院"),
    "few": ("fewer than five", "少于五次"),
    "few_each": ("{count} × fewer than five", "{count} 项各少于五次"),
    "uncounted": ("none published", "未公布"),
}
_ALARMS = {
    "late": "late_updates",
    "receipts": "receipts_missing",
    "opaque": "opaque",
    "dead": "dead_letters",
    "parked": "parked",
}
_BAD = {"unequal", "late", "stale", "refused"}

_WHOLE = {"batch": len("bat_") + 32, "agency": None, "applied": None, "proof": None}
"""Columns of ids, and of numbers beside them, which are copied from there: they are never folded. Least width of what is as long as it is."""
_ABOUT = ("agency", "node", "jurisdiction", "notary", "participant", "court", "list", "entry", "lane")
"""What a finding can be about, as a line of it begins."""


class StatusText:
    """The tables of one status document."""

    def __init__(self, document: Mapping[str, Any], lang: Language) -> None:
        self._document = document
        self._lang: Language = lang
        self._index = 1 if lang == "zh" else 0

    def print(self, console: Console) -> None:
        """Print everything the document holds."""
        if trial := self._document.get("trial"):
            console.print(Text("\n".join(trial_lines(trial, self._lang)), style="bold yellow"), soft_wrap=True)
        console.print(Group(*self._tables()))
        console.print(self._findings(), soft_wrap=True)  # what is to be typed is never folded

    def _tables(self) -> Iterable[RenderableType]:
        yield self._lists()
        yield self._agencies()
        if self._document["enforcement"]:
            yield self._enforcement()
        if self._document["batches"]:
            yield self._batches()
        for update in self._document["updates"]:
            yield self._update(update)

    def _word(self, key: str) -> str:
        return WORDS[key][self._index]

    def _table(self, title: str, *columns: str) -> Table:
        table = Table(title=title, title_justify="left", title_style="bold")
        for column in columns:
            table.add_column(
                self._word(column), overflow="fold", no_wrap=column in _WHOLE, min_width=_WHOLE.get(column)
            )
        return table

    def _with_name(self, id_: str, shown: str = "") -> str:
        """Return what is shown of a participant, with its official name below where it is known."""
        names: Mapping[str, str] = self._document.get("names", {})
        return "\n".join(filter(None, (shown or id_, names.get(id_, ""))))

    def _lists(self) -> Table:
        table = self._table(self._word("lists"), "jurisdiction", "live", "notaries", "lost")
        for row in self._document["jurisdictions"]:
            live = "\n".join(f"{topic} {count:,}" for topic, count in sorted(row["live"].items()))
            notaries = "\n".join(
                f"{each['notary']} {each['barrier']}" + ("" if each["valid"] else f" ({self._word('head-expired')})")
                for each in row["notaries"]
            )
            gaps = [
                f"{court['court']} {court['highest'] - court['contiguous']}"
                for court in row["courts"]
                if court["highest"] > court["contiguous"]
            ]
            table.add_row(row["jurisdiction"], live, notaries, "\n".join(gaps) or "0")
        return table

    def _agencies(self) -> Table:
        table = self._table(self._word("agencies"), "agency", "fresh", "lag", "proof", "latency", "alarms")
        for agency in self._document["agencies"]:
            for node in agency["nodes"]:
                label = self._with_name(
                    agency["agency"], f"{agency['agency']} / {node['node']} ({node['jurisdiction']})"
                )
                lag = f"{node['lag_records']:,} {self._word('records')}\n{node['lag_seconds']:.1f} s"
                fresh = Text(_clock(node["fresh_as_of"]), style="bold red" if node["stale"] else "")
                alarms = self._alarms({**agency, **node})
                table.add_row(label, fresh, lag, self._proof(node["proof"]), _latency(node["latency"]), alarms)
            for jurisdiction in agency["silent_in"]:
                silent = Text(self._word("silent"), style="bold red")
                table.add_row(f"{agency['agency']} ({jurisdiction})", silent, "–", "–", "–", self._alarms(agency))
        return table

    def _enforcement(self) -> Table:
        table = self._table(self._word("enforcement"), "agency", "last_week", "last_month", "counted_by")
        for row in self._document["enforcement"]:
            courts = sorted({each["court"] for span in ("week", "month") for each in row[span]["from"]})
            week, month = row["week"], row["month"]
            cells = (
                f"{each}\n{figure(span, self._lang)}" for each, span in ((week["week"], week), (month["month"], month))
            )
            table.add_row(f"{row['agency']} ({row['jurisdiction']})", *cells, "\n".join(courts))
        return table

    def _alarms(self, row: Mapping[str, Any]) -> str:
        """Return the counts of a row that are not zero."""
        counts = {key: row.get(field) for key, field in _ALARMS.items()}
        return "\n".join(f"{self._word(key)}: {count:,}" for key, count in counts.items() if count) or "–"

    def _proof(self, proof: Mapping[str, Any]) -> Text:
        state = proof["state"]
        words = self._word(state)
        if state != "none":
            words += f" @ {proof['barrier']}"
        if proof["lanes"]:
            words += "\n" + "\n".join(proof["lanes"])
        return Text(words, style="bold red" if state == "unequal" else "green" if state == "equal" else "")

    def _batches(self) -> Table:
        table = self._table(self._word("batches"), "batch", "court", "accepted", "sent", "applied")
        for row in self._document["batches"]:
            applied = "\n".join(f"{agency} {count:,}" for agency, count in sorted(row["applied"].items()))
            table.add_row(
                row["batch_id"], self._with_name(row["court"]), f"{row['accepted']:,}", f"{row['sent']:,}", applied
            )
        return table

    def _update(self, update: Mapping[str, Any]) -> Table:
        positions = ", ".join(f"{at['topic']}/{at['partition']} @ {at['offset']}" for at in update["positions"])
        title = f"{self._word('update')} {update['update_id']} ({update['change']}) {positions}"
        table = self._table(title, "agency", "state", "since")
        for row in update["agencies"]:
            state = Text(WORDS[row["state"]][self._index], style="bold red" if row["state"] in _BAD else "")
            if row["enforced_on"]:
                state.append(f" · {self._word('enforced')} {row['enforced_on']}")
            table.add_row(row["agency"], state, row["since"])
        return table

    def _findings(self) -> RenderableType:
        if not self._document["findings"]:
            told = progress_lines(self._document, self._lang)
            return Text("\n".join(told), style="green" if is_whole(self._document) else "yellow")
        lines = [Text(self._word("findings"), style="bold red")]
        for row in self._document["findings"]:
            lines += self._finding(row)
        return Text("\n").join(lines)

    def _finding(self, row: Mapping[str, Any]) -> Iterable[Text]:
        """A line about a finding, then each command on a line of its own, whole, so that it can be copied."""
        about = [str(row[key]) for key in _ABOUT if row.get(key)]
        kind = Text(f"✗ {self._word(row['kind'])}", style="bold red")
        yield Text(" ").join([kind, *map(Text, filter(None, (*about, _details(row, self._lang))))])
        yield Text(f"  {self._word('next')}: {row['next']}", style="bold")
        if told := escalation(row, self._lang):
            yield Text(f"  {told}")


def escalation(finding: Mapping[str, Any], lang: Language) -> str:
    """Say whom to turn to about a finding that no command mends, with what; empty where the next command does."""
    if not (whom := finding.get("escalate")):
        return ""
    at = 1 if lang == "zh" else 0
    return WORDS["escalate"][at].format(whom=WORDS[f"whom_{whom}"][at].format(**finding))


def _details(finding: Mapping[str, Any], lang: Language) -> str:
    """Say how many, which numbers, where, since when, who saw it."""
    at = 1 if lang == "zh" else 0
    said = [f"{finding[key]:,}" for key in ("updates", "count", "months_left") if key in finding]
    if "low" in finding:
        low, high = finding["low"], finding["high"]
        said.append(f"№ {low:,}" if low == high else f"№ {low:,} … {high:,}")
    said += [str(finding[key]) for key in ("what", "place") if key in finding]
    said += [WORDS["under_key"][at].format(**finding)] if "key" in finding else []
    if "seconds" in finding:
        old = finding["kind"] in {"kafka-away", "evidence-unread"}
        said.append(WORDS["seconds_old"][at].format(**finding) if old else f"{finding['seconds']:,}")
    if finding.get("since"):
        said.append(WORDS["since_when"][at].format(at=finding["since"]))
    said += [*finding.get("lanes", []), *finding.get("incarnations", []), *finding.get("witnesses", [])]
    said += [each[:12] for each in finding.get("hashes", ())]
    return " ".join(said)


def figure(span: Mapping[str, Any], lang: Language) -> str:
    """Say what counts of a week or month come to: a number, and how many counts say "fewer than five" instead."""
    at, folded = 1 if lang == "zh" else 0, span["folded"]
    if not span["from"]:
        return WORDS["uncounted"][at]
    few = WORDS["few" if folded == 1 else "few_each"][at].format(count=folded)
    if folded and folded == len(span["from"]):
        return few
    return f"{span['counted']:,} + {few}" if folded else f"{span['counted']:,}"


def _clock(at: str | None) -> str:
    """Return the time of day; the day stands in the document."""
    return "–" if at is None else at[11:19]


def _latency(latency: Mapping[str, Any] | None) -> str:
    return "–" if latency is None else f"{latency['p50']:,.0f} / {latency['p99']:,.0f} ms"
