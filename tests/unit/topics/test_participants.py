"""Participants are files only their owner can read; keys change without losing what they opened or signed."""

import shutil
import stat
from pathlib import Path

import pytest
import yaml

from liandong.schemas.errors import LiandongError, WrongUsage
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.wire.sealing import Recipient, open_sealed, seal
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.topics.keys.key_files import new_seed
from liandong.topics.keys.manifest_problems import ParticipantRefused
from liandong.topics.keys.participants import ESCROW, Participants
from liandong.topics.keys.registrar import OVERLAP_MS, Registrar
from liandong.topics.settings import Settings, load_settings


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    return load_settings(state_dir=tmp_path / "state")


@pytest.fixture
def people(local: Settings, clock: HandClock) -> Registrar:
    return Registrar(local, clock, CHANCE)


def court(people: Registrar, name: str = "court-su0505") -> str:
    return people.new(name, "court", name="苏州市虎丘区人民法院", jurisdictions=["js"]).id


def test_a_new_participant_is_there_with_keys_and_the_first_brings_root_escrow_and_matching_key(
    people: Registrar, local: Settings
) -> None:
    made = people.new("railway-js", "agency", name="铁路", jurisdictions=["js", "cq"], agency_kind="railway")
    assert people.load("railway-js") == made
    assert people.list() == [made]
    assert made.created_at == NOW
    first, *sealing = people.keys("railway-js")
    assert first.use == "sign"
    assert {(one.retention, one.period) for one in sealing} == {
        (kind, f"2026-{month:02}") if month < 13 else (kind, f"2027-{month - 12:02}")
        for kind in ("command", "waiting")
        for month in range(11, 24)
    }
    assert people.keys("railway-js")[0].key_id == people.signer("railway-js").key_id
    assert people.root_public_key.raw == people.root_signer().public_key
    assert len(list(people.sealing_keys(ESCROW))) == 6 * 13
    (matching,) = people.matching_keys()
    assert (matching.key_id, len(matching.secret)) == (1, 32)
    assert sorted(path.name for path in local.state_dir.iterdir()) == ["matching", "participants", "root"]


def test_the_second_participant_changes_neither_root_nor_matching_key(people: Registrar) -> None:
    court(people)
    before = (people.root_public_key, [key.key_id for key in people.sealing_keys(ESCROW)], people.matching_keys())
    people.new("notary-js-1", "notary", jurisdictions=["js"])
    assert (
        people.root_public_key,
        [key.key_id for key in people.sealing_keys(ESCROW)],
        people.matching_keys(),
    ) == before


def test_nobody_else_can_read_what_is_written(people: Registrar, local: Settings) -> None:
    court(people)
    people.rotate("court-su0505")
    for path in local.state_dir.rglob("*"):
        if path.name == ".lock":
            assert path.stat().st_size == 0
        else:
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_secrets_do_not_show_in_texts_of_objects(people: Registrar) -> None:
    court(people)
    (matching,) = people.matching_keys()
    assert matching.secret.hex() not in repr(matching)
    assert repr(matching.secret) not in repr(matching)


@pytest.mark.parametrize(
    "name",
    ["Court", "court_su", "-court", "court-", "c--d", "1court", "../x", "a/b", "", "x" * 64, "escrow", "root", "法院"],
)
def test_an_id_is_lower_case_letters_digits_and_dashes(people: Registrar, local: Settings, name: str) -> None:
    with pytest.raises(ParticipantRefused):
        people.new(name, "court", jurisdictions=["js"])
    assert not local.state_dir.exists()
    with pytest.raises(WrongUsage):
        people.load(name)


@pytest.mark.parametrize(
    ("kind", "jurisdictions"),
    [
        ("court", []),
        ("court", ["js", "cq"]),
        ("agency", []),
        ("notary", []),
        ("court", ["JS"]),
        ("court", ["j s"]),
        ("king", ["js"]),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(people: Registrar, kind: str, jurisdictions: list[str]) -> None:
    with pytest.raises(ParticipantRefused):
        people.new("some-one", kind, jurisdictions=jurisdictions)  # type: ignore[arg-type]


def test_an_id_is_used_once(people: Registrar) -> None:
    court(people)
    signer = people.signer("court-su0505").key_id
    with pytest.raises(ParticipantRefused, match="exists"):
        court(people)
    people.retire("court-su0505")
    with pytest.raises(ParticipantRefused, match="exists"):
        court(people)
    assert people.signer("court-su0505").key_id == signer


def test_rotation_makes_new_keys_and_the_old_ones_end_after_the_overlap(people: Registrar, clock: HandClock) -> None:
    court(people)
    old = people.keys("court-su0505")
    clock.time += 1000
    entries = people.rotate("court-su0505")
    replaced, new = entries[: len(old)], entries[len(old) :]
    assert [one.public_key for one in replaced] == [one.public_key for one in old]
    assert [(one.use, one.retention, one.period) for one in new] == [
        (one.use, one.retention, one.period) for one in old
    ]
    assert all(one.valid_until == clock.time + OVERLAP_MS for one in replaced)
    assert new[0].valid_until == 0
    assert all(one.valid_until > clock.time + OVERLAP_MS for one in new[1:])
    assert all(one.revoked_at == 0 for one in entries)
    assert people.signer("court-su0505").key_id == new[0].key_id
    newest = people.sealing_keys("court-su0505").newest("case", "2026-11")
    assert newest is not None
    assert newest.key_id in {one.key_id for one in new}


def test_what_was_sealed_before_a_rotation_can_still_be_opened(people: Registrar) -> None:
    court(people)
    before = people.sealing_keys("court-su0505").newest("command", "2026-11")
    assert before is not None
    content: dict[str, object] = {
        "case_number": "(2026)苏0505执1号",
        "document_number": "x",
        "document_hash": bytes(32),
        "judge": "x",
    }
    content |= {"purpose": "x", "kinds": [], "until": 0, "name": "x", "certificates": [], "stops": bytes(16)}
    sealed = seal("watch-order", content, "ctx", [Recipient(before.key_id, before.public_key)])
    people.rotate("court-su0505")
    people.rotate("court-su0505")
    keys = people.sealing_keys("court-su0505")
    assert len({key.key_id for key in keys}) == 3 * 6 * 13
    assert open_sealed(sealed, "ctx", *keys)["case_number"] == "(2026)苏0505执1号"


def test_a_compromised_key_is_revoked_as_of_the_day_it_was_lost(people: Registrar, clock: HandClock) -> None:
    court(people)
    clock.time += 10_000
    entries = people.rotate("court-su0505", compromised_since=NOW + 5000)
    half = 1 + 6 * 13
    assert [one.revoked_at for one in entries] == [NOW + 5000] * half + [0] * half
    people.retire("court-su0505")
    assert [one.revoked_at for one in people.keys("court-su0505")] == [NOW + 5000] * half + [0] * half


def test_a_retired_participant_keeps_its_past_and_has_no_future(people: Registrar, clock: HandClock) -> None:
    court(people)
    clock.time += 1000
    assert people.retire("court-su0505").retired_at == clock.time
    assert {one.valid_until for one in people.keys("court-su0505")} == {clock.time}
    with pytest.raises(ParticipantRefused, match="retired"):
        people.rotate("court-su0505")
    with pytest.raises(ParticipantRefused, match="retired"):
        people.retire("court-su0505")


def test_a_crash_between_new_key_and_book_heals(people: Registrar, local: Settings) -> None:
    court(people)
    (local.state_dir / "participants/court-su0505/signing.key").write_text("11" * 32 + "\n")
    entries = people.keys("court-su0505")
    assert [bool(one.valid_until) for one in entries if one.use == "sign"] == [True, False]
    assert entries[-1].key_id == people.signer("court-su0505").key_id


def test_with_a_pinned_root_no_other_is_made(tmp_path: Path) -> None:
    pinned = load_settings(state_dir=tmp_path / "state", root_public_key="ab" * 32)
    people = Registrar(pinned, HandClock(), CHANCE)
    court(people)
    assert people.root_public_key.raw == bytes.fromhex("ab" * 32)
    assert not (tmp_path / "state/root").exists()
    with pytest.raises(WrongUsage) as no_key:
        people.matching_keys()
    assert no_key.value.code == "MATCHING_KEY_MISSING"


def test_a_root_that_is_not_the_pinned_one_does_not_sign(people: Registrar, local: Settings) -> None:
    court(people)
    elsewhere = Participants(local.model_copy(update={"root_public_key": "ab" * 32}))
    with pytest.raises(WrongUsage) as refused:
        elsewhere.root_signer()
    assert refused.value.code == "ROOT_ELSEWHERE"


def test_matching_keys_are_numbered_and_come_newest_last(people: Registrar, local: Settings, tmp_path: Path) -> None:
    court(people)
    drawn = {number: new_seed(local.state_dir / "matching" / f"{number}.key", CHANCE) for number in range(2, 11)}
    second, newest = MatchingKey(2, drawn[2]), MatchingKey(10, drawn[10])
    assert [key.key_id for key in people.matching_keys()] == list(range(1, 11))
    assert people.matching_keys()[1] == second
    assert people.matching_keys()[-1] == newest
    handed_out = tmp_path / "2.key"
    handed_out.write_text(second.secret.hex())
    abroad = Participants(local.model_copy(update={"matching_key_file": handed_out}))
    assert abroad.matching_keys() == [second]


@pytest.mark.parametrize("content", ["", "zz", "ab" * 31, "ab" * 33])
def test_a_broken_key_file_is_named(people: Registrar, local: Settings, content: str) -> None:
    court(people)
    path = local.state_dir / "participants/court-su0505/signing.key"
    path.write_text(content)
    with pytest.raises(LiandongError) as broken:
        people.signer("court-su0505")
    assert (broken.value.code, str(path) in broken.value.message) == ("KEY_FILE_BROKEN", True)


def test_a_manifest_with_an_unknown_field_is_not_guessed_at(people: Registrar, local: Settings) -> None:
    court(people)
    path = local.state_dir / "participants/court-su0505/manifest.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "nmae": "x"}))
    with pytest.raises(LiandongError) as broken:
        people.load("court-su0505")
    assert broken.value.code == "MANIFEST_BROKEN"


def test_a_machine_with_the_roots_public_key_alone_trusts_it_and_makes_no_other(
    people: Registrar, tmp_path: Path
) -> None:
    court(people)
    node = load_settings(state_dir=tmp_path / "node")
    (node.state_dir / "root").mkdir(parents=True)
    shutil.copy(tmp_path / "state/root/public.key", node.state_dir / "root")
    there = Registrar(node, HandClock(), CHANCE)
    there.new("railway-js", "agency", jurisdictions=["js"], agency_kind="railway")
    assert there.root_public_key == people.root_public_key
    assert [path.name for path in (node.state_dir / "root").iterdir()] == ["public.key"]
    with pytest.raises(WrongUsage) as refused:
        there.root_signer()
    assert refused.value.code == "KEY_FILE_MISSING"


def test_a_court_has_a_token_for_its_case_numbers_which_can_be_given_later(people: Registrar) -> None:
    made = people.new("court-su05", "court", jurisdictions=["js"], court_token="苏05")
    assert made.court_token == "苏05"
    id_ = court(people)
    before = people.load(id_)
    people.set_court_token(id_, "苏0505")
    assert people.load(id_) == before.model_copy(update={"court_token": "苏0505"})


@pytest.mark.parametrize("token", ["0505", "苏O5O5", "芦0505", "苏05051", "执"])
def test_what_is_no_token_of_a_court_is_refused(people: Registrar, token: str) -> None:
    id_ = court(people)
    with pytest.raises(ParticipantRefused, match="no court's token"):
        people.set_court_token(id_, token)
    assert not people.load(id_).court_token


def test_only_courts_have_a_token(people: Registrar) -> None:
    agency = people.new("railway-js", "agency", jurisdictions=["js"], agency_kind="railway").id
    with pytest.raises(ParticipantRefused, match="no court's token"):
        people.set_court_token(agency, "苏0505")
