"""The gate over a real copy of the list: LMDB stores filled by replicator and relief follower."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stdnum.iso7064 import mod_11_2

from liandong.consumers.gate.decision import Decision
from liandong.consumers.gate.gate import Gate
from liandong.consumers.gate.rules import load_rules
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.people.certificates import CertificateType
from liandong.schemas.people.surrogates import MatchingKey
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import CopyInMemory, agreed_lanes
from liandong.tests.worlds.people import FIRM, KEY, LI, WANG, Person, person
from liandong.tests.worlds.records import CourtScribe
from liandong.topics.transport.errors import BrokerUnreachable

G = {"train_type": "G", "seat_class": "second"}
DAY = 86_400_000


class CheckedCopy(CopyInMemory):
    """A copy with the gate over it."""

    def __init__(self, directory: Path, kind: str = "railway", keys: tuple[MatchingKey, ...] = (KEY,)) -> None:
        super().__init__(directory)
        self.barriers = 0
        rules = load_rules(kind, directory, 60_000)
        self.gate = Gate(self.node.view, rules, keys, self.node.clock, CHANCE, ("js",))

    def publish(self, *bodies: bytes) -> bytes:
        """Puts bodies on their state topic; the id of the last one's entry."""
        for body in bodies:
            self.publisher.send(self.court.message(body))
        self.barrier()
        return bodies[-1][72:88]

    def free(self, body: bytes) -> None:
        """Puts a body on the relief lane alone: the state lane is behind."""
        self.publisher.send(self.court.relief(body))
        self.node.drain_relief()

    def barrier(self) -> None:
        self.barriers += 1
        self.prove(self.barriers, self.node.clock.now())

    def listed(self, who: Person, **fields: Any) -> bytes:
        link = fields.pop("link", 0)
        return self.publish(self.court.include(identities=who.identities(link=link), name=who.name, **fields))

    def ask(self, who: Person, *, name: str | None = None, **attributes: object) -> Decision:
        self.gate._last_position = None
        return self.gate.check(who.request("rail-ticket", name=name, **(attributes or G)))

    def said(self, who: Person, *, name: str | None = None) -> tuple[str, str]:
        decision = self.ask(who, name=name)
        return decision.verdict.value, decision.action.value


BLOCK, ALLOW, REVIEW = ("BLOCK", "REFUSE"), ("ALLOW", "PROCEED"), ("REVIEW", "HOLD")
RECHECK = ("UNKNOWN", "PROCEED_AND_RECHECK")


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[CheckedCopy]:
    made = CheckedCopy(tmp_path)
    yield made
    made.node.close()


def test_a_copy_that_never_had_a_barrier_knows_nothing_and_refuses_nobody(copy: CheckedCopy) -> None:
    assert copy.said(LI) == RECHECK
    copy.publisher.send(copy.court.message(copy.court.include(identities=LI.identities(), name=LI.name)))
    copy.node.drain()
    assert copy.said(LI) == REVIEW  # a hit is a hit, but nobody vouches for the rest of the list
    assert copy.said(WANG) == RECHECK
    copy.barrier()
    assert (copy.said(LI), copy.said(WANG)) == (BLOCK, ALLOW)


def test_an_older_version_that_comes_late_changes_nothing(copy: CheckedCopy) -> None:
    body = copy.court.include(identities=LI.identities(), name=LI.name)
    revoked = copy.court.change(body[72:88], Change.REVOKE)
    copy.publish(revoked)
    copy.publish(body)
    assert copy.said(LI) == ALLOW


def test_whoever_is_freed_on_the_fast_lane_goes_on_while_the_list_is_behind(copy: CheckedCopy) -> None:
    entry = copy.listed(LI)
    assert copy.said(LI) == BLOCK
    copy.free(copy.court.change(entry, Change.DELETE))
    assert copy.said(LI) == ALLOW


def test_what_was_deleted_and_is_revoked_later_frees_as_before_and_is_newer_everywhere(copy: CheckedCopy) -> None:
    entry = copy.listed(LI)
    copy.publish(copy.court.change(entry, Change.DELETE))
    revoked = copy.court.change(entry, Change.REVOKE)
    copy.free(revoked)
    assert copy.said(LI) == ALLOW
    copy.publish(revoked)
    assert copy.said(LI) == ALLOW


def test_a_correction_of_the_number_frees_the_old_one_when_it_stops_the_new_one(copy: CheckedCopy) -> None:
    entry = copy.listed(LI)
    corrected = copy.court.change(entry, Change.CORRECT, identities=WANG.identities(), name=WANG.name)
    copy.free(corrected)
    assert (copy.said(LI), copy.said(WANG)) == (ALLOW, BLOCK)
    copy.publish(corrected)
    assert (copy.said(LI), copy.said(WANG)) == (ALLOW, BLOCK)


def test_shielding_frees_and_unshielding_stops_again(copy: CheckedCopy) -> None:
    entry = copy.listed(LI)
    copy.free(copy.court.change(entry, Change.SHIELD))
    assert copy.said(LI) == ALLOW
    copy.publish(copy.court.change(entry, Change.UNSHIELD))
    assert copy.said(LI) == BLOCK


def test_a_term_ends_by_itself_at_its_millisecond_even_when_the_copy_is_stale(copy: CheckedCopy) -> None:
    end = NOW + DAY
    copy.listed(LI, effective_until=end)
    copy.node.clock.time = end - 1
    copy.barrier()
    assert copy.said(LI) == BLOCK
    copy.node.clock.time = end
    assert copy.said(LI) == ALLOW
    copy.node.clock.time = end + 60_001
    assert copy.said(LI) == RECHECK


def test_a_stale_copy_refuses_nobody(copy: CheckedCopy) -> None:
    copy.listed(LI)
    copy.node.clock.time += 60_000
    assert copy.said(LI) == BLOCK
    copy.node.clock.time += 1
    assert (copy.said(LI), copy.said(WANG)) == (REVIEW, RECHECK)
    assert copy.ask(LI).stand.stale


def test_one_stale_jurisdiction_of_two_makes_the_answer_stale(tmp_path: Path) -> None:
    copy = CheckedCopy(tmp_path)
    copy.barrier()
    both = Gate(copy.node.view, copy.gate.rules, (KEY,), copy.node.clock, CHANCE, ("js", "cq"))
    assert both.check(WANG.request("rail-ticket", **G)).verdict == "UNKNOWN"
    copy.node.close()


def test_an_entry_nobody_signed_stops_nobody(copy: CheckedCopy) -> None:
    body = copy.court.include(identities=LI.identities(), name=LI.name)
    copy.publish(copy.court.forged(body, name="王某"))
    decision = copy.ask(LI)
    assert (decision.verdict, decision.action, decision.untrusted) == (*ALLOW, True)


def test_a_canary_reaches_reserved_certificates_alone(copy: CheckedCopy) -> None:
    probe = person("探针测试", "10000019900307" + "001" + mod_11_2.calc_check_digit("10000019900307001"))
    notary = CourtScribe(court=copy.notary.notary, signer=copy.notary.signer)
    copy.publish(notary.include(identities=[*LI.identities(), *probe.identities()], record_class=1))
    assert copy.said(LI) == ALLOW
    assert copy.said(probe) == BLOCK
    impostor = CourtScribe(signer=copy.court.signer)
    copy.publish(impostor.include(identities=WANG.identities(), record_class=1))
    assert copy.said(WANG) == ALLOW


def test_an_entry_whose_key_cannot_be_looked_up_now_asks_a_person(
    copy: CheckedCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.listed(LI)

    def unreachable() -> None:
        raise BrokerUnreachable("away")

    copy.keys.known.clear()
    monkeypatch.setattr(copy.keys, "refresh", unreachable)
    decision = copy.ask(LI)
    assert (decision.verdict, decision.untrusted) == ("REVIEW", True)


def test_the_same_number_under_another_name_asks_a_person(copy: CheckedCopy) -> None:
    copy.listed(LI)
    assert copy.said(LI, name="李试测") == REVIEW
    assert copy.said(LI, name=" 李 测试\u200b") == BLOCK  # blanks and invisible characters do not make another name


SPELLINGS = [
    "11010519491231002x",
    "１１０１０５１９４９１２３１００２Ｘ",
    " 11010519491231002X\u200b",
    "\ufeff11010519491231002X",
    "110105491231002",
]


@pytest.mark.parametrize("number", SPELLINGS)
def test_every_spelling_of_a_number_is_the_same_person(copy: CheckedCopy, number: str) -> None:
    copy.listed(LI)
    kind = CertificateType.CN_ID15 if len(number) == 15 else CertificateType.CN_ID
    assert copy.said(person(LI.name, number, kind)) == BLOCK


def test_a_passport_of_another_country_with_the_same_number_is_another_person(copy: CheckedCopy) -> None:
    chinese = person("张测试", "E12345678", CertificateType.PASSPORT, "CHN")
    copy.listed(chinese)
    assert copy.said(chinese) == BLOCK
    assert copy.said(person("张测试", "E12345678", CertificateType.PASSPORT, "THA")) == ALLOW


def test_a_linked_certificate_acts_once_somebody_verified_the_link(copy: CheckedCopy) -> None:
    passport = person(LI.name, "E12345678", CertificateType.PASSPORT, "CHN")
    identities = LI.identities() + passport.identities(link=2)
    entry = copy.publish(copy.court.include(identities=identities, name=LI.name))
    assert (copy.said(LI), copy.said(passport)) == (BLOCK, REVIEW)
    verified = LI.identities() + passport.identities(link=1)
    copy.publish(copy.court.change(entry, Change.CORRECT, identities=verified))
    decision = copy.ask(passport)
    assert (decision.verdict, decision.outcome.rulings[0].entry.match.level) == ("BLOCK", "LINKED_CERTIFICATE")


def test_an_entity_is_found_by_every_code_it_has_and_its_branch_is_not(tmp_path: Path) -> None:
    copy = CheckedCopy(tmp_path, "real-estate-registry")
    copy.publish(copy.court.include(identities=FIRM.identities(), name=FIRM.name, person_kind=2))

    def said(who: Person) -> str:
        return copy.gate.check(who.request("real-estate-purchase")).verdict.value

    by_org_code = person(FIRM.name, "M000100Y-4", CertificateType.ORG_CODE)
    lower_case = person(FIRM.name, FIRM.number.lower(), CertificateType.USCC)
    branch = person(FIRM.name, "91320505MA10000097", CertificateType.USCC)
    assert [said(who) for who in (FIRM, by_org_code, lower_case, branch)] == ["BLOCK", "BLOCK", "BLOCK", "ALLOW"]
    copy.node.close()


def test_after_the_key_of_surrogates_changed_both_keys_find_an_entry(tmp_path: Path) -> None:
    new = MatchingKey(2, b"n" * 32)
    copy = CheckedCopy(tmp_path, keys=(KEY, new))
    copy.listed(LI)
    copy.publish(copy.court.include(identities=WANG.identities(keys=(new,)), name=WANG.name))
    assert (copy.said(LI), copy.said(WANG)) == (BLOCK, BLOCK)
    copy.node.close()


def test_several_cases_of_one_person_are_told_all_and_one_ended_changes_nothing(copy: CheckedCopy) -> None:
    first, second = copy.listed(LI), copy.listed(LI, case_number="（2026）苏0505执99号")
    copy.listed(LI, instrument=Instrument.CONSUMPTION_ORDER)
    assert len(copy.ask(LI).outcome.rulings) == 3
    copy.free(copy.court.change(first, Change.DELETE))
    assert copy.said(LI) == BLOCK
    copy.free(copy.court.change(second, Change.DELETE))
    decision = copy.ask(LI)
    assert [one.entry.instrument for one in decision.outcome.rulings] == [Instrument.CONSUMPTION_ORDER]


def test_the_fast_path_says_no_only_when_nobody_is_there(copy: CheckedCopy) -> None:
    copy.listed(LI)
    assert [copy.gate.listed(one) for one in copy.gate.surrogates(LI.certificate)] == [True]
    assert [copy.gate.listed(one) for one in copy.gate.surrogates(WANG.certificate)] == [False]


def test_a_copy_nobody_has_proven_refuses_nobody_and_lets_nobody_pass_for_certain(copy: CheckedCopy) -> None:
    copy.listed(LI)
    assert (copy.said(LI), copy.said(WANG)) == (BLOCK, ALLOW)
    copy.barriers += 1
    copy.send(*copy.notary.barriers(1, copy.barriers, copy.node.clock.now()))
    lanes = agreed_lanes(copy.node.lists.status().lanes)
    unequal = [lane | {"digest": bytes(32)} for lane in lanes]
    copy.send(copy.notary.head(copy.barriers, unequal, issued_at=copy.node.clock.now()))
    assert copy.said(WANG) == RECHECK
    assert copy.said(LI) in (REVIEW, RECHECK)


def test_a_term_is_over_when_the_newest_barrier_says_so_whatever_the_own_clock_says(copy: CheckedCopy) -> None:
    copy.listed(LI, effective_until=NOW + 60_000)
    assert copy.said(LI) == BLOCK
    copy.barriers += 1
    copy.prove(copy.barriers, NOW + 59_999)
    assert copy.said(LI) == BLOCK
    copy.barriers += 1
    copy.prove(copy.barriers, NOW + 60_000)
    assert copy.said(LI) == ALLOW


def test_a_term_is_over_by_the_own_clock_whatever_the_newest_barrier_says(copy: CheckedCopy) -> None:
    copy.listed(LI, effective_until=NOW + 30_000)
    copy.node.clock.time = NOW + 30_000
    assert copy.said(LI) == ALLOW


def test_a_clock_that_was_set_back_keeps_no_copy_fresh(copy: CheckedCopy) -> None:
    copy.listed(LI)
    copy.node.clock.time = NOW - 3_600_000
    assert copy.said(WANG) == RECHECK
    copy.barriers += 1
    copy.prove(copy.barriers, NOW)
    assert (copy.said(LI), copy.said(WANG)) == (BLOCK, ALLOW)
    copy.node.clock.time += 60_001
    assert copy.said(WANG) == RECHECK
