"""Every function that calls a parser is reached by some input of a target, or a reason stands beside it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import pytest

from liandong.tests.fuzz.elsewhere import ELSEWHERE
from liandong.tests.fuzz.keeping_targets import founded
from liandong.tests.fuzz.reader_targets import directory, square, subscriber
from liandong.tests.fuzz.sites import ROOMS, ROOT, Site, product_sources, sites
from liandong.tests.fuzz.targets import TARGETS


@contextmanager
def entered() -> Iterator[set[Site]]:
    """The functions of the product that are entered meanwhile."""
    found: set[Site] = set()
    rooms = tuple(f"{ROOT / room}/" for room in ROOMS)

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_filename.startswith(rooms):
                found.add(Site(code.co_filename.removeprefix(f"{ROOT}/"), code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


def unreached(parsing: set[Site], reached: set[Site]) -> list[Site]:
    """Functions that parse and were not entered; what is done within a function or a comprehension of one is its own."""
    outer = {Site(site.file, site.function.split(".<locals>")[0]) for site in reached}
    return sorted(site for site in parsing if Site(site.file, site.function.split(".<locals>")[0]) not in outer)


@pytest.fixture(scope="module")
def reached() -> set[Site]:
    for made in (square, directory, subscriber):
        made.cache_clear()  # what other tests have read there would reach more
    for how in range(4):
        founded(how)
    for target in TARGETS:
        target.play(b"")  # worlds are founded before it is noted who is entered
    everything: set[Site] = set()
    for target in TARGETS:
        for data in target.inputs().values():
            with entered() as found:  # anew for each: an input that is too deep ends the noting
                target.play(data)
            everything |= found
    return everything


def test_every_function_that_parses_foreign_bytes_is_reached_by_a_target(reached: set[Site]) -> None:
    parsing = set(sites(product_sources()))
    assert [site for site in unreached(parsing, reached) if site not in ELSEWHERE] == []


def test_the_list_of_reasons_is_no_longer_than_it_must_be(reached: set[Site]) -> None:
    parsing = set(sites(product_sources()))
    assert sorted(site for site in ELSEWHERE if site not in parsing) == [], "nothing is parsed there any more"
    assert sorted(site for site in ELSEWHERE if site not in unreached(parsing, reached)) == [], "a target reaches it"
    assert all(ELSEWHERE.values())


def test_a_new_reader_without_a_target_is_found() -> None:
    source = "import json\nclass Reader:\n    def read(self, raw):\n        return [json.loads(each) for each in raw]\n"
    (site,) = found = sites({"topics/new.py": source})
    assert (site, found[site]) == (Site("topics/new.py", "Reader.read"), {"loads"})
    assert unreached(set(found), set()) == [site]
    assert unreached(set(found), {Site("topics/new.py", "Reader.read.<locals>.<listcomp>")}) == []


def test_what_is_entered_is_noted() -> None:
    def played(play: Callable[[], object]) -> set[Site]:
        with entered() as found, suppress(Exception):
            play()
        return found

    from liandong.schemas.ids import parse

    assert Site("schemas/ids.py", "parse") in played(lambda: parse("ent_", "ent"))
    assert Site("schemas/ids.py", "parse") not in played(lambda: None)
