"""Callers of the check API and their tokens. A token is 256 random bits, shown once and kept as SHA-256 only."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import yaml
from filelock import FileLock

from ...schemas.errors import WrongUsage
from ...topics.private_files import private_folder, write_private
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock

SCOPES = ("check", "events", "status")
"""What a token may be for: checks and their journal; POST /v1/events; status and metrics."""
PREFIX_OF_TOKENS = "ldt_"


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One caller's token as it stands in tokens.yaml."""

    caller: str
    sha256: str
    scopes: list[str]
    created_at: str
    rate: float | None = None
    """Checks per second, where this caller has a limit of its own."""


class Caller(msgspec.Struct, frozen=True):
    """Who asks, and what they may."""

    name: str
    scopes: frozenset[str]
    rate: float | None = None


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
            return msgspec.convert(yaml.safe_load(self._path.read_text(encoding="utf-8")) or [], list[Token])
        except (yaml.YAMLError, msgspec.ValidationError, ValueError) as error:  # ValueError: no UTF-8, no such date
            remedy = "restore the file, or remove it and make new tokens with `liandong agency token add`"
            raise WrongUsage("TOKENS_UNREADABLE", f"{self._path}: {error}", remedy) from error

    def add(
        self,
        caller: str,
        scopes: Sequence[str] = SCOPES,
        rate: float | None = None,
        *,
        clock: Clock,
        chance: Chance,
    ) -> str:
        """Give a caller a token in place of the one they had, and return it: the only time it can be seen.

        Raises SCOPE_UNKNOWN, CALLER_NAME_INVALID.
        """
        _check_name(caller)
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise WrongUsage("SCOPE_UNKNOWN", f"no such scope: {', '.join(unknown)}", f"use {', '.join(SCOPES)}")
        secret = PREFIX_OF_TOKENS + urlsafe_b64encode(chance.raw(32)).decode().rstrip("=")
        now = datetime.fromtimestamp(clock.now() // 1000, UTC).isoformat(timespec="seconds")
        entry = Token(caller, sha256(secret.encode()).hexdigest(), list(scopes), now, rate)
        with self._locked():
            self._write([*(token for token in self.tokens() if token.caller != caller), entry])
        return secret

    def revoke(self, caller: str) -> None:
        """End a caller's token. Raises TOKEN_UNKNOWN."""
        with self._locked():
            others = [token for token in self.tokens() if token.caller != caller]
            if len(others) == len(self.tokens()):
                remedy = "`liandong agency token list` shows the callers"
                raise WrongUsage("TOKEN_UNKNOWN", f"no caller {caller!r} has a token", remedy)
            self._write(others)

    def _read_again(self) -> None:
        try:
            stat = os.stat(self._name)  # noqa: PTH116  every request asks, and this is twice as fast
            version = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except FileNotFoundError:
            version = (0, 0, 0)
        if version != self._read_as:
            self._by_hash = {
                token.sha256: Caller(token.caller, frozenset(token.scopes), token.rate) for token in self.tokens()
            }
            self._read_as = version

    def _locked(self) -> FileLock:
        return FileLock(private_folder(self._path.parent) / self._path.with_suffix(".lock").name)

    def _write(self, tokens: Sequence[Token]) -> None:
        text = yaml.safe_dump([msgspec.to_builtins(token) for token in tokens], sort_keys=False, allow_unicode=True)
        write_private(self._path, text)


def _check_name(caller: str) -> None:
    plain = caller.replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum() and len(caller) <= 40) or sum(map(str.isdigit, caller)) > 6:
        remedy = "use letters, digits, dots and dashes, at most 40, such as booking-east"
        raise WrongUsage("CALLER_NAME_INVALID", "a caller's name stands in logs and metrics", remedy)
