"""What the demo says, in the language of who watches it. The scenes say it in English; here is the Chinese of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...consumers.cli.answer_words import ACTIONS_ZH, MATCHES_ZH, named_measure
from ...schemas.law.watch_kinds import ASSET_KINDS, WHEREABOUTS_KINDS
from ...schemas.problems import Language

CHINESE: dict[str, str] = {
    "starting Apache Kafka": "正在启动 Apache Kafka",
    "participants, keys, topics, debtors": "正在准备参与方、密钥、主题和名单",
    "Processes: notary and monitor, the publisher's relay, four agencies, two courts' inboxes": (
        "启动各进程：见证节点与监控、发布端的转发、四个协助单位、两家法院的收件箱"
    ),
    "every agency serves by a proven copy": "各单位均以经证明一致的名单副本提供核查",
    # publishing
    "The court publishes {count} debtors; four agencies copy the list": (
        "法院公布 {count} 名失信被执行人，四个协助单位同步名单"
    ),
    "every row was accepted and is in the log": "每一行均已受理并写入消息日志",
    "the same file again publishes nothing new": "同一文件再次提交，不重复公布",
    "{count} unchanged": "{count} 条无变化",
    "accepted = applied at each agency, exactly": "各单位的已生效数与已受理数完全相等",
    # counters
    "People at the counters": "各窗口办理业务",
    "{case}: {decision}": "{case}：{decision}",
    "BLOCK": "拒绝办理（BLOCK）",
    "REVIEW": "转人工审核（REVIEW）",
    "ALLOW": "准予办理（ALLOW）",
    "debtor, G train": "被执行人购买 G 字头列车票",
    "debtor, second class of a D train": "被执行人购买 D 字头列车二等座",
    "somebody of the same name": "与被执行人同名的人",
    "their number under another name": "证件号码相同而姓名不同",
    "listed under an old 15-digit number": "名单登记的是 15 位旧身份证号",
    "on the passport linked to the listed ID": "使用与名单所列身份证关联的护照",
    "not on the list": "不在名单上的人",
    "buying a flat": "被执行人购买住房",
    "five stars above the hotel's limit": "入住五星级宾馆，房价超过限额",
    "three stars below it": "入住三星级宾馆，房价未超过限额",
    # relief
    "Relief: a revocation, and one case of three ended": "放行：撤销一条名单；三案之中删除一案",
    "revoked; they travel a moment later": "撤销之后随即可以购票",
    "one of three cases deleted: still blocked, for the other two": "三案之中删除一案：因另外两案继续拦截",
    "How long does it take?": "时延",
    "update accepted → the gate blocks": "更新受理 → 核验拦截",
    "relief accepted → the gate lets go": "解除受理 → 核验放行",
    # watches
    "Assets and whereabouts: only under a live, sealed watch of the case": (
        "财产与下落：仅凭本案有效且密封的协助查找指令反馈"
    ),
    "both agencies took the watch": "两个单位均已接受协助查找",
    "the court that asked learns of the stay and the title, of nothing before or besides": (
        "要求协助查找的法院获知该次住宿和该项不动产登记，此前的、其他的一概不知"
    ),
    "another court of the province reads none of it": "省内其他法院一条也读不到",
    "the court sees what was intercepted for its cases": "法院看得到本院案件的拦截情况",
    "{count} interceptions": "{count} 次拦截",
    # catching up
    "kill -9 of the hotel's node, updates go on, it starts again": (
        "宾馆节点被强制终止（kill -9），其间更新不停，随后重新启动"
    ),
    "it lost nothing: the one revoked meanwhile is free, the new one blocked": (
        "一条不失：其间撤销的已放行，新公布的已拦截"
    ),
    "ready after {seconds} s": "{seconds} 秒后就绪",
    # stale
    "The notary falls silent: a stale list is an answer, never a dragnet": (
        "见证节点失去响应：副本过期即如实说明，绝不因此拦人"
    ),
    "not on the last good copy: goes on, checked again": "最后有效副本上没有的人：照常办理，事后复核",
    "last known hit on a train: a person decides": "最后有效副本上的被执行人乘车：转人工处理",
    "last known hit at a hotel: goes on, checked again": "最后有效副本上的被执行人住宿：照常办理，事后复核",
    "the notary is back, the gate blocks again": "见证节点恢复，核验恢复拦截",
    # the last word
    "Where is everything?": "送达情况",
    "agency": "协助单位",
    "accepted": "已受理",
    "applied": "已生效",
    "behind": "落后",
    "fresh as of": "数据截至",
    "copy": "副本",
    "{seconds} s ago": "{seconds} 秒前",
    "equal": "一致",
    "unequal": "不一致",
    "none": "尚无",
    "{count} updates": "{count} 条更新",
    "every copy proven equal to the signed head, by digest": "各副本经摘要证明与名单签名摘要一致",
    "{count} copies": "{count} 份副本",
    "no number is missing in any court's sequence": "各法院的序号均无缺号",
    "update → gate      {figures}": "更新 → 拦截   {figures}",
    "relief → release   {figures}": "解除 → 放行   {figures}",
    "did not hold: {claim} {shown}": "未兑现：{claim} {shown}",
    "{held} of {count} promises held, {seconds} s": "{count} 项承诺兑现 {held} 项，用时 {seconds} 秒",
    "everything goes on running: {page} shows it, state and logs are in {state}; Ctrl-C ends it": (
        "所有进程继续运行：在 {page} 查看，状态和日志在 {state}，按 Ctrl-C 结束"
    ),
}


class DemoTexts:
    """The texts of a performance."""

    def __init__(self, lang: Language) -> None:
        self._lang = lang

    def __call__(self, text: str, /, **places: object) -> str:
        """Return an English text in the performance's language, with numbers grouped in its places."""
        shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in places.items()}
        return (CHINESE[text] if self._lang == "zh" else text).format_map(shown)

    def reason(self, measure: Mapping[str, Any], action: str) -> str:
        """Say by which measure, case and match somebody was stopped, or what the gate says to do."""
        if self._lang != "zh":
            return f"{measure['id']}, {measure['case_number']}, {measure['match']}" if measure else action
        if not measure:
            return f"{ACTIONS_ZH[action]}（{action}）"
        return f"{named_measure(measure['id'])}，{measure['case_number']}，{MATCHES_ZH[measure['match']]}"

    def named(self, id_: str, names: Mapping[str, str]) -> str:
        """Return a participant by id, in Chinese with its official name beside it."""
        return f"{id_} {names[id_]}" if self._lang == "zh" and id_ in names else id_

    def kinds(self, kinds: Iterable[str]) -> str:
        """Return kinds of asset and whereabouts events."""
        known = {kind.name: kind.zh for table in (ASSET_KINDS, WHEREABOUTS_KINDS) for kind in table.values()}
        return "、".join(known[kind] for kind in kinds) if self._lang == "zh" else ", ".join(kinds)
