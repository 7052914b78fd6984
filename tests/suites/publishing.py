"""What publishing does to the register and the outbox, whichever database they are in."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, select

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.publishing.writing import ChunkWriter, SignedChunk
from liandong.schemas.law.listing import Change, Status
from liandong.schemas.people.surrogates import MatchingKey
from liandong.tests.worlds.court import ENTRY, MATCHING, ORDER, PublishingCourt, people
from liandong.tests.worlds.intake_rows import CN_ID
from liandong.tests.worlds.records import verify_from
from liandong.tests.worlds.register_updates import updates_of_batch
from liandong.topics.catalogue import names

LIST = names.debtor_list("js")


class PublishingSuite:
    @pytest.fixture
    def court(self, engine: Engine) -> PublishingCourt:
        return PublishingCourt(engine)

    # -- what is published ---------------------------------------------------------------------------------------------

    def test_a_row_becomes_a_signed_record_without_its_number(self, court: PublishingCourt) -> None:
        assert court.publish(ENTRY).counts == {"accepted": 1}
        [record], [body] = court.lane("state"), court.bodies("state")
        assert (record["version"], record["court_sequence"], record["status"]) == (1, 1, Status.ACTIVE)
        assert (record["name"], record["court"], record["change"]) == ("示例甲", "js-gusu", Change.INCLUDE)
        assert CN_ID.encode() not in body
        surrogate = MATCHING[0].surrogate(1, CN_ID)
        assert [one["surrogate"] for one in record["identities"]] == [surrogate]
        verify_from(body, LIST, court.keys, "js-gusu", court.clock.now())
        [row] = court.register.outbox.unsent("state", 0, 10)
        assert (row.record.topic, row.record.key) == (LIST, record["entry_id"])
        assert CN_ID.encode() not in b"".join(value for _, value in row.record.headers)
        assert court.lane("relief") == []

    def test_orders_go_to_their_own_topic_with_a_sequence_of_their_own(self, court: PublishingCourt) -> None:
        court.publish(ENTRY, ORDER)
        rows = court.register.outbox.unsent("state", 0, 10)
        assert [row.record.topic for row in rows] == [LIST, names.orders("js")]
        assert [record["court_sequence"] for record in court.lane("state")] == [1, 1]

    def test_a_company_is_found_by_its_code_and_by_the_organisation_code_in_it(self, court: PublishingCourt) -> None:
        company = ENTRY | {"kind": "ENTITY", "certificate_type": "USCC", "certificate_number": "91320505MA10000097"}
        court.publish(company)
        [record] = court.lane("state")
        assert [one["certificate_type"] for one in record["identities"]] == [20, 21]
        by_org_code = company | {"certificate_type": "ORG_CODE", "certificate_number": "MA1000009"}
        assert court.publish(by_org_code).counts == {"corrected": 1}

    def test_every_matching_key_in_use_makes_a_surrogate(self, engine: Engine) -> None:
        two = PublishingCourt(engine, matching=(*MATCHING, MatchingKey(2, b"n" * 32)))
        two.publish(ENTRY)
        [record] = two.lane("state")
        assert [one["key_id"] for one in record["identities"]] == [1, 2]

    def test_updates_know_their_batch_their_sequence_and_their_rows(self, court: PublishingCourt) -> None:
        published = court.publish(*people(3))
        updates = updates_of_batch(court.register, published.batch.batch_id)
        assert [update.court_sequence for update in updates] == [1, 2, 3]
        assert [update.state_row for update in updates] == [1, 2, 3]
        assert {update.list for update in updates} == {LIST}
        stored = court.register.batch(published.batch.batch_id)
        assert stored is not None
        assert (stored.state, stored.accepted) == ("accepted", 3)

    # -- the same again ------------------------------------------------------------------------------------------------

    def test_the_same_file_again_publishes_nothing(self, court: PublishingCourt) -> None:
        rows = people(5)
        court.publish(*rows)
        assert court.publish(*rows).counts == {"unchanged": 5}
        court.clock.pass_days(1)
        assert court.publish(*rows).counts == {"unchanged": 5}
        assert len(court.lane("state")) == 5

    def test_a_row_without_a_publication_day_is_the_same_row_tomorrow(self, court: PublishingCourt) -> None:
        row = {name: value for name, value in ENTRY.items() if name != "publish_date"}
        court.publish(row)
        court.clock.pass_days(3)
        assert court.publish(row).counts == {"unchanged": 1}
        court.clock.pass_days(3)
        assert court.publish(row | {"performance": "PARTIAL"}).counts == {"corrected": 1}
        assert [record["publish_date"] for record in court.lane("state")] == ["2026-11-22", "2026-11-22"]

    def test_spellings_of_one_row_are_one_row(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        other = {"case_number": "(2024)苏0505执01234号", "certificate_number": " 11010519491231002ｘ"}
        assert court.publish(ENTRY | other).counts == {"unchanged": 1}

    def test_a_row_twice_in_a_file_is_a_duplicate_and_a_contradiction_is_refused(self, court: PublishingCourt) -> None:
        published = court.publish(ENTRY, ENTRY, ENTRY | {"name": "示例乙"})
        assert published.counts == {"accepted": 1, "duplicate": 1, "rejected": 1}
        assert published.codes == ["DUPLICATE_CONFLICT"]
        assert "2" in published.rejected[0].rejects[0].reason

    def test_contradictions_are_found_across_chunks_too(
        self, court: PublishingCourt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("liandong.producers.publishing.publication.CHUNK", 2)
        rows = people(4)
        published = court.publish(*rows, rows[0], rows[1] | {"claim_amount": "1.00"})
        assert published.counts == {"accepted": 4, "duplicate": 1, "rejected": 1}
        assert published.codes == ["DUPLICATE_CONFLICT"]

    def test_people_missing_from_an_export_are_named_and_not_deleted(self, court: PublishingCourt) -> None:
        rows = people(3)
        court.publish(*rows, ORDER)
        published = court.publish(rows[0], rows[2])
        assert published.counts == {"unchanged": 2}
        assert published.missing == [f"ent_{court.entry_id(rows[1]).hex()}"]
        assert len(court.lane("state")) == 4

    # -- corrections ---------------------------------------------------------------------------------------------------

    def test_changed_data_of_a_live_entry_is_a_correction_on_both_lanes(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        assert court.publish(ENTRY | {"name": "示例丁"}).counts == {"corrected": 1}
        first, second = court.lane("state")
        assert second["entry_id"] == first["entry_id"]
        assert (second["version"], second["court_sequence"], second["change"]) == (2, 2, Change.CORRECT)
        assert court.lane("relief") == [second]
        assert court.bodies("relief") == court.bodies("state")[1:]

    def test_a_shielded_entry_stays_shielded_when_it_is_corrected(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        court.acts.shield(court.entry_id(ENTRY), CourtRuling("REVIEW", objection="（2026）苏0505执异7号"))
        court.publish(ENTRY | {"performance": "PARTIAL"})
        assert court.lane("state")[-1]["status"] == Status.SHIELDED

    def test_another_certificate_of_the_same_person_is_the_same_entry(self, court: PublishingCourt) -> None:
        passport = {"certificate_type": "PASSPORT", "certificate_number": "E12345678", "certificate_country": "CHN"}
        court.publish(ENTRY | passport)
        second = {f"certificate_2_{key.removeprefix('certificate_')}": value for key, value in passport.items()}
        assert court.publish(ENTRY | second).counts == {"corrected": 1}
        # the first file again: it is older than the register, and the number it lacks stays
        assert court.publish(ENTRY | passport).codes == ["ROW_OLDER"]
        assert len({record["entry_id"] for record in court.lane("state")}) == 1

    # -- ended entries -------------------------------------------------------------------------------------------------

    def test_an_ended_entry_comes_back_only_by_a_new_decision_as_a_new_entry(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        old = court.entry_id(ENTRY)
        court.acts.delete(old, CourtRuling("D1"))
        assert court.publish(ENTRY).codes == ["ENTRY_ENDED"]
        assert court.publish(ENTRY | {"decision_number": ""}).codes == ["ENTRY_ENDED"]
        new = ENTRY | {"decision_number": "（2026）苏0505执恢9号决定书"}
        assert court.publish(new).counts == {"accepted": 1}
        record = court.lane("state")[-1]
        assert record["entry_id"] != old
        assert record["version"] == 1
        # an old export must not turn the new entry back into the old one
        assert court.publish(ENTRY).codes == ["ENTRY_ENDED"]

    def test_after_a_deletion_the_creditor_asked_for_he_waits_six_months(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        court.acts.delete(court.entry_id(ENTRY), CourtRuling("D3"))
        again = ENTRY | {
            "decision_number": "新决定",
            "publish_date": "",
            "initiated_by": "CREDITOR",
            "applied_on": "2027-04-01",
        }
        court.clock.pass_days(150)
        assert court.publish(again).codes == ["RELIST_BARRED"]
        resumed = again | {"case_number": "（2026）苏0505执恢7号", "previous_case_number": ENTRY["case_number"]}
        assert court.publish(resumed).codes == ["RELIST_BARRED"]
        court.clock.pass_days(35)
        assert court.publish(again).codes == [
            "RELIST_BARRED"
        ]  # the day of the application decides, not that of the listing
        assert court.publish(again | {"applied_on": "2027-05-23"}).counts == {"accepted": 1}

    def test_the_court_itself_may_list_again_at_once(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        court.acts.delete(court.entry_id(ENTRY), CourtRuling("D3"))
        court.clock.pass_days(150)
        again = ENTRY | {"decision_number": "新决定", "publish_date": "", "initiated_by": "EX_OFFICIO"}
        assert court.publish(again).counts == {"accepted": 1}

    # -- several courts, crashes -----------------------------------------------------------------------------------------

    def test_courts_do_not_meet_in_one_register(self, engine: Engine, court: PublishingCourt) -> None:
        other = PublishingCourt(engine, court="js-wuzhong")
        court.publish(ENTRY)
        assert other.publish(ENTRY).counts == {"accepted": 1}
        records = court.lane("state")
        assert [record["court_sequence"] for record in records] == [1, 1]
        assert len({record["entry_id"] for record in records}) == 2
        assert other.publish(ENTRY).missing == []

    @pytest.mark.parametrize("step", ["put_batch", "add_entries", "add_updates", "add_holders"])
    def test_a_crash_at_any_step_loses_nothing_and_publishes_nothing_twice(
        self, court: PublishingCourt, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        rows = people(10)
        monkeypatch.setattr("liandong.producers.publishing.publication.CHUNK", 3)
        with monkeypatch.context() as during:
            calls = iter(range(100))
            real = getattr(type(court.register), step)

            def die(*arguments: object) -> object:
                if next(calls) == 2:
                    raise KeyboardInterrupt
                return real(*arguments)

            during.setattr(type(court.register), step, die)
            with pytest.raises(KeyboardInterrupt):
                court.publish(*rows)
        before = len(court.lane("state"))
        assert before in (3, 6, 9)
        assert court.publish(*rows).counts == {"accepted": 10 - before, "unchanged": before}
        records = court.lane("state")
        assert [record["court_sequence"] for record in records] == list(range(1, 11))
        assert len({record["entry_id"] for record in records}) == 10

    def test_what_is_decided_and_what_is_written_are_one_transaction(
        self, court: PublishingCourt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = ChunkWriter.write

        def die(writer: ChunkWriter, connection: Connection, chunk: SignedChunk, now: int) -> int:
            real(writer, connection, chunk, now)
            raise RuntimeError(f"at {now}")

        monkeypatch.setattr(ChunkWriter, "write", die)
        with pytest.raises(RuntimeError):
            court.publish(ENTRY)
        monkeypatch.undo()
        assert court.lane("state") == []
        with court.engine.connect() as connection:
            batches = court.register.tables.batches
            assert connection.scalars(select(batches.c.accepted)).all() == [0]

    def test_raw_numbers_stay_in_the_entries_table(self, court: PublishingCourt) -> None:
        court.publish(ENTRY, ORDER)
        court.acts.revoke(court.entry_id(ENTRY), CourtRuling("WRONG_PERSON"))
        where = set()
        with court.engine.connect() as connection:
            for table in court.register.tables.metadata.sorted_tables:
                for row in connection.execute(select(table)):
                    where |= {(table.name, name) for name, value in row._asdict().items() if CN_ID in _text(value)}
        assert where == {("entries", "certificates")}

    def test_a_batch_that_is_not_complete_is_not_the_same_file(self, court: PublishingCourt) -> None:
        batch = court.publish(ENTRY).batch
        with court.engine.begin() as connection:
            court.register.put_batch(connection, replace(batch, source_hash="abc"))
        assert court.register.last_batch_of("js-gusu", "abc") is not None
        with court.engine.begin() as connection:
            court.register.put_batch(connection, replace(batch, source_hash="abc", state="accepting"))
        assert court.register.last_batch_of("js-gusu", "abc") is None


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
