"""Acts of supervisors, on whichever transport: what counts, in any order, sent as often as anybody likes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.supervision import ActKind, SupervisionAct
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.town import Town
from liandong.topics.catalogue import names
from liandong.topics.keys import supervision
from liandong.topics.keys.supervising import act_message
from liandong.topics.keys.supervision import SupervisionActs
from liandong.topics.transport.ports import OutgoingRecord

SUPERVISOR = "supervisor-js"


class SupervisionSuite(TownSuite):
    """Only an admitted supervisor switches a measure on, where they act, for the days they say."""

    @pytest.fixture(autouse=True)
    def _supervisor(self, town: Town) -> None:
        town.join(SUPERVISOR, "supervisor", jurisdictions=("js",))

    def act(self, town: Town, **changes: object) -> SupervisionAct:
        today = date_of_ms(town.clock.now())
        act = SupervisionAct(
            CHANCE.random_id(), "js", SUPERVISOR, ActKind.MEASURE_ON, "苏政法〔2026〕12号", bytes(32), town.clock.now(),
            "subsidy", from_day=today.isoformat(), until_day=(today + timedelta(days=30)).isoformat(),
        )  # fmt: skip
        return replace(act, **changes)  # type: ignore[arg-type]

    def message(self, town: Town, act: SupervisionAct, signer: str = SUPERVISOR) -> OutgoingRecord:
        return act_message(act, town.participants.signer(signer))

    def on(self, town: Town, *, later: int = 0, places: tuple[str, ...] = ("js", "cq")) -> Mapping[str, frozenset[str]]:
        town.clock.time += later * 86_400_000
        reader = SupervisionActs(places, town.wire.subscriber(), town.key_directory(), town.clock)
        while not reader.loaded or reader.step() == 0:
            reader.step()
        found = reader.on(date_of_ms(town.clock.now())).measures
        reader.close()
        town.clock.time -= later * 86_400_000
        return found

    def test_a_measure_is_on_on_its_days_alone(self, town: Town) -> None:
        assert self.on(town) == {}
        town.send(self.message(town, self.act(town)))
        assert self.on(town) == self.on(town, later=30) == {"subsidy": frozenset({"js"})}
        assert self.on(town, later=31) == {}

    def test_a_withdrawn_act_does_nothing_in_any_order_and_however_often_it_comes_again(self, town: Town) -> None:
        switched = self.act(town)
        off = self.act(town, kind=ActKind.MEASURE_OFF, ends=switched.act_id, until_day="", from_day="")
        messages = [self.message(town, switched), self.message(town, off), self.message(town, switched)]
        for order in permutations(messages):
            town.send(*order)
        assert self.on(town) == {}
        town.send(self.message(town, self.act(town)))
        assert self.on(town) == {"subsidy": frozenset({"js"})}

    def test_what_no_admitted_supervisor_of_the_jurisdiction_signed_does_nothing(self, town: Town) -> None:
        town.join("supervisor-cq", "supervisor", jurisdictions=("cq",))
        town.join("nobody-js", "supervisor", jurisdictions=("js",), publish=False)
        by_court = self.act(town, supervisor=town.court.id)
        elsewhere, unknown = self.act(town, supervisor="supervisor-cq"), self.act(town, supervisor="nobody-js")
        own = self.message(town, self.act(town))
        carried = OutgoingRecord(names.supervision_acts("cq"), own.key, own.value, own.headers)
        town.send(
            self.message(town, by_court, town.court.id), self.message(town, elsewhere, "supervisor-cq"),
            self.message(town, unknown, "nobody-js"), self.message(town, self.act(town), "supervisor-cq"), carried,
            OutgoingRecord(names.supervision_acts("js"), b"x", b"nonsense"), OutgoingRecord(names.supervision_acts("js"), b"x", None),
        )  # fmt: skip
        assert self.on(town) == {}

    def test_terms_nobody_may_give_and_clocks_that_run_ahead_do_nothing(self, town: Town) -> None:
        today = date_of_ms(town.clock.now())
        long = self.act(town, until_day=(today + timedelta(days=366)).isoformat())
        ahead = self.act(town, issued_at=town.clock.now() + 3_600_000)
        acts = (long, ahead, self.act(town, from_day="soon"), self.act(town, kind="MEASURE_BLOCK"))
        town.send(*(self.message(town, each) for each in acts))
        assert self.on(town) == {}

    def test_what_a_key_switched_on_ends_with_its_revocation_and_what_it_withdrew_stays_withdrawn(
        self, town: Town
    ) -> None:
        town.join("second-js", "supervisor", jurisdictions=("js",))
        first, second = self.act(town), self.act(town, supervisor="second-js", measure="honor-title")
        off = self.act(town, kind=ActKind.MEASURE_OFF, ends=second.act_id, until_day="", from_day="")
        town.send(self.message(town, first), self.message(town, second, "second-js"), self.message(town, off))
        assert self.on(town) == {"subsidy": frozenset({"js"})}
        town.clock.time += 10_000
        town.participants.rotate(SUPERVISOR, compromised_since=town.clock.now() - 1)
        town.publish(SUPERVISOR)
        assert self.on(town) == {}

    def test_what_comes_after_its_key_was_revoked_does_nothing_whatever_time_it_claims(self, town: Town) -> None:
        town.join("second-js", "supervisor", jurisdictions=("js",))
        switched, stolen = self.act(town, supervisor="second-js"), town.participants.signer(SUPERVISOR)
        town.send(self.message(town, switched, "second-js"))
        off = self.act(town, kind=ActKind.MEASURE_OFF, ends=switched.act_id, until_day="", from_day="")
        town.clock.time += 10
        town.participants.rotate(SUPERVISOR, compromised_since=off.issued_at + 1)
        town.publish(SUPERVISOR)
        town.send(act_message(off, stolen))
        assert self.on(town) == {"subsidy": frozenset({"js"})}

    def test_a_flood_of_what_nobody_registered_signed_hides_no_act(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(supervision, "_MOST_KEPT", 3)
        town.send(*(act_message(self.act(town), Ed25519Signer(bytes([n]) * 32)) for n in range(5)))
        town.send(*(self.message(town, self.act(town, supervisor=town.court.id), town.court.id) for _ in range(5)))
        town.send(self.message(town, self.act(town)))
        assert self.on(town) == {"subsidy": frozenset({"js"})}
