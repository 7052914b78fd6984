"""The facts of the machine and the software a run was made with."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from ..consumers.replication.apply import applying
from ..topics.embedded.runtime import KAFKA_VERSION

_LIBRARIES = (
    "confluent-kafka",
    "fastavro",
    "lmdb",
    "blake3",
    "numpy",
    "pynacl",
    "pydantic",
    "granian",
    "msgspec",
    "sqlalchemy",
)


def facts() -> dict[str, object]:
    """Return what somebody needs to know to compare."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "compiled": not applying.__file__.endswith(".py"),
        "kafka": KAFKA_VERSION,
        "load": [load()],
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def load() -> float:
    """Return how many processes ran or waited for a core, mean of the last minute."""
    return round(psutil.getloadavg()[0], 1)


def busy() -> bool:
    """Whether others use the machine: figures taken now say little."""
    return load() > (os.cpu_count() or 1) / 2


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
