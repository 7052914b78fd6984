"""With a state organ's entry goes a sealed notice to the superior court, or neither goes (法释〔2017〕7号 art. 8 ¶4)."""

import pytest

from liandong.producers.publishing.organ_notices import SuperiorUnknown
from liandong.schemas.problems import told
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import CannotOpen, SealingKey, open_sealed
from liandong.tests.worlds.approvals import SUPERIOR, TOWNSHIP, TwoKeys
from liandong.tests.worlds.court import ENTRY, PublishingCourt
from liandong.topics.catalogue import names


@pytest.fixture
def keys(court: PublishingCourt) -> TwoKeys:
    return TwoKeys(court)


def waiting(keys: TwoKeys) -> str:
    """The batch under which a township waits."""
    [batch] = keys.court.publish(TOWNSHIP).waiting
    return batch


def test_the_superior_and_nobody_else_reads_who_was_listed(court: PublishingCourt, keys: TwoKeys) -> None:
    batch = waiting(keys)
    assert keys.notices() == []  # before somebody has approved it there is nothing to tell
    keys.desk().approve(keys.waiting(batch), keys.second)
    [notice] = keys.notices()
    told_to = (notice["court"], notice["sender"], notice["jurisdiction"], notice["kind"])
    assert told_to == (SUPERIOR, court.court, "js", "state-organ-listed")
    context = sealing_context("court-notice", notice["notice_id"])
    detail = open_sealed(notice["sealed"], context, keys.keys.sealing[SUPERIOR])
    [record] = court.lane("state")
    assert detail["entry_id"] == record["entry_id"]
    assert (detail["name"], detail["code"]) == (TOWNSHIP["name"], f"USCC {TOWNSHIP['certificate_number']}")
    assert (detail["case_number"], detail["grounds"]) == (record["case_number"], "G1")
    assert detail["decision_number"] == record["decision_number"]
    with pytest.raises(CannotOpen):
        open_sealed(notice["sealed"], context, SealingKey(b"o" * 32))
    clear = str({name: value for name, value in notice.items() if name not in ("sealed", "proof")})
    assert TOWNSHIP["name"] not in clear
    assert TOWNSHIP["certificate_number"] not in clear


def test_it_stands_in_the_topic_of_the_superiors_jurisdiction(keys: TwoKeys) -> None:
    keys.keys.places[SUPERIOR] = frozenset({"su"})
    keys.desk().approve(keys.waiting(waiting(keys)), keys.second)
    [row] = keys.court.register.outbox.unsent("events", 0, 10)
    assert row.record.topic == names.court_notices("su")
    assert keys.notices()[0]["jurisdiction"] == "js"


def test_without_a_superior_nothing_is_published_and_the_row_goes_on_waiting(
    court: PublishingCourt, keys: TwoKeys
) -> None:
    keys.keys.superiors[court.court] = []
    batch = waiting(keys)
    with pytest.raises(SuperiorUnknown) as unknown:
        keys.desk().approve(keys.waiting(batch), keys.second)
    assert unknown.value.code == "SUPERIOR_UNKNOWN"
    assert "LIANDONG_NOTICE_COURT" in told(unknown.value, "zh").remedy
    assert (court.lane("state"), keys.notices()) == ([], [])
    keys.desk(notice_court=SUPERIOR).approve(keys.waiting(batch), keys.second)
    assert [notice["court"] for notice in keys.notices()] == [SUPERIOR]


def test_who_stands_in_the_register_is_told_whatever_the_setting_says(keys: TwoKeys) -> None:
    keys.keys.places["js-elsewhere"] = frozenset({"js"})
    keys.keys.sealing["js-elsewhere"] = SealingKey(b"e" * 32)
    keys.desk(notice_court="js-elsewhere").approve(keys.waiting(waiting(keys)), keys.second)
    assert [notice["court"] for notice in keys.notices()] == [SUPERIOR]


def test_a_court_is_not_its_own_superior(court: PublishingCourt, keys: TwoKeys) -> None:
    keys.keys.superiors[court.court] = []
    with pytest.raises(SuperiorUnknown, match="SUPERIOR_UNKNOWN"):
        keys.desk(notice_court=court.court).approve(keys.waiting(waiting(keys)), keys.second)


@pytest.mark.parametrize("lacking", ["sealing", "places"])
def test_a_superior_without_keys_keeps_it_waiting(court: PublishingCourt, keys: TwoKeys, lacking: str) -> None:
    del getattr(keys.keys, lacking)[SUPERIOR]
    with pytest.raises(SuperiorUnknown, match="renew"):
        keys.desk().approve(keys.waiting(waiting(keys)), keys.second)
    assert (court.lane("state"), keys.notices()) == ([], [])


def test_under_the_policy_normal_an_organ_is_listed_as_anybody(court: PublishingCourt, keys: TwoKeys) -> None:
    court.state_organs = "normal"
    assert court.publish(TOWNSHIP, ENTRY).counts == {"accepted": 2}
    assert keys.notices() == []


def test_under_the_policy_refuse_it_is_not_listed(court: PublishingCourt) -> None:
    court.state_organs = "refuse"
    assert court.publish(TOWNSHIP).codes == ["STATE_ORGAN_POLICY"]
