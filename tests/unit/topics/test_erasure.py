"""Destroying a month's private keys erases what was sealed to them: in the log, in stores, in copies of both; and nothing sooner."""

from pathlib import Path

import pytest

from liandong.schemas.law.retention import KEEP_DAYS, Period, kept_until, opened_by, retention_of
from liandong.schemas.law.watch_kinds import DAY_MS, WHEREABOUTS_KINDS
from liandong.schemas.wire.sealing import CannotOpen, Recipient, open_sealed, seal
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import HandClock
from liandong.topics.keys.erasure import Eraser, ErasureRefused, KeyErasure, erased_ids, erased_keys
from liandong.topics.keys.key_book import GRACE_MS
from liandong.topics.keys.participants import ESCROW
from liandong.topics.keys.registrar import OVERLAP_MS, Registrar
from liandong.topics.keys.sealing_file import SealingFile
from liandong.topics.settings import load_settings

COURT = "court-su0505"
NOVEMBER, DECEMBER = Period(2026, 11), Period(2026, 12)
DETAIL = {"message": "在某宾馆 0801", "details": {}}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOVEMBER.start + 10 * DAY_MS)


@pytest.fixture
def people(tmp_path: Path, clock: HandClock) -> Registrar:
    made = Registrar(load_settings(state_dir=tmp_path / "state"), clock, CHANCE)
    made.new(COURT, "court", jurisdictions=["js"])
    return made


def sealed_to(people: Registrar, retention: str, period: Period, owner: str = COURT) -> bytes:
    key = people.sealing_keys(owner).newest(retention, str(period))
    assert key is not None
    return seal("feedback-detail", DETAIL, "ctx", [Recipient(key.key_id, key.public_key)])


def opens(people: Registrar, sealed: bytes, owner: str = COURT) -> bool:
    try:
        return open_sealed(sealed, "ctx", *people.sealing_keys(owner)) == DETAIL
    except CannotOpen:
        return False


def folder(people: Registrar, owner: str = COURT) -> Path:
    return people.file(owner, "sealing.key").parent


def test_every_kind_of_whereabouts_is_sealed_to_keys_that_are_kept_as_long_as_it_is() -> None:
    for kind in WHEREABOUTS_KINDS.values():
        retention = retention_of("whereabouts-report", {"kind": kind.name})
        assert KEEP_DAYS[retention] == kind.keep_days
        assert retention in opened_by("court")
    assert retention_of("whereabouts-report", {"kind": "NEVER_HEARD_OF"}) == "whereabouts"
    for schema in ("asset-report", "interception-detail", "feedback-detail", "watch-order"):
        assert retention_of(schema, {}) in opened_by("court")
        assert retention_of(schema, {}) in opened_by("escrow")


def test_a_period_is_a_month_in_china() -> None:
    midnight = NOVEMBER.end
    assert (str(Period.at(midnight - 1)), str(Period.at(midnight))) == ("2026-11", "2026-12")
    assert midnight % DAY_MS == 16 * 3_600_000
    assert [str(Period(2026, 11).later(months)) for months in (0, 1, 2, -11)] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2025-12",
    ]
    for wrong in ("2026-13", "2026-1", "0000-01", "2026-11 ", "", "2026-00"):
        assert Period.parse(wrong) is None


def test_a_months_keys_go_when_the_keep_time_is_over_for_all_of_it_and_no_other(
    people: Registrar, clock: HandClock
) -> None:
    kinds = opened_by("court")
    november = {kind: sealed_to(people, kind, NOVEMBER) for kind in kinds}
    december = {kind: sealed_to(people, kind, DECEMBER) for kind in kinds}
    erasure = KeyErasure(people, COURT, clock)
    for due in sorted({kept_until(kind, NOVEMBER.end) for kind in kinds} - {0}):
        for clock.time in (due - 1, due):
            erasure.erase_due(clock.time)
            for kind in kinds:
                for sealed, period in ((november[kind], NOVEMBER), (december[kind], DECEMBER)):
                    over = kept_until(kind, period.end)
                    assert opens(people, sealed) == (not over or clock.time < over), (kind, period)
    assert {one.retention for one in erased_keys(folder(people))} == set(kinds) - {"case"}


def test_both_clocks_must_have_passed_the_end(people: Registrar, clock: HandClock) -> None:
    sealed = sealed_to(people, "sighting", NOVEMBER)
    erasure, due = KeyErasure(people, COURT, clock), kept_until("sighting", NOVEMBER.end)
    clock.time = due + 1_000 * DAY_MS
    assert erasure.erase_due(due - 1) == []
    assert erasure.erase_due(0) == []
    clock.time = due - 1
    assert erasure.erase_due(due + 1_000 * DAY_MS) == []
    assert opens(people, sealed)
    clock.time = due
    (erased,) = erasure.erase_due(due)
    assert (erased.retention, erased.period, erased.erased_at) == ("sighting", "2026-11", due)
    assert not opens(people, sealed)


def test_the_seed_is_in_no_file_any_more_and_the_record_tells_no_secret(people: Registrar, clock: HandClock) -> None:
    lines = (folder(people) / "sealing.key").read_text().splitlines()
    seeds = {line.split()[3] for line in lines if line.startswith("sighting 2026-11")}
    clock.time = kept_until("sighting", NOVEMBER.end)
    (erased,) = KeyErasure(people, COURT, clock).erase_due(clock.time)
    texts = [path.read_text() for path in folder(people).iterdir() if path.is_file()]
    assert seeds
    assert not any(seed in text for seed in seeds for text in texts)
    assert erased_ids(folder(people)) == [bytes.fromhex(erased.key_id)]
    assert all(line.split()[3] not in (folder(people) / "erasures.yaml").read_text() for line in lines)
    assert (folder(people) / "erasures.yaml").stat().st_mode & 0o777 == 0o600


def test_erasing_again_changes_nothing(people: Registrar, clock: HandClock) -> None:
    clock.time = kept_until("sighting", NOVEMBER.end)
    erasure = KeyErasure(people, COURT, clock)
    assert len(erasure.erase_due(clock.time)) == 1
    before = {path: path.read_bytes() for path in folder(people).iterdir() if path.is_file()}
    clock.time += 1
    assert KeyErasure(people, COURT, clock).erase_due(clock.time) == []
    assert {path: path.read_bytes() for path in folder(people).iterdir() if path.is_file()} == before


@pytest.mark.parametrize("written", [0, 1, 31, 63, 64], ids=lambda count: f"{count} of 64 digits")
def test_a_crash_while_erasing_is_healed_by_the_next_look(people: Registrar, clock: HandClock, written: int) -> None:
    sealed, path = sealed_to(people, "sighting", NOVEMBER), folder(people) / "sealing.key"
    (line,) = [one for one in SealingFile(path).lines() if (one.retention, one.period) == ("sighting", "2026-11")]
    with path.open("r+b") as file:
        file.seek(line.seed_at)
        file.write(b"0" * written)
    clock.time = kept_until("sighting", NOVEMBER.end)
    (erased,) = KeyErasure(people, COURT, clock).erase_due(clock.time)
    assert bytes.fromhex(erased.key_id) == line.key_id
    assert path.read_bytes()[line.seed_at : line.seed_at + 65] == b"0" * 64 + b"\n"
    assert not opens(people, sealed)
    assert len(erased_keys(folder(people))) == 1


def test_a_crash_while_drawing_leaves_a_line_nobody_takes_for_a_key(people: Registrar) -> None:
    path = folder(people) / "sealing.key"
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert len(people.sealing_keys(COURT).lines()) == 6 * 13 - 1
    (again,) = people.renew(COURT)
    assert again.period == "2027-11"
    assert len(people.sealing_keys(COURT).lines()) == 6 * 13
    assert path.read_bytes().startswith(whole[:-30] + b"\n")
    assert people.renew(COURT) == []


def test_an_order_needs_a_reason_and_spares_what_is_still_used(people: Registrar, clock: HandClock) -> None:
    case = sealed_to(people, "case", NOVEMBER)
    erasure = KeyErasure(people, COURT, clock)
    for order in (
        ("case", "2026-11", " "),
        ("cases", "2026-11", "x"),
        ("case", "2026-1", "x"),
        ("case", "2026-11", "x"),
    ):
        with pytest.raises(ErasureRefused):
            erasure.erase_by_order(*order)
    assert opens(people, case)
    clock.time = NOVEMBER.end
    (erased,) = erasure.erase_by_order("case", "2026-11", "档案移交完毕")
    assert erased.reason == "档案移交完毕"
    assert not opens(people, case)
    assert erasure.erase_by_order("case", "2026-11", "again") == []


def test_who_renews_late_is_sealed_to_within_the_grace_and_erased_that_much_later(
    tmp_path: Path, clock: HandClock
) -> None:
    people = Registrar(load_settings(state_dir=tmp_path / "late"), clock, CHANCE, months_ahead=0)
    people.new(COURT, "court", jurisdictions=["js"])
    sealed, erasure = sealed_to(people, "sighting", NOVEMBER), KeyErasure(people, COURT, clock)
    clock.time = NOVEMBER.end + 3 * DAY_MS
    people.renew(COURT)
    (november,) = [one for one in people.keys(COURT) if (one.retention, one.period) == ("sighting", "2026-11")]
    assert november.valid_until == clock.time + OVERLAP_MS
    clock.time = kept_until("sighting", NOVEMBER.end) + OVERLAP_MS
    assert erasure.erase_due(clock.time) == []
    clock.time = kept_until("sighting", november.valid_until)
    assert len(erasure.erase_due(clock.time)) == 1
    assert not opens(people, sealed)


def test_who_never_renews_is_sealed_to_until_the_grace_is_over_and_erased_after_that(
    tmp_path: Path, clock: HandClock
) -> None:
    people = Registrar(load_settings(state_dir=tmp_path / "never"), clock, CHANCE, months_ahead=0)
    people.new(COURT, "court", jurisdictions=["js"])
    due = kept_until("sighting", NOVEMBER.end + GRACE_MS)
    clock.time = due - 1
    assert KeyErasure(people, COURT, clock).erase_due(clock.time) == []
    clock.time = due
    assert [one.retention for one in KeyErasure(people, COURT, clock).erase_due(due)] == ["sighting"]


def test_the_escrow_and_an_agency_renew_and_erase_as_a_court_does(people: Registrar, clock: HandClock) -> None:
    people.new("railway-js", "agency", jurisdictions=["js"])
    people.new("notary-js-1", "notary", jurisdictions=["js"])
    assert list(people.sealing_keys("notary-js-1")) == []
    assert people.renew("notary-js-1") == []
    sealed = sealed_to(people, "interception", NOVEMBER, ESCROW), sealed_to(people, "command", NOVEMBER, "railway-js")
    clock.time = kept_until("interception", NOVEMBER.end)
    for owner, one in zip((ESCROW, "railway-js"), sealed, strict=True):
        assert {each.period for each in people.renew(owner)} >= {str(Period.at(clock.time))}
        assert opens(people, one, owner)
        assert KeyErasure(people, owner, clock).erase_due(clock.time)
        assert not opens(people, one, owner)


def test_a_running_process_forgets_what_another_erases_and_learns_what_it_draws(
    people: Registrar, clock: HandClock
) -> None:
    running = people.sealing_keys(COURT)
    sealed, held = sealed_to(people, "sighting", NOVEMBER), len(list(running))
    clock.time = kept_until("sighting", NOVEMBER.end)
    people.renew(COURT)
    assert len(list(running)) == held + 6
    Eraser(KeyErasure(people, COURT, clock), lambda: clock.time).step()
    assert len(list(running)) == held + 5
    with pytest.raises(CannotOpen):
        open_sealed(sealed, "ctx", *running)


def test_an_eraser_without_a_barrier_erases_nothing_and_looks_again_soon(people: Registrar, clock: HandClock) -> None:
    sealed = sealed_to(people, "sighting", NOVEMBER)
    clock.time = kept_until("sighting", NOVEMBER.end) + 400 * DAY_MS
    assert Eraser(KeyErasure(people, COURT, clock), lambda: 0).step() <= 60
    assert opens(people, sealed)


def test_the_administrators_machine_without_private_halves_records_nothing(people: Registrar, clock: HandClock) -> None:
    (folder(people) / "sealing.key").unlink()
    clock.time = kept_until("interception", NOVEMBER.end) + 4_000 * DAY_MS
    assert KeyErasure(people, COURT, clock).erase_due(clock.time) == []
    assert erased_keys(folder(people)) == []
