"""A file of any size streams: memory does not grow with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from liandong.tests.worlds.court_office import CourtOffice, write
from liandong.tests.worlds.court_office import rows as listed
from liandong.topics.settings import Settings

_MEASURED = """
import resource, sys
from liandong.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_times_the_rows_take_no_more_memory(settings: Settings, tmp_path: Path) -> None:
    office = CourtOffice(settings)

    def peak(count: int, first: int) -> int:
        """Megabytes a process needs to accept so many new rows; rows differ by their case."""
        patterns = listed(2000)
        path = write(
            tmp_path / f"{count}.csv",
            (
                row | {"case_number": f"（2026）苏0505执{first + at}号"}
                for at, row in enumerate(patterns * (count // 2000))
            ),
        )
        command = [sys.executable, "-c", _MEASURED, "court", "publish", str(path), "--no-wait"]
        done = subprocess.run(command, env=office.environment, text=True, capture_output=True, check=True)
        assert f"{count:,}  new entries" in done.stdout
        return int(done.stderr.split()[-1])

    small, large = peak(10_000, 1), peak(100_000, 1_000_000)
    # caches fill up (the database's page cache is 64 MB), a row's data do not pile up: 100,000 rows are 200 MB of objects
    assert large < small + 80
