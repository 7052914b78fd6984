"""Files that people really sent (tests/cases), rehearsed and published: a bad row spoils itself and nothing else."""

from pathlib import Path

import pytest

from liandong.tests.worlds.cases import case
from liandong.tests.worlds.sent_files import SendingClerk


@pytest.fixture
def clerk(tmp_path: Path) -> SendingClerk:
    return SendingClerk.new(tmp_path)


def test_amount_float(clerk: SendingClerk) -> None:
    sent = clerk.send(case("amount_float"))
    assert sent.counts == (1, 0)
    assert sent.entries[0]["claim_amount"] == "99999999999999.99"


def test_json_nested_and_nan_values(clerk: SendingClerk) -> None:
    sent = clerk.send(case("json_nested_and_nan_values"))
    assert (sent.counts, sent.codes) == ((0, 5), {"NOT_TEXT": 5})
    assert b'"name": NaN' in sent.rejects


def test_json_two_certificates_one_column(clerk: SendingClerk) -> None:
    sent = clerk.send(case("json_two_certificates_one_column"))
    assert (sent.counts, sent.codes) == ((0, 2), {"COLUMN_TWICE": 1, "KEY_TWICE": 1})


def test_lone_surrogate_in_text(clerk: SendingClerk) -> None:
    sent = clerk.send(case("lone_surrogate_in_text"))
    assert (sent.counts, sent.codes) == ((2, 1), {"ENCODING": 1})
    assert [each["name"] for each in sent.entries] == ["示例甲", "示例丙"]
    assert rb"\ud83d" in sent.rejects
