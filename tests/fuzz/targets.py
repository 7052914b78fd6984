"""The table of fuzz targets: every function from foreign bytes to meaning."""

from liandong.tests.fuzz import file_targets, http_targets, reader_targets, wire_targets
from liandong.tests.fuzz.target import FuzzTarget

TARGETS: tuple[FuzzTarget, ...] = (
    *wire_targets.TARGETS,
    *reader_targets.TARGETS,
    *http_targets.TARGETS,
    *file_targets.TARGETS,
)
BY_NAME = {target.name: target for target in TARGETS}
