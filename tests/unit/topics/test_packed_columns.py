"""What a column holds that was not packed there is a damage of the database, told with its place."""

from pathlib import Path

import msgspec
import pytest

from liandong.topics.storage.database import open_database, reading, sqlite_url
from liandong.topics.storage.faults import DatabaseDamaged
from liandong.topics.storage.packed_columns import unpacked_column
from liandong.topics.transport.ports import OutgoingRecord

RECORD = OutgoingRecord("t", b"k", b"v", [("n", b"1")])


@pytest.mark.parametrize("raw", [b"", b"\xc1", b"\x91\xa1\xff", msgspec.msgpack.encode([1, 2, 3, [], None, False])])
def test_what_is_no_such_value_is_a_damage(tmp_path: Path, raw: bytes) -> None:
    with reading(open_database(sqlite_url(tmp_path / "kept.db"))) as connection:
        packed = msgspec.msgpack.encode(RECORD)
        assert unpacked_column(connection, packed, OutgoingRecord) == RECORD
        with pytest.raises(DatabaseDamaged, match=r"kept\.db"):
            unpacked_column(connection, raw, OutgoingRecord)
