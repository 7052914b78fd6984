"""Kafka away: named at once with the age of what is shown, by whoever shows it, and gone when reading goes on."""

from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from liandong.monitoring.page.summary import sentences
from liandong.monitoring.page.words import Words
from liandong.monitoring.service.at_hand import status_at_hand
from liandong.monitoring.service.reach import ASK_SECONDS, Reach
from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.evidence_age import EvidenceAge
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits
from liandong.monitoring.status.text import StatusText
from liandong.tests.worlds.clock import VirtualClock
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.settings import Settings
from liandong.topics.transport.errors import BrokerUnreachable, TopicMissing, TransportError


class Answering:
    """A Kafka that answers, or fails."""

    failure: TransportError | None = None

    def __call__(self, seconds: float) -> None:
        assert seconds == ASK_SECONDS
        if self.failure is not None:
            raise self.failure


def away(room: WatchRoom, evidence: EvidenceAge) -> dict[str, Any]:
    limits = LatenessLimits(room.clock.now(), 60_000, 10**9, 10**9)
    return StatusDocument(DeliverySources(room.view, {}, [], {}, evidence=evidence), limits).document(StatusQuery())


def test_an_outage_lasts_from_the_last_answer_until_something_was_read_again() -> None:
    clock, kafka = VirtualClock(), Answering()
    reach, began = Reach(kafka, clock), clock.now()
    reach.step()
    assert reach.outage(0) is None
    kafka.failure = BrokerUnreachable("gone")
    clock.pass_seconds(3)
    reach.step()
    clock.pass_seconds(3)
    reach.step()
    outage = reach.outage(clock.now())
    assert outage is not None
    assert (outage.failure.code, outage.since) == ("BROKER_UNREACHABLE", began)
    kafka.failure = None
    reach.step()
    assert reach.outage(began) == outage
    clock.pass_seconds(1)
    assert reach.outage(clock.now()) is None


def test_who_says_that_a_topic_is_missing_answers() -> None:
    clock, kafka = VirtualClock(), Answering()
    reach = Reach(kafka, clock)
    kafka.failure = TopicMissing("no keys yet")
    reach.step()
    assert reach.outage(0) is None


@pytest.mark.parametrize(("code", "kind"), [("BROKER_UNREACHABLE", "kafka-away"), ("LOG_STALLED", "evidence-unread")])
def test_what_is_shown_says_how_old_it_is_and_since_when_nothing_comes(tmp_path: Path, code: str, kind: str) -> None:
    room = WatchRoom(tmp_path)
    now = room.clock.now()
    document = away(room, EvidenceAge(now - 42_000, code, now - 40_000))
    (finding,) = document["findings"]
    assert (finding["kind"], finding["what"], finding["seconds"]) == (kind, code, 42)
    assert document["evidence"]["age_seconds"] == 42
    assert not document["healthy"]
    for lang in ("en", "zh"):
        console = Console(file=StringIO(), width=300)
        StatusText(document, lang).print(console)
        printed = cast("StringIO", console.file).getvalue()
        (sentence,) = sentences(document, Words(lang))
        for told in (printed, sentence.text):
            assert finding["since"] in told
            assert "42" in told
            assert code in told
        assert finding["next"] in printed
        assert sentence.command == finding["next"] == "liandong topics check"


def test_evidence_of_another_process_is_as_old_as_its_newest_record(tmp_path: Path) -> None:
    room = WatchRoom(tmp_path)
    assert away(room, EvidenceAge(code="KAFKA_NOT_RUNNING"))["evidence"]["age_seconds"] is None
    room.hear(*room.proven(1))
    room.clock.pass_seconds(9)
    document = away(room, EvidenceAge(code="KAFKA_NOT_RUNNING"))
    assert document["evidence"]["age_seconds"] == 9
    found = {each["kind"]: each for each in document["findings"]}
    assert found["kafka-away"]["next"] == "liandong kafka up"


def test_a_machine_that_never_read_anything_says_what_is_wrong(tmp_path: Path) -> None:
    failure = BrokerUnreachable("nobody there")
    with (
        pytest.raises(BrokerUnreachable),
        status_at_hand(Settings(state_dir=tmp_path), VirtualClock(), failure),
    ):
        pass
