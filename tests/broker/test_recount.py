"""Counting enforcement again, on a real Kafka, and as it is typed."""

import json

from liandong.tests.suites.recount import RecountSuite
from liandong.tests.worlds.commands import Ended
from liandong.tests.worlds.java import read_in_java
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_commands import typed
from liandong.tests.worlds.town_members import TownAgency
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names

SUPERVISOR = "supervisor-js"


def recount(town: Town, *words: str, lang: str = "en") -> Ended:
    common = ("supervise", "recount", "--as", SUPERVISOR, "--jurisdiction", "js", "--period", "2026-12")
    return typed(town, *common, "--decision", "苏政法〔2026〕12号", *words, lang=lang)


class TestRecountOnKafka(RecountSuite):
    def test_the_command_tells_everybody_first_then_who_is_unequal(self, town: Town, railway: TownAgency) -> None:
        town.join(SUPERVISOR, "supervisor", jurisdictions=("js",))
        self.counted(town, railway)
        equal = recount(town, "--json")
        assert equal.code == 0, equal.err
        told = json.loads(equal.out)
        assert [(one["measure"], one["found"], one["equal"]) for one in told["counts"]] == [
            ("rail-gd-all", 7, True),
            ("rail-soft-sleeper", 3, True),
        ]
        (act,) = town.records(names.supervision_acts("js"))
        assert (act["kind"], act["reason"], act["from_day"]) == ("ESCROW_OPENED", "RECOUNT", "2026-12-01")
        assert isinstance(town.wire, KafkaWire)
        read = read_in_java(town.wire.settings)
        assert (read[names.enforcement_counts("js")], read[names.supervision_acts("js")]) == (3, 1)
        self.say(town, revision=2, count=5)
        lied = recount(town, lang="zh")
        assert (lied.code, "不一致" in lied.out, "次数：公布为 5，复核为 7" in lied.out) == (1, True, True)
        assert "决定 act_" in lied.err

    def test_who_was_not_admitted_opens_nothing(self, town: Town, railway: TownAgency) -> None:
        town.join(SUPERVISOR, "supervisor", jurisdictions=("js",), publish=False)
        self.counted(town, railway)
        refused = recount(town)
        assert (refused.code, "ESCROW_NOT_OPENED" in refused.err, refused.out) == (2, True, "")
