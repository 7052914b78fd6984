"""The world notices a checkpoint that counts something else than what stands below it."""

import pytest

from liandong.producers.register.checkpoints import CheckpointBook, CheckpointContent
from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories import AWHILE, FREED, LISTED


def test_the_world_notices_one_entry_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    told = (LISTED, AWHILE, FREED, AWHILE)
    assert play(told).counters["checkpoints held against the log"]
    real = CheckpointBook.draw_up

    def lied(book: CheckpointBook, through: int) -> CheckpointContent | None:
        content = real(book, through)
        return content and content._replace(courts=[each._replace(live=each.live + 1) for each in content.courts])

    monkeypatch.setattr(CheckpointBook, "draw_up", lied)
    assert "a checkpoint says" in str(play(told).broken)
