"""GB 18030-2022 code by code, and names of its characters on every way in and out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.producers.intake.files.reading import Format, format_of
from liandong.schemas.files.encoding import as_of_2022, decoded
from liandong.schemas.people.names import comparison_form, holds_private_use
from liandong.tests.worlds.gate import CheckDesk
from liandong.tests.worlds.intake_rows import ENTRY
from liandong.tests.worlds.people import LI
from liandong.tests.worlds.sent_files import SendingClerk
from liandong.tests.worlds.workbooks import cells, workbook

TWO_BYTE = {
    "A6D9": 0xFE10,
    "A6DA": 0xFE12,
    "A6DB": 0xFE11,
    "A6DC": 0xFE13,
    "A6DD": 0xFE14,
    "A6DE": 0xFE15,
    "A6DF": 0xFE16,
    "A6EC": 0xFE17,
    "A6ED": 0xFE18,
    "A6F3": 0xFE19,
    "FE59": 0x9FB4,
    "FE61": 0x9FB5,
    "FE66": 0x9FB6,
    "FE67": 0x9FB7,
    "FE6D": 0x9FB8,
    "FE7E": 0x9FB9,
    "FE90": 0x9FBA,
    "FEA0": 0x9FBB,
}
"""The eighteen codes whose character changed (GB 18030-2022, comparison with the edition of 2005)."""
FOUR_BYTE = {
    "84318236": 0xFE10,
    "84318238": 0xFE12,
    "84318237": 0xFE11,
    "84318239": 0xFE13,
    "84318330": 0xFE14,
    "84318331": 0xFE15,
    "84318332": 0xFE16,
    "84318333": 0xFE17,
    "84318334": 0xFE18,
    "84318335": 0xFE19,
    "82359037": 0x9FB4,
    "82359038": 0x9FB5,
    "82359039": 0x9FB6,
    "82359130": 0x9FB7,
    "82359131": 0x9FB8,
    "82359132": 0x9FB9,
    "82359133": 0x9FBA,
    "82359134": 0x9FBB,
}
"""Their codes of 2005; 2022 gives these to the private-use characters, and who has them means the same character."""
OTHERS = {
    "A8BC": 0x1E3F,
    "8135F437": 0x1E3F,
    "FE51": 0x20087,
    "FE52": 0x20089,
    "FE53": 0x200CC,
    "FE6C": 0x215D7,
    "FE76": 0x2298F,
    "FE91": 0x241FE,
    "95329031": 0x20087,
    "95329033": 0x20089,
    "95329730": 0x200CC,
    "9536B937": 0x215D7,
    "9630BA35": 0x2298F,
    "9635B630": 0x241FE,
    "82358F33": 0x9FA6,
    "9939F836": 0x2EBF0,
    "9A37F836": 0x31350,
    "D2BB": 0x4E00,
}


@pytest.mark.parametrize(("code", "point"), [*TWO_BYTE.items(), *FOUR_BYTE.items(), *OTHERS.items()])
def test_each_code_is_the_character_the_standard_gives_it(code: str, point: int) -> None:
    raw = bytes.fromhex(code)
    text = as_of_2022(raw.decode("gb18030"), "gb18030")
    assert (text, decoded("张".encode("gb18030") + raw)) == (chr(point), f"张{chr(point)}")
    assert not holds_private_use(text)


def test_what_is_private_in_other_texts_stays_and_is_compared_as_its_ideograph() -> None:
    assert as_of_2022("张\ue81e", "utf-8") == "张\ue81e"
    assert comparison_form("张\ue81e") == comparison_form("张\u9fb4")
    assert comparison_form("张\ue816") == comparison_form("张\U00020087")
    assert comparison_form("张\ue863") != comparison_form("张\u9fb4")  # nobody has said what it is


NAMES = ("张\u9fb4", "𠮷\U00020087示例", "\U000215d7\u3cdf\U00030edd")
"""Of the edition of 2022 and outside the basic plane."""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["csv", "gb18030", "utf-16", "jsonl", "xlsx"])
def test_names_survive_into_records_and_rejects(tmp_path: Path, form: str, name: str) -> None:
    good, bad = ENTRY | {"name": name}, ENTRY | {"name": name, "case_number": "none"}
    suffix: Format = "xlsx" if form == "xlsx" else "jsonl" if form == "jsonl" else "csv"
    file = tmp_path / f"rows.{suffix}"
    table = [list(good), list(good.values()), list(bad.values())]
    if form == "xlsx":
        file.write_bytes(workbook(*table))
    elif form == "jsonl":
        file.write_text("\n".join(json.dumps(each) for each in (good, bad)), encoding="utf-8")
    else:
        text = "\n".join(",".join(cells_of) for cells_of in table)
        file.write_text(text, encoding="utf-8" if form == "csv" else form)
    sent = SendingClerk.new(tmp_path).send(file, format_of(file))
    assert (sent.counts, [entry["name"] for entry in sent.entries]) == ((1, 1), [name])
    (identity,) = sent.entries[0]["identities"]
    assert identity["name_tag"]
    rejected = str(cells(sent.rejects)) if form == "xlsx" else sent.rejects.decode()
    assert name in rejected


@pytest.mark.parametrize("name", NAMES)
def test_a_check_by_such_a_name_meets_its_entry(tmp_path: Path, name: str) -> None:
    desk = CheckDesk(tmp_path)
    who = replace(LI, name=name)
    desk.listed(who)
    old = name.translate({0x9FB4: 0xE81E, 0x20087: 0xE816})
    for asked in (name, old):
        request = who.request("rail-ticket", name=asked, train_type="G", seat_class="second")
        assert desk.gate.check(request).verdict.value == "BLOCK"
