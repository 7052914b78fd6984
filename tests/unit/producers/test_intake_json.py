"""JSON in every state people send it: lines, arrays, records of the public list."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pytest
from msgspec import structs

from liandong.producers.intake import Format, ParsedRow, TermStartBasis, read_listings
from liandong.tests.worlds.intake_rows import CN_ID, ENTRY, parsed_rows, results, summary


def test_json_lines_go_on_behind_a_broken_one() -> None:
    good = json.dumps(ENTRY, ensure_ascii=False)
    other = json.dumps(ENTRY | {"case_number": "（2024）苏0505执2号"}, ensure_ascii=False)
    data = "\n".join([good, good[:-5], "", "[1]", '"x"', other]).encode()
    assert summary(b"\xef\xbb\xbf" + data, "jsonl") == [
        (1, "ok"),
        (2, "ROW_UNREADABLE"),
        (4, "NOT_AN_OBJECT"),
        (5, "NOT_AN_OBJECT"),
        (6, "ok"),
    ]
    assert summary(data[:-9], "jsonl")[-1] == (6, "TRUNCATED_ROW")


def entries(count: int) -> Iterator[dict[str, str]]:
    for serial in range(1, count + 1):
        yield ENTRY | {"case_number": f"（2024）苏0505执{serial}号"}


def test_an_array_is_read_like_lines_whatever_its_size_and_layout() -> None:
    for indent in (None, 2):
        data = json.dumps(list(entries(2000)), ensure_ascii=False, indent=indent).encode()
        assert summary(data, "jsonl") == [(n, "ok") for n in range(1, 2001)]


def test_a_broken_or_cut_array_costs_the_broken_objects_only() -> None:
    whole = json.dumps(list(entries(3)), ensure_ascii=False)
    broken = whole.replace('执2号", ', '执2号" ')
    assert summary(broken.encode(), "jsonl") == [(1, "ok"), (2, "ROW_UNREADABLE"), (3, "ok")]
    assert summary(whole[:-40].encode(), "jsonl") == [(1, "ok"), (2, "ok"), (3, "TRUNCATED_ROW")]
    between = whole[: whole.index("}, {") + 1]
    assert summary(between.encode(), "jsonl") == [(1, "ok"), (2, "TRUNCATED_ROW")]
    assert summary(b"[]", "jsonl") == []


def test_damaged_bytes_in_json_reject_their_object() -> None:
    data = json.dumps(list(entries(2)), ensure_ascii=False).encode().replace("决定书".encode(), b"\xff\xfe", 1)
    assert summary(data, "jsonl") == [(1, "ENCODING"), (2, "ok")]


PUBLIC = {
    "id": 700000001,
    "iname": "示例甲",
    "sexy": "女性",
    "age": "76",
    "cardNum": "1101051949****002X",
    "fullCardNum": CN_ID,
    "businessEntity": "",
    "partyTypeName": "0",
    "caseCode": "(2019)苏0505执1234号",
    "gistId": "(2019)苏0505民初1103号",
    "gistUnit": "示例区人民法院",
    "courtName": "示例区人民法院",
    "areaName": "江苏",
    "regDate": "20190709",
    "publishDate": "2019年07月13日",
    "publishDateStamp": "1562947200",
    "performance": "全部未履行",
    "performedPart": "暂无",
    "unperformPart": "暂无",
    "disruptTypeName": "有履行能力而拒不履行生效法律文书确定义务",
    "duty": "示例甲应向某乙（110105194912310021）支付一万元",
    "lastmod": "x",
    "_version": 1,
    "focusNumber": 3,
    "type": "失信被执行人名单",
    "loc": "http://example.invalid/1",
}


def test_public_list_records_are_read_with_their_field_names_and_leave_free_text_behind() -> None:
    data = json.dumps([PUBLIC], ensure_ascii=False).encode()
    with read_listings(data, "zxgk") as rows:
        found = parsed_rows(rows)[0]
        assert rows.notices == []
    assert found.rejects == ()
    assert found.listing is not None
    assert found.listing.source_id == "700000001"
    assert found.listing.publish_date.isoformat() == "2019-07-13"
    assert found.listing.subject.number == CN_ID
    assert "某乙" not in str(structs.asdict(found.listing))


def test_a_public_record_without_the_full_number_is_quarantined_with_the_remedy() -> None:
    masked = {key: value for key, value in PUBLIC.items() if key != "fullCardNum"}
    found = results(json.dumps(masked, ensure_ascii=False).encode(), "zxgk")[0]
    assert [one.code for one in found.rejects] == ["CERTIFICATE_MASKED"]
    assert "fullCardNum" in found.rejects[0].remedy


def test_a_public_record_can_carry_the_courts_own_columns_and_the_stamp_stands_in_for_the_date() -> None:
    termed = PUBLIC | {
        "publishDate": "",
        "disruptTypeName": "违反财产报告制度",
        "termStart": "2026-11-01",
        "term_end": "2028-11-01",
        "publishDateStamp": 1793462400,
    }
    found = results(json.dumps(termed, ensure_ascii=False).encode(), "zxgk")[0]
    assert found.rejects == ()
    assert found.listing is not None
    assert found.listing.publish_date.isoformat() == "2026-11-01"
    assert found.listing.term_end is not None


def test_certificates_may_be_given_as_the_check_api_takes_them() -> None:
    given = {key: value for key, value in ENTRY.items() if not key.startswith("certificate")} | {
        "certificates": [
            {"type": "CN_ID", "number": CN_ID},
            {"type": "PASSPORT", "number": "E12345678", "country": "CHN", "link": "VERIFIED"},
        ],
        "grounds": ["G1"],
    }
    found = results(json.dumps(given, ensure_ascii=False).encode(), "jsonl")[0]
    assert found.rejects == ()
    assert found.listing is not None
    assert len(found.listing.certificates) == 2


def codes(fields: Mapping[str, object] | str, file_format: Format = "jsonl") -> list[tuple[str, str]]:
    text = fields if isinstance(fields, str) else json.dumps(fields, ensure_ascii=True)
    found = results(text.encode(), file_format)[0]
    return [(one.field, one.code) for one in found.rejects]


@pytest.mark.parametrize("value", [{}, {"a": 1}, [], ["x"], True, False, float("nan"), float("inf"), -float("inf")])
def test_what_is_no_text_rejects_its_row(value: object) -> None:
    for column in ("name", "decision_number", "basis_maker", "certificate_2_link", "certificate_number"):
        assert codes(ENTRY | {column: value}) == [(column, "NOT_TEXT")]
    assert codes(ENTRY | {"grounds": [value]}) == [("grounds", "NOT_TEXT")]
    given = {key: text for key, text in ENTRY.items() if not key.startswith("certificate")}
    assert codes(given | {"certificates": [{"type": "CN_ID", "number": value}]}) == [("certificates", "NOT_TEXT")]
    if not isinstance(value, dict):
        assert codes(given | {"certificates": [value]}) == [("certificates", "NOT_TEXT")]


@pytest.mark.parametrize("column", ["name", "basis_number", "decision_number", "related_entity", "basis_maker"])
def test_half_a_character_rejects_its_row(column: str) -> None:
    assert codes(ENTRY | {column: "示例\ud83d"}) == [(column, "ENCODING")]
    assert codes(ENTRY | {"心情\ud83d": "好"}) == [("", "ENCODING")]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x9f", "\u202e", "\u2067", "\u200f"])
def test_characters_that_hide_text_reject_their_row(character: str) -> None:
    for column in ("name", "basis_maker", "decision_number", "source_id", "legal_representative"):
        assert codes(ENTRY | {column: f"示例{character}甲"}) == [(column, "TEXT_CONTROL")]


def test_a_key_given_twice_rejects_its_object_in_lines_and_arrays() -> None:
    objects = [json.dumps(each, ensure_ascii=False) for each in entries(3)]
    objects[1] = objects[1].replace('"name":', '"name": "示例乙", "name":')
    assert summary("\n".join(objects).encode(), "jsonl") == [(1, "ok"), (2, "KEY_TWICE"), (3, "ok")]
    assert summary(f"[{', '.join(objects)}]".encode(), "jsonl") == [(1, "ok"), (2, "KEY_TWICE"), (3, "ok")]
    nested = objects[0].replace('"name":', '"duty": {"a": 1, "a": 2}, "name":')
    assert codes(nested) == [("", "KEY_TWICE")]


def test_two_keys_for_one_column_reject_their_row() -> None:
    assert codes(ENTRY | {"姓名": "示例甲"}) == [("姓名", "COLUMN_TWICE")]
    assert codes(ENTRY | {"certificates": [{"type": "CN_ID", "number": CN_ID}]}) == [("certificates", "COLUMN_TWICE")]
    assert codes(PUBLIC | {"name": "示例乙"}, "zxgk") == [("name", "COLUMN_TWICE")]
    assert codes(PUBLIC | {"cardNum": "110105194912310021"}, "zxgk") == [("cardNum", "COLUMN_TWICE")]
    assert codes(PUBLIC | {"name": PUBLIC["iname"], "case_number": PUBLIC["caseCode"]}, "zxgk") == []


def test_a_fifth_certificate_is_not_left_out_silently() -> None:
    given = {key: value for key, value in ENTRY.items() if not key.startswith("certificate")}
    passports = [{"type": "PASSPORT", "number": f"E1234567{n}", "country": "CHN"} for n in range(5)]
    assert codes(given | {"certificates": passports}) == [("certificates", "CERTIFICATES_TOO_MANY")]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("99999999999999.99", "99999999999999.99"), ("0.10", "0.10"), ("125000", "125000.00"), ("1.5", "1.50")],
)
def test_a_number_is_its_digits(written: str, amount: str) -> None:
    text = json.dumps(ENTRY, ensure_ascii=False).replace('"125000.00"', written)
    found = results(text.encode(), "jsonl")[0].listing
    assert found is not None
    assert found.claim_amount == amount


def public(**changed: object) -> ParsedRow:
    return results(json.dumps(PUBLIC | changed, ensure_ascii=False).encode(), "zxgk")[0]


@pytest.mark.parametrize("written", [str.lower, str.upper, lambda key: re.sub("([A-Z])", r"_\1", key).lower()])
def test_the_public_lists_fields_are_read_in_any_case(written: Callable[[str], str]) -> None:
    found = results(json.dumps({written(key): value for key, value in PUBLIC.items()}).encode(), "zxgk")[0]
    assert found.listing == public().listing is not None


@pytest.mark.parametrize("stamp", [1562947200, "1562947200000", 1562947200000, "2019-07-13 10:23:45", "2019/7/13 0:00"])
def test_the_public_lists_stamps_are_days_in_china(stamp: object) -> None:
    found = public(publishDate=stamp).listing
    assert found is not None
    assert found.publish_date == date(2019, 7, 13)
    assert [one.code for one in public(publishDate="2019-07-13T16:00:00Z").rejects] == ["DATE_UNREADABLE"]


def test_a_public_row_with_a_term_ends_two_years_after_its_publication_with_a_notice() -> None:
    found = public(disruptTypeName="违反财产报告制度", publishDate="2025-01-10")
    assert [one.code for one in found.notices] == ["TERM_FROM_PUBLICATION"]
    assert "2027-01-10" in found.notices[0].reason
    assert found.listing is not None
    assert (found.listing.term_start, found.listing.term_end) == (date(2025, 1, 10), date(2027, 1, 10))
    assert found.listing.term.basis is TermStartBasis.PUBLICATION


def test_a_public_row_whose_two_years_are_over_is_not_published_and_the_court_is_asked() -> None:
    for grounds in ("违反财产报告制度", "有履行能力而拒不履行生效法律文书确定义务;违反限制消费令"):
        (reject,) = public(disruptTypeName=grounds).rejects
        assert (reject.field, reject.code) == ("term_end", "TERM_OVER_ASK_COURT")
        assert "2021-07-13" in reject.reason
    on_the_last_day = public(disruptTypeName="违反财产报告制度", publishDate="2024-11-22")
    assert on_the_last_day.listing is not None
    assert public(disruptTypeName="违反财产报告制度", publishDate="2024-11-21").listing is None


def test_a_public_row_without_term_or_day_of_publication_and_a_court_row_are_asked_for_the_term() -> None:
    nothing = public(disruptTypeName="违反财产报告制度", publishDate="", publishDateStamp="")
    assert [one.code for one in nothing.rejects] == ["TERM_MISSING"]
    assert codes(ENTRY | {"grounds": "G4"}) == [("term_end", "TERM_MISSING")]


def test_unknown_keys_without_end_are_counted_and_not_cut_off_silently() -> None:
    objects = [ENTRY | {f"key{number}": "x"} for number in range(130)]
    data = "\n".join(json.dumps(each, ensure_ascii=False) for each in objects).encode()
    with read_listings(data, "jsonl") as rows:
        list(rows)
        assert [one.code for one in rows.notices] == ["COLUMN_UNKNOWN"] * 100 + ["COLUMNS_UNKNOWN_MORE"]
    assert "30 more unknown keys" in rows.notices[-1].reason
