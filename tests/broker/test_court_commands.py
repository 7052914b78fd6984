"""What a clerk does in a day, typed as he types it, on a real Kafka."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from liandong.schemas.law.listing import Status
from liandong.tests.worlds.court_office import COURT, CourtOffice, recount, rows, write
from liandong.topics.catalogue import names
from liandong.topics.settings import Settings

CN_ID = "11010519491231002X"


@pytest.fixture
def office(settings: Settings) -> CourtOffice:
    return CourtOffice(settings)


def found(office: CourtOffice, *options: str, typed: str = "") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(office.run("court", "find", "--json", *options, typed=typed))
    return entries


def test_a_clerks_day(office: CourtOffice, tmp_path: Path) -> None:
    office.make_topics()
    template = tmp_path / "template.csv"
    template.write_text(office.run("court", "template"), encoding="utf-8")
    first = office.publish(template)
    assert (first["accepted"], first["rejected"], first["sent"]) == (2, 0, True)
    again = office.publish(template)
    assert (again["accepted"], again["unchanged"]) == (0, 2)
    assert again["same_file_as"] == first["batch"]

    [entry] = found(office, "--certificate", "CN_ID", typed=CN_ID + "\n")
    assert (entry["status"], entry["name"]) == ("ACTIVE", "示*")
    assert CN_ID not in json.dumps(entry)
    told = office.run("court", "shield", entry["entry"], "--reason", "review", "--objection", "7", "--court", COURT)
    assert "SHIELDED" in told
    office.run("court", "shield", entry["entry"], "--reason", "review", "--objection", "7", code=1)
    office.run("court", "correct", entry["entry"], "--set", "claim_amount=1.5")
    office.run("court", "correct", entry["entry"], "--certificate", "CN_ID", typed="440524188001010014\n")
    office.run("court", "correct", entry["entry"], "--set", f"certificate_number={CN_ID}", code=2)
    done = json.loads(office.run("court", "delete", entry["entry"], "--reason", "D1", "--json"))
    assert (done["status"], done["version"], done["sent"]) == ("DELETED", 5, True)

    [order] = found(office, "（2024）苏0505执恢56号")
    office.run("court", "lift", order["entry"], "--reason", "CONSENT")
    office.run("court", "lift", order["entry"], "--reason", "CONSENT", code=1)
    assert recount(office) == {"updates": 7, "entries": 2, "logged": 7}
    relief = office.log(names.relief("js"))
    assert [one.record["status"] for one in relief][-2:] == [Status.DELETED, Status.LIFTED]


def test_rejected_rows_come_back_and_are_published_once_corrected(office: CourtOffice, tmp_path: Path) -> None:
    office.make_topics()
    listings = rows(20)
    listings[3]["certificate_number"] = listings[3]["certificate_number"][:-1] + "?"
    listings[7]["case_number"] = "不是案号"
    path = write(tmp_path / "export.csv", listings)
    checked = office.publish(path, "--dry-run", code=3)
    assert (checked["accepted"], checked["rejected"]) == (18, 2)
    assert not (tmp_path / "state" / "publisher").exists()
    published = office.publish(path, code=3)
    assert (published["accepted"], published["rejected"]) == (18, 2)
    rejects = Path(published["rejects_file"])
    assert rejects == tmp_path / "export.csv.rejects.csv"
    with rejects.open(encoding="utf-8-sig", newline="") as stream:
        back = list(csv.DictReader(stream))
    assert [row["reject_row"] for row in back] == ["5", "9"]
    good = rows(20)
    for row, at in zip(back, (3, 7), strict=True):
        row |= {"certificate_number": good[at]["certificate_number"], "case_number": good[at]["case_number"]}
    with rejects.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(back[0]))
        writer.writeheader()
        writer.writerows(back)
    mended = office.publish(rejects)
    assert (mended["accepted"], mended["rejected"], mended["rejects_file"]) == (2, 0, None)
    assert recount(office)["entries"] == 20


def test_nothing_is_accepted_that_could_not_be_sent_unless_asked(office: CourtOffice, tmp_path: Path) -> None:
    path = write(tmp_path / "export.csv", rows(3))
    refused = json.loads(office.run("court", "publish", str(path), "--json", code=1))
    assert refused["error"]["code"] == "TOPIC_MISSING"
    accepted = office.publish(path, "--no-wait")
    assert (accepted["accepted"], accepted["sent"]) == (3, False)
    office.make_topics()
    sent = office.publish(path)
    assert (sent["unchanged"], sent["sent"]) == (3, True)
    assert recount(office)["logged"] == 3


def test_a_summary_reads_well_in_both_languages(office: CourtOffice, tmp_path: Path) -> None:
    path = write(tmp_path / "export.csv", rows(3))
    english = office.run("court", "publish", str(path), "--no-wait")
    assert "3  new entries" in english
    assert "liandong status --batch bat_" in english
    chinese = office.run("--lang", "zh", "court", "publish", str(path), "--no-wait")
    assert "3  无变化" in chinese
    assert "同一文件此前已发布" in chinese
