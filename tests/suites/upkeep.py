"""A publisher keeps its lists in the log, on whichever transport."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.upkeep.book import UpkeepFinding
from liandong.producers.upkeep.findings import (
    AHEAD,
    CONTESTED,
    OUTBID,
    REFUSED,
    RELIEF_UNREAD,
    SHRUNK,
    STOLEN,
    STRANGE,
    TAKEN,
)
from liandong.producers.upkeep.log_records import RecordUnknown
from liandong.producers.upkeep.problems import SigningRefused
from liandong.producers.upkeep.recovering import RegisterConflicts
from liandong.schemas.errors import LiandongError
from liandong.schemas.law.listing import Change, Status
from liandong.schemas.wire.codec import from_wire, to_wire
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.simulation.backups import copied, restore
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, HIGH_COURT, OTHER_COURT
from liandong.tests.worlds.upkeep import LIST, RELIEF, KeptLists
from liandong.topics.catalogue import names
from liandong.topics.keys.signing_time import SigningHeld
from liandong.topics.transport.errors import AuthorizationFailed, BrokerUnreachable, TopicMissing, TransportError


def _forbidden(topic: str) -> AuthorizationFailed:
    return AuthorizationFailed("no right", f"READ on topic {topic}")


class UpkeepSuite(TownSuite):
    """Behaviour of the keeper, and of the three commands."""

    @pytest.fixture
    def lists(self, town: Town) -> Iterator[KeptLists]:
        lists = KeptLists(town)
        lists.compare()
        yield lists
        lists.stop()

    # -- what does not stand last -------------------------------------------------------------------------------------

    def test_a_null_over_an_entry_is_followed_by_its_newest_record(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.keep()
        lists.write(entry, None)
        assert lists.keep() == 1
        assert lists.versions(entry) == [1, None, 1]
        first, _, last = lists.under(entry)
        assert last.value() == first.value()
        assert last.headers() == first.headers()
        assert lists.keep() == 0

    def test_a_null_over_an_end_is_followed_by_the_end(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.end(entry)
        lists.write(entry, None)
        lists.keep()
        assert lists.versions(entry) == [1, 2, None, 2]

    def test_an_older_version_written_again_is_followed_by_the_newest(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.end(entry)
        lists.write(entry, lists.under(entry)[0].value())
        lists.keep()
        assert lists.versions(entry) == [1, 2, 1, 2]

    @pytest.mark.parametrize("value", [b"", b"garbage", b"\xc3\x01" + bytes(300)])
    def test_bytes_nobody_can_read_are_followed_by_the_newest(self, lists: KeptLists, value: bytes) -> None:
        (entry,) = lists.listed()
        lists.write(entry, value)
        lists.keep()
        assert lists.versions(entry) == [1, None, 1]

    def test_what_the_court_wrote_itself_is_sent_once(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.keep()
        lists.end(entry)
        assert lists.keep() == 0
        lists.restart()
        lists.compare()
        assert lists.keep() == 0
        assert lists.versions(entry) == [1, 2]

    def test_a_newer_version_that_waits_in_the_outbox_is_not_overtaken(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.keep()
        lists.write(entry, None)
        lists.acts.shield(entry, _ruling())
        assert lists.keep() == 0
        assert lists.versions(entry) == [1, None, 2]
        assert lists.keep() == 0

    def test_what_was_written_while_the_publisher_was_away_is_answered_when_it_is_back(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.keep()
        lists.stop()
        lists.write(entry, None)
        lists.start()
        lists.compare()
        lists.keep()
        assert lists.versions(entry) == [1, None, 1]

    def test_two_keepers_of_one_register_answer_once(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        second = KeptLists(lists.town)
        second.compare()
        lists.write(entry, None)
        lists.keep()
        assert second.keep() == 0
        second.stop()
        assert lists.versions(entry) == [1, None, 1]

    def test_nothing_is_answered_where_a_key_does_not_belong(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.write(entry, None, names.relief("js"))
        lists.write(b"nobody's key....", b"garbage")
        lists.write(b"", None)
        assert lists.keep() == 0

    def test_who_writes_again_and_again_is_answered_ever_more_slowly_and_named(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        answers = 0
        for _ in range(40):
            lists.write(entry, None)
            answers += lists.keep(1)
        assert 4 <= answers <= 12
        lists.keep(30)
        assert lists.versions(entry)[-1] == 1
        assert (CONTESTED, entry) in lists.findings()
        lists.keep(700)
        lists.keep(10)
        assert lists.findings() == []

    def test_an_answer_is_no_update(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.write(entry, None)
        lists.keep()
        assert lists.changes(entry) == [Change.INCLUDE]
        lists.end(entry)
        with lists.court.register.engine.connect() as connection:
            name = f"court/{COURT}/{LIST}"
            assert lists.court.register.last_numbers(connection, [name]) == {name: 2}

    # -- a register older than the log --------------------------------------------------------------------------------

    def test_an_older_register_signs_nothing_until_it_is_level(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.keep()
        with older(lists):
            lists.end(entry)
            (later,) = lists.listed(seed=2)
        with pytest.raises(SigningRefused) as refused:
            lists.acts.revoke(entry, _ruling("WRONG_PERSON"))
        assert refused.value.code == "REGISTER_NOT_COMPARED"
        lists.compare()
        with pytest.raises(SigningRefused, match="up to number 3") as behind:
            lists.acts.shield(entry, _ruling())
        assert behind.value.code == "REGISTER_BEHIND_LOG"
        assert "court register recover" in behind.value.in_language("zh").remedy
        recovery = lists.recover()
        assert (recovery.updates[COURT], recovery.entries, recovery.unnamed) == (2, 1, 1)
        assert lists.changes(entry) == [Change.INCLUDE, Change.REVOKE]
        lists.acts.shield(later, _ruling())
        lists.send()
        assert lists.versions(later)[-1] == 2
        sequences = [from_wire(one.value() or b"")["court_sequence"] for one in lists.town.messages(LIST)]
        assert sorted(set(sequences)) == [1, 2, 3, 4]
        lists.keep()
        assert lists.findings() == []

    def test_recovering_twice_takes_nothing_twice(self, lists: KeptLists) -> None:
        lists.listed()
        lists.keep()
        with older(lists):
            lists.listed(seed=2)
        lists.compare()
        assert lists.recover().updates[COURT] == 1
        assert lists.recover().updates == {}
        assert len(lists.entries()) == 2

    def test_an_export_meets_what_was_taken_over_from_the_log(self, lists: KeptLists) -> None:
        lists.listed()
        lists.keep()
        rows = lists.rows(2, seed=2)
        with older(lists):
            assert lists.publish(rows).accepted == 2
            lists.end(lists.entries()[-1])
        lists.compare()
        lists.recover()
        again = lists.publish(rows)
        assert (again.accepted, again.corrected, again.rejected) == (0, 1, 1)
        assert lists.publish(rows[:1]).unchanged == 1
        assert len(lists.entries()) == 3
        certified = lists.court.register.find(COURT)[1]
        assert certified.certificates != b"[]"

    def test_what_was_accepted_under_a_taken_number_is_not_mended_silently(self, lists: KeptLists) -> None:
        lists.listed()
        lists.keep()
        with older(lists):
            lists.listed(seed=2)
        lists.court.register.before_signing = None  # as a clerk with --no-wait, minutes after the backup
        lists.court.guard.keeper = None
        lists.publish(lists.rows(1, seed=3))
        lists.compare()
        with pytest.raises(RegisterConflicts, match="number 2"):
            lists.recover()

    @pytest.mark.parametrize(
        "odd",
        [
            {"status": 99},
            {"court_sequence": 1 << 62},
            {"publish_date": ""},
            {"changed_on": "20260101"},
            {"recorded_at": 1 << 62},
            {"decision_number": "\0"},
        ],
        ids=lambda odd: next(iter(odd)),
    )
    def test_what_means_nothing_to_this_release_is_not_taken_over(
        self, lists: KeptLists, odd: dict[str, object]
    ) -> None:
        (entry,), signer = lists.listed(), lists.town.participants.signer(COURT)
        lists.keep()
        known = from_wire(lists.under(entry)[-1].value() or b"") | {"version": 7, "court_sequence": 7}
        for record in (known | {"update_id": b"1" * 16}, known | {"update_id": b"2" * 16, "version": 8} | odd):
            lists.write(entry, to_wire("list-record", encode_signed("list-record", record, LIST, signer)))
        lists.keep()
        with pytest.raises(RecordUnknown, match=next(iter(odd))):
            lists.recover()
        assert lists.changes(entry) == [Change.INCLUDE]

    def test_a_key_in_wrong_hands_is_no_older_register_once_it_is_revoked(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        lists.keep()
        with older(lists):
            lists.end(entry)
        lists.compare()
        with pytest.raises(SigningRefused):
            lists.acts.shield(entry, _ruling())
        lists.lose_key(ago_ms=3_600_000)
        lists.keep()
        assert (AHEAD, entry) not in lists.findings()
        lists.acts.shield(entry, _ruling())
        lists.send()
        assert lists.versions(entry)[-1] == 3  # above what the stranger signed

    def test_an_older_version_is_never_sent_behind_a_newer_one_the_register_does_not_know(
        self, lists: KeptLists
    ) -> None:
        (entry,) = lists.listed()
        lists.keep()
        with older(lists):
            lists.end(entry)
        lists.compare()
        lists.write(entry, None)
        assert lists.keep() == 0
        with pytest.raises(SigningRefused):
            lists.resend()
        lists.recover()
        lists.keep()
        assert lists.versions(entry)[-1] == 2

    def test_other_courts_of_the_register_go_on(self, lists: KeptLists) -> None:
        (entry,) = lists.listed()
        other = KeptLists(lists.town, OTHER_COURT)
        other.compare()
        with older(lists):
            lists.end(entry)
        lists.compare()
        other.restart()
        other.compare()
        other.publish(other.rows(1, seed=5))
        other.stop()

    # -- court resend -------------------------------------------------------------------------------------------------

    def test_a_list_made_again_is_filled_again(self, lists: KeptLists) -> None:
        entries = lists.listed(3)
        lists.end(entries[0])
        lists.keep()
        lists.stop()
        lists.town.wire.delete(LIST)
        lists.town.until(lambda: _made(lists.town))
        lists.start()
        lists.compare()
        assert [kind for kind, _ in lists.findings()] == [SHRUNK]
        dry = lists.resend(dry_run=True)
        assert (dry.entries, dry.missing, dry.replaced) == (3, 3, 0)
        assert lists.town.count(LIST) == 0
        assert lists.resend().missing == 3
        assert [lists.versions(each) for each in entries] == [[2], [1], [1]]
        assert lists.findings() == []
        assert lists.resend().missing == 0
        lists.write(entries[1], None)
        lists.keep()
        assert lists.versions(entries[1]) == [1, None, 1]

    def test_a_list_that_is_filled_before_its_publisher_has_seen_it_made_again_is_no_finding(
        self, lists: KeptLists
    ) -> None:
        (entry,) = lists.listed()
        lists.keep()
        lists.stop()
        for _ in range(2):  # what one was filled with says nothing of the next
            lists.town.wire.delete(LIST)
            lists.town.until(lambda: _made(lists.town))
            lists.start()
            assert lists.resend().missing == 1
            lists.compare()
            assert lists.findings() == []
            assert lists.versions(entry) == [1]
            lists.stop()
        lists.town.wire.delete(LIST)
        lists.town.until(lambda: _made(lists.town))
        lists.start()
        lists.compare()
        assert [kind for kind, _ in lists.findings()] == [SHRUNK]

    # -- court resign -------------------------------------------------------------------------------------------------

    def test_what_stands_under_a_revoked_key_is_signed_again(self, lists: KeptLists) -> None:
        ended, shielded, live = lists.listed(3)
        lists.end(ended)
        lists.acts.shield(shielded, _ruling())
        lists.send()
        lists.keep()
        lists.lose_key(ago_ms=60_000)
        needed = lists.resigning().needed()
        assert [each.entry_id for each in needed] == [ended, shielded, live]
        assert {each.why for each in needed} == {"KEY_REVOKED"}
        assert lists.resigning().sign(needed) == 3
        assert lists.resigning().sign(needed) == 0
        lists.send()
        assert lists.resigning().needed() == []
        assert [lists.versions(each)[-1] for each in (ended, shielded, live)] == [3, 3, 2]
        assert lists.versions(ended, names.relief("js")) == [2, 3]
        statuses = [whole.entry.status for whole in lists.court.register.find(COURT)]
        assert statuses == [Status.REVOKED, Status.SHIELDED, Status.ACTIVE]
        assert lists.publish(lists.rows(3)).corrected == 0

    def test_a_record_nobody_takes_is_found_and_signed_again(self, lists: KeptLists) -> None:
        _renew_key(lists)
        lists.court.register.before_signing = None  # a court of an earlier release, with a clock that is slow
        with slow(lists.town):
            (entry,) = lists.listed()
        lists.keep()
        assert lists.findings() == [(REFUSED, entry)]
        (needed,) = lists.resigning().needed()
        assert needed.why == "KEY_NOT_VALID_THEN"
        lists.resigning().sign([needed])
        lists.send()
        lists.keep()
        assert lists.findings() == []
        assert lists.versions(entry) == [1, 2]

    @pytest.mark.parametrize("late", [False, True])
    def test_a_newer_version_under_a_stolen_key_is_outbid(self, lists: KeptLists, late: bool) -> None:
        """`late`: the keeper reads it when the key is revoked already."""
        (entry,), town = lists.listed(), lists.town
        lists.keep()
        record = from_wire(lists.under(entry)[-1].value() or b"") | {"version": 7, "status": int(Status.REVOKED)}
        record |= {"update_id": bytes(16), "identities": []}
        stolen = encode_signed("list-record", record, LIST, town.participants.signer(COURT))
        if not late:
            lists.write(entry, to_wire("list-record", stolen))
            lists.keep()
            assert (AHEAD, entry) in lists.findings()
        lists.lose_key()
        if late:
            lists.write(entry, to_wire("list-record", stolen))
        lists.keep()
        assert lists.findings() == [(STOLEN, entry)]
        lists.acts.shield(entry, _ruling())
        lists.send()
        lists.keep()
        assert (lists.versions(entry)[-1], lists.findings()) == (8, [(OUTBID, entry)])
        (told,) = lists.court.guard.book.findings()
        assert (told.version, told.detail) == (7, stolen[:8].hex())
        lists.restart()
        lists.compare()
        lists.keep()
        assert lists.findings() == [(OUTBID, entry)]
        assert (lists.resigning().take_note(), lists.findings()) == (1, [])

    @pytest.mark.parametrize("late", [False, True])
    def test_an_entry_a_thief_invents_is_named_and_ended_above_their_newest_version(
        self, lists: KeptLists, late: bool
    ) -> None:
        """`late`: the keeper reads it when the key is revoked already."""
        (entry,), town = lists.listed(), lists.town
        lists.keep()
        thief = town.participants.signer(COURT)
        invented = from_wire(lists.under(entry)[-1].value() or b"") | {"entry_id": b"i" * 16, "update_id": b"u" * 16}

        def invent(version: int) -> None:
            body = encode_signed("list-record", invented | {"version": version}, LIST, thief)
            lists.write(b"i" * 16, to_wire("list-record", body))

        if not late:
            invent(1)
            lists.keep()
        lists.lose_key()
        if late:
            invent(1)
        invent(6)
        lists.keep()
        assert lists.findings() == [(STRANGE, b"i" * 16)]
        strangers = lists.strangers()
        assert [(each.version, each.detail) for each in strangers.found()] == [(6, thief.key_id.hex())]
        assert strangers.end() == 1
        lists.send()
        lists.keep()
        assert lists.findings() == [(OUTBID, b"i" * 16)]
        assert (strangers.end(), lists.versions(b"i" * 16)[-1]) == (0, 7)
        terminal = from_wire(lists.under(b"i" * 16)[-1].value() or b"")
        left = terminal["status"], terminal["identities"], terminal["name"], terminal["case_number"], terminal["court"]
        assert left == (int(Status.REVOKED), [], "", "", COURT)

    @pytest.mark.parametrize("late", [False, True])
    def test_what_a_thief_writes_to_the_relief_lane_alone_is_named(self, lists: KeptLists, late: bool) -> None:
        """`late`: the keeper reads it when the key is revoked already."""
        (entry,), town = lists.listed(), lists.town
        lists.keep()
        thief, listed = town.participants.signer(COURT), from_wire(lists.under(entry)[-1].value() or b"")

        def relieve(key: bytes, **changes: object) -> None:
            record = listed | {"entry_id": key, "update_id": CHANCE.random_id()} | changes
            lists.write(key, to_wire("list-record", encode_signed("list-record", record, LIST, thief)), RELIEF)

        def write() -> None:
            relieve(b"i" * 16)
            relieve(entry, version=7, status=int(Status.REVOKED), identities=[])

        if not late:
            write()
            assert lists.until(lambda: len(lists.findings()) == 2)
            assert {kind for kind, _ in lists.findings()} == {AHEAD}
        lists.lose_key()
        if late:
            write()
        assert lists.until(lambda: sorted(lists.findings()) == [(STOLEN, entry), (STRANGE, b"i" * 16)])
        assert lists.strangers().end() == 1
        lists.acts.shield(entry, _ruling())
        lists.send()
        lists.keep()
        assert sorted(lists.findings()) == [(OUTBID, entry), (OUTBID, b"i" * 16)]
        assert (lists.versions(entry)[-1], lists.versions(b"i" * 16)) == (8, [2])
        lists.restart()
        lists.compare()
        lists.keep()
        assert sorted(lists.findings()) == [(OUTBID, entry), (OUTBID, b"i" * 16)]

    @pytest.mark.parametrize("failed", [_forbidden, TopicMissing, BrokerUnreachable])
    def test_a_publisher_that_may_not_read_its_relief_lane_keeps_its_lists_and_says_so_until_it_may(
        self, lists: KeptLists, monkeypatch: pytest.MonkeyPatch, failed: Callable[[str], TransportError]
    ) -> None:
        (entry,) = lists.listed()

        def refuse(topic: str) -> bytes:
            raise failed(topic)

        assert lists.keeper._relief is not None
        with monkeypatch.context() as patched:
            patched.setattr(lists.keeper._relief._ports.subscriber, "topic_id", refuse)
            lists.keeper._relief._lanes = []
            lists.write(entry, None)
            lists.keep()
            assert lists.versions(entry) == [1, None, 1]
            named = [(RELIEF_UNREAD, b"")] if failed is not BrokerUnreachable else []  # that is told elsewhere
            assert lists.findings() == named
        lists.keep()
        assert lists.findings() == []

    def test_what_is_invented_of_no_kind_there_is_stays_named(self, lists: KeptLists) -> None:
        self._invent(lists, instrument=99)
        before = lists.findings()
        assert lists.strangers().end() == 0
        assert lists.findings() == before

    def test_what_is_invented_as_high_as_a_key_may_say_is_ended(self, lists: KeptLists) -> None:
        highest = lists.highest(COURT)
        self._invent(lists, version=highest)
        assert (lists.findings(), lists.strangers().end()) == ([(STRANGE, b"i" * 16)], 1)
        lists.send()
        lists.keep()
        assert (lists.findings(), lists.versions(b"i" * 16)[-1]) == ([(OUTBID, b"i" * 16)], highest + 1)

    def test_what_is_invented_higher_than_its_key_may_say_is_nothing(self, lists: KeptLists) -> None:
        self._invent(lists, version=lists.highest(COURT) + 1)
        assert (lists.findings(), lists.strangers().end()) == ([], 0)

    def _invent(self, lists: KeptLists, **fields: object) -> None:
        """An entry under the court's key, which is revoked then."""
        (entry,), thief = lists.listed(), lists.town.participants.signer(COURT)
        lists.keep()
        invented = from_wire(lists.under(entry)[-1].value() or b"") | {"entry_id": b"i" * 16, "update_id": b"u" * 16}
        lists.write(b"i" * 16, to_wire("list-record", encode_signed("list-record", invented | fields, LIST, thief)))
        lists.keep()
        lists.lose_key()
        lists.keep()

    def test_what_was_outbid_is_forgotten_after_a_week(self, lists: KeptLists) -> None:
        lists.compare()
        book, now = lists.court.guard.book, lists.town.clock.now()
        book.find([UpkeepFinding(OUTBID, b"e" * 16, COURT)], now)
        for days, told in ((6, 1), (2, 0)):
            lists.town.clock.pass_days(days)
            lists.keep(6.0)
            assert len(book.findings(OUTBID)) == told

    @pytest.mark.parametrize("thefts", [1, 2])
    def test_the_highest_version_a_stolen_key_may_say_is_outbid_by_the_next_key(
        self, lists: KeptLists, thefts: int
    ) -> None:
        """Even where keys follow each other within a millisecond, and one after the other is stolen."""
        (entry,), town = lists.listed(), lists.town
        for _ in range(thefts):
            lists.keep()
            thief, highest = town.participants.signer(COURT), lists.highest(COURT)
            record = from_wire(lists.under(entry)[-1].value() or b"") | {"version": highest, "update_id": bytes(16)}
            lists.write(entry, to_wire("list-record", encode_signed("list-record", record, LIST, thief)))
            lists.lose_key()
            lists.keep()
            assert (STOLEN, entry) in lists.findings()
            lists.resigning().sign(lists.resigning().needed())
            lists.send()
            lists.keep()
            assert (lists.versions(entry)[-1], lists.findings()) == (highest + 1, [(OUTBID, entry)])
        lists.end(entry)
        lists.send()
        lists.keep()
        assert (lists.versions(entry)[-1], lists.resigning().needed()) == (highest + 2, [])

    def test_a_version_higher_than_its_key_may_say_is_nobodys_word(self, lists: KeptLists) -> None:
        (entry,), town = lists.listed(), lists.town
        lists.keep()
        record = from_wire(lists.under(entry)[-1].value() or b"") | {"version": lists.highest(COURT) + 1}
        forged = encode_signed("list-record", record | {"update_id": bytes(16)}, LIST, town.participants.signer(COURT))
        lists.write(entry, to_wire("list-record", forged))
        lists.keep()
        assert (lists.findings(), lists.versions(entry)) == ([], [1, record["version"], 1])
        lists.lose_key()
        lists.keep()
        assert lists.findings() == []

    def test_what_another_courts_key_signs_under_an_entry_makes_nobody_outbid_it(self, lists: KeptLists) -> None:
        (entry,), town = lists.listed(), lists.town
        sibling = KeptLists(town, OTHER_COURT)
        sibling.compare()
        sibling.listed(seed=2)
        sibling.stop()
        lists.restart()  # it is a court of the register now
        lists.compare()
        lists.keep()
        signer = town.participants.signer(OTHER_COURT)
        highest = lists.highest(OTHER_COURT)
        record = from_wire(lists.under(entry)[-1].value() or b"") | {"court": OTHER_COURT, "version": highest}
        forged = encode_signed("list-record", record | {"update_id": bytes(16)}, LIST, signer)
        lists.write(entry, to_wire("list-record", forged))
        lists.keep()
        assert lists.findings() == [(AHEAD, entry)]
        assert lists.versions(entry) == [1, highest, 1]
        town.participants.rotate(OTHER_COURT, compromised_since=town.clock.now())
        town.publish(OTHER_COURT)
        town.until(lambda: town.is_revoked(lists.directory, OTHER_COURT))
        lists.keep()
        assert lists.findings() == []
        lists.end(entry)
        assert lists.versions(entry)[-1] == 2

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("named", [HIGH_COURT, "court-su0507"])
    def test_what_was_taken_with_a_stolen_key_of_the_court_above_only_that_one_gives_back(
        self, lists: KeptLists, named: str, late: bool
    ) -> None:
        """`named`: in whose name the thief takes it; `late`: the keeper reads it when the key is revoked already."""
        (entry,), town = lists.listed(), lists.town
        lists.keep()
        if named != HIGH_COURT:
            town.participants.new(named, "court", jurisdictions=("js",), superior=HIGH_COURT)
            town.publish(named)
        taken = _taken(lists, entry, named)
        if not late:
            lists.write(entry, taken)
            lists.keep()
            assert lists.findings() == [(AHEAD, entry)]
        town.participants.rotate(HIGH_COURT, compromised_since=town.clock.now())
        town.publish(HIGH_COURT)
        town.until(lambda: town.is_revoked(lists.directory, HIGH_COURT))
        if late:
            lists.write(entry, taken)
        lists.keep()
        assert lists.findings() == [(TAKEN, entry)]
        assert lists.resigning().needed() == []
        lists.acts.shield(entry, _ruling())
        lists.send()
        lists.keep()
        assert lists.findings() == [(TAKEN, entry)], "copies refuse what the lower court says"
        above = KeptLists(town, HIGH_COURT)
        above.compare()
        giving = above.giving_back()
        (found,) = giving.found(COURT)
        assert (found.entry_id, found.why, giving.found(OTHER_COURT)) == (entry, "TAKEN_FROM_BELOW", [])
        assert giving.sign(COURT, [found]) == 1
        above.send()
        above.stop()
        lists.keep()
        assert lists.findings() == [(OUTBID, entry)]
        given = from_wire(lists.under(entry)[-1].value() or b"")
        assert (given["court"], given["version"], given["status"]) == (COURT, 9, int(Status.SHIELDED))
        assert given["proof"][:8] == town.participants.signer(HIGH_COURT).key_id
        lists.end(entry)
        lists.keep()
        assert (lists.versions(entry)[-1], lists.findings()) == (10, [(OUTBID, entry)])

    def test_what_a_stolen_key_has_outbid_is_signed_again(self, lists: KeptLists) -> None:
        (entry,), town = lists.listed(), lists.town
        lists.keep()
        record = from_wire(lists.under(entry)[-1].value() or b"") | {"version": 7, "update_id": bytes(16)}
        town.clock.time += 2 * 86_400_000
        lists.write(
            entry, to_wire("list-record", encode_signed("list-record", record, LIST, town.participants.signer(COURT)))
        )
        lists.lose_key()
        lists.keep()
        (needed,) = lists.resigning().needed()
        assert (needed.entry_id, needed.why) == (entry, "SIGNED_BY_ANOTHER")
        lists.resigning().sign([needed])
        lists.send()
        lists.keep()
        assert (lists.versions(entry)[-1], lists.findings(), lists.resigning().needed()) == (8, [(OUTBID, entry)], [])

    def test_a_court_whose_key_is_not_valid_by_its_clock_signs_nothing(self, lists: KeptLists) -> None:
        _renew_key(lists)
        lists.compare()
        with slow(lists.town), pytest.raises(SigningHeld) as refused:
            lists.publish(lists.rows(1))
        assert refused.value.code == "SIGNING_KEY_NOT_VALID"

    def test_a_court_signs_nothing_with_a_key_that_the_root_has_revoked(self, lists: KeptLists) -> None:
        lists.publish(lists.rows(1))
        lists.compare()
        lists.town.participants.rotate(COURT, compromised_since=lists.town.clock.now())
        lists.town.publish(COURT)  # what runs for the court has its new key only when it is started again
        lists.town.until(lambda: lists.town.is_revoked(lists.directory, COURT))
        with pytest.raises(SigningHeld) as refused:
            lists.publish(lists.rows(2))
        assert refused.value.code == "SIGNING_KEY_NOT_VALID"
        lists.restart()
        lists.compare()
        lists.publish(lists.rows(2))


@contextmanager
def slow(town: Town) -> Iterator[None]:
    """The town's clock is an hour slow within the block."""
    town.clock._time -= 3_600_000
    try:
        yield
    finally:
        town.clock._time += 3_600_000


def _renew_key(lists: KeptLists) -> None:
    lists.town.participants.rotate(COURT)
    lists.town.publish(COURT)
    lists.restart()


class older:  # noqa: N801  reads as a phrase
    """Within the block the court goes on; behind it, its process starts with the register as it was before."""

    def __init__(self, lists: KeptLists) -> None:
        self._lists, self._path = lists, lists.town.settings.state_dir / "publisher" / "js.db"

    def __enter__(self) -> None:
        self._lists.stop()
        self._backup = copied(self._path)
        self._lists.start()
        self._lists.compare()

    def __exit__(self, *_: object) -> None:
        self._lists.stop()
        self._lists.town.court.register.close()
        restore(self._backup)
        self._lists.start()


def _taken(lists: KeptLists, entry: bytes, named: str) -> bytes:
    """A version 7 that a thief signs with the key of the court above, in somebody's name."""
    record = from_wire(lists.under(entry)[-1].value() or b"") | {"version": 7, "court": named, "update_id": bytes(16)}
    return to_wire(
        "list-record", encode_signed("list-record", record, LIST, lists.town.participants.signer(HIGH_COURT))
    )


def _ruling(reason: str = "REVIEW") -> CourtRuling:
    return CourtRuling(reason, objection="（2026）苏0505执异7号")


def _made(town: Town) -> bool:
    try:
        town.wire.create(LIST, partitions=1)
    except LiandongError:
        return False
    return True
