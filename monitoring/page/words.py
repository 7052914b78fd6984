"""The texts of the page in both languages; those it shares with the command line stand in `status/text.py`."""

from ...schemas.errors import LiandongError
from ...schemas.problems import Language, told
from ..status.text import WORDS as _SHARED

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Liandong monitor", "联动监控"),
    "brand": ("Liandong", "联动"),
    "monitor": ("monitor", "监控"),
    "skip": ("Skip to content", "跳到正文"),
    "other_language": ("中文", "English"),
    "theme": ("Colours", "配色"),
    "theme_auto": ("auto", "自动"),
    "theme_light": ("light", "浅色"),
    "theme_dark": ("dark", "深色"),
    "as_of": ("as of", "截至"),
    "gathering": ("Reading the log. The page fills itself.", "正在读取消息日志，读完后自动显示。"),
    "find": ("Find", "查询"),
    "find_hint": ("bat_… upd_… ent_… ord_…", "bat_… upd_… ent_… ord_…"),
    "find_label": ("Batch, update, entry or order by its id", "按编号查询批次、更新、名单条目或限消、限出境令"),
    "find_wrong": (
        "An id is bat_, upd_, ent_ or ord_ and 32 hexadecimal digits. What was typed has not left this browser.",
        "编号为 bat_、upd_、ent_ 或 ord_ 加 32 位十六进制数字。刚才输入的内容未离开本浏览器。",
    ),
    "finding": ("Looking for it", "正在查询"),
    "UPDATE_UNKNOWN": (
        "No register on this machine has this update. Ask where it was published.",
        "本机登记簿中没有这条更新，请到发布它的机器上查询。",
    ),
    "BATCH_UNKNOWN": (
        "No register on this machine has this batch. Ask where it was published.",
        "本机登记簿中没有这个批次，请到发布它的机器上查询。",
    ),
    "ENTRY_UNKNOWN": (
        "No register on this machine has this entry or order. Ask where it was published.",
        "本机登记簿中没有这个条目或限制令，请到发布它的机器上查询。",
    ),
    "found": ("Found", "查询结果"),
    "close": ("Close", "关闭"),
    "copy": ("Copy", "复制"),
    "trouble": ("The evidence has stood still since {at}.", "证据自 {at} 起未更新。"),
    # summary
    "summary": ("Summary", "总览"),
    "healthy_word": ("Healthy", "正常"),
    "unhealthy_word": ("{count} to look at", "{count} 项需要处理"),
    "in_effect": ("in effect", "生效中"),
    "agencies_fresh": ("nodes fresh", "新鲜节点"),
    "agencies_proven": ("copies proven", "副本已证明"),
    "everywhere": ("applied everywhere", "各单位已生效"),
    "relief_short": ("relief waiting", "解除待生效"),
    "slowest": ("slowest p99", "最慢 p99"),
    # findings
    "say_head-expired": (
        "{jurisdiction}: the list head of {notary} has expired. Nothing new can be proven until it signs again.",
        "{jurisdiction}：见证节点 {notary} 的名单签名摘要已过期，恢复签名前新的更新无法证明。",
    ),
    "say_late": (
        "{agency}: {updates} updates are not applied within the promised time.",
        "{agency}：{updates} 条更新超过承诺时间仍未生效。",
    ),
    "say_silent": (
        "{agency} must obey {jurisdiction} and has sent no receipt lately.",
        "{agency} 应执行 {jurisdiction} 的名单，近期没有任何回执。",
    ),
    "say_stale": (
        "{agency}, node {node}: its copy of {jurisdiction} is stale; its gate refuses nobody: an officer decides, or it lets pass and rechecks.",
        "{agency} 节点 {node}：{jurisdiction} 名单副本已过期，其核验不再直接拦截，转人工决定或先放行再复核。",
    ),
    "say_unequal": (
        "{agency}, node {node}: its copy differs from the signed list ({lanes}).",
        "{agency} 节点 {node}：副本与签名名单不一致（{lanes}）。",
    ),
    "say_receipts-missing": (
        "{agency}, node {node}: {count} receipts are missing from its sequence.",
        "{agency} 节点 {node}：回执序号缺 {count} 个。",
    ),
    "say_keys-run-out": (
        "{participant} has sealing keys for {months_left} coming months only (-1: they have run out) and must renew them.",
        "{participant} 的密封密钥仅够今后 {months_left} 个月（-1 表示已用尽），须由其更新。",
    ),
    "say_lost-tail": (
        "{court}, {list}: its publisher wrote up to number {published}, the log holds up to {highest}: {count} records at its end are lost.",
        "{court}（{list}）：发布方已写至序号 {published}，消息日志仅至 {highest}，末尾丢失 {count} 条。",
    ),
    "say_sequence-gap": (
        "{court}, {list}: {count} numbers of its sequence are missing, the first from {low} to {high}: records were lost before the log.",
        "{court}（{list}）：序号缺 {count} 个，最先缺 {low} 至 {high}，记录在写入消息日志前丢失。",
    ),
    "say_sequence-duplicate": (
        "{court}, {list}: numbers between {low} and {high} stand on two different records ({count} times, last at {place}): its register was put back, or somebody else signs with its key.",
        "{court}（{list}）：序号 {low} 至 {high} 之间有 {count} 次被不同记录重复使用（最近在 {place}）：登记簿曾被恢复，或有他人使用其密钥。",
    ),
    "say_version-conflict": (
        "{court}, {list}: {count} times one version of an entry (between {low} and {high}) has two signed contents, last at {place}; the first one counts.",
        "{court}（{list}）：{count} 次出现同一条目版本（{low} 至 {high}）有两种签名内容，最近在 {place}，以先到者为准。",
    ),
    "say_foreign-record": (
        "{court}, {list}: its key signed {count} records of other courts' entries (numbers {low} to {high}, last at {place}); they change nothing and are in nobody's sequence: its publisher errs, or somebody else signs with its key.",
        "{court}（{list}）：其密钥对他院条目签署了 {count} 条记录（序号 {low} 至 {high}，最近在 {place}），不产生任何效力，也不计入任何法院的序号：发布方有误，或有他人使用其密钥。",
    ),
    "say_notary-twin": (
        "{notary}: {count} barriers (numbers {low} to {high}, last at {place}) carry its name and key and were not written by it: another process has its name, or somebody has its key.",
        "{notary}：{count} 个校验点（编号 {low} 至 {high}，最近在 {place}）带有其名称和密钥但非其所写：另有同名进程，或密钥已泄露。",
    ),
    "say_notary-restored": (
        "{notary}: its own state was older than the heads it has signed ({count} heads, numbers {low} to {high}): a backup was put back, or it was lost. It went on behind them.",
        "{notary}：其自身状态早于其已签署的名单签名摘要（{count} 个，编号 {low} 至 {high}）：有备份被恢复或状态曾丢失；已从其后继续。",
    ),
    "say_split-view": (
        "{notary} of {jurisdiction} has signed two heads of one barrier ({count} barriers, numbers {low} to {high}; {hashes}): two views of one list.",
        "{jurisdiction} 的 {notary} 对同一校验点签了两份名单签名摘要（{count} 个校验点，编号 {low} 至 {high}；{hashes}）：同一名单两种说法。",
    ),
    "say_later-finding": (
        "{notary} of {jurisdiction} reports {what}, which this release does not know: {count}, numbers {low} to {high}, at {place}. Update the monitor.",
        "{jurisdiction} 的 {notary} 报告 {what}，本版本不认识：{count} 次，编号 {low} 至 {high}，位置 {place}。请更新监控。",
    ),
    "say_register-behind": (
        "{court}, {list}: the log holds {count} records, up to number {highest}, that the court's register does not know. It was put back from a backup, or somebody else has the court's key.",
        "{court}（{list}）：消息日志中有 {count} 条记录（至序号 {highest}）登记簿没有：登记簿系由备份恢复，或有他人持有该法院密钥。",
    ),
    "say_refused-record": (
        "{court}: nobody takes version {version} of {entry}: its key was not valid when it was signed ({count} such entries).",
        "{court}：{entry} 第 {version} 版不被任何单位接受，签名时密钥无效（此类条目共 {count} 个）。",
    ),
    "say_stolen-version": (
        "{court}: somebody has signed version {version} of {entry} with a key that is revoked by now ({key}, found {at}; {count} such entries): a person looks until the court signs again.",
        "{court}：有他人以已吊销的密钥（{key}，发现于 {at}）签署了 {entry} 的第 {version} 版（此类条目共 {count} 个）：在法院重新签名之前由人工处理。",
    ),
    "say_taken-entry": (
        "{below}: somebody has taken {entry} (version {version}) with a key of {court}, the court above, that is revoked by now ({key}, found {at}; {count} such entries): copies refuse what {below} says of it, a person looks until {court} gives it back.",
        "{below}：有他人冒用上级法院 {court} 已吊销的密钥（{key}，发现于 {at}）改签了 {entry}（第 {version} 版；此类条目共 {count} 个），各副本不再接受 {below} 对其签署的内容，在 {court} 交还之前由人工处理。",
    ),
    "say_strange-entry": (
        "{court}: somebody has invented {entry} (version {version}) with its key {key}, which is revoked by now (found {at}; {count} such entries): a person looks until the court ends it.",
        "{court}：有他人以该院现已吊销的密钥 {key} 伪造条目 {entry}（第 {version} 版，发现于 {at}；此类条目共 {count} 个）：在法院终止之前由人工处理。",
    ),
    "say_stolen-outbid": (
        "{court}: somebody had signed version {version} of {entry} with its key {key}, which is revoked by now ({count} such entries); the court has said more since {at}. Look into it, then acknowledge it.",
        "{court}：有他人曾以该院现已吊销的密钥 {key} 签署 {entry} 的第 {version} 版（此类条目共 {count} 个）；法院已于 {at} 以更新版本取代。请查明后确认。",
    ),
    "say_contested-entry": (
        "{court}: others write under the key of {entry} again and again ({count} such entries).",
        "{court}：有人反复写入 {entry} 的键（此类条目共 {count} 个）。",
    ),
    "say_list-shrunk": (
        "{list} holds less than it did: it was made again, or lost its end (seen by {witnesses}).",
        "{list} 的内容比原来少：该主题被重建，或丢失了末尾（见证：{witnesses}）。",
    ),
    "say_unproven": (
        "{agency} / {node}, {jurisdiction}: its copy equals no signed head yet: nobody is refused by it, nobody passes for certain.",
        "{agency} / {node}（{jurisdiction}）：其副本尚未证明与已签名的名单一致，据此既不拦截也不确认放行。",
    ),
    "say_publisher-clock": (
        "{jurisdiction}: the publisher's clock is {seconds} s off the notaries' (below 0: slow); its courts sign nothing.",
        "{jurisdiction}：发布方时钟与见证节点相差 {seconds} 秒（负数为慢），其法院暂停签名。",
    ),
    "say_agency-clock": (
        "{agency}, node {node}: its clock is {seconds} s off the broker's (below 0: slow); what others must refuse by that waits there.",
        "{agency} 节点 {node}：时钟与消息服务器相差 {seconds} 秒（负数为慢），按此会被拒绝的内容在该节点等待。",
    ),
    "say_notary-clock": (
        "{notary} of {jurisdiction}: its clock is {seconds} s off the broker's (below 0: slow).",
        "{jurisdiction} 的 {notary}：时钟与消息服务器相差 {seconds} 秒（负数为慢）。",
    ),
    "say_live-differs": (
        "{court}, {list}: its publisher counts {count} more live entries than the log held (below 0: fewer).",
        "{court}（{list}）：发布方的生效条目比消息日志多 {count} 条（负数为少）。",
    ),
    "say_twins": (
        "{agency}, node {node}: two machines run it ({incarnations}); the older one has stopped its effects.",
        "{agency} 节点 {node}：有两台机器以同一名称运行（{incarnations}），较早的一台已停止处置。",
    ),
    "say_command-unanswered": (
        "{agency} has not answered {count} commands of {court}, the oldest since {since}, as far as that court's inbox has read.",
        "{agency} 尚未答复 {court} 的 {count} 条指令，最早的发出于 {since}（以该院收件箱已读为准）。",
    ),
    "say_register-missing": (
        "The root has said nothing about the register of keys as a whole: missing keys would not be noticed.",
        "根尚未对密钥登记册整体签名，缺失的密钥无从发现。",
    ),
    "say_register-differs": (
        "The keys on the bus are not all those the root has signed, or have other ends.",
        "总线上的密钥与根签名的登记册不一致，或有效期不同。",
    ),
    "say_register-rolled-back": (
        "The newest word of the root about the register of keys is an older one: the register was rolled back.",
        "密钥登记册最新的根签名说明是旧的，登记册被回退。",
    ),
    "say_register-expired": (
        "The root's word about the register of keys has expired: nothing new is called proven until the root signs the next.",
        "密钥登记册的根签名说明已过期；在根签署下一份之前不再作出新的一致性证明。",
    ),
    "say_register-forked": (
        "The root has said two things under one number of the register of keys.",
        "根以同一编号签署了两份不同的密钥登记册。",
    ),
    "say_register-ahead": (
        "The root's word about the register of keys is from the future by the monitor's clock.",
        "按监控机器的时钟，密钥登记册的根签名来自未来。",
    ),
    "say_root-forked": (
        "A root key has signed two successors; the one that was read first counts.",
        "同一根密钥签署了两个继任者，以先读到的为准。",
    ),
    "say_register-not-kept": (
        "What the monitor has read of the register of keys cannot be kept on its disk.",
        "监控机器无法在磁盘上保存已读取的密钥登记册。",
    ),
    "say_kafka-away": (
        "Kafka has not answered since {since} ({what}). What is shown was read before; it is {seconds} s old.",
        "Kafka 自 {since} 起无应答（{what}）。所示内容为此前读取，已有 {seconds} 秒。",
    ),
    "say_evidence-unread": (
        "The log has not been read since {since} ({what}). What is shown was read before; it is {seconds} s old.",
        "自 {since} 起未能读取消息日志（{what}）。所示内容为此前读取，已有 {seconds} 秒。",
    ),
    "say_unexamined": (
        "{agency}, node {node}: {count} revoked keys of courts are looked into; until that is done every miss in {jurisdiction} is UNKNOWN.",
        "{agency} 节点 {node}：正在核查 {count} 根被吊销的法院密钥，完成之前 {jurisdiction} 的未命中一律答复 UNKNOWN。",
    ),
    "say_effects-paused": (
        "{agency}: commands and releases wait since {since} ({what}); its gate goes on, hits are held.",
        "{agency}：自 {since} 起指令与解除暂停处理（{what}）；核验拦截照常，命中一律暂缓。",
    ),
    "say_disk-full": (
        "The disk under {place} is full on this machine: what is written there fails, what stands there is whole.",
        "本机 {place} 所在磁盘已满：新的写入失败，原有内容完好。",
    ),
    "say_relief-unread": (
        "{jurisdiction}: its publisher has not been able to read {list} since {since} ({what}): what somebody else writes there under a court's key is not seen.",
        "{jurisdiction}：发布方自 {since} 起不能读取 {list}（{what}）：他人冒用法院密钥写入该通道的记录无从发现。",
    ),
    "say_not-sent": (
        "{jurisdiction}: {count} accepted records of the lane {lane} wait for the relay, the oldest since {since}; no agency can have them.",
        "{jurisdiction}：通道 {lane} 有 {count} 条已受理记录等待转发，最早自 {since} 起，协助单位尚无从收到。",
    ),
    "say_unreadable": (
        "{agency}, node {node}: {count} records of {jurisdiction} are newer than its release; a person decides on their entries. Update the node.",
        "{agency} 节点 {node}：{jurisdiction} 有 {count} 条记录新于其版本，相关条目转人工决定，请更新该节点。",
    ),
    "say_records-refused": (
        "{agency}, node {node}: {count} records in lists of {jurisdiction} changed nothing at {since}: who signed them may not say that.",
        "{agency} 节点 {node}：{jurisdiction} 名单中有 {count} 条记录于 {since} 被拒绝，签名者无权作此更改。",
    ),
    "say_dead-letters": (
        "{agency}: {count} messages it could not handle were put aside as dead letters. Redrive them, or drop them.",
        "{agency}：{count} 条无法处理的消息被放入死信，请重新处理或予以删除。",
    ),
    "say_parked": (
        "{agency}: {count} messages wait for something missing, the oldest since {since}.",
        "{agency}：{count} 条消息因缺少所需而搁置，最早自 {since} 起。",
    ),
    # tables
    "node": ("node", "节点"),
    "age": ("{age} old", "{age} 前"),
    "receipts_short": ("receipts missing", "缺失回执"),
    "canaries": ("canaries", "探针"),
    "canaries_right": ("{right} right", "{right} 对"),
    "canaries_wrong": ("{wrong} wrong", "{wrong} 错"),
    "canaries_none": ("none", "无"),
    "applied_of": ("applied / accepted", "已生效 / 已受理"),
    "behind_seconds": ("{seconds} behind", "晚 {seconds}"),
    "gone": ("no longer serving", "已停止服务"),
    "update": ("update", "更新"),
    "late": ("late", "逾期"),
    "updates": ("Newest updates", "最新更新"),
    "updates_hint": (
        "At most four of a batch. At each agency: its state, since when, how long after acceptance a receipt showed it.",
        "每批次至多四条。各单位：状态、起始时间、自受理至回执证实的用时。",
    ),
    "gate-proven-relief": ("gate-proven", "已验证放行"),
    "legend_gate-proven": ("gate-proven", "核验拦截已证实"),
    "change": ("change", "变更"),
    "version": ("version {version}", "第 {version} 版"),
    "accepted_at": ("accepted", "受理时间"),
    "entry": ("entry", "条目"),
    "no_updates": ("No update was accepted on this machine.", "本机尚未受理任何更新。"),
    "no_register": (
        "The registers are on the courts' machine; this one sees receipts and heads.",
        "登记簿在法院的机器上，本机只见回执与名单签名摘要。",
    ),
    "list": ("list", "名单"),
    "contiguous": ("gapless up to", "连续至"),
    "highest": ("highest seen", "最大序号"),
    "lost_none": ("none", "无"),
    "debtor-list": ("debtor list", "失信名单"),
    "orders": ("orders", "限消与限出境"),
    "notaries": ("Notaries", "见证节点"),
    "notary": ("notary", "见证节点"),
    "issued": ("newest head", "最新名单签名摘要"),
    "valid": ("valid", "有效"),
    "no_courts": ("No list head has been signed yet.", "尚无名单签名摘要。"),
    "enforcement_hint": (
        "From counts that courts have signed and published; whoever holds the escrow's key can recount them.",
        "来自法院签名公布的统计，持有托管密钥者可以复核。",
    ),
    "no_enforcement": (
        "No court has published a count of the last closed week or month.",
        "尚无法院公布上一统计周或上一统计月的数字。",
    ),
    "newest_count": ("newest of {at}", "最新一期公布于 {at}"),
    "positions": ("in the log", "消息日志位置"),
    "not_sent": ("not sent yet", "尚未发送"),
    # changes
    "include": ("include", "纳入"),
    "correct": ("correct", "更正"),
    "shield": ("shield", "屏蔽"),
    "unshield": ("unshield", "恢复"),
    "delete": ("delete", "删除"),
    "revoke": ("revoke", "撤销"),
    "extend": ("extend", "延长"),
    "expire": ("expire", "到期"),
    "lift": ("lift", "解除"),
    "rekey": ("rekey", "更换密钥"),
}
_ALL = _SHARED | _WORDS


class Words:
    """The texts of one language."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang
        self._index = 1 if lang == "zh" else 0

    def __call__(self, key: str, /, **places: object) -> str:
        """Return a text with its places filled in, numbers grouped by thousands."""
        filled = {name: f"{value:,}" if isinstance(value, int) else value for name, value in places.items()}
        return _ALL[key][self._index].format_map(filled)

    def problem(self, error: LiandongError) -> str:
        """Return what went wrong and what to do: in the page's own text, else in the error's."""
        if error.code in _WORDS:
            return self(error.code)
        message, remedy = told(error, self.lang)
        return f"{error.code}: {message} ({remedy})"
