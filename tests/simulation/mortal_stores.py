"""The stores of a process that can die: LMDB, SQL, private files and locks.

Within `mortal_stores` what the running life opens, begins, commits and writes are calls of its ports; outside of every life
nothing changes. The stores themselves do not know.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest import mock

import filelock
import lmdb
from sqlalchemy import Connection, Engine, Pool, event

from liandong.consumers.store import power
from liandong.topics.private_files import PrivateFile
from liandong.topics.storage.faults import DatabaseFull

from .crashing import Life, current_life


@contextmanager
def mortal_stores() -> Iterator[None]:
    """Make the stores of every life mortal, and its boot id that of its machine, for a `with` block."""
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(lmdb, "open", _lmdb_open(lmdb.open)))
        patches.enter_context(mock.patch.object(PrivateFile, "keep", _keep(PrivateFile.keep)))
        patches.enter_context(
            mock.patch.object(filelock.BaseFileLock, "acquire", _acquire(filelock.BaseFileLock.acquire))
        )
        patches.enter_context(mock.patch.object(power, "boot_id", _boot_id(power.boot_id)))
        listeners: list[tuple[Any, str, Callable[..., None]]] = [
            (Engine, "before_cursor_execute", _statement),
            (Engine, "commit", _sql_commit),
            (Engine, "rollback", _sql_rollback),
            (Pool, "connect", _connected),
        ]
        for target, name, listener in listeners:
            event.listen(target, name, listener)
            patches.callback(event.remove, target, name, listener)
        yield


class MortalEnvironment:
    """An LMDB environment of a life; when that ends it is closed as it is, its writing transaction undone."""

    def __init__(self, inner: Any, life: Life, folder: Path, *, flushes: bool) -> None:
        self._inner, self._life, self._folder, self._flushes = inner, life, folder, flushes
        life.leaves(inner.close)

    def begin(self, *, write: bool = False, **options: Any) -> Any:
        if current_life() is not self._life and not write:
            return self._inner.begin(**options)  # the world looks, not the process
        transaction = self._life.call(lambda: self._inner.begin(write=write, **options))
        return MortalTransaction(transaction, self._life) if write else transaction

    def sync(self, force: bool = False) -> None:
        number = self._life.before()
        self._inner.sync(force)
        if not self._flushes:
            self._life.machine.flushed(self._folder)
        self._life.after(number)

    def close(self) -> None:
        self._life.call(self._inner.close)

    def __getattr__(self, name: str) -> Any:
        """What is neither a commit nor a flush has no effect that outlasts the process."""
        if not self._life.alive:
            self._life.before()
        return getattr(self._inner, name)


class MortalTransaction:
    """A writing transaction of a life; undone unless it was committed."""

    def __init__(self, inner: Any, life: Life) -> None:
        self._inner, self._life = inner, life
        self.get, self.put, self.delete = inner.get, inner.put, inner.delete
        self.cursor, self.drop, self.stat, self.id, self.abort = (
            inner.cursor,
            inner.drop,
            inner.stat,
            inner.id,
            inner.abort,
        )

    def commit(self) -> None:
        if self._life.machine.full:
            self._inner.abort()
            failed = lmdb.Error("mdb_txn_commit: Input/output error")
            setattr(failed, "code", errno.EIO)  # noqa: B010  what LMDB makes of a page with room for a part; its stubs have none
            raise failed
        self._life.call(self._inner.commit, keeps=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.abort()


def _lmdb_open(real: Callable[..., Any]) -> Callable[..., Any]:
    def opened(path: str, *, sync: bool = True, readonly: bool = False, **options: Any) -> Any:
        life = current_life()
        if life is None:
            return real(path, sync=sync, readonly=readonly, **options)
        number, folder = life.before(), Path(path)
        made = not (folder / "data.mdb").exists()
        environment = real(path, sync=sync, readonly=readonly, **options)
        mortal = MortalEnvironment(environment, life, folder, flushes=sync)
        if not sync:
            life.machine.opened(folder, made=made)
        life.after(number)
        return mortal

    return opened


def _keep(real: Callable[[PrivateFile], None]) -> Callable[[PrivateFile], None]:
    def keep(file: PrivateFile) -> None:
        life = current_life()
        if life is None:
            real(file)
            return
        try:
            number = life.before(keeps=True)
            _need_room(life)
        except BaseException:
            file.discard()
            raise
        real(file)
        life.after(number)

    return keep


def _need_room(life: Life) -> None:
    if life.machine.full:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _acquire(real: Callable[..., Any]) -> Callable[..., Any]:
    def acquire(lock: filelock.BaseFileLock, *arguments: Any, **options: Any) -> Any:
        life = current_life()
        if life is None:
            return real(lock, *arguments, **options)
        number = life.before()
        proxy = real(lock, *arguments, **options)
        life.leaves(lambda: lock.release(force=True))
        life.after(number)
        return proxy

    return acquire


def _boot_id(real: Callable[[], str]) -> Callable[[], str]:
    def boot_id() -> str:
        life = current_life()
        return real() if life is None else life.machine.boot_id

    return boot_id


_WROTE = "wrote"
_READS = {"SELECT", "PRAGMA", "BEGIN", "WITH", "SET", "SHOW"}
"""What a full disk does not hinder, whatever commits it."""


def _statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    """Count it; within a transaction that is not committed yet, before and after an effect are the same."""
    if life := current_life():
        if statement.split(None, 1)[0].upper() not in _READS:
            connection.info[_WROTE] = True
        number = life.before()
        if life.database:
            life.database.call()
        life.after(number)


def _sql_commit(connection: Connection) -> None:
    if life := current_life():
        number = life.before(keeps=True)
        if connection.info.pop(_WROTE, False) and life.machine.full:
            raise DatabaseFull("a database on a full disk", "database or disk is full")
        if life.database:
            life.database.commit(connection.connection.commit)
        if life.dies_after(number):
            connection.connection.commit()
            life.after(number)


def _sql_rollback(connection: Connection) -> None:
    if not connection.invalidated:  # a lost one has nothing left to forget
        connection.info.pop(_WROTE, None)


def _connected(connection: Any, _record: object) -> None:
    if life := current_life():
        life.leaves(connection.close)
