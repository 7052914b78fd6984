"""One run of one case in a process of its own: `python -m liandong.bench.child MODULE JSON` prints one line of JSON.

`once` starts it as the leader of a process group; it ends with the group when whoever started it is gone.
"""

import faulthandler
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from dataclasses import asdict
from pathlib import Path

from .place import Place
from .result import Result


def main(module: str, document: str) -> None:
    """Run the case and print its result or its failure; what anybody else prints goes to standard error."""
    faulthandler.register(signal.SIGUSR1)
    threading.Thread(target=_end_with_starter, name="starter", daemon=True).start()
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    case = json.loads(document)
    try:
        place = Place.of(case["place"])
        Path(place.work).mkdir(parents=True, exist_ok=True)
        result: Result = importlib.import_module(module, f"{__package__}.cases").run(place, **case["arguments"])
    except Exception as failed:  # noqa: BLE001  the starter raises it
        traceback.print_exc()
        os.write(answer, json.dumps({"failure": f"{type(failed).__name__}: {failed}"}).encode())
        os._exit(1)  # a thread that still runs must not hold up the message
    os.write(answer, json.dumps({"result": asdict(result)}).encode())


def _end_with_starter() -> None:
    """Kills this group once nobody holds the other end of standard input."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
