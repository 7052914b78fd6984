"""What a database can fail with, as codes with remedies, whatever the driver says.

DatabaseFault
├── DATABASE_UNAVAILABLE   it is not reached, or was lost in the middle
├── DATABASE_BUSY          another transaction held a lock for too long, or both waited for each other
├── DATABASE_FULL          the disk takes no more
└── DATABASE_FORBIDDEN     this user may not do that there
DatabaseDamaged            what is there is not what was written

What failed took its transaction with it, and what was committed before stands: the same can be tried again. A statement that
breaks a rule of the tables is no fault of the database but a mistake of this package, and stays what SQLAlchemy makes of it.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import ClassVar

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from ...schemas.errors import Unavailable
from ...schemas.phrases import Phrase, chinese, quoted, reason_of
from ...schemas.problems import BilingualError, Text

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NOT_OURS = ("no such table", "no such column", "malformed database schema", "Could not decode to UTF-8")
_WITH_TEXT = " with text"
"""Behind it stands what the column holds, which no message may."""
_NOT_OURS_STATES = ("42P01", "42703", "3F000")
"""PostgreSQL's of a table, a column or a schema that is not there."""
_NOT_CONNECTED = ("OperationalError", "InterfaceError")


class DatabaseFault(BilingualError, Unavailable):
    """A database failed; nothing of the transaction was kept, nothing that was committed is lost."""

    texts: ClassVar[dict[str, Text]] = {
        "DATABASE_UNAVAILABLE": Text(
            "cannot reach {where}: {why}",
            "check the path or the URL in the settings (host, port, database, user, password file) and that the server runs;"
            " nothing accepted is lost, what waits goes on by itself, and a command can be given again",
            "无法访问 {where}：{why}",
            "请检查设置中的路径或 URL（主机、端口、数据库、用户、口令文件）以及服务器是否在运行；已受理的数据不会丢失，"
            "等待中的工作会自动继续，命令可以重新执行",
        ),
        "DATABASE_BUSY": Text(
            "{where} was held by another transaction for too long: {why}",
            "try again; if it stays so, look for a transaction that does not end (in PostgreSQL pg_stat_activity)",
            "{where} 被另一事务占用过久：{why}",
            "请重试；如果一直如此，请查找未结束的事务（PostgreSQL 中查看 pg_stat_activity）",
        ),
        "DATABASE_FULL": Text(
            "the disk of {where} is full: {why}",
            "free disk space; what was accepted before is kept, and what was not can be given again as it was",
            "{where} 所在磁盘已满：{why}",
            "请释放磁盘空间；此前已受理的数据完好，未受理的可原样重新提交",
        ),
        "DATABASE_FORBIDDEN": Text(
            "{where} does not let this user do that: {why}",
            "give the user the right to read and write there, or name another user or place in the settings",
            "{where} 不允许当前用户进行该操作：{why}",
            "请授予该用户在该处的读写权限，或在设置中改用其他用户或位置",
        ),
    }


class DatabaseUnavailable(DatabaseFault):
    """A database is not reached, or was lost in the middle."""

    def __init__(self, where: str, why: str) -> None:
        """Take in `where` nothing that holds a password, in `why` nothing that holds a value."""
        super().__init__("DATABASE_UNAVAILABLE", where=where, why=why)


class DatabaseBusy(DatabaseFault):
    """Another transaction held a lock of a database for too long, or both waited for each other."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__("DATABASE_BUSY", where=where, why=why)


class DatabaseFull(DatabaseFault):
    """The disk of a database takes no more."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__("DATABASE_FULL", where=where, why=why)


class DatabaseForbidden(DatabaseFault):
    """The user of a database may not do that there."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__("DATABASE_FORBIDDEN", where=where, why=why)


class DatabaseDamaged(BilingualError):
    """A database does not hold what was written into it."""

    texts: ClassVar[dict[str, Text]] = {
        "DATABASE_DAMAGED": Text(
            "{path} cannot be read: {cause}",
            "stop what uses this file and put back its newest copy, or remove it if it is made again: docs/runbook.md, State directory",
            "{path} 无法读取：{cause}",
            "请停止使用该文件的进程并恢复其最新副本；若该文件可以重建，可将其删除：见 docs/runbook.md 的 State directory 一节",
        )
    }

    def __init__(self, path: str, cause: object) -> None:
        super().__init__(
            "DATABASE_DAMAGED",
            path=path,
            cause=Phrase(str(cause), chinese(quoted(cause) if type(cause) is str else cause)),
        )


class PasswordFileUnreadable(BilingualError, Unavailable):
    """The password of a database stands in a file that cannot be read."""

    texts: ClassVar[dict[str, Text]] = {
        "PASSWORD_FILE_UNREADABLE": Text(
            "{file}: {why}",
            "name a file in outbox_password_file that this user may read and that holds the password and nothing else",
            "{file}：{why}",
            "请在 outbox_password_file 中指定当前用户可读、且仅含口令的文件",
        )
    }

    def __init__(self, file: Path, why: str) -> None:
        super().__init__("PASSWORD_FILE_UNREADABLE", file=str(file), why=why)


_Kind = type[DatabaseUnavailable | DatabaseBusy | DatabaseFull | DatabaseForbidden]
_SQLITE: dict[int, _Kind] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_PERM: DatabaseForbidden,
    sqlite3.SQLITE_READONLY: DatabaseForbidden,
    sqlite3.SQLITE_AUTH: DatabaseForbidden,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnavailable,
    sqlite3.SQLITE_IOERR: DatabaseUnavailable,
    sqlite3.SQLITE_PROTOCOL: DatabaseBusy,
}
_SQLITE_NO_ROOM = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_TRUNCATE)
"""SQLite says these of a file system that is full where it makes room before it writes."""
_SQLSTATES: tuple[tuple[str, _Kind], ...] = (
    ("53100", DatabaseFull),
    ("55P03", DatabaseBusy),  # lock time-out
    ("57014", DatabaseBusy),  # statement time-out
    ("40", DatabaseBusy),  # deadlocks and the like
    ("42501", DatabaseForbidden),
    ("25006", DatabaseForbidden),  # a standby, or set to read only
    ("28", DatabaseForbidden),
    ("08", DatabaseUnavailable),
    ("25P03", DatabaseUnavailable),
    ("53", DatabaseUnavailable),  # too many connections, no memory
    ("57P", DatabaseUnavailable),  # it is shut down or starts
    ("58", DatabaseUnavailable),
)
"""Beginnings of PostgreSQL's SQLSTATE (its manual, Appendix A); the first that fits counts."""


def place_of(url: URL) -> str:
    """Name a database for people: nothing secret is in it."""
    if url.get_backend_name() == "sqlite":
        return url.database or "a database in memory"
    return url.set(query={}, password=None).render_as_string()


def tell_faults(engine: Engine, url: URL) -> None:
    """Have an engine raise DatabaseFault for whatever its driver raises."""
    event.listen(engine, "handle_error", partial(_tell, url))


@contextmanager
def driver_faults(connection: Connection) -> Iterator[None]:
    """Raise DatabaseFault for what is asked of the driver itself, past SQLAlchemy, while the block lasts."""
    try:
        yield
    except Exception as error:
        if fault := fault_of(connection.engine.url, error):
            raise fault from None
        raise


def fault_of(url: URL, error: BaseException) -> DatabaseFault | DatabaseDamaged | None:
    """Return what the database has that an error of its driver tells of; None if it tells of nothing like that."""
    where = place_of(url)
    if url.get_backend_name() != "sqlite" and isinstance(error, UnicodeDecodeError):
        return None
    if isinstance(error, sqlite3.Error | UnicodeDecodeError) and (damage := damage_told_by(where, error)):
        return damage
    if isinstance(error, sqlite3.Error):
        kind, why = _sqlite_kind(error), str(error)
    elif hasattr(error, "sqlstate"):  # psycopg's, which need not be installed
        kind, why = _postgres_kind(error, error.sqlstate), _postgres_reason(error, error.sqlstate)
        if error.sqlstate in _NOT_OURS_STATES:
            return DatabaseDamaged(where, quoted(why))
    else:
        return None
    return None if kind is None else kind(where, quoted(why))


def fault_of_file(url: URL, error: OSError) -> DatabaseFault:
    """Return what the file of a database has when the system does not let it be made."""
    why, where = reason_of(error), place_of(url)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DatabaseFull(where, why)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return DatabaseForbidden(where, why)
    return DatabaseUnavailable(where, why)


def damage_told_by(path: str, error: sqlite3.Error | UnicodeDecodeError) -> DatabaseDamaged | None:
    """Return the damage if SQLite cannot read its file, or finds other tables or texts in it than those that were written.

    What it says of a schema that is no SQL any more may be no UTF-8, and then Python cannot read what it says.
    """
    if isinstance(error, UnicodeDecodeError):
        return DatabaseDamaged(path, "malformed database schema")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if code in _DAMAGE or (code in {sqlite3.SQLITE_OK, sqlite3.SQLITE_ERROR} and str(error).startswith(_NOT_OURS)):
        return DatabaseDamaged(path, quoted(str(error).split(_WITH_TEXT)[0]))
    return None


def _sqlite_kind(error: sqlite3.Error) -> _Kind | None:
    number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return DatabaseFull if number in _SQLITE_NO_ROOM else _SQLITE.get(number & 0xFF)


def _postgres_kind(error: BaseException, state: str | None) -> _Kind | None:
    if state is None:  # libpq gives none where there is no connection
        mistyped = str(error).startswith("invalid connection option")
        return DatabaseUnavailable if type(error).__name__ in _NOT_CONNECTED or mistyped else None
    return next((kind for begins, kind in _SQLSTATES if state.startswith(begins)), None)


def _postgres_reason(error: BaseException, state: str | None) -> str:
    """Say why, without the server's own words where they could hold a value."""
    return _first_line(error) if state is None else f"{type(error).__name__}, SQLSTATE {state}"


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


def _tell(url: URL, context: ExceptionContext) -> None:
    if fault := fault_of(url, context.original_exception):
        raise fault
