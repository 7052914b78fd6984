"""The root of every error this package raises on purpose.

LiandongError            something failed; says what to do next        exit 1   HTTP 500
├── WrongUsage           the caller asked for something impossible      exit 2   HTTP 400
└── Unavailable          a place this needs does not answer (yet)       exit 1   HTTP 503

Rooms add their own leaves; each keeps a code that never changes and is listed in docs/errors.md.
"""

from enum import IntEnum
from typing import Any, ClassVar

from .phrases import chinese


class ExitCode(IntEnum):
    """What every `liandong` command ends with; operators script against these numbers."""

    DONE = 0
    """Done, or healthy."""
    FAILED = 1
    """Failed, or degraded."""
    WRONG_USAGE = 2
    """The command line or the settings are wrong."""
    PARTLY_REJECTED = 3
    """Done, but some input was rejected."""


class LiandongError(Exception):
    """An error that says what happened and what to do next.

    `code` is language-free and stable (UPPER_SNAKE); `message` says what happened, `remedy` what to do about it, both
    with their Chinese. None of them may hold a raw certificate number or a secret.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    http_status: ClassVar[int] = 500

    def __init__(self, code: str, message: str, remedy: str, message_zh: str = "", remedy_zh: str = "") -> None:
        """Keep the parts; all of them are shown to people. A text without its Chinese is the same in both languages."""
        self.code = code
        self.message, self.message_zh = str(message), message_zh or chinese(message)
        self.remedy, self.remedy_zh = str(remedy), remedy_zh or chinese(remedy)
        super().__init__(code, self.message, self.remedy)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the error as it stands, for another process: subclasses are made from other arguments than they keep."""
        return _unpickled, (type(self), self.args, dict(self.__dict__))

    def __str__(self) -> str:
        """Return one line for logs; the command line prints the parts on lines of their own."""
        return f"{self.code}: {self.message} ({self.remedy})"

    def as_dict(self) -> dict[str, str]:
        """Return the parts for `--json` output and problem details."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


def _unpickled(kind: type[LiandongError], args: tuple[Any, ...], attributes: dict[str, Any]) -> LiandongError:
    error: LiandongError = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class WrongUsage(LiandongError):
    """The command line, the settings or a request asks for something that cannot be done."""

    exit_code = ExitCode.WRONG_USAGE
    http_status = 400


class Unavailable(LiandongError):
    """A place this needs (broker, store, registry) does not answer; trying again later can help."""

    http_status = 503


class SuiteUnknown(WrongUsage):
    """A suite of algorithms that this release does not have, named by a setting, a key file or a key's record."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "SUITE_UNKNOWN",
            f"there is no suite {name[:32]!r} here",
            "use `intl`, or a release that has this suite",
            f"本版本没有算法套件 {name[:32]}",
            "请使用 `intl`，或换用支持该套件的版本",
        )
