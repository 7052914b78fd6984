"""An LMDB file that is too short is told from one that is whole, without mapping it."""

import random
from pathlib import Path
from typing import Any

import lmdb
import pytest

from liandong.topics.storage.mapped import lacks_pages

PAGE = 4096


def lived(folder: Path, seed: int) -> list[bool]:
    """Make an environment through many commits of many kinds; after each, whether the file ends before its last page."""
    chance, short = random.Random(seed), []
    environment = lmdb.open(str(folder), map_size=1 << 26, max_dbs=4, sync=False)
    tables = [environment.open_db(bytes([number])) for number in (1, 2, 3)]
    rows: list[tuple[Any, bytes]] = []
    for _ in range(40):
        with environment.begin(write=True) as transaction:
            for _ in range(chance.randrange(1, 60)):
                if chance.random() < 0.6 or not rows:
                    rows.append((chance.choice(tables), chance.randbytes(chance.choice((8, 17, 33)))))
                    value = chance.randbytes(chance.choice((0, 48, 500, 2100, 9000, 30000)))
                    transaction.put(rows[-1][1], value, db=rows[-1][0])
                else:
                    table, key = rows.pop(chance.randrange(len(rows)))
                    transaction.delete(key, db=table)
        short.append((folder / "data.mdb").stat().st_size < (environment.info()["last_pgno"] + 1) * PAGE)
        assert not lacks_pages(folder)
    environment.close()
    return short


def test_what_lmdb_leaves_is_whole_even_where_it_never_wrote_its_last_pages(tmp_path: Path) -> None:
    assert any(lived(tmp_path / "whole", seed=1)) or any(lived(tmp_path / "again", seed=3))


@pytest.mark.parametrize("pages", [0, 1, 2, 3, 20])
def test_a_file_cut_to_its_first_pages_lacks_some(tmp_path: Path, pages: int) -> None:
    lived(tmp_path, seed=1)
    path = tmp_path / "data.mdb"
    path.write_bytes(path.read_bytes()[: pages * PAGE])
    assert lacks_pages(tmp_path) == (pages != 1)  # with one of the first two pages gone LMDB itself refuses it


def test_a_file_whose_map_could_not_hold_it_lacks_pages(tmp_path: Path) -> None:
    lived(tmp_path, seed=1)
    path = tmp_path / "data.mdb"
    content = bytearray(path.read_bytes())
    for start in (0, PAGE):
        content[start + 136 : start + 144] = (1 << 40).to_bytes(8, "little")
    path.write_bytes(content)
    assert lacks_pages(tmp_path)


def test_no_file_lacks_nothing(tmp_path: Path) -> None:
    assert not lacks_pages(tmp_path)
