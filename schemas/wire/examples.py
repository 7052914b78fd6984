"""Example records of every schema version: readable JSON beside the golden bytes of their body.

Files are ``schemas/wire/examples/<schema>/<version>-<case>.json``; bytes are hexadecimal text. A release
must decode the golden bytes of every version ever published to exactly what the example says.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLE_DIR = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """One example file."""

    schema: str
    version: int
    case: str
    record: dict[str, Any]
    """With bytes as hexadecimal text."""
    body: bytes
    """Golden Avro body."""


def readable(value: Any) -> Any:
    """Return a decoded record with bytes as hexadecimal text, ready for JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {key: readable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [readable(each) for each in value]
    return value


def load_examples(directory: Path = EXAMPLE_DIR) -> Iterator[Example]:
    """Read all examples below a directory."""
    for path in sorted(directory.glob("*/*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        version, _, case = path.stem.partition("-")
        yield Example(path.parent.name, int(version), case, content["record"], bytes.fromhex(content["body"]))
