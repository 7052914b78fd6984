"""Events somebody publishes: what is accepted, and what is refused with a remedy."""

from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.events.files import open_event_file
from liandong.consumers.events.intake import read_event
from liandong.schemas.errors import LiandongError
from liandong.tests.worlds.clock import NOW

NUMBER = "11010519491231002X"


def event(**changes: Any) -> dict[str, Any]:
    valid = {
        "domain": "whereabouts",
        "kind": "travel",
        "occurred_at": "2026-11-18T12:00:00+08:00",
        "subject": {"name": "陈思远", "certificates": [{"type": "CN_ID", "number": NUMBER.lower()}]},
        "fields": {"place": "苏州站", "service_number": "G7001"},
        "ref": "booking-1",
    }
    return valid | changes


def test_an_event_becomes_a_sighting_that_shows_nothing_of_its_subject() -> None:
    sighting = read_event(event(), NOW)
    assert (sighting.domain, sighting.kind, sighting.source) == ("whereabouts", "TRAVEL", "booking-1")
    assert sighting.certificates[0].number == NUMBER
    for secret in (NUMBER, "陈思远", "苏州站", "booking-1"):
        assert secret not in repr(sighting)


def test_a_time_without_an_offset_is_chinas() -> None:
    assert read_event(event(occurred_at="2026-11-18T12:00:00"), NOW).occurred_at == read_event(event(), NOW).occurred_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "medical"}, "EVENT_DOMAIN"),
        ({"kind": "CALL_CONTENT"}, "EVENT_KIND_UNKNOWN"),
        ({"kind": "BANK_DEPOSIT"}, "EVENT_KIND_UNKNOWN"),
        ({"fields": {"position": "31.3,120.6"}}, "EVENT_FIELD"),
        ({"fields": ["a"]}, "EVENT_FIELDS"),
        ({"occurred_at": "yesterday"}, "EVENT_TIME"),
        ({"occurred_at": "2027-01-01T00:00:00+08:00"}, "EVENT_TIME"),
        ({"subject": {"certificates": [{"type": "CN_ID", "number": NUMBER}]}}, "EVENT_SUBJECT"),
        ({"subject": {"name": "陈思远", "certificates": []}}, "EVENT_SUBJECT"),
        ({"subject": {"name": "陈思远", "certificates": [{"type": "FACE", "number": "1"}]}}, "EVENT_CERTIFICATE_TYPE"),
        (
            {"subject": {"name": "陈思远", "certificates": [{"type": "PASSPORT", "number": "E1234567"}]}},
            "CERTIFICATE_COUNTRY",
        ),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_remedy(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(LiandongError) as refused:
        read_event(event(**changes), NOW)
    assert (refused.value.code, bool(refused.value.remedy)) == (code, True)
    assert refused.value.http_status == 422


def test_csv_rows_and_json_lines_say_the_same(tmp_path: Path) -> None:
    rows, lines = tmp_path / "events.csv", tmp_path / "events.jsonl"
    rows.write_text(
        "\ufeffkind,occurred_at,certificate_type,number,country,name,ref,place,service_number\n"
        f"TRAVEL,2026-11-18T12:00:00+08:00,CN_ID,{NUMBER},,陈思远,booking-1,苏州站,G7001\n",
        encoding="utf-8",
    )
    lines.write_text(
        '{"kind": "TRAVEL", "occurred_at": "2026-11-18T12:00:00+08:00", "ref": "booking-1", '
        f'"subject": {{"name": "陈思远", "certificates": [{{"type": "CN_ID", "number": "{NUMBER}"}}]}}, '
        '"fields": {"place": "苏州站", "service_number": "G7001"}}\n\nnot json\n',
        encoding="utf-8",
    )
    with open_event_file(rows, "whereabouts") as table, open_event_file(lines, "whereabouts") as objects:
        (csv_row,), (json_row, broken_row) = table, objects
    assert (csv_row.number, broken_row.number) == (1, 3)  # of lines; the second is blank
    assert read_event(csv_row.event, NOW) == read_event(json_row.event, NOW) == read_event(event(), NOW)
    assert broken_row.problem is not None
    assert (broken_row.problem.code, broken_row.line) == ("EVENT_ROW", "not json")
