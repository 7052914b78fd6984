"""Whether what a participant signs now counts for others: its key must be valid by its own clock, which goes by the notaries'.

What others must refuse is not signed: it waits where it is kept until clock and key are right again.
"""

from typing import ClassVar

import structlog

from ...schemas.problems import BilingualError, Text
from ...schemas.wire.signing import Keyring
from ..workers.clock import Clock
from .clock_check import TOLERANCE_MS, ClockCheck

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0


class SigningHeld(BilingualError):
    """What would be signed now must be refused by others, or its time is wrong."""

    http_status = 503
    texts: ClassVar[dict[str, Text]] = {
        "CLOCK_OFF": Text(
            "the clock of this machine is {seconds} s off the notaries' (below 0: slow); what is signed by it others must refuse",
            "set the clock (NTP; see `timedatectl status`); what a process has to tell waits in it, a command is to be given again",
            "本机时钟与见证节点相差 {seconds} 秒（负数为慢），按此时间签名的内容会被拒绝",
            "请校准本机时钟（NTP，可用 `timedatectl status` 查看）；进程待发的内容会保留，命令请重新执行",
        ),
        "SIGNING_KEY_NOT_VALID": Text(
            "the signing key of {participant} is not valid by this machine's clock; whoever reads what it signs now must refuse it",
            "is the clock right? See `timedatectl status` and `liandong participant list`; a key that has ended is replaced by "
            "`liandong participant rotate-key {participant}`, and what runs for {participant} is started again",
            "按本机时钟，{participant} 的签名密钥目前无效，此时签名的内容会被拒绝",
            "请用 `timedatectl status` 检查本机时钟，并用 `liandong participant list` 查看密钥；已终止的密钥用 "
            "`liandong participant rotate-key {participant}` 更换，并重新启动 {participant} 的进程",
        ),
    }


def hindrance(participant: str, key_id: bytes, keyring: Keyring, now: int) -> SigningHeld | None:
    """Return why what a participant signs with a key now (ms UTC) does not count, None if it does.

    A key that is not in the register yet hinders nothing: whoever reads what it signs waits for it.
    """
    key = keyring.key(key_id)
    is_valid = key is None or key.usable_at(now)
    return None if is_valid else SigningHeld("SIGNING_KEY_NOT_VALID", participant=participant)


class SigningTime:
    """Looks at the clock and the key a participant signs by; a `Worker` that does nothing but say what is wrong with them."""

    def __init__(self, participant: str, key_id: bytes, keyring: Keyring, clock: Clock) -> None:
        """Take the id of the key that is used."""
        self._participant, self._key_id = participant, key_id
        self._keyring, self._clock = keyring, clock
        self._check = ClockCheck()
        self.failure: SigningHeld | None = None
        """What is wrong."""

    def hear(self, notary: str, issued_at: int, *, is_live: bool) -> None:
        """Hear of a barrier (ms UTC) that is a notary's; one that may be old says something only if it is from the future."""
        now = self._clock.now()
        if is_live or issued_at > now + TOLERANCE_MS:
            self._check.hear(notary, issued_at, now)

    def may_sign(self) -> bool:
        """Whether what is signed now counts, or its key stands in no register that was read yet."""
        return self._hindrance() is None

    def may_number(self) -> bool:
        """Whether what is signed now is sure to count: what takes a number and is refused leaves a gap for ever."""
        return self._keyring.key(self._key_id) is not None and self.may_sign()

    def step(self) -> float:
        """Look at both; return when to look again."""
        found = self._hindrance()
        if off := self._check.off_ms:
            found = SigningHeld("CLOCK_OFF", seconds=str(off // 1000))
        if found is not None and (self.failure is None or self.failure.code != found.code):
            _log.error("clock or key is wrong", code=found.code, reason=found.message, remedy=found.remedy)
        elif found is None and self.failure is not None:
            _log.warning("clock and key are right again", participant=self._participant)
        self.failure = found
        return _LOOK_SECONDS

    def close(self) -> None:
        """Do nothing: it owns nothing."""

    def _hindrance(self) -> SigningHeld | None:
        return hindrance(self._participant, self._key_id, self._keyring, self._clock.now())
