"""The catalogue and a real broker: planned, applied, checked, and what somebody changed by hand."""

import pytest

from liandong.schemas.errors import LiandongError
from liandong.tests.worlds.chance import CHANCE
from liandong.topics.catalogue.families import TopicScope
from liandong.topics.catalogue.plan import TopicPlan, apply, plan
from liandong.topics.keys.participants import registered_scope
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaAdmin
from liandong.topics.transport.topic_state import TopicState
from liandong.topics.workers.clock import SystemClock

SCOPE = TopicScope(frozenset({"js"}), frozenset({"railway-js"}))


def test_what_was_planned_is_there_after_apply(settings: Settings) -> None:
    planned = plan(settings, SCOPE)
    assert len(planned.create) == 16
    assert not planned.clean
    assert apply(settings, SCOPE).create == planned.create
    after = plan(settings, SCOPE)
    assert after.clean
    assert after == TopicPlan()
    assert set(KafkaAdmin(settings).states(planned.create)) == set(planned.create)


def test_applying_again_does_nothing(settings: Settings) -> None:
    apply(settings, SCOPE)
    assert apply(settings, SCOPE) == TopicPlan()


def test_a_value_changed_by_hand_is_found_and_put_right_and_nothing_else_is_touched(settings: Settings) -> None:
    apply(settings, SCOPE)
    topic = settings.physical("court.debtor-list.js.v1")
    by_hand = KafkaAdmin(settings)
    by_hand.alter({topic: {"cleanup.policy": "delete", "flush.messages": "12345"}})
    (difference,) = plan(settings, SCOPE).alter
    assert (difference.topic, difference.what) == (topic, "cleanup.policy")
    assert (difference.found, difference.wanted, difference.remedy) == ("delete", "compact", "")
    apply(settings, SCOPE)
    assert plan(settings, SCOPE).clean
    assert by_hand.states([topic])[topic].configuration["flush.messages"] == "12345"


def test_another_number_of_partitions_or_copies_is_drift_that_apply_leaves_to_a_person(settings: Settings) -> None:
    apply(settings, SCOPE)
    wider = settings.model_copy(update={"partitions": 5, "replication_factor": 2})
    drift = apply(wider, SCOPE).drift
    assert {(one.what, one.found, one.wanted) for one in drift} == {
        ("partitions", "3", "5"),
        ("replication_factor", "1", "2"),
    }
    assert {one.topic for one in drift if one.what == "partitions"} == {
        settings.physical("court.debtor-list.js.v1"),
        settings.physical("court.orders.js.v1"),
    }
    assert all(one.remedy for one in drift)
    assert plan(settings, SCOPE).clean


def test_topics_nobody_here_knows_are_named_and_left_alone(settings: Settings) -> None:
    apply(settings, TopicScope(frozenset({"js", "cq"}), frozenset()))
    KafkaAdmin(settings).create({settings.physical("somebody.elses.v1"): TopicState(1, 1, {})})
    after = apply(settings, TopicScope(frozenset({"js"}), frozenset()))
    assert after.clean
    assert settings.physical("court.orders.cq.v1") in after.unmanaged
    assert settings.physical("somebody.elses.v1") not in after.unmanaged
    assert settings.physical("court.orders.cq.v1") in KafkaAdmin(settings).names()


def test_the_participants_on_this_machine_say_whose_topics(settings: Settings) -> None:
    participants = Registrar(settings, SystemClock(), CHANCE)
    participants.new("court-su0505", "court", jurisdictions=["js"])
    participants.new("railway-js", "agency", jurisdictions=["js", "cq"])
    participants.new("bank-js", "agency", jurisdictions=["sc"])
    participants.retire("bank-js")
    assert registered_scope(settings) == TopicScope(frozenset({"js", "cq"}), frozenset({"railway-js"}))
    assert settings.physical("control.commands.railway-js.v1") in plan(settings, registered_scope(settings)).create


def test_a_topic_the_broker_refuses_is_an_error_and_the_others_are_made(settings: Settings) -> None:
    greedy, modest = settings.physical("greedy"), settings.physical("modest")
    with pytest.raises(LiandongError, match="creating"):
        KafkaAdmin(settings).create({greedy: TopicState(1, 9, {}), modest: TopicState(1, 1, {})})
    assert modest in KafkaAdmin(settings).names()
    with pytest.raises(LiandongError, match=r"altering .*modest"):
        KafkaAdmin(settings).alter({modest: {"cleanup.policy": "nonsense"}})
