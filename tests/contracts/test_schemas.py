"""The contract: what is said round-trips, and may only change in ways every reader survives."""

import json
from pathlib import Path
from typing import Any

import pytest

from liandong.__main__ import main
from liandong.schemas.wire.avro_schemas import SCHEMA_DIR, current_schema, load_schemas, parse_definition, schema_of
from liandong.schemas.wire.codec import Undecodable, decode, decode_prefix, earlier_version, encode, from_wire, to_wire
from liandong.schemas.wire.compatibility import check, check_against
from liandong.schemas.wire.examples import EXAMPLE_DIR, Example, load_examples, readable
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, FramingError, unframe

BROKEN = Path(__file__).parent / "broken"
EXAMPLES = list(load_examples())


def test_this_release_may_be_released() -> None:
    assert check(load_schemas()) == []


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        ("backward-no-default", "BACKWARD"),
        ("forward-removed", "FORWARD"),
        ("forward-widened", "FORWARD"),
        ("appended-in-front", "APPENDED"),
        ("not-transitive", "FORWARD"),
        ("numbered-hole", "NUMBERED"),
        ("enum", "NO_ENUM"),
    ],
)
def test_each_rule_can_fail(case: str, rule: str) -> None:
    assert rule in {finding.rule for finding in check(load_schemas(BROKEN / case))}


def test_a_break_between_versions_that_are_not_neighbours_is_found() -> None:
    pairs = {(f.earlier, f.later) for f in check(load_schemas(BROKEN / "not-transitive")) if f.rule == "FORWARD"}
    assert (1, 3) in pairs


def test_editing_or_dropping_a_released_version_is_found(tmp_path: Path) -> None:
    released = load_schemas()
    for source in SCHEMA_DIR.glob("*/*.avsc"):
        target = tmp_path / source.relative_to(SCHEMA_DIR)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    edited = tmp_path / "court-checkpoint" / "1.avsc"
    definition = json.loads(edited.read_text(encoding="utf-8"))
    definition["fields"][-1]["type"] = "long"
    edited.write_text(json.dumps(definition), encoding="utf-8")
    (tmp_path / "feedback-detail" / "1.avsc").unlink()
    found = {(f.rule, f.schema) for f in check_against(load_schemas(tmp_path), released)}
    assert found == {("RELEASED", "court-checkpoint"), ("RELEASED", "feedback-detail")}


def test_the_history_only_grows() -> None:
    """`released.txt` has every version that may have left the house; a line is added with each and none is changed."""
    lines = (Path(__file__).parent / "released.txt").read_text(encoding="ascii").splitlines()
    assert lines == [f"{one.name} {one.version} {one.fingerprint.hex()}" for one in load_schemas()]


def test_every_schema_version_has_an_example_and_every_example_a_schema() -> None:
    schemas = {(one.name, one.version) for one in load_schemas()}
    assert {(one.schema, one.version) for one in EXAMPLES} == schemas
    assert len(EXAMPLES) == len(list(EXAMPLE_DIR.glob("*/*.json")))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.schema}-{one.version}-{one.case}")
class TestExample:
    def test_golden_bytes_say_what_the_example_says(self, example: Example) -> None:
        writer = next(s for s in load_schemas() if (s.name, s.version) == (example.schema, example.version))
        decoded = readable(decode(writer.fingerprint, example.body))
        assert {key: decoded[key] for key in example.record} == example.record

    def test_encoding_again_gives_the_same_record(self, example: Example) -> None:
        writer = next(s for s in load_schemas() if (s.name, s.version) == (example.schema, example.version))
        record = decode(writer.fingerprint, example.body)
        assert from_wire(to_wire(example.schema, encode(example.schema, record))) == record

    def test_a_truncated_body_is_undecodable(self, example: Example) -> None:
        writer = next(s for s in load_schemas() if (s.name, s.version) == (example.schema, example.version))
        with pytest.raises(Undecodable):
            decode(writer.fingerprint, example.body[: len(example.body) // 2])


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.schema == "list-record"], ids=lambda one: one.case)
def test_the_gate_prefix_reads_the_leading_fields_and_stops(example: Example) -> None:
    prefix = readable(decode_prefix(example.body))
    assert prefix == {key: example.record[key] for key in prefix}
    assert list(prefix)[-1] == "identities"
    assert readable(decode_prefix(example.body + b"a field appended by a later release")) == prefix


def test_both_framings_are_told_apart_by_the_first_byte() -> None:
    example = EXAMPLES[0]
    single = to_wire(example.schema, example.body)
    confluent = to_wire(example.schema, example.body, registry_id=7)
    fingerprint, body = unframe(single)
    assert (single[:2], confluent[:5]) == (b"\xc3\x01", b"\x00\x00\x00\x00\x07")
    assert unframe(confluent, fingerprint.hex().encode()) == (fingerprint, body) == (fingerprint, example.body)
    assert schema_of(fingerprint) is not None


@pytest.mark.parametrize(
    ("definition", "number"),
    [
        ({"type": "null"}, 7195948357588979594),
        ({"type": "boolean"}, -6970731678124411036),
        ({"type": "int"}, 8247732601305521295),
        ({"type": "string"}, -8142146995180207161),
        ({"type": "fixed", "name": "foo", "size": 15}, 1756455273707447556),
    ],
)
def test_a_fingerprint_is_the_specifications_and_stands_little_endian(definition: dict[str, Any], number: int) -> None:
    """The numbers are Apache Avro's (share/test/data/schema-tests.txt)."""
    schema = parse_definition("vector", 1, definition)
    assert int.from_bytes(schema.fingerprint, "little", signed=True) == number


@pytest.mark.parametrize("value", [b"", b"\x00", b"\xc3\x01short", b"<html>", b"\x00\x00\x00\x00\x07body"])
def test_a_value_without_known_framing_is_refused_with_a_remedy(value: bytes) -> None:
    with pytest.raises(FramingError, match=FINGERPRINT_HEADER):
        unframe(value)


def test_what_an_earlier_release_wrote_is_known_by_its_bytes() -> None:
    for example in EXAMPLES:
        writer = next(s for s in load_schemas() if (s.name, s.version) == (example.schema, example.version))
        is_current = writer.fingerprint == current_schema(example.schema).fingerprint
        assert earlier_version(example.schema, example.body) == (None if is_current else writer.fingerprint)
    assert earlier_version("receipt", b"no receipt") is None


def test_an_unknown_schema_is_undecodable_not_a_crash() -> None:
    with pytest.raises(Undecodable, match="not known to this release"):
        decode(b"\xff" * 8, b"anything")


def test_the_command_says_what_is_broken_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schemas", "check", "--schemas", str(BROKEN / "forward-removed"), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert {finding["rule"] for finding in document["findings"]} == {"FORWARD", "APPENDED"}


def test_the_command_passes_this_release(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schemas", "check", "--against", str(SCHEMA_DIR)])
    assert ended.value.code == 0
    assert capsys.readouterr().out.endswith("0 findings\n")


def test_without_a_registry_the_command_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schemas", "check", "--against", "registry"])
    assert ended.value.code == 2
    assert "LIANDONG_REGISTRY_URL" in capsys.readouterr().err
