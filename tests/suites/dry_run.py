"""What a dry run and a publication both say of rows that meet each other, whichever database they are compared with."""

import pytest
from sqlalchemy import Engine

from liandong.producers.acts.acts import CourtRuling
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.court import ENTRY, ORDER, Published, PublishingCourt, Row, people
from liandong.tests.worlds.intake_rows import begun

COMPANY = ENTRY | {
    "name": "示例商贸有限公司",
    "kind": "ENTITY",
    "certificate_type": "USCC",
    "certificate_number": "91320505MA10000097",
    "legal_representative": "示例乙",
}
PASSPORT = {"certificate_type": "PASSPORT", "certificate_number": "E12345678", "certificate_country": "CHN"}
SECOND_PASSPORT = {f"certificate_2_{name.removeprefix('certificate_')}": value for name, value in PASSPORT.items()}


class DryRunSuite:
    @pytest.fixture
    def court(self, engine: Engine) -> PublishingCourt:
        return PublishingCourt(engine)

    @pytest.fixture(params=[1, 4000], ids=["chunks-of-one", "one-chunk"])
    def chunk(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
        size = int(request.param)
        monkeypatch.setattr("liandong.producers.publishing.publication.CHUNK", size)
        return size

    def both(self, court: PublishingCourt, *rows: Row) -> Published:
        """Publishes rows after a dry run that said the same."""
        rehearsed = court.rehearse(*rows)
        published = court.publish(*rows)
        assert (rehearsed.counts, rehearsed.rejected, rehearsed.missing) == (
            published.counts,
            published.rejected,
            published.missing,
        )
        return published

    # -- rows of one file ----------------------------------------------------------------------------------------------

    @pytest.mark.usefixtures("chunk")
    @pytest.mark.parametrize(
        ("column", "value"),
        [("legal_representative", "示例丙"), ("legal_representative", ""), ("initiated_by", "CREDITOR")],
    )
    def test_rows_that_differ_in_what_no_record_carries_contradict_each_other(
        self, court: PublishingCourt, column: str, value: str
    ) -> None:
        published = self.both(court, COMPANY, COMPANY, COMPANY | {column: value})
        assert published.counts == {"accepted": 1, "duplicate": 1, "rejected": 1}
        assert published.codes == ["DUPLICATE_CONFLICT"]
        assert "2" in published.rejected[0].rejects[0].reason

    @pytest.mark.usefixtures("chunk")
    def test_another_serial_of_the_courts_own_system_is_no_contradiction(self, court: PublishingCourt) -> None:
        assert self.both(court, COMPANY, COMPANY | {"source_id": "77"}).counts == {"accepted": 1, "duplicate": 1}

    @pytest.mark.usefixtures("chunk")
    def test_two_debtors_of_one_case_do_not_contradict_each_other(self, court: PublishingCourt) -> None:
        first, second = people(2)
        together = second | {"case_number": first["case_number"]}
        assert self.both(court, first, together).counts == {"accepted": 2}

    @pytest.mark.usefixtures("chunk")
    def test_a_row_without_a_day_means_the_day_of_its_entry(self, court: PublishingCourt) -> None:
        yesterday = begun(ENTRY | {"publish_date": "2026-11-21"})
        dayless, today = yesterday | {"publish_date": ""}, yesterday | {"publish_date": "2026-11-22"}
        assert self.both(court, yesterday, dayless).counts == {"accepted": 1, "duplicate": 1}
        assert self.both(court, dayless, yesterday).counts == {"unchanged": 1, "duplicate": 1}
        assert self.both(court, dayless, today).counts == {"unchanged": 1, "rejected": 1}

    @pytest.mark.usefixtures("chunk")
    def test_a_row_without_a_day_means_today_if_there_is_no_entry(self, court: PublishingCourt) -> None:
        yesterday, dayless = ENTRY | {"publish_date": "2026-11-21"}, ENTRY | {"publish_date": ""}
        assert self.both(court, dayless, ENTRY, yesterday).counts == {"accepted": 1, "duplicate": 1, "rejected": 1}

    @pytest.mark.usefixtures("chunk")
    def test_rows_by_different_certificates_of_one_entry_contradict_each_other(self, court: PublishingCourt) -> None:
        court.publish(ENTRY | SECOND_PASSPORT)
        published = self.both(court, ENTRY, ENTRY | PASSPORT)
        assert published.counts == {"corrected": 1, "rejected": 1}
        assert published.codes == ["DUPLICATE_CONFLICT"]

    @pytest.mark.usefixtures("chunk")
    def test_what_an_earlier_chunk_would_add_is_known_to_the_later_ones(self, court: PublishingCourt) -> None:
        rows = people(5)
        changed = rows[1] | {"claim_amount": "1.00"}
        published = self.both(court, *rows, ORDER, rows[0], changed)
        assert published.counts == {"accepted": 6, "duplicate": 1, "rejected": 1}

    # -- rows and what was published -----------------------------------------------------------------------------------

    def test_a_changed_legal_representative_alone_corrects_nothing_that_was_ever_sent(
        self, court: PublishingCourt
    ) -> None:
        court.publish(COMPANY)
        assert self.both(court, COMPANY | {"legal_representative": "示例丙"}).counts == {"unchanged": 1}
        assert [record["change"] for record in court.lane("state")] == [Change.INCLUDE]

    def test_a_dry_run_says_what_the_register_stands_against_and_leaves_it_alone(self, court: PublishingCourt) -> None:
        kept, changed, ended, absent = people(4)
        court.publish(kept, changed, ended, absent)
        court.acts.delete(court.entry_id(ended), CourtRuling("D1"))
        before = court.lane("state")
        rehearsed = court.rehearse(kept, changed | {"claim_amount": "1.00"}, ended)
        assert rehearsed.counts == {"corrected": 1, "unchanged": 1, "rejected": 1}
        assert rehearsed.codes == ["ENTRY_ENDED"]
        assert rehearsed.missing == [f"ent_{court.entry_id(absent).hex()}"]
        assert court.lane("state") == before

    def test_an_old_export_does_not_undo_a_new_decision_whichever_certificate_found_the_old_entry(
        self, court: PublishingCourt
    ) -> None:
        old = ENTRY | SECOND_PASSPORT
        court.publish(old)
        court.acts.delete(court.entry_id(ENTRY), CourtRuling("D1"))
        anew = ENTRY | PASSPORT | {"decision_number": "（2026）苏0505执恢9号决定书"}
        assert self.both(court, anew).counts == {"accepted": 1}
        assert self.both(court, ENTRY | PASSPORT).codes == ["ENTRY_ENDED"]
