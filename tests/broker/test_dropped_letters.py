"""A person drops dead letters that are dealt with; `status` counts what is left."""

import json
from collections.abc import Iterator

import pytest

from liandong.tests.worlds.installation import Installation
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaPublisher
from liandong.topics.transport.ports import OutgoingRecord

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(120)]
RAILWAY = "railway-js"


@pytest.fixture
def town(settings: Settings) -> Iterator[Installation]:
    made = Installation(settings)
    made.found("js", (RAILWAY, "--kind", "agency", "--agency-kind", "railway"))
    publisher = KafkaPublisher(settings, client_id="test")
    for number in range(3):
        publisher.send(OutgoingRecord(names.dead_letters(RAILWAY), b"key", b"junk %d" % number))
    publisher.close()
    yield made
    made.close()


def letters(town: Installation) -> list[int]:
    return [each["count"] for each in town.status()["findings"] if each["kind"] == "dead-letters"]


def test_dropped_letters_are_counted_no_more_and_the_others_still_are(town: Installation) -> None:
    assert letters(town) == [3]
    listed = json.loads(town.run("dead-letters", "list", "--agency", RAILWAY, "--json"))["dead_letters"]
    second = listed[1]["number"]
    said = json.loads(town.run("dead-letters", "drop", "--agency", RAILWAY, "--through", second, "--json"))
    assert said == {"dropped": 2, "left": 1}
    assert letters(town) == [1]
    assert "DEAD_LETTER_UNKNOWN" in refusal(town, second)
    town.run("dead-letters", "drop", "--agency", RAILWAY, "--through", listed[2]["number"])
    assert letters(town) == []


def refusal(town: Installation, number: str) -> str:
    ended = town.piped("dead-letters", "drop", "--agency", RAILWAY, "--through", number)
    out, err = ended.communicate(timeout=60)
    assert ended.returncode == 2
    return out + err
