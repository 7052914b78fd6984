"""What the proof of an entry says, for people, in both languages."""

from collections.abc import Iterator

from ...schemas.problems import Language
from .verdict import EntryVersion, ProofVerdict, ProvenState, shown_time

WORDS: dict[str, tuple[str, str]] = {
    "proven": ("PROVEN for whoever trusts the root key {root}:", "对信任根公钥 {root} 者，证明成立："),
    "refused": ("NOT PROVEN; nothing in this file counts:", "证明不成立；该文件的内容一概不予采信："),
    "what to do": ("what to do", "处理办法"),
    "at": (
        "At barrier {barrier} of notary {notary} ({jurisdiction}), at {at}, {entry} was {state}.",
        "在见证节点 {notary}（{jurisdiction}）的第 {barrier} 号校验点（{at}），{entry} {state}。",
    ),
    "active": ("active", "有效"),
    "shielded": ("shielded", "已屏蔽"),
    "expired": ("expired", "已到期"),
    "deleted": ("deleted", "已删除"),
    "revoked": ("revoked", "已撤销"),
    "lifted": ("lifted", "已解除"),
    "not-live": ("not among the live ones", "不在有效条目之中"),
    "version": (
        "version {version}, {state}, by {court}, recorded {recorded_at}{term}{revoked}",
        "第 {version} 版，{state}，{court}，记录于 {recorded_at}{term}{revoked}",
    ),
    "term": ("; term until {until}", "；期限至 {until}"),
    "revoked key": (
        "; the key under it was revoked {at}, only the log tells whether it stood there before",
        "；其签名密钥已于 {at} 撤销，该记录是否在此之前写入，须查消息日志",
    ),
    "stood": ("What stood there", "所载记录"),
    "before": ("How it had ended", "此前的终结"),
    "since": ("Since then, as far as this file holds its records:", "此后（以本文件所附记录为限）："),
    "nothing": (
        "Since then: no later record is in this file. Whether there is one, only the log can tell.",
        "此后：本文件未附后续记录。是否另有后续记录，须查消息日志。",
    ),
    "written": ("written to {path}, readable by you alone: it holds a name", "已写入 {path}，仅本人可读：其中含有姓名"),
    "left out": (
        "{count} messages under this id are left out: no court of the jurisdiction signed them, or they cannot be read",
        "该编号下有 {count} 条消息未附：未经该辖区法院签名或无法解析",
    ),
    "counting": ("counting", "清点"),
}


class ProofText:
    """The lines of a verdict in one language."""

    def __init__(self, lang: Language) -> None:
        self._lang: Language = lang

    def word(self, name: str, **details: object) -> str:
        """Return one text with its details in their places; a state this release does not know stays as it is."""
        texts = WORDS.get(name, (name, name))
        return texts[1 if self._lang == "zh" else 0].format_map(details)

    def lines(self, verdict: ProofVerdict) -> Iterator[str]:
        """Say what is proven, or which checks failed."""
        if verdict.proven is not None:
            yield self.word("proven", root=verdict.root)
            yield from self._proven(verdict.proven)
            return
        yield self.word("refused")
        for problem in verdict.problems:
            message, remedy = problem.in_language(self._lang)
            yield f"  {problem.code}: {message}"
            yield f"    {self.word('what to do')}: {remedy}"

    def _proven(self, found: ProvenState) -> Iterator[str]:
        yield "  " + self.word(
            "at",
            barrier=found.barrier,
            notary=found.notary,
            jurisdiction=found.jurisdiction,
            at=shown_time(found.at),
            entry=found.entry,
            state=self.word(found.state),
        )
        if found.record is not None:
            yield f"  {self.word('stood' if found.is_live else 'before')}: {self._version(found.record)}"
        yield "  " + self.word("since" if found.later else "nothing")
        for each in found.later:
            yield "    " + self._version(each)

    def _version(self, said: EntryVersion) -> str:
        return self.word(
            "version",
            version=said.version,
            state=self.word(said.state),
            court=said.court,
            recorded_at=shown_time(said.recorded_at),
            term=self.word("term", until=shown_time(said.term_until)) if said.term_until else "",
            revoked=self.word("revoked key", at=shown_time(said.key_revoked_at)) if said.key_revoked_at else "",
        )
