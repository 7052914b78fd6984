"""Files that people really sent (tests/cases), rehearsed and published: a bad row spoils itself and nothing else."""

import json
from pathlib import Path

import pytest

from liandong.schemas.law.listing import PersonKind
from liandong.tests.worlds.cases import case
from liandong.tests.worlds.intake_rows import ENTRY
from liandong.tests.worlds.sent_files import SendingClerk
from liandong.topics.keys.participants import Participants


@pytest.fixture
def clerk(tmp_path: Path) -> SendingClerk:
    return SendingClerk.new(tmp_path)


def test_amount_float(clerk: SendingClerk) -> None:
    sent = clerk.send(case("amount_float"))
    assert sent.counts == (1, 0)
    assert sent.entries[0]["claim_amount"] == "99999999999999.99"


def test_case_number_new_token_old_style(clerk: SendingClerk) -> None:
    sent = clerk.send(case("case_number_new_token_old_style"))
    assert sent.counts == (2, 0)
    assert [each["case_number"] for each in sent.entries] == ["（2016）苏0505执123号", "（2017）苏0505执恢45号"]


def test_case_number_with_di_two_keys(clerk: SendingClerk) -> None:
    sent = clerk.send(case("case_number_with_di_two_keys"))
    assert (sent.counts, sent.report.batch.duplicate) == ((1, 0), 1)
    assert [each["case_number"] for each in sent.entries] == ["（2024）苏0505执5004号"]


def test_exit_ban_placeholder_decision(clerk: SendingClerk) -> None:
    sent = clerk.send(case("exit_ban_placeholder_decision"))
    assert (sent.counts, sent.codes) == ((0, 9), {"EXIT_BAN_DECISION": 9})


def test_name_placeholder_or_markup(clerk: SendingClerk) -> None:
    sent = clerk.send(case("name_placeholder_or_markup"))
    assert (sent.counts, sent.codes) == ((0, 10), {"NAME_DAMAGED": 10})


def test_name_cjk_radical_from_pdf(clerk: SendingClerk) -> None:
    sent = clerk.send(case("name_cjk_radical_from_pdf"))
    assert sent.counts == (1, 0)
    (entry,) = sent.entries
    (identity,) = entry["identities"]
    (key,) = Participants(clerk.settings).matching_keys()
    assert identity["name_tag"] == key.name_tag(identity["surrogate"], "马示例")
    assert entry["name"] == "\u2ee2示例"


def test_dates_before_the_case(clerk: SendingClerk) -> None:
    sent = clerk.send(case("dates_before_the_case"))
    assert (sent.counts, sent.codes) == ((0, 4), {"DATE_ZERO": 2, "DATE_BEFORE_CASE": 2, "GROUND_UNKNOWN": 1})


def test_json_nested_and_nan_values(clerk: SendingClerk) -> None:
    sent = clerk.send(case("json_nested_and_nan_values"))
    assert (sent.counts, sent.codes) == ((0, 5), {"NOT_TEXT": 5})
    assert b'"name": NaN' in sent.rejects


def test_json_two_certificates_one_column(clerk: SendingClerk) -> None:
    sent = clerk.send(case("json_two_certificates_one_column"))
    assert (sent.counts, sent.codes) == ((0, 2), {"COLUMN_TWICE": 1, "KEY_TWICE": 1})


def test_lone_surrogate_in_text(clerk: SendingClerk) -> None:
    sent = clerk.send(case("lone_surrogate_in_text"))
    assert (sent.counts, sent.codes) == ((2, 1), {"ENCODING": 1, "LISTED_WITHOUT_ORDER": 2})
    assert [each["name"] for each in sent.entries] == ["示例甲", "示例丙"]
    assert rb"\ud83d" in sent.rejects


def test_zxgk_party_type_580_581(clerk: SendingClerk) -> None:
    sent = clerk.send(case("zxgk_party_type_580_581"), "zxgk")
    assert sent.counts == (2, 0)
    assert [PersonKind(each["person_kind"]) for each in sent.entries] == [PersonKind.NATURAL, PersonKind.ENTITY]


def test_a_day_that_is_a_word_for_nothing_is_no_day(clerk: SendingClerk) -> None:
    path = clerk.folder / "rows.jsonl"
    path.write_text(json.dumps(ENTRY | {"publish_date": "NaN"}, ensure_ascii=False), encoding="utf-8")
    assert clerk.send(path).counts == (1, 0)
    clerk.clock.pass_days(1)
    assert clerk.send(path).report.batch.unchanged == 1
