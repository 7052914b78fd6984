"""What random runs find until issue 4 mends it: every kind of attack that is known to break does so within a few worlds."""

import pytest

from liandong.tests.simulation.finding import shown
from liandong.tests.simulation.known_breaks import BREAKING

pytestmark = pytest.mark.slow


class Broken(Exception):
    """The promise that a kind of attack is known to break is broken."""


EXPECTED = [
    pytest.param(
        kind,
        marks=pytest.mark.xfail(strict=True, raises=Broken, reason=f"issue 4, {known.point}: {known.promise}"),
    )
    for kind, known in BREAKING.items()
]


@pytest.mark.parametrize("kind", EXPECTED)
def test_random_runs_find_what_breaks_until_issue_4(kind: str) -> None:
    found = shown(kind)
    if found is not None:
        raise Broken(f"seed {found[0]}\n{found[1]}")
