"""Fictitious input: valid by every check, the same for a seed, and nobody's."""

import json
import re
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from liandong.producers.cli import synthetic
from liandong.producers.intake import IntakeContext, read_listings
from liandong.producers.synthetic.people import ENTITY_SHARE, PERMIT_REGIONS, REGIONS, FictitiousSubject, Invention
from liandong.producers.synthetic.rows import (
    LIST_COLUMNS,
    ORDER_COLUMNS,
    PEOPLE_COLUMNS,
    SyntheticRequest,
    list_rows,
    order_rows,
    people_rows,
)
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.tests.worlds.intake_rows import parsed_rows

DAY = date(2026, 11, 22)
app = typer.Typer()
synthetic.mount(app)
CONTEXT = IntakeContext(DAY, "js-gusu", "示例区人民法院", "苏0505")


def subjects(count: int, seed: int = 1) -> list[FictitiousSubject]:
    return list(islice(Invention(seed).subjects(), count))


@pytest.mark.parametrize("rows", [list_rows, order_rows])
def test_every_row_passes_every_check_without_a_notice(rows: object) -> None:
    made = list_rows if rows is list_rows else order_rows
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in made(SyntheticRequest(7, 3000, DAY))).encode()
    found = parsed_rows(read_listings(data, "jsonl"), CONTEXT)
    assert len(found) == 3000
    assert [one.rejects for one in found if one.listing is None] == []
    assert {notice.code for one in found for notice in one.notices} == set()
    assert len({one.listing.key() for one in found if one.listing is not None}) == 3000


def test_the_same_seed_gives_the_same_rows_and_another_seed_other_people() -> None:
    assert list(list_rows(SyntheticRequest(1, 200, DAY))) == list(list_rows(SyntheticRequest(1, 200, DAY)))
    assert list(list_rows(SyntheticRequest(1, 100, DAY))) == list(list_rows(SyntheticRequest(1, 200, DAY)))[:100]
    one = {subject.certificates[0] for subject in subjects(2000, 1)}
    assert not one & {subject.certificates[0] for subject in subjects(2000, 2)}


def test_the_people_of_a_seed_are_those_its_list_and_orders_name() -> None:
    people = {row["certificate_number"] for row in people_rows(SyntheticRequest(5, 300, DAY))}
    listed = {row["certificate_number"] for row in list_rows(SyntheticRequest(5, 2000, DAY))}
    ordered = {row["certificate_number"] for row in order_rows(SyntheticRequest(5, 2000, DAY))}
    assert people <= listed
    assert people <= ordered


def test_no_number_comes_twice() -> None:
    numbers = [certificate for subject in subjects(30_000) for certificate in subject.certificates]
    assert len(numbers) == len(set(numbers))


def test_numbers_keep_to_the_fictitious_scheme() -> None:
    for subject in subjects(5000):
        for kind, number, country in subject.certificates:
            canonical = normalise(kind, number, country).number
            if kind in (CertificateType.CN_ID, CertificateType.CN_ID15):
                assert canonical[:6] in REGIONS
            elif kind is CertificateType.RESIDENCE_PERMIT:
                assert canonical[:6] in PERMIT_REGIONS
                assert 1900 <= int(canonical[6:10]) < 1910
            elif kind is CertificateType.USCC:
                assert canonical[2:8] in REGIONS
            elif kind is CertificateType.PASSPORT:
                assert re.fullmatch(r"(EI|XX)\d{7}", canonical)
    assert all(region.endswith("99") for region in REGIONS)


def test_the_mix_is_that_of_the_real_list_with_its_odd_cases() -> None:
    made = subjects(10_000)
    kinds = Counter(certificate[0] for subject in made for certificate in subject.certificates)
    assert abs(sum(not subject.is_natural for subject in made) / len(made) - ENTITY_SHARE) < 0.02
    for kind in ("CN_ID15", "PASSPORT", "RESIDENCE_PERMIT", "ORG_CODE"):
        assert kinds[CertificateType[kind]] > 30
    assert sum(len(subject.certificates) > 1 for subject in made) > 100
    names = Counter(subject.name for subject in made if subject.is_natural)
    assert names.most_common(1)[0][1] > 5
    assert any("·" in name for name in names)
    assert any(ord(character) > 0xFFFF for name in names for character in name)


def test_debtors_with_three_cases_and_representatives_of_entities_occur() -> None:
    listed = Counter(row["certificate_number"] for row in list_rows(SyntheticRequest(1, 5000, DAY)))
    assert Counter(listed.values())[3] > 30
    orders = list(order_rows(SyntheticRequest(1, 3000, DAY)))
    assert Counter(row["instrument"] for row in orders)["EXIT_BAN"] > 10
    related = [row for row in orders if row["role"] == "LEGAL_REPRESENTATIVE"]
    assert related
    assert all(row["related_entity"] for row in related)


@pytest.mark.parametrize(
    ("command", "columns"), [("people", PEOPLE_COLUMNS), ("list", LIST_COLUMNS), ("orders", ORDER_COLUMNS)]
)
def test_the_command_writes_csv_and_json_lines(command: str, columns: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    arguments = ["synthetic", command, "--count", "20", "--seed", "3"]
    told = CliRunner().invoke(app, [*arguments, "-o", str(path)])
    assert told.exit_code == 0, told.output
    assert told.output == ""
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == ",".join(columns)
    assert len(lines) == 21
    printed = CliRunner().invoke(app, [*arguments, "--format", "jsonl"])
    assert printed.exit_code == 0
    objects = [json.loads(line) for line in printed.output.splitlines()]
    assert len(objects) == 20
    assert all(set(one) <= set(columns) for one in objects)


def test_the_day_and_the_court_token_can_be_chosen() -> None:
    arguments = ["synthetic", "list", "-n", "3", "--day", "2030-05-01", "--court-token", "渝0101", "--format", "jsonl"]
    objects = [json.loads(line) for line in CliRunner().invoke(app, arguments).output.splitlines()]
    assert all("渝0101执" in one["case_number"] for one in objects)
    assert all("2029" <= one["filing_date"] < "2030-05-01" for one in objects)
