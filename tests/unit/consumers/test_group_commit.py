"""Answers are kept before they are given, those that come at once in one transaction."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from liandong.consumers.api.group_commit import GroupCommit
from liandong.consumers.interceptions.answers import Answer
from liandong.consumers.store.errors import StoreFull


class Disk:
    """What was written, transaction by transaction; the first one waits for `go`."""

    def __init__(self) -> None:
        self.transactions: list[list[object]] = []
        self.go = threading.Event()

    def write(self, answers: Sequence[Answer]) -> dict[str, str]:
        self.go.wait(10)
        if any(cast("object", each) == "broken" for each in answers):
            raise ValueError("cannot be kept")
        if len(answers) > 1 and any(cast("object", each) == "full" for each in answers):
            raise StoreFull(Path("acts.db"), "no space")
        self.transactions.append(list(answers))
        return {str(each): "before" for each in answers}


async def keep_at_once(disk: Disk, *asked: str) -> list[Mapping[str, str] | BaseException]:
    """The first request begins its transaction, then all others come."""
    with ThreadPoolExecutor(1) as writer:
        keeping = GroupCommit(disk.write, writer)
        tasks = []
        for one in asked:
            tasks.append(asyncio.create_task(keeping.keep([cast("Answer", one)])))
            await asyncio.sleep(0)
        disk.go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)


def test_requests_that_come_while_a_transaction_runs_share_the_next_one() -> None:
    disk = Disk()
    told = asyncio.run(keep_at_once(disk, "a", "b", "c", "d"))
    assert [one in each for one, each in zip("abcd", cast("list[Mapping[str, str]]", told), strict=True)] == [True] * 4
    assert disk.transactions == [["a"], ["b", "c", "d"]]


@pytest.mark.parametrize("asked", [("a", "b", "broken", "d"), ("broken", "b", "d"), ("a", "broken")])
def test_nobody_fails_because_of_what_somebody_else_asked(asked: tuple[str, ...]) -> None:
    disk = Disk()
    failed = asyncio.run(keep_at_once(disk, *asked))
    assert [isinstance(each, ValueError) for each in failed] == [one == "broken" for one in asked]
    assert sorted(str(each) for some in disk.transactions for each in some) == sorted(set(asked) - {"broken"})


def test_what_a_shared_transaction_failed_with_is_logged_by_its_code_and_without_what_it_held() -> None:
    disk = Disk()
    with capture_logs() as lines:
        asyncio.run(keep_at_once(disk, "a", "b", "full", "d"))
    [line] = lines
    assert (line["code"], line["requests"], line["log_level"]) == ("STORE_DISK_FULL", 3, "warning")
    with capture_logs() as lines:
        asyncio.run(keep_at_once(Disk(), "a", "b", "broken", "d"))
    assert [(line["code"], "cannot be kept" in str(line)) for line in lines] == [("ValueError", False)]
