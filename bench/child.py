"""One run of one case in a process of its own: `python -m liandong.bench.child MODULE JSON` prints one line of JSON."""

import importlib
import json
import sys
from pathlib import Path

from .place import Place
from .result import Result


def main(module: str, document: str) -> None:
    """Runs the case; everything it prints by the way goes to standard error."""
    given = json.loads(document)
    place, arguments = Place.of(given["place"]), given["arguments"]
    answer, sys.stdout = sys.stdout, sys.stderr
    Path(place.work).mkdir(parents=True, exist_ok=True)
    result: Result = importlib.import_module(f"{__package__}.cases.{module}").run(place, **arguments)
    answer.write(result.as_json() + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
