"""Callers of the check API and their tokens. A token is 256 random bits, shown once and kept as SHA-256 only."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import yaml
from filelock import FileLock

from ...schemas.errors import WrongUsage

SCOPES = ("check", "events", "status")
"""What a token may be for: checks and their journal; POST /v1/events; status, metrics and documentation."""
PREFIX = "ldt_"


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One caller's token as it stands in tokens.yaml."""

    caller: str
    sha256: str
    scopes: list[str]
    created_at: str
    rate: float | None = None
    """Checks per second, where this caller has a limit of its own."""


class Caller(msgspec.Struct, frozen=True):
    """Who asks."""

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
        self._seen: tuple[int, int, int] | None = None
        self._by_hash: dict[str, Caller] = {}

    def caller(self, token: str) -> Caller | None:
        """Who a token belongs to, None if it is no (longer a) token of this agency."""
        self._read_again()
        return self._by_hash.get(sha256(token.encode()).hexdigest())

    def tokens(self) -> list[Token]:
        """All tokens, oldest first."""
        if not self._path.exists():
            return []
        try:
            return msgspec.convert(yaml.safe_load(self._path.read_text(encoding="utf-8")) or [], list[Token])
        except (yaml.YAMLError, msgspec.ValidationError) as error:
            remedy = "restore the file, or remove it and make new tokens with `liandong agency token add`"
            raise WrongUsage("TOKENS_UNREADABLE", f"{self._path}: {error}", remedy) from error

    def add(self, caller: str, scopes: Sequence[str] = SCOPES, rate: float | None = None) -> str:
        """A new token for a caller; it replaces the one he had. The only time it can be seen."""
        _check_name(caller)
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise WrongUsage("SCOPE_UNKNOWN", f"no such scope: {', '.join(unknown)}", f"use {', '.join(SCOPES)}")
        token = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        made = Token(caller, sha256(token.encode()).hexdigest(), list(scopes), now, rate)
        with self._locked():
            self._write([*(one for one in self.tokens() if one.caller != caller), made])
        return token

    def revoke(self, caller: str) -> None:
        """Ends a caller's token. Raises TOKEN_UNKNOWN."""
        with self._locked():
            kept = [one for one in self.tokens() if one.caller != caller]
            if len(kept) == len(self.tokens()):
                remedy = "`liandong agency token list` shows the callers"
                raise WrongUsage("TOKEN_UNKNOWN", f"no caller {caller!r} has a token", remedy)
            self._write(kept)

    def _read_again(self) -> None:
        try:
            stat = os.stat(self._name)  # noqa: PTH116  every request asks, and this is twice as fast
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except FileNotFoundError:
            seen = (0, 0, 0)
        if seen != self._seen:
            self._by_hash = {one.sha256: Caller(one.caller, frozenset(one.scopes), one.rate) for one in self.tokens()}
            self._seen = seen

    def _locked(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(self._path.with_suffix(".lock"))

    def _write(self, tokens: Sequence[Token]) -> None:
        text = yaml.safe_dump([msgspec.to_builtins(one) for one in tokens], sort_keys=False, allow_unicode=True)
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(self._path)


def _check_name(caller: str) -> None:
    plain = caller.replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum() and len(caller) <= 40) or sum(map(str.isdigit, caller)) > 6:
        remedy = "use letters, digits, dots and dashes, at most 40, such as booking-east"
        raise WrongUsage("CALLER_NAME_INVALID", "a caller's name stands in logs and metrics", remedy)
