"""Apply of a backlog: prefix decode, version guard, digest, LMDB synced at barriers; in one process or in shards."""

import shutil
import tempfile
from pathlib import Path

from ..corpus.topic import ensure, lane_of
from ..node import Backlog, open_store
from ..place import Place
from ..result import Result
from ..workers import together


def run(place: Place, shares: int = 1) -> Result:
    """Measure records a second; with several shares every process has its own, and the slowest counts."""
    ensure(place)
    with tempfile.TemporaryDirectory(dir=place.folder) as scratch:
        if shares == 1:
            return _apply(place, Path(scratch), 1, 0)
        results = together(_apply, [(place, Path(scratch), shares, share) for share in range(shares)])
    seconds = max(one.seconds for one in results)
    return Result.rate(place.entries, seconds, processes=shares)


def _apply(place: Place, scratch: Path, shares: int, share: int) -> Result:
    folder = scratch / f"list-{share}"
    store = open_store(folder, place.entries)
    backlog = Backlog(place.settings, store, share, shares)
    seconds = backlog.run()
    with store.reader().snapshot() as snapshot:
        lanes = snapshot.lanes()
        applied = sum(lane.applied for lane in lanes)
    size = sum(file.stat().st_blocks * 512 for file in folder.iterdir())
    store.close()
    expected = place.entries if shares == 1 else sum(lane_of(each) % shares == share for each in range(place.entries))
    if applied != expected:
        raise AssertionError(f"{applied} records applied, {expected} written")
    shutil.rmtree(folder)
    return Result.rate(applied, seconds, backlog.watch, disk_mb=round(size / 2**20, 1))
