"""The table of fuzz targets: every function from foreign bytes to meaning."""

from liandong.tests.fuzz import (
    copies_targets,
    file_targets,
    http_targets,
    keeping_targets,
    reader_targets,
    register_targets,
    watching_targets,
    wire_targets,
)
from liandong.tests.fuzz.target import FuzzTarget

TARGETS: tuple[FuzzTarget, ...] = (
    *wire_targets.TARGETS,
    *reader_targets.TARGETS,
    *http_targets.TARGETS,
    *watching_targets.TARGETS,
    *file_targets.TARGETS,
    *copies_targets.TARGETS,
    *register_targets.TARGETS,
    *keeping_targets.TARGETS,
)
BY_NAME = {target.name: target for target in TARGETS}
