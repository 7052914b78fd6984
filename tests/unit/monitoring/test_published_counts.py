"""What the monitor shows of enforcement: what courts signed and published, and nothing else."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from liandong.monitoring.log import counts
from liandong.monitoring.log.counts import PublishedCount, PublishedCounts
from liandong.monitoring.page import tables
from liandong.monitoring.page.words import Words
from liandong.monitoring.status.enforcement import enforcement, last_month, last_week
from liandong.monitoring.status.text import figure
from liandong.schemas.dates import end_of_day_ms
from liandong.schemas.wire.enforcement import SCHEMA
from liandong.schemas.wire.signing import Ed25519Signer, Signer, encode_signed
from liandong.tests.browser.documents import document, enforced, span
from liandong.tests.suites.recount import CLOSED, TUESDAY, RecountSuite
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock

DAY_MS = 86_400_000
TOPIC = names.enforcement_counts("js")


class Watched:
    """A town whose counts somebody follows."""

    def __init__(self, directory: Path) -> None:
        self.town = Town(MemoryWire(), directory)
        self.directory: KeyDirectory = self.town.key_directory()
        self.reader = PublishedCounts(self.directory, self.town.wire.subscriber(), self.town.clock)

    def read(self) -> list[dict[str, Any]]:
        self.directory.refresh()
        self.town.clock.time += 61_000
        for _ in range(50):
            if self.reader.read(["cq", "js"]):
                break
        rows = enforcement(self.reader.published, self.town.clock.now(), [RAILWAY])
        return [row for row in rows if row["jurisdiction"] == "js"]

    def say(self, signer: str | Signer = COURT, topic: str = TOPIC, **changes: Any) -> None:
        """Publish a count like that of seven, with changes, signed by whomever."""
        said = next(one for one in self.town.records(TOPIC) if (one["count"], one["from_day"]) == (7, TUESDAY))
        key = self.town.participants.signer(signer) if isinstance(signer, str) else signer
        body, now = encode_signed(SCHEMA, {**said, **changes}, SCHEMA, key), self.town.clock.now()
        self.town.send(outgoing(SCHEMA, body, topic, b"k", event_id="evt_x", source=COURT, time_ms=now))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    made = Watched(tmp_path)
    RecountSuite().counted(made.town, TownAgency(made.town, RAILWAY))
    return made


def counted(watched: Watched) -> tuple[int, int, int]:
    (row,) = watched.read()
    return row["week"]["counted"], row["week"]["folded"], row["month"]["counted"]


def test_the_last_closed_week_and_month_are_what_was_published_each_with_where_it_stands(watched: Watched) -> None:
    (row,) = watched.read()
    assert (row["agency"], row["week"]["week"], row["month"]["month"]) == (RAILWAY, "2026-W49", "2026-11")
    assert counted(watched) == (13, 1, 6)
    assert [(one["measure"], one["counted"], one["revision"]) for one in row["week"]["from"]] == [
        ("rail-gd-all", 6, 1),
        ("rail-gd-all", 7, 1),
        ("rail-soft-sleeper", None, 1),
    ]
    log = {message.offset(): message for message in watched.town.messages(TOPIC)}
    for one in row["week"]["from"]:
        assert (one["court"], one["topic"], one["offset"] in log) == (COURT, TOPIC, True)
    assert "3" not in str([one["counted"] for one in row["week"]["from"]])  # three were folded


def test_of_revisions_the_newest_counts_wherever_it_stands(watched: Watched) -> None:
    watched.say(revision=3, count=30)
    watched.say(revision=2, count=20)
    assert counted(watched) == (36, 1, 6)
    watched.say(revision=4, folded=True, count=0)
    assert counted(watched) == (6, 2, 6)


def test_what_no_court_of_the_jurisdiction_signed_is_not_shown(watched: Watched) -> None:
    town = watched.town
    town.join("court-cq", "court", jurisdictions=("cq",))
    town.join("court-js-2", "court", jurisdictions=("js",))
    town.join("nobody-js", "court", jurisdictions=("js",), publish=False)
    for signer in (RAILWAY, "court-cq", "court-js-2", "nobody-js"):
        watched.say(signer, revision=9, count=99)
        watched.say(signer, revision=9, count=99, court=signer if signer != "court-js-2" else COURT)
    watched.say(topic=names.enforcement_counts("cq"), revision=9, count=99)
    watched.say(revision=9, count=99, from_day="2026-12-02")
    watched.say(revision=9, count=99, until_day="2026-12-31")
    watched.say(revision=9, count=-99)
    watched.say(revision=9, count=99, from_day="soon")
    assert counted(watched) == (13, 1, 6)
    watched.say("court-js-2", court="court-js-2", count=5, revision=1)
    town.send(OutgoingRecord(TOPIC, b"k", b"nonsense"), OutgoingRecord(TOPIC, b"k", b""))
    assert counted(watched) == (18, 1, 6)
    assert watched.reader.ignored == 13


def test_a_flood_of_what_nobody_registered_signed_hides_no_count(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "_MOST_KEPT", 3)
    for number in range(5):
        watched.say(Ed25519Signer(bytes([number]) * 32), revision=9, count=99)
        watched.say(RAILWAY, revision=9, count=99)
    watched.say(revision=2, count=20)
    assert counted(watched) == (26, 1, 6)


def test_a_count_whose_key_is_known_later_is_shown_then(watched: Watched) -> None:
    watched.town.join("court-js-2", "court", jurisdictions=("js",), publish=False)
    watched.say("court-js-2", court="court-js-2", count=5)
    assert counted(watched) == (13, 1, 6)
    watched.town.publish("court-js-2")
    assert counted(watched) == (18, 1, 6)


def test_counts_of_a_key_that_was_in_wrong_hands_are_shown_no_longer(watched: Watched) -> None:
    assert counted(watched) == (13, 1, 6)
    watched.town.participants.rotate(COURT, compromised_since=CLOSED - 40 * DAY_MS)
    watched.town.publish(COURT)
    assert watched.read() == []


@pytest.mark.parametrize(("since", "shown"), [(-1_000, []), (3_600_000, [99])])
def test_a_count_that_came_after_its_key_was_revoked_is_not_shown_whatever_time_it_claims(
    watched: Watched, since: int, shown: list[int]
) -> None:
    revoked_at = SystemClock().now() + since  # the broker goes by the machine's clock
    old = watched.town.participants.signer(COURT)
    watched.town.participants.rotate(COURT, compromised_since=revoked_at)
    watched.town.publish(COURT)
    watched.say(revision=9, count=99, issued_at=revoked_at - 60_000, signer=old)
    assert [row["week"]["counted"] for row in watched.read()] == shown


def test_a_topic_that_is_not_there_and_one_without_counts_are_read_to_their_end(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    assert watched.read() == []
    watched.town.clock.time += 61_000
    assert watched.reader.read(["sc"])


@pytest.mark.parametrize(
    ("now", "week", "month"),
    [
        (date(2026, 12, 7), "2026-11-23", "2026-11-01"),  # Sunday was yesterday: not closed before tomorrow
        (date(2026, 12, 8), "2026-11-30", "2026-11-01"),
        (date(2026, 11, 30), "2026-11-16", "2026-10-01"),
        (date(2026, 12, 2), "2026-11-23", "2026-11-01"),
        (date(2027, 1, 2), "2026-12-21", "2026-12-01"),
        (date(2027, 1, 1), "2026-12-21", "2026-11-01"),
    ],
)
def test_a_week_or_month_is_shown_once_all_its_counts_are_due(now: date, week: str, month: str) -> None:
    noon = end_of_day_ms(now) - DAY_MS // 2
    assert (last_week(noon).first.isoformat(), last_month(noon).first.isoformat()) == (week, month)


def test_only_agencies_asked_about_are_described(watched: Watched) -> None:
    watched.read()
    published, now = watched.reader.published, watched.town.clock.now()
    assert enforcement(published, now, ["hotel-js"]) == []
    other = [replace(one, record={**one.record, "agency": "hotel-js"}) for one in published]
    assert isinstance(other[0], PublishedCount)
    assert [row["agency"] for row in enforcement([*other, *published], now, ["hotel-js", RAILWAY])] == [
        "hotel-js",
        RAILWAY,
    ]


@pytest.mark.parametrize(
    ("shown", "english", "chinese"),
    [
        (span(), "12 + fewer than five", "12 + 少于五次"),
        (span(1_200, 0), "1,200", "1,200"),
        (span(0, 1), "fewer than five", "少于五次"),
        (span(0, 3), "3 × fewer than five", "3 项各少于五次"),
        (span(12, 3), "12 + 3 × fewer than five", "12 + 3 项各少于五次"),
        (span(0, 0), "none published", "未公布"),
    ],
)
def test_few_are_said_as_few_in_both_languages(shown: dict[str, Any], english: str, chinese: str) -> None:
    assert (figure(shown, "en"), figure(shown, "zh")) == (english, chinese)


def test_the_page_names_agency_figures_courts_and_the_place_in_the_log() -> None:
    status = document(enforcement=[enforced("railway-js"), enforced("hotel-js", week=span(0, 0))])
    table = tables.enforcement(status, Words("zh"))
    assert [column.label for column in table.columns] == ["单位", "上一统计周", "上一统计月", "统计法院"]
    first, second = table.rows
    assert [(cell.text, cell.under) for cell in first.cells] == [
        ("railway-js", "js"),
        ("12 + 少于五次", "2026-W08"),
        ("40 + 2 项各少于五次", "2026-02"),
        ("court-su0505", "最新一期公布于 2026-03-02"),
    ]
    assert first.cells[3].hint.startswith("enforcement.counts.js.v1/0 @ ")
    assert second.cells[1].text == "未公布"
    assert tables.enforcement(document(enforcement=[]), Words("en")).rows == []
