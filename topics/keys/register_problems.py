"""What to do about a register of keys that is not as the root says, for people; and telling it in the log of every process."""

import logging
from collections.abc import Collection, Mapping
from typing import ClassVar

from ...schemas.problems import BilingualError, Text
from ..workers.clock import Clock
from .signed_register import PASSING, RegisterProblem

_SETTLED_SECONDS = 30.0
"""What stands for a moment whenever keys are published is told if it stands for longer."""
PUBLISH = "liandong participant publish --all"
SIGN = "liandong participant register --sign"

logger = logging.getLogger(__name__)


class RegisterFinding(BilingualError):
    """The register of keys is not as the root says; no answer changes by it."""

    texts: ClassVar[dict[str, Text]] = {
        "REGISTER_MISSING": Text(
            "there are keys, and no word of the root about all of them",
            f"where the root key is kept: `{PUBLISH}`",
            "已有密钥，但没有根对登记册整体的签名说明",
            f"请在保管根密钥的机器上执行 `{PUBLISH}`",
        ),
        "REGISTER_DIFFERS": Text(
            "the keys read are not those the root signed",
            f"where the root key is kept: `{PUBLISH}`; if it stays, records are missing on participants.keys.v1 or stand there "
            "that the root's books do not know: find out who wrote them",
            "读到的密钥与根签名的登记册不符",
            f"请在保管根密钥的机器上执行 `{PUBLISH}`；若仍不符，说明 participants.keys.v1 缺少记录，或有根账册中没有的记录，请查明来源",
        ),
        "REGISTER_ROLLED_BACK": Text(
            "the topic holds an older register of keys than was read before; what was read before goes on counting",
            f"where the root key is kept: `{PUBLISH}`; find out who made participants.keys.v1 again or put it back",
            "主题中的密钥登记册比此前读到的旧；此前读到的内容继续有效",
            f"请在保管根密钥的机器上执行 `{PUBLISH}`，并查明 participants.keys.v1 由谁重建或恢复",
        ),
        "REGISTER_FORKED": Text(
            "the root has said two things under one number of the register of keys",
            f"were the root's books put back, or does somebody else have its key? Where it is kept: `{SIGN}`; if you did not "
            "put them back: `liandong participant replace-root`",
            "根以同一编号签署了两份不同的密钥登记册",
            f"请查明根账册是否被恢复过，或根密钥是否外泄。在保管根密钥的机器上执行 `{SIGN}`；若并未恢复过账册，请执行 `liandong participant replace-root`",
        ),
        "REGISTER_EXPIRED": Text(
            "the root's word about the register of keys has run out; no answer changes, and nothing new is called proven",
            f"where the root key is kept: `{SIGN}`",
            "根对密钥登记册的签名已过期；检查结论不变，但不再作出新的一致性证明",
            f"请在保管根密钥的机器上执行 `{SIGN}`",
        ),
        "REGISTER_AHEAD": Text(
            "the root's word about the register of keys is from the future by this machine's clock",
            "set this machine's clock right (`timedatectl`); if it is right, that of the root is ahead",
            "按本机时钟，根对密钥登记册的签名来自未来",
            "请校准本机时钟（`timedatectl`）；若本机时钟正确，则根所在机器的时钟偏快",
        ),
        "ROOT_FORKED": Text(
            "a root key has signed two successors; the one that was read first counts",
            "somebody else has the former root's key: compare `liandong participant list` of the root's machine with "
            "`liandong status`, and pin the right root (`root_public_key`) everywhere",
            "同一根密钥签署了两个继任者；以先读到的为准",
            "原根密钥已外泄：请比对根所在机器的 `liandong participant list` 与 `liandong status`，并在各处固定正确的根公钥（`root_public_key`）",
        ),
        "REGISTER_NOT_KEPT": Text(
            "what was read of the register of keys cannot be kept on this machine, so a restart would know less",
            "make room on its disk, or give its user the right to write below the state directory; it is tried again by itself",
            "已读取的密钥登记册无法保存在本机，重启后会丢失",
            "请清理磁盘空间，或授予运行用户写入状态目录的权限；系统会自动重试",
        ),
    }

    def __init__(self, problem: RegisterProblem) -> None:
        super().__init__(_CODES[problem])


_CODES: Mapping[RegisterProblem, str] = {
    RegisterProblem.MISSING: "REGISTER_MISSING",
    RegisterProblem.DIFFERS: "REGISTER_DIFFERS",
    RegisterProblem.ROLLED_BACK: "REGISTER_ROLLED_BACK",
    RegisterProblem.FORKED: "REGISTER_FORKED",
    RegisterProblem.EXPIRED: "REGISTER_EXPIRED",
    RegisterProblem.AHEAD: "REGISTER_AHEAD",
    RegisterProblem.ROOT_FORKED: "ROOT_FORKED",
    RegisterProblem.NOT_KEPT: "REGISTER_NOT_KEPT",
}
NEXT_COMMAND: Mapping[RegisterProblem, str] = {
    RegisterProblem.MISSING: PUBLISH,
    RegisterProblem.DIFFERS: PUBLISH,
    RegisterProblem.ROLLED_BACK: PUBLISH,
    RegisterProblem.FORKED: SIGN,
    RegisterProblem.EXPIRED: SIGN,
    RegisterProblem.AHEAD: "timedatectl set-ntp true",
    RegisterProblem.ROOT_FORKED: "liandong participant list",
    RegisterProblem.NOT_KEPT: "df -h",
}
"""What to type next."""


class ProblemLog:
    """Writes into the log of a process what is wrong with the register as it reads it, once for each time it comes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[RegisterProblem, float] = {}
        self._told: set[RegisterProblem] = set()

    def tell(self, problems: Collection[RegisterProblem]) -> None:
        """Tell what is new among these problems; what is gone may be told again."""
        now = self._clock.monotonic()
        self._since = {each: self._since.get(each, now) for each in problems}
        self._told &= set(problems)
        for problem, since in self._since.items():
            settled = problem not in PASSING or now - since >= _SETTLED_SECONDS
            if settled and problem not in self._told:
                self._told.add(problem)
                finding = RegisterFinding(problem)
                logger.warning("%s: %s: %s", finding.code, finding.message, finding.remedy)
