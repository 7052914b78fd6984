"""A second key decides: exactly one act, exactly once, never the proposer's own key, never another court's, never a stolen one."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, update

from liandong.producers.acts.requests import ActRequest
from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.acts.unlawful import ActUnlawful
from liandong.producers.approvals.book import Proposed
from liandong.producers.approvals.policy import ApprovalPolicy
from liandong.producers.approvals.problems import ApprovalAsked, ApprovalImpossible, ApprovalNeeded, ApproverRefused
from liandong.producers.approvals.proposal import DECIDED, Proposal, ProposalState
from liandong.producers.approvals.signatures import Approver
from liandong.schemas.law.listing import Change, TransitionRefused
from liandong.schemas.wire.signing import PROOF_LENGTH, verify
from liandong.tests.worlds.approvals import APPROVER, TOWNSHIP, TwoKeys, key_of, second
from liandong.tests.worlds.court import ENTRY, ORDER, TODAY, PublishingCourt

DAY = 86_400_000
CAREFUL = ApprovalPolicy(acts=frozenset({Change.DELETE, Change.CORRECT, Change.LIFT}))


@pytest.fixture
def keys(court: PublishingCourt) -> TwoKeys:
    return TwoKeys(court)


def proposed(keys: TwoKeys) -> Proposal:
    """A state organ's entry that waits."""
    [batch] = keys.court.publish(TOWNSHIP).waiting
    return keys.waiting(batch)


class TestARow:
    def test_it_waits_and_nothing_of_it_is_published(self, court: PublishingCourt, keys: TwoKeys) -> None:
        published = court.publish(TOWNSHIP, ENTRY)
        assert published.counts == {"accepted": 1}
        [batch] = published.waiting
        assert [record["name"] for record in court.lane("state")] == ["示例甲"]
        waiting = keys.waiting(batch)
        assert (waiting.state, waiting.proposer, waiting.approver) == (ProposalState.PENDING, court.court, "")
        assert waiting.expires_at == waiting.proposed_at + 15 * DAY
        assert waiting.content["row"]["name"] == TOWNSHIP["name"]

    def test_a_dry_run_says_the_same_and_lets_nothing_wait(self, court: PublishingCourt, keys: TwoKeys) -> None:
        assert court.rehearse(ENTRY, TOWNSHIP).waiting == ["row 3"]
        assert keys.opened.approvals.all(court.court) == []

    def test_approved_it_is_published_under_the_batch_it_waited_by(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        decided = keys.desk().approve(waiting, keys.second)
        [record] = court.lane("state")
        assert (record["name"], record["batch_id"]) == (TOWNSHIP["name"], waiting.batch)
        assert (decided.is_new, len(decided.updates)) == (True, 1)
        kept = keys.waiting(waiting.batch)
        assert (kept.state, kept.approver, kept.decided_at) == (ProposalState.APPROVED, APPROVER, court.clock.now())
        assert verify(kept.decision, DECIDED, keys.keys, kept.decided_at).participant == APPROVER
        batch = court.register.batch(waiting.batch)
        assert batch is not None
        assert (batch.state, batch.accepted) == ("accepted", 1)

    def test_a_corps_courts_row_is_approved_only_where_such_cases_are_shared(self, court: PublishingCourt) -> None:
        court.shares_set_apart = True
        [batch] = court.publish(TOWNSHIP | {"case_number": "（2024）兵0101执12号"}).waiting
        apart, shared = TwoKeys(court), TwoKeys(court, ApprovalPolicy(shares_set_apart=True))
        with pytest.raises(ApprovalImpossible):
            apart.desk().approve(apart.waiting(batch), apart.second)
        assert court.lane("state") == []
        shared.desk().approve(shared.waiting(batch), shared.second)
        assert [record["name"] for record in court.lane("state")] == [TOWNSHIP["name"]]

    def test_approving_again_also_after_a_restart_does_nothing_more(self, engine: Engine, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        first = keys.desk().approve(waiting, keys.second)
        restarted = TwoKeys(PublishingCourt(engine))
        again = restarted.desk().approve(restarted.waiting(waiting.batch), restarted.second)
        assert (again.is_new, again.updates) == (False, first.updates)
        assert len(restarted.court.lane("state")) == len(restarted.notices()) == 1

    def test_two_who_approve_at_once_publish_it_once(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        keys.desk().approve(waiting, keys.second)
        with pytest.raises(ApprovalImpossible) as late:  # both had read it as pending
            keys.desk().approve(waiting, keys.second)
        assert late.value.code == "APPROVAL_DECIDED"
        assert len(court.lane("state")) == len(keys.notices()) == 1

    def test_the_same_export_again_waits_as_before(self, court: PublishingCourt, keys: TwoKeys) -> None:
        first, again = court.publish(TOWNSHIP), court.publish(TOWNSHIP, TOWNSHIP)
        assert again.waiting == first.waiting
        assert again.counts == {"duplicate": 1}
        keys.desk().approve(keys.waiting(first.waiting[0]), keys.second)
        assert court.publish(TOWNSHIP).counts == {"unchanged": 1}

    def test_two_rows_about_one_debtor_that_differ_are_asked_back(self, court: PublishingCourt) -> None:
        published = court.publish(TOWNSHIP, TOWNSHIP | {"claim_amount": "1.00"})
        assert (len(published.waiting), published.codes) == (1, ["DUPLICATE_CONFLICT"])

    def test_a_later_row_takes_the_place_of_one_that_waits(self, court: PublishingCourt, keys: TwoKeys) -> None:
        [old] = court.publish(TOWNSHIP).waiting
        [new] = court.publish(TOWNSHIP | {"claim_amount": "1.00"}).waiting
        with pytest.raises(ApprovalImpossible) as replaced:
            keys.desk().approve(keys.waiting(old), keys.second)
        assert replaced.value.code == "APPROVAL_SUPERSEDED"
        keys.desk().approve(keys.waiting(new), keys.second)
        assert court.lane("state")[0]["claim_amount"] == "1.00"

    def test_refused_it_never_comes_back_as_it_was(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        desk = keys.desk()
        desk.refuse(waiting, keys.second, "金额有误")
        kept = keys.waiting(waiting.batch)
        assert (kept.state, kept.reason) == (ProposalState.REFUSED, "金额有误")
        assert not desk.refuse(kept, keys.second, "金额有误").is_new
        with pytest.raises(ApprovalImpossible) as decided:
            desk.approve(kept, keys.second)
        assert decided.value.code == "APPROVAL_DECIDED"
        for told in (court.publish(TOWNSHIP), court.rehearse(TOWNSHIP)):
            assert (told.codes, told.waiting) == (["REFUSED_BEFORE"], [])
        assert court.publish(TOWNSHIP | {"claim_amount": "1.00"}).waiting
        assert court.lane("state") == []

    def test_what_nobody_approved_in_time_is_proposed_anew(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        court.clock.time += 15 * DAY
        with pytest.raises(ApprovalImpossible) as late:
            keys.desk().approve(waiting, keys.second)
        assert late.value.code == "APPROVAL_EXPIRED"
        [anew] = court.publish(TOWNSHIP).waiting
        assert anew != waiting.batch
        keys.desk().approve(keys.waiting(anew), keys.second)

    def test_the_register_is_asked_again_when_it_is_approved(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        court.state_organs = "normal"
        court.publish(TOWNSHIP)
        court.acts.delete(court.entry_id(TOWNSHIP), CourtRuling("D1"))
        with pytest.raises(ApprovalImpossible, match="ENTRY_ENDED") as ended:
            keys.desk().approve(waiting, keys.second)
        assert ended.value.code == "APPROVAL_ROW_REFUSED"
        assert keys.waiting(waiting.batch).state is ProposalState.PENDING


class TestWhoMay:
    def refusal(self, keys: TwoKeys, who: Approver) -> str:
        """Why somebody may not approve, nor refuse, what waits."""
        waiting = proposed(keys)
        for decide in (keys.desk().approve, lambda one, by: keys.desk().refuse(one, by, "no")):
            with pytest.raises(ApproverRefused) as refused:
                decide(waiting, who)
        assert keys.waiting(waiting.batch).state is ProposalState.PENDING
        assert keys.court.lane("state") == []
        return refused.value.code

    def test_not_who_proposed_under_any_name(self, court: PublishingCourt, keys: TwoKeys) -> None:
        assert self.refusal(keys, Approver(court.court, court.signer)) == "APPROVER_SAME_KEY"
        assert self.refusal(keys, Approver(APPROVER, court.signer)) == "APPROVER_SAME_KEY"

    def test_nobody_unregistered_nor_under_a_colleagues_name(self, keys: TwoKeys) -> None:
        stranger = second("stranger")
        assert self.refusal(keys, stranger) == "APPROVER_UNKNOWN"
        assert self.refusal(keys, replace(stranger, participant=APPROVER)) == "APPROVER_UNKNOWN"

    def test_no_approver_of_another_court(self, keys: TwoKeys) -> None:
        other = second("approver-wuzhong")
        keys.keys.add(key_of(other), "js-wuzhong")
        assert self.refusal(keys, other) == "APPROVER_NOT_ITS_COURTS"

    @pytest.mark.parametrize("kind", ["court", "agency", "supervisor", "notary"])
    def test_no_other_participant_even_below_the_court(self, court: PublishingCourt, keys: TwoKeys, kind: str) -> None:
        other = second("somebody")
        keys.keys.add(key_of(other, kind), court.court)
        assert self.refusal(keys, other) == "APPROVER_NOT_ITS_COURTS"

    @pytest.mark.parametrize("ended", ["revoked_at", "valid_until"])
    def test_no_key_that_was_revoked_or_has_ended(self, court: PublishingCourt, keys: TwoKeys, ended: str) -> None:
        over = court.clock.now() - 1
        key = key_of(keys.second)
        ends = {"revoked_at": replace(key, revoked_at=over), "valid_until": replace(key, valid_until=over)}
        keys.keys.add(ends[ended], court.court)
        assert self.refusal(keys, keys.second) == "APPROVER_KEY_ENDED"

    def test_what_a_stolen_key_of_the_court_proposed_is_not_approved(
        self, court: PublishingCourt, keys: TwoKeys
    ) -> None:
        waiting = proposed(keys)
        [own] = court.keys.known.values()
        keys.keys.add(replace(own, revoked_at=court.clock.now() + 1))
        with pytest.raises(ApprovalImpossible, match="revoked") as refused:
            keys.desk().approve(waiting, keys.second)
        assert refused.value.code == "PROPOSAL_UNSIGNED"


class TestAttacks:
    def changed(self, keys: TwoKeys, waiting: Proposal, **columns: object) -> Proposal:
        """What somebody with the database in their hands makes of a proposal."""
        table = keys.court.register.tables.approvals
        with keys.court.register.engine.begin() as connection:
            about = table.c.proposal_id == waiting.proposal_id
            connection.execute(update(table).where(about).values(**columns))
        return keys.waiting(waiting.batch)

    def unsigned(self, keys: TwoKeys, changed: Proposal, published: int = 0) -> None:
        with pytest.raises(ApprovalImpossible) as refused:
            keys.desk().approve(changed, keys.second)
        assert refused.value.code == "PROPOSAL_UNSIGNED"
        assert len(keys.court.lane("state")) == published

    def test_another_debtor_under_the_same_signature(self, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        document = json.loads(waiting.body[PROOF_LENGTH:])
        document["act"]["row"]["name"] = "示例县人民政府"
        forged = waiting.body[:PROOF_LENGTH] + json.dumps(document).encode()
        self.unsigned(keys, self.changed(keys, waiting, body=forged))

    def test_the_signed_bytes_of_another_proposal(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        [other] = court.publish(TOWNSHIP | {"case_number": "（2025）苏0505执77号", "filing_date": ""}).waiting
        self.unsigned(keys, self.changed(keys, waiting, body=keys.waiting(other).body))

    @pytest.mark.parametrize("columns", [{"kind": "act"}, {"proposed_at": 1}, {"body": b"x"}, {"body": bytes(80)}])
    def test_a_row_that_says_something_else_beside_them(self, keys: TwoKeys, columns: dict[str, object]) -> None:
        self.unsigned(keys, self.changed(keys, proposed(keys), **columns))

    def test_an_approval_of_one_act_is_none_of_another(self, court: PublishingCourt, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        keys.desk().approve(waiting, keys.second)
        approved = keys.waiting(waiting.batch)
        [other] = court.publish(TOWNSHIP | {"case_number": "（2025）苏0505执77号", "filing_date": ""}).waiting
        stolen = {"decision": approved.decision, "approver": APPROVER, "decided_at": approved.decided_at}
        replayed = self.changed(keys, keys.waiting(other), state="approved", **stolen)
        self.unsigned(keys, replayed, published=1)

    def test_nothing_waits_for_another_court(self, engine: Engine, keys: TwoKeys) -> None:
        waiting = proposed(keys)
        other = TwoKeys(PublishingCourt(engine, court="js-wuzhong"))
        with pytest.raises(ApprovalAsked) as unknown:
            other.waiting(waiting.batch)
        assert unknown.value.code == "APPROVAL_UNKNOWN"

    def test_a_correction_makes_no_organ_of_an_entry_unseen(self, court: PublishingCourt, keys: TwoKeys) -> None:
        court.publish(
            ENTRY | {"kind": "ENTITY", "certificate_type": "USCC", "certificate_number": "91320505MA1000113B"}
        )
        organ = {"certificate_type": "USCC", "certificate_number": TOWNSHIP["certificate_number"]}
        request = ActRequest(Change.CORRECT, court.entry_id(ENTRY), CourtRuling("DATA_WRONG"), values=organ)
        with pytest.raises(ApprovalNeeded):
            request.perform(court.acts)
        assert isinstance(keys.opened.perform(request), Proposed)
        assert len(court.lane("state")) == 1


class TestAnAct:
    def request(self, keys: TwoKeys) -> ActRequest:
        keys.court.publish(ENTRY)
        return ActRequest(Change.DELETE, keys.court.entry_id(ENTRY), CourtRuling("D1"))

    def wait(self, keys: TwoKeys, request: ActRequest) -> Proposal:
        outcome = keys.opened.perform(request)
        assert isinstance(outcome, Proposed)
        return outcome.proposal

    def test_where_the_court_wants_it_an_act_waits_and_is_performed_once(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        request = self.request(keys)
        waiting = self.wait(keys, request)
        assert self.wait(keys, request).batch == waiting.batch
        assert len(court.lane("state")) == 1
        decided = keys.desk().approve(waiting, keys.second)
        last = court.lane("state")[-1]
        assert (last["change"], last["reason"], last["batch_id"]) == (Change.DELETE, "D1", waiting.batch)
        assert [each.batch_id for each in decided.updates] == [waiting.batch]
        assert not keys.desk().approve(keys.waiting(waiting.batch), keys.second).is_new
        assert len(court.lane("state")) == 2
        assert keys.notices() == []

    def test_it_keeps_the_day_on_which_it_was_asked_for(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        waiting = self.wait(keys, self.request(keys))
        court.clock.time += 3 * DAY
        [done] = keys.desk().approve(waiting, keys.second).updates
        assert court.lane("state")[-1]["changed_on"] == "2026-11-22"
        ruling = court.register.ruling(done.update_id)
        assert ruling is not None
        assert ruling.due_on == "2026-11-25"  # art. 10 knows no stop of the days while an act waits

    def test_an_unlawful_act_is_refused_and_does_not_wait(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        request = replace(self.request(keys), ruling=CourtRuling("D5"))
        with pytest.raises(ActUnlawful, match="RULING_NUMBER_MISSING"):
            keys.opened.perform(request)
        assert keys.opened.approvals.all(court.court) == []

    def test_an_entry_that_has_changed_since_is_asked_back(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        waiting = self.wait(keys, self.request(keys))
        court.acts.shield(court.entry_id(ENTRY), CourtRuling("DATA_DOUBT"))
        with pytest.raises(ApprovalImpossible) as changed:
            keys.desk().approve(waiting, keys.second)
        assert changed.value.code == "APPROVAL_ENTRY_CHANGED"
        assert len(court.lane("state")) == 2
        assert keys.waiting(waiting.batch).state is ProposalState.PENDING

    def test_others_take_effect_at_once(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        court.publish(ENTRY)
        request = ActRequest(Change.REVOKE, court.entry_id(ENTRY), CourtRuling("NO_GROUND"))
        assert not isinstance(keys.opened.perform(request), Proposed)

    def test_a_correction_survives_the_way_to_the_second_key(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        court.publish(ENTRY)
        ruling = CourtRuling("DATA_WRONG")
        request = ActRequest(Change.CORRECT, court.entry_id(ENTRY), ruling, values={"claim_amount": "3.00"})
        keys.desk().approve(self.wait(keys, request), keys.second)
        assert court.lane("state")[-1]["claim_amount"] == "3.00"

    def test_the_text_of_an_act_is_read_back_whole(self) -> None:
        ruling = CourtRuling("MINOR", TODAY, "文号", "院长", "1", "异议1", TODAY, TODAY)
        request = ActRequest(Change.EXTEND, bytes(16), ruling, 12, TODAY, {"name": "示例"})
        assert ActRequest.of(json.loads(json.dumps(request.content(TODAY, 3)))) == request
        assert "示例" not in repr(request)

    def test_lifting_waits_where_it_is_set(self, court: PublishingCourt) -> None:
        keys = TwoKeys(court, CAREFUL)
        court.publish(ORDER)
        request = ActRequest(Change.LIFT, court.entry_id(ORDER), CourtRuling("PERFORMED"))
        keys.desk().approve(self.wait(keys, request), keys.second)
        assert court.lane("relief")[-1]["change"] == Change.LIFT
        with pytest.raises(TransitionRefused, match="ended"):
            keys.opened.perform(request)
