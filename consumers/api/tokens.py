"""Callers of the check API and their tokens. A token is 256 random bits, shown once and kept as SHA-256 only."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import yaml
from filelock import FileLock

from ...schemas.errors import WrongUsage
from ...schemas.files.plain_yaml import own_yaml
from ...schemas.wrong_shape import shape_of
from ...topics.private_files import private_folder, write_private
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock

SCOPES = ("check", "events", "status")
"""What a token may be for: checks and their journal; POST /v1/events; status and metrics."""
PREFIX_OF_TOKENS = "ldt_"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a caller is to be allowed."""

    caller: str
    scopes: Sequence[str] = SCOPES
    rate: float | None = None
    """Checks per second, where this caller has a limit of its own."""
    days: float | None = None
    """How long the token is good; without an end if None."""


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One caller's token as it stands in tokens.yaml."""

    caller: str
    sha256: str
    scopes: list[str]
    created_at: datetime
    rate: float | None = None
    """Checks per second, where this caller has a limit of its own."""
    ends_at: datetime | None = None
    """From when it is good no more."""

    def shown(self) -> dict[str, object]:
        """Return all but what it is known by, as JSON."""
        document: dict[str, object] = msgspec.to_builtins(self)
        return {name: value for name, value in document.items() if name != "sha256"}


class Caller(msgspec.Struct, frozen=True):
    """Who asks, and what they may."""

    name: str
    scopes: frozenset[str]
    rate: float | None = None
    ends_at: int | None = None
    """From when their token is good no more, ms UTC."""


SOCKET_CALLER = Caller("unix-socket", frozenset(SCOPES))
"""Whoever may open the socket file is who the operator let in."""


class TokenFile:
    """The tokens of one agency; read again when the file changes, so that a revoked one ends at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._read_as: tuple[int, int, int] | None = None
        """Time of change, size and inode of the file as it was read last."""
        self._by_hash: dict[str, Caller] = {}

    def caller(self, token: str) -> Caller | None:
        """Return whom a token belongs to, None if it is no (longer a) token of this agency."""
        self._read_again()
        return self._by_hash.get(sha256(token.encode()).hexdigest())

    def tokens(self) -> list[Token]:
        """Return all tokens, oldest first. Raises TOKENS_UNREADABLE."""
        if not self._path.exists():
            return []
        try:
            return msgspec.convert(own_yaml(self._path.read_bytes()) or [], list[Token])
        except ValueError as error:  # msgspec's errors are
            remedy = "restore the file, or remove it and make new tokens with `liandong agency token add`"
            raise WrongUsage(
                "TOKENS_UNREADABLE",
                f"{self._path}: {error}",
                remedy,
                f"{self._path}：{shape_of(error).zh}",
                "请恢复该文件，或将其删除后用 `liandong agency token add` 重新生成令牌",
            ) from error

    def add(self, grant: Grant, *, clock: Clock, chance: Chance) -> str:
        """Give a caller a token in place of any they had, and return it: the only time it can be seen.

        Raises SCOPE_UNKNOWN, CALLER_NAME_INVALID.
        """
        _check_name(grant.caller)
        unknown = sorted(set(grant.scopes) - set(SCOPES))
        if unknown or not grant.scopes:
            raise WrongUsage(
                "SCOPE_UNKNOWN",
                f"no such scope: {', '.join(unknown)}",
                f"use {', '.join(SCOPES)}",
                f"没有这样的用途：{'、'.join(unknown)}",
                f"可用：{'、'.join(SCOPES)}",
            )
        with self._locked():
            secret, new = _made(grant, _moment(clock.now()), chance)
            self._write([*(token for token in self.tokens() if token.caller != grant.caller), new])
        return secret

    def rotate(self, caller: str, overlap: timedelta, days: float | None, *, clock: Clock, chance: Chance) -> str:
        """Give a caller another token for the same; the ones they have stay good for the overlap, or until their own end.

        Raises TOKEN_UNKNOWN.
        """
        now = _moment(clock.now())
        with self._locked():
            others, own = self._parted(caller)
            grant = Grant(caller, own[-1].scopes, own[-1].rate, days)
            ending = [
                msgspec.structs.replace(token, ends_at=min(filter(None, (token.ends_at, now + overlap))))
                for token in own
                if token.ends_at is None or token.ends_at > now
            ]
            secret, new = _made(grant, now, chance)
            self._write([*others, *ending, new])
        return secret

    def revoke(self, caller: str) -> None:
        """End a caller's tokens. Raises TOKEN_UNKNOWN."""
        with self._locked():
            others, _ = self._parted(caller)
            self._write(others)

    def _parted(self, caller: str) -> tuple[list[Token], list[Token]]:
        """Return the tokens of others and those of a caller, oldest first. Raises TOKEN_UNKNOWN."""
        tokens = self.tokens()
        own = [token for token in tokens if token.caller == caller]
        if not own:
            remedy = "`liandong agency token list` shows the callers"
            raise WrongUsage(
                "TOKEN_UNKNOWN",
                f"no caller {caller!r} has a token",
                remedy,
                f"调用方 {caller} 没有令牌",
                "调用方见 `liandong agency token list`",
            )
        return [token for token in tokens if token.caller != caller], own

    def _read_again(self) -> None:
        try:
            stat = os.stat(self._name)  # noqa: PTH116  every request asks, and this is twice as fast
            version = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except FileNotFoundError:
            version = (0, 0, 0)
        if version != self._read_as:
            self._by_hash = {token.sha256: _caller(token) for token in self.tokens()}
            self._read_as = version

    def _locked(self) -> FileLock:
        return FileLock(private_folder(self._path.parent) / self._path.with_suffix(".lock").name)

    def _write(self, tokens: Sequence[Token]) -> None:
        text = yaml.safe_dump([msgspec.to_builtins(token) for token in tokens], sort_keys=False, allow_unicode=True)
        write_private(self._path, text)


def _made(grant: Grant, now: datetime, chance: Chance) -> tuple[str, Token]:
    """Return a new token, and what is kept of it."""
    secret = PREFIX_OF_TOKENS + urlsafe_b64encode(chance.raw(32)).decode().rstrip("=")
    ends_at = None if grant.days is None else now + timedelta(days=grant.days)
    known_by = sha256(secret.encode()).hexdigest()
    return secret, Token(grant.caller, known_by, list(grant.scopes), now, grant.rate, ends_at)


def _caller(token: Token) -> Caller:
    ends_at = None if token.ends_at is None else int(token.ends_at.timestamp() * 1000)
    return Caller(token.caller, frozenset(token.scopes), token.rate, ends_at)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC)


def _check_name(caller: str) -> None:
    plain = caller.replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum() and len(caller) <= 40) or sum(map(str.isdigit, caller)) > 6:
        remedy = "use letters, digits, dots and dashes, at most 40, such as booking-east"
        raise WrongUsage(
            "CALLER_NAME_INVALID",
            "a caller's name stands in logs and metrics",
            remedy,
            "调用方名称会出现在日志和指标中",
            "请用字母、数字、点和短横线，至多 40 个字符，如 booking-east",
        )
