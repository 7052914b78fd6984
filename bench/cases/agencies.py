"""Several agencies on one machine read the same backlog at once, each into a store of its own."""

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from ..corpus.topic import ensure
from ..node import Backlog, open_store
from ..place import Place
from ..result import Result


def run(place: Place, agencies: int) -> Result:
    """Measure records a second, all agencies together; `each` is one agency's share of that."""
    ensure(place)
    with (
        tempfile.TemporaryDirectory(dir=place.folder) as scratch,
        ProcessPoolExecutor(agencies, mp_context=get_context("spawn")) as nodes,
    ):
        list(nodes.map(time.sleep, [0.01] * agencies))
        seconds = list(nodes.map(partial(_apply, place, Path(scratch)), range(agencies)))
    slowest = max(seconds)
    return Result.rate(place.entries * agencies, slowest, each=place.entries / slowest)


def _apply(place: Place, scratch: Path, agency: int) -> float:
    store = open_store(scratch / f"agency-{agency}", place.entries)
    try:
        return Backlog(place.settings, store).run()
    finally:
        store.close()
