"""Writing many rows at once, the way each database does it fastest.

SQLAlchemy prepares every parameter of every row, which costs more than the database itself; here rows are tuples in the
driver's own types and go in as they are. On PostgreSQL they are streamed by COPY.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table

from .faults import driver_faults

Row = Sequence[Any]
_PARAMETERS = 10_000
"""Values in one statement; SQLite takes 32,766."""


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows inside the connection's transaction; a row that is there already fails the transaction."""
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        names = ", ".join(f'"{column}"' for column in columns)
        with driver_faults(connection), driver.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    values = list(rows)
    if values:
        connection.exec_driver_sql(_insert(table.name, tuple(columns)), values)


def insert_missing_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert the rows that are not there yet."""
    values = list(rows)
    if values:
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        statement = _insert(table.name, tuple(columns), mark) + " ON CONFLICT DO NOTHING"
        connection.exec_driver_sql(statement, values)


def rows_among(
    connection: Connection, table: Table, columns: Sequence[str], column: str, values: Sequence[Any]
) -> Iterator[Row]:
    """Yield the rows whose column has one of the values; SQLAlchemy would compile a new statement for each list of values."""
    for start in range(0, len(values), _PARAMETERS):
        chunk = tuple(values[start : start + _PARAMETERS])
        if connection.dialect.name == "postgresql":
            cursor = connection.exec_driver_sql(_among(table.name, tuple(columns), column, 0), (list(chunk),))
        else:
            cursor = connection.exec_driver_sql(_among(table.name, tuple(columns), column, len(chunk)), chunk)
        with driver_faults(connection):
            found = cursor.cursor.fetchall()
        yield from found  # as the driver gives them: thousands of rows are not wrapped one by one
        cursor.close()


@lru_cache(maxsize=64)
def _among(table: str, columns: tuple[str, ...], column: str, count: int) -> str:
    names = ", ".join(f'"{each}"' for each in columns)
    condition = f"IN ({', '.join(['?'] * count)})" if count else "= ANY(%s)"
    return f'SELECT {names} FROM "{table}" WHERE "{column}" {condition}'  # noqa: S608  our own names


@lru_cache
def _insert(table: str, columns: tuple[str, ...], mark: str = "?") -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join([mark] * len(columns))})'  # noqa: S608  our own names
