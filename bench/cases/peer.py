"""A peer on the corpus: its script in the peers' environment, in its own process below this one."""

import json
import tempfile

from ...schemas.wire.avro_schemas import SCHEMA_DIR
from .. import peers_environment
from ..commands import output_of
from ..corpus.records import WIRE_HEAD
from ..corpus.topic import TOPIC, ensure
from ..place import PARTITIONS, Place
from ..result import Result


def run(place: Place, script: str) -> Result:
    """Measure records a second, by the peer's own clock from its first records."""
    ensure(place)
    with tempfile.TemporaryDirectory(dir=place.folder) as scratch:
        task = {
            "bootstrap": place.bootstrap,
            "topic": place.settings.physical(TOPIC),
            "count": place.entries,
            "partitions": PARTITIONS,
            "scratch": scratch,
            "header": WIRE_HEAD.hex(),
            "schema": str(SCHEMA_DIR / "list-record" / "1.avsc"),
        }
        command = [str(peers_environment.python()), str(peers_environment.SCRIPTS / f"{script}.py"), json.dumps(task)]
        printed = output_of(script, command)
    return Result.of(json.loads(printed.splitlines()[-1]))
