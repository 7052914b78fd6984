"""`liandong court publish` of a file: checked, compared with the register, signed, accepted, sent by the relay."""

import json
import os
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from ..place import Place
from ..result import Result
from ..rows import product, rows_file

COURT = "court-su0505"


def run(place: Place) -> Result:
    """Measure rows a second from the start of the command until the broker has all of them; `accepted` is checked."""
    file = rows_file(place)
    with tempfile.TemporaryDirectory(dir=place.folder) as scratch:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")}
        environment |= {
            "LIANDONG_BOOTSTRAP": place.bootstrap,
            "LIANDONG_TOPIC_PREFIX": f"bench-publish-{uuid4().hex[:8]}.",
            "LIANDONG_STATE_DIR": str(Path(scratch) / "state"),
        }
        named = ("--name", "苏州市虎丘区人民法院", "--jurisdiction", "js")
        product("participant", "new", COURT, "--kind", "court", *named, environment=environment)
        product("topics", "apply", environment=environment)
        start = time.perf_counter()
        wait = ("--wait-seconds", "1200")
        summary = product("court", "publish", str(file), "--court", COURT, "--json", *wait, environment=environment)
        seconds = time.perf_counter() - start
    accepted = int(json.loads(summary)["accepted"])
    if accepted != place.amount:
        raise AssertionError(f"{accepted} rows accepted, {place.amount} written")
    return Result.rate(accepted, seconds)
