"""A dry run against SQLite, against PostgreSQL and against nothing at all, and what the command says of it."""

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import Engine, create_engine, inspect, text

from liandong.__main__ import main
from liandong.producers.intake import ListingInput
from liandong.producers.intake.rows.model import (
    Beginning,
    DebtorCategory,
    HeldCertificate,
    Initiative,
    Performance,
    TermStartBasis,
)
from liandong.producers.register.register import open_register, register_as_it_is
from liandong.producers.register.rows import ENTRY_COLUMNS, FIXED_COLUMNS
from liandong.producers.register.tables import register_tables
from liandong.producers.updates.records import content_of, digest_of, remainder_of
from liandong.schemas.law.grounds import Ground
from liandong.schemas.law.listing import Instrument, PersonKind, PersonRole
from liandong.schemas.people.certificates import Certificate, CertificateType
from liandong.tests.suites.dry_run import DryRunSuite
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.court_office import COURT, JURISDICTION, rows, write
from liandong.tests.worlds.intake_rows import ENTRY, TODAY, parsed
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import load_settings
from liandong.topics.storage.database import open_database, sqlite_url
from liandong.topics.workers.clock import SystemClock


class TestDryRunOnSqlite(DryRunSuite):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        engine = open_database(sqlite_url(tmp_path / "publisher.db"))
        yield engine
        engine.dispose()


class TestDryRunOnPostgres(DryRunSuite):
    @pytest.fixture
    def engine(self, postgres_url: str) -> Iterator[Engine]:
        schema = f"publisher_{secrets.token_hex(4)}"
        engine = open_database(postgres_url, schema=schema)
        yield engine
        with engine.begin() as connection:
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
        engine.dispose()


def test_a_register_that_is_not_there_is_read_as_an_empty_one_and_not_made(tmp_path: Path) -> None:
    settings = load_settings(state_dir=tmp_path / "state")
    register = register_as_it_is(settings, "js", SystemClock())
    assert register.find(COURT) == []
    register.close()
    assert not (tmp_path / "state").exists()


def test_a_register_in_postgresql_that_is_not_there_is_not_made_either(postgres_url: str, tmp_path: Path) -> None:
    jurisdiction = f"t{secrets.token_hex(4)}"
    settings = load_settings(state_dir=tmp_path / "state", outbox_url=postgres_url)
    register_as_it_is(settings, jurisdiction, SystemClock()).close()
    server = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    assert f"publisher_{jurisdiction}" not in inspect(server).get_schema_names()
    open_register(settings, jurisdiction, SystemClock()).close()
    register = register_as_it_is(settings, jurisdiction, SystemClock())
    assert register.engine.dialect.name == "postgresql"
    register.close()
    with server.begin() as connection:
        connection.execute(text(f'DROP SCHEMA "publisher_{jurisdiction}" CASCADE'))
    server.dispose()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    settings = load_settings(state_dir=tmp_path / "state")
    Registrar(settings, SystemClock(), CHANCE).new(COURT, "court", name="示例区人民法院", jurisdictions=[JURISDICTION])
    listed = rows(5)
    return write(tmp_path / "export.csv", [*listed, listed[0], listed[1] | {"claim_amount": "?"}])


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 3
    return capsys.readouterr().out


def test_the_summary_of_a_dry_run_says_what_would_happen_in_both_languages(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    english = said(capsys, "court", "publish", str(export), "--dry-run")
    assert "nothing was accepted; publishing this file now would give" in english
    assert "5  new entries" in english
    assert "without --dry-run" in english
    assert "batch" not in english
    chinese = said(capsys, "--lang", "zh", "court", "publish", str(export), "--dry-run")
    assert "未受理任何内容；现在发布本文件的结果将是" in chinese
    assert "5  新增" in chinese
    assert "请去掉 --dry-run" in chinese


def test_the_json_of_a_dry_run_has_the_keys_and_the_figures_of_the_run(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearsed = json.loads(said(capsys, "court", "publish", str(export), "--dry-run", "--json"))
    published = json.loads(said(capsys, "court", "publish", str(export), "--no-wait", "--json"))
    assert rehearsed["dry_run"] is True
    assert (published["accepted"], published["duplicate"], published["rejected"]) == (5, 1, 1)
    assert rehearsed | {"batch": published["batch"], "dry_run": False} == published
    again = json.loads(said(capsys, "court", "publish", str(export), "--dry-run", "--json"))
    assert (again["unchanged"], again["same_file_as"]) == (5, published["batch"])


def test_rejects_may_go_through_a_link_which_stays(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere, link = tmp_path / "elsewhere.csv", tmp_path / "rejects.csv"
    elsewhere.write_text("of an earlier run")
    link.symlink_to(elsewhere)
    said(capsys, "court", "publish", str(export), "--dry-run", "--rejects", str(link))
    assert link.is_symlink()
    assert "of an earlier run" not in elsewhere.read_text(encoding="utf-8")


OTHER = HeldCertificate(Certificate(CertificateType.PASSPORT, "E12345678", "CHN"))
CHANGES = {
    "instrument": Instrument.CONSUMPTION_ORDER,
    "kind": PersonKind.ENTITY,
    "role": PersonRole.LEGAL_REPRESENTATIVE,
    "name": "示例乙",
    "sex": 0,
    "birth_date": TODAY,
    "certificates": (OTHER,),
    "court_name": "另一法院",
    "case_number": "（2024）苏0505执77号",
    "previous_case_number": "（2024）苏0505执77号",
    "decision_number": "决定九",
    "grounds": (Ground.G2,),
    "filing_date": TODAY,
    "publish_date": TODAY - timedelta(days=1),
    "initiated_by": Initiative.CREDITOR,
    "applied_on": TODAY,
    "basis_number": "（2020）苏0505民初1号",
    "basis_maker": "示例区人民法院",
    "performance": Performance.PARTIAL,
    "claim_amount": "1.00",
    "related_entity": "示例商贸有限公司",
    "related_entity_certificate": OTHER.certificate,
    "legal_representative": "示例乙",
    "debtor_category": DebtorCategory.PUBLIC_SERVANT,
    "beginning": Beginning("示例院长"),
}
SAYS_NOTHING = {"source_id", "court", "missing"}
"""The court's own serial, the court that publishes, which is the same for all rows of a file, and what the others leave out."""


def statements(listing: ListingInput) -> tuple[bytes, bytes]:
    return digest_of(content_of(listing), listing.certificates), remainder_of(listing)


def test_rows_that_differ_in_any_column_say_different_things() -> None:
    listing = parsed(ENTRY).listing
    assert listing is not None
    assert set(CHANGES) | SAYS_NOTHING | {"term"} == set(ListingInput.__struct_fields__)
    same = [
        name
        for name, value in CHANGES.items()
        if statements(structs.replace(listing, **{name: value})) == statements(listing)
    ]
    assert same == []
    term = listing.term
    others = [
        structs.replace(term, start=TODAY),
        structs.replace(term, end=TODAY),
        structs.replace(term, extension_months=12),
        structs.replace(term, basis=next(each for each in TermStartBasis if each is not term.basis)),
    ]
    assert len({statements(structs.replace(listing, term=each)) for each in [term, *others]}) == 5


def test_the_columns_of_an_entry_are_those_of_its_table() -> None:
    assert set(ENTRY_COLUMNS) == set(register_tables().entries.columns.keys())
    assert len(ENTRY_COLUMNS) == len(set(ENTRY_COLUMNS))
    assert set(ENTRY_COLUMNS) > FIXED_COLUMNS
