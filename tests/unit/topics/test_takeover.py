"""A court's day of take-over: signed by the root, never later, and nothing where nobody has signed it."""

import json
from datetime import date
from pathlib import Path

import pytest

from liandong.__main__ import main
from liandong.schemas.wire.avro_schemas import versions_of
from liandong.schemas.wire.examples import load_examples
from liandong.schemas.wire.signing import encode_signed
from liandong.schemas.wire.suites import signing_key
from liandong.tests.unit.topics.test_keyring import KeyOffice
from liandong.tests.worlds.chance import CHANCE
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.known_keys import SCHEMA, KnownKeys
from liandong.topics.keys.manifest_problems import ParticipantRefused
from liandong.topics.keys.opening import kept_takeover
from liandong.topics.keys.register_memory import memory_of
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import load_settings
from liandong.topics.workers.clock import SystemClock

COURT = "court-su0505"
NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 9)
FINGERPRINT = versions_of(SCHEMA)[0].fingerprint


@pytest.fixture
def office(tmp_path: Path) -> KeyOffice:
    return KeyOffice(tmp_path)


def known_of(office: KeyOffice) -> KnownKeys:
    """What a new reader of the topic knows."""
    return office.key_directory().known


def test_the_root_signs_it_and_every_reader_knows_it(office: KeyOffice) -> None:
    office.participants.set_takeover(COURT, NOVEMBER.isoformat())
    office.publish(COURT, "court-su05")
    directory = office.key_directory()
    assert directory.takeover_on(COURT) == NOVEMBER
    assert directory.takeover_on("court-su05") is directory.takeover_on("nobody") is None


@pytest.mark.parametrize("day", ["2026-11-02", "2026-12-31", "9999-12-31"])
def test_the_root_refuses_a_later_one(office: KeyOffice, day: str) -> None:
    office.participants.set_takeover(COURT, NOVEMBER.isoformat())
    with pytest.raises(ParticipantRefused, match=r"never moves later|lies ahead"):
        office.participants.set_takeover(COURT, day)
    assert office.participants.load(COURT).takeover_on == NOVEMBER.isoformat()


def test_also_where_its_books_were_put_back_and_only_the_topic_knows(office: KeyOffice) -> None:
    with pytest.raises(ParticipantRefused, match=r"2026-10-09.*never moves later"):
        office.participants.set_takeover(COURT, NOVEMBER.isoformat(), OCTOBER)
    office.participants.set_takeover(COURT, OCTOBER.isoformat())
    office.publish(COURT)
    read = known_of(office)
    for forgotten in ("", NOVEMBER.isoformat()):
        manifest = office.participants.load(COURT).model_copy(update={"takeover_on": forgotten})
        office.participants._write(manifest)
        office.participants.level_with(read)
        assert office.participants.load(COURT).takeover_on == OCTOBER.isoformat()


@pytest.mark.parametrize("day", ["2027-01-01", "2026-13-01", "20261101", "tomorrow", "", "2026-11-1", "2026-11-01\n"])
def test_no_day_and_a_day_that_lies_ahead_are_refused(office: KeyOffice, day: str) -> None:
    with pytest.raises(ParticipantRefused):
        office.participants.set_takeover(COURT, day)
    if day:
        with pytest.raises(ParticipantRefused):
            office.participants.new("court-su0506", "court", jurisdictions=["js"], takeover_on=day)


def test_only_courts_have_one(office: KeyOffice) -> None:
    with pytest.raises(ParticipantRefused, match="no court's day of take-over"):
        office.participants.new("railway-cq", "agency", jurisdictions=["cq"], takeover_on="2026-11-01")
    with pytest.raises(ParticipantRefused, match="no court's day of take-over"):
        office.participants.set_takeover("railway-js", "2026-11-01")


def record_of(office: KeyOffice, **fields: object) -> dict[str, object]:
    key = office.participants.signer(COURT)
    return {
        "participant": COURT, "key_id": key.key_id, "kind": "court", "jurisdiction": "js", "name": "", "superior": "court-su05",
        "use": "sign", "retention": "", "period": "", "suite": "intl", "public_key": key.public_key, "valid_from": 0, "valid_until": 0, "revoked_at": 0,
        "takeover_on": "",
    } | fields  # fmt: skip


@pytest.mark.parametrize("days", [("2026-10-09", "2026-11-01"), ("2026-11-01", "2026-10-09"), ("2026-10-09", "", "x")])
def test_readers_ignore_a_later_one_in_whatever_order_they_read(office: KeyOffice, days: tuple[str, ...]) -> None:
    root = office.participants.root_signer()
    known = KnownKeys(StoredKey(root.public_key))
    for day in days:
        body = encode_signed(SCHEMA, record_of(office, takeover_on=day), SCHEMA, root)
        known.register(FINGERPRINT, body)
    assert known.takeover_on(COURT) == OCTOBER


def test_nobody_but_the_root_gives_one(office: KeyOffice) -> None:
    root = office.participants.root_signer()
    known = KnownKeys(StoredKey(root.public_key))
    own = office.participants.signer(COURT)
    for signer in (own, signing_key(b"t" * 32, "intl")):
        body = encode_signed(SCHEMA, record_of(office, takeover_on="2026-11-01"), SCHEMA, signer)
        with pytest.raises(Exception, match="sign"):
            known.register(FINGERPRINT, body)
    known.register(
        FINGERPRINT, encode_signed(SCHEMA, record_of(office, kind="agency", takeover_on="2026-11-01"), SCHEMA, root)
    )
    assert known.takeover_on(COURT) is None


def test_a_manifest_that_is_edited_on_a_courts_machine_makes_nothing_stock(office: KeyOffice) -> None:
    settings = office.participants.settings
    office.publish(COURT)
    memory_of(settings).keep(known_of(office).news())
    manifest = office.participants.load(COURT).model_copy(update={"takeover_on": "2026-11-01"})
    office.participants._write(manifest)
    assert kept_takeover(settings, COURT) is None


def test_a_machine_keeps_what_it_has_read(office: KeyOffice) -> None:
    office.participants.set_takeover(COURT, NOVEMBER.isoformat())
    office.publish(COURT)
    settings = office.participants.settings
    memory_of(settings).keep(known_of(office).news())
    assert kept_takeover(settings, COURT) == NOVEMBER
    assert kept_takeover(settings, "court-su05") is None


def test_records_of_before_are_readable_and_say_no_day() -> None:
    [example] = [one for one in load_examples() if (one.schema, one.version) == (SCHEMA, 1)]
    assert "takeover_on" not in example.record
    assert versions_of(SCHEMA)[-1].definition["fields"] == versions_of(SCHEMA)[0].definition["fields"][:-1]


def test_an_administrator_gives_it_in_either_language_and_is_told_what_is_not_signed_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANDONG_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("LIANDONG_BOOTSTRAP", "127.0.0.1:1")
    Registrar(load_settings(), SystemClock(), CHANCE).new(COURT, "court", jurisdictions=["js"])

    def ran(*words: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*words])
        told = capsys.readouterr()
        assert ended.value.code == code, told
        return told.out + told.err

    told = ran("participant", "set", COURT, "--takeover", "2026-11-01")
    assert "its list came here on 2026-11-01" in told
    assert "keys NOT published yet, BROKER_UNREACHABLE" in told
    chinese = ran("--lang", "zh", "participant", "set", COURT, "--takeover", "2026-10-09", "--court-token", "苏0505")
    assert "接入日为 2026-10-09" in chinese
    assert "never moves later" in ran("participant", "set", COURT, "--takeover", "2026-11-01", code=2)
    listed = json.loads(ran("participant", "list", "--json"))["participants"]
    assert [(one["takeover_on"], one["court_token"]) for one in listed] == [("2026-10-09", "苏0505")]
