"""Files of commands: what a clerk writes becomes a checked request, or a problem that says what to do."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.producers.commands.files import StopRequest, WatchRequest, read_command_file, request_of
from liandong.producers.commands.rejects import write_rejects
from liandong.producers.commands.template import TEMPLATE
from liandong.schemas.dates import end_of_day_ms, parse_date
from liandong.schemas.errors import LiandongError
from liandong.tests.worlds.cases import case

DOCUMENT = b"the ruling"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ruling.pdf").write_bytes(DOCUMENT)
    return tmp_path


@pytest.fixture
def command() -> dict[str, Any]:
    (watch,) = yaml.safe_load(TEMPLATE)
    assert isinstance(watch, dict)
    return watch


def test_the_template_is_a_valid_file(folder: Path) -> None:
    file = folder / "commands.yaml"
    file.write_text(TEMPLATE, encoding="utf-8")
    (request,) = [request_of(each, folder) for each in read_command_file(file)]
    assert isinstance(request, WatchRequest)
    assert (request.agency, request.order.kinds, request.due_ms) == ("railway-js", ("TRAVEL",), 86_400_000)
    assert request.order.document_hash == sha256(DOCUMENT).digest()
    assert request.order.until == end_of_day_ms(parse_date("2026-12-31"))


def test_a_certificate_shows_itself_masked_only(folder: Path, command: dict[str, Any]) -> None:
    request = request_of(command, folder)
    assert "11010519491231002X" not in repr(request)
    assert "陈思远" not in repr(request)


def test_json_and_a_single_command_are_files_too(folder: Path, command: dict[str, Any]) -> None:
    file = folder / "one.json"
    file.write_text(json.dumps(command, default=str), encoding="utf-8")
    assert [request_of(each, folder) for each in read_command_file(file)] == [request_of(command, folder)]


def test_spellings_of_one_order_make_one_order(folder: Path, command: dict[str, Any]) -> None:
    other = command | {
        "case_number": "(2026)苏0505执01234号之一",
        "kinds": ["travel", "TRAVEL"],
        "subject": {"name": " 陈思远 ", "certificates": [{"type": "cn_id", "number": "11010519491231002x"}]},
    }
    assert request_of(other, folder) == request_of(command, folder)


def test_a_time_ends_a_watch_to_the_millisecond(folder: Path, command: dict[str, Any]) -> None:
    request = request_of(command | {"until": "2026-12-31T18:00:00.001+08:00"}, folder)
    assert isinstance(request, WatchRequest)
    assert request.order.until == end_of_day_ms(parse_date("2026-12-31")) - 6 * 3_600_000 + 1


def test_a_stop_needs_its_id_only(folder: Path) -> None:
    request = request_of({"command": "stop-watch", "stops": "cmd_" + "0a" * 16}, folder)
    assert request == StopRequest(bytes([10] * 16), 86_400_000)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"command": "arrest"}, "COMMAND_KIND"),
        ({"judge": ""}, "COMMAND_FIELD_MISSING"),
        ({"due_hours": 0}, "COMMAND_FIELD_MISSING"),
        ({"phone_position": True}, "COMMAND_FIELD_UNKNOWN"),
        ({"document": "missing.pdf"}, "COMMAND_DOCUMENT"),
        ({"until": "soon"}, "DATE_UNREADABLE"),
        ({"case_number": "1234"}, "CASE_NUMBER_UNREADABLE"),
        ({"subject": {"name": "陈思远"}}, "WATCH_SUBJECT"),
        (
            {"subject": {"name": "陈思远", "certificates": [{"type": "FACE", "number": "1"}]}},
            "COMMAND_CERTIFICATE_TYPE",
        ),
        (
            {"subject": {"name": "陈思远", "certificates": [{"type": "CN_ID", "number": "110105194912310021"}]}},
            "CERTIFICATE_CHECK_DIGIT",
        ),
    ],
)
def test_what_cannot_be_read_says_why(
    folder: Path, command: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(LiandongError) as refused:
        request_of(command | changes, folder)
    assert refused.value.code == code
    assert "1101051949" not in str(refused.value)


@pytest.mark.parametrize("text", ["{", "a: [", "\x00"])
def test_a_broken_file_is_named_without_its_content(folder: Path, text: str) -> None:
    file = folder / "broken.yaml"
    file.write_text(text + "11010519491231002X", encoding="utf-8")
    with pytest.raises(LiandongError, match="COMMAND_FILE_UNREADABLE") as broken:
        read_command_file(file)
    assert "11010519491231002X" not in str(broken.value)


def test_a_number_without_quotes_is_the_number_that_stands_there(folder: Path) -> None:
    (command,) = read_command_file(case("command_octal_passport"))
    request = request_of({**command, "document": "ruling.pdf"}, folder)
    assert isinstance(request, WatchRequest)
    assert request.order.certificates[0].number == "012345670"


@pytest.mark.parametrize(
    "text",
    [
        case("command_lone_surrogate").read_text(encoding="utf-8"),
        '[{"command": "watch", "subject": {"certificates": [{"number": "1", "number": "2"}]}}]',
        "[" * 100_000,
        "- {number: 1, number: 2}",
        "a: &a [x, x]\nb: [*a, *a]",
        'judge: "\\ud83d"',
        "? [a]\n: b",
        "\x00",
    ],
    ids=["half a character", "key twice", "deep", "key twice in YAML", "alias", "half in YAML", "a list as key", "NUL"],
)
@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_a_file_that_does_not_say_one_thing_is_refused(folder: Path, text: str, suffix: str) -> None:
    file = folder / f"commands{suffix}"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LiandongError) as refused:
        read_command_file(file)
    assert refused.value.code == "COMMAND_FILE_UNREADABLE"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_a_file_may_be_in_any_usual_encoding(folder: Path, command: dict[str, Any], encoding: str, suffix: str) -> None:
    file = folder / f"commands{suffix}"
    text = TEMPLATE if suffix == ".yaml" else json.dumps([command], ensure_ascii=False, default=str)
    file.write_text(text, encoding=encoding)
    (read,) = read_command_file(file)
    assert request_of(read, folder) == request_of(command, folder)


def test_a_file_in_no_encoding_is_refused(folder: Path) -> None:
    file = folder / "commands.yaml"
    file.write_bytes(TEMPLATE.encode("gb18030") + b"\xff")
    with pytest.raises(LiandongError) as refused:
        read_command_file(file)
    assert refused.value.code == "COMMAND_FILE_UNREADABLE"


@pytest.mark.parametrize("number", ["'11010519491231002X", '="11010519491231002X"'])
def test_a_number_a_spreadsheet_kept_as_text_is_that_number(folder: Path, command: dict[str, Any], number: str) -> None:
    subject = {"name": "陈思远", "certificates": [{"type": "CN_ID", "number": number}]}
    assert request_of(command | {"subject": subject}, folder) == request_of(command, folder)


def test_a_text_that_hides_something_is_refused(folder: Path, command: dict[str, Any]) -> None:
    for changes in ({"judge": "王\u202e明远"}, {"subject": command["subject"] | {"name": "陈\x07思远"}}):
        with pytest.raises(LiandongError) as refused:
            request_of(command | changes, folder)
        assert refused.value.code == "COMMAND_TEXT_CONTROL"


def test_rejected_commands_are_corrected_and_given_as_they_are(folder: Path, command: dict[str, Any]) -> None:
    source, rejects = folder / "commands.yaml", folder / "commands.yaml.rejects.json"
    bad = command | {"until": "soon", "ref": "b"}
    results: list[dict[str, Any]] = [{"number": 1}, {"number": 2, "problem": {"code": "DATE_UNREADABLE"}}]
    write_rejects(rejects, source, zip([command, bad], results, strict=True))
    assert rejects.stat().st_mode & 0o077 == 0
    (kept,) = read_command_file(rejects)
    assert (kept["reject"], kept["ref"]) == ({"number": 2, "code": "DATE_UNREADABLE"}, "b")
    request_of({**kept, "until": "2026-12-31"}, folder)
    with pytest.raises(LiandongError) as refused:
        write_rejects(source, source, [])
    assert refused.value.code == "REJECTS_OVER_INPUT"
