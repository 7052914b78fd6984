"""Why the proof of an entry does not hold."""

from typing import ClassVar

from ...schemas.problems import FactProblem, Text


class ProofProblem(FactProblem):
    """A check that a proof of an entry fails; nothing it says counts then."""

    texts: ClassVar[dict[str, Text]] = {
        "TRACE_FILE_UNREADABLE": Text(
            "the file is no proof of an entry: {reason}",
            "take the file as `liandong trace` wrote it, unchanged and whole",
            "该文件不是条目证明：{reason}",
            "请使用 `liandong trace` 生成的、未经改动的完整文件",
        ),
        "TRACE_KEY_INVALID": Text(
            "a key in the file does not count: {reason}",
            "check which root key you trust (--root); make the proof again where that root is pinned",
            "文件中的公钥无效：{reason}",
            "请核对所信任的根公钥（--root），并在固定该根公钥的机器上重新生成证明",
        ),
        "TRACE_HEAD_SIGNATURE": Text(
            "a list head in the file is not signed by a notary of its jurisdiction: {reason}",
            "do not rely on the file; make the proof again from the log",
            "文件中的名单签名摘要未经该辖区见证节点有效签名：{reason}",
            "请勿采信该文件；请从消息日志重新生成证明",
        ),
        "TRACE_NOTARY_REVOKED": Text(
            "the key of notary {notary} has been revoked: a head signed now could be dated back",
            "make the proof again; it takes a head whose key is not revoked",
            "见证节点 {notary} 的密钥已被撤销：无法排除名单签名摘要被倒签",
            "请重新生成证明，将选用密钥未被撤销的名单签名摘要",
        ),
        "TRACE_REGISTER_EXPIRED": Text(
            "the root's word about the register of keys that is in the file does not reach to its heads: {until}",
            "where the root key is kept: `liandong participant register --sign`; then make the proof again",
            "文件中根对密钥登记册的签名未覆盖名单签名摘要的时间：{until}",
            "请在保管根密钥的机器上执行 `liandong participant register --sign`，然后重新生成证明",
        ),
        "TRACE_HEADS_DIFFER": Text(
            "the two list heads do not belong together, or not to what the file says: {reason}",
            "do not rely on the file; make the proof again from the log",
            "两份名单签名摘要不相配，或与文件所述不符：{reason}",
            "请勿采信该文件；请从消息日志重新生成证明",
        ),
        "TRACE_PLACE_WRONG": Text(
            "the entry does not belong into the list and partition of the proof: {reason}",
            "do not rely on the file; make the proof again from the log",
            "该条目不属于证明所指的名单或分区：{reason}",
            "请勿采信该文件；请从消息日志重新生成证明",
        ),
        "TRACE_PATH_WRONG": Text(
            "a leaf and its path do not lead to the root in the list head",
            "do not rely on the file; make the proof again from the log",
            "叶子与路径推不出名单签名摘要中的根",
            "请勿采信该文件；请从消息日志重新生成证明",
        ),
        "TRACE_NEIGHBOURS_WRONG": Text(
            "the leaves in the file do not show that the entry is missing between them",
            "do not rely on the file; make the proof again from the log",
            "文件中的叶子不能证明该条目不在其间",
            "请勿采信该文件；请从消息日志重新生成证明",
        ),
        "TRACE_RECORD_DIFFERS": Text(
            "the record in the file is not what stood in the list at that barrier: {reason}",
            "do not rely on the file; make the proof again from the log",
            "文件中的记录不是该校验点处名单所载：{reason}",
            "请勿采信该文件；请从消息日志重新生成证明",
        ),
        "TRACE_RECORD_SIGNATURE": Text(
            "a record in the file is not signed by a court of the jurisdiction: {reason}",
            "what no court signed has no effect on anybody; tell the court named in the record",
            "文件中的记录未经该辖区法院有效签名：{reason}",
            "未经法院签名的记录对任何人不生效；请告知记录所列法院",
        ),
        "TRACE_LATER_WRONG": Text(
            "a later record in the file is none: {reason}",
            "make the proof again; if it stays, at the next hourly snapshot",
            "文件中的后续记录不成立：{reason}",
            "请重新生成证明；如仍如此，请在下一次每小时快照后再试",
        ),
    }
