"""The rules of the topic catalogue, each with a file that breaks it."""

from pathlib import Path

import pytest
import yaml

from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.topics.catalogue import names
from liandong.topics.catalogue.families import (
    CATALOGUE_DIR,
    CatalogueBroken,
    TopicFamily,
    TopicScope,
    expand,
    load_catalogue,
)
from liandong.topics.settings import Settings, load_settings

FAMILIES = {family.family: family for family in load_catalogue()}
BROKEN: dict[str, tuple[str, dict[str, object]]] = {
    "unknown-key": ("Extra inputs are not permitted", {"retension": "30d"}),
    "unknown-schema": ("there is no schema 'list-recrod'", {"schemas": ["list-recrod"]}),
    "unknown-role": ("Input should be 'publisher'", {"producers": ["relay"]}),
    "nobody-writes": ("producers", {"producers": []}),
    "nobody-reads": ("consumers", {"consumers": []}),
    "no-description": ("description", {"description": "orders"}),
    "no-owner": ("owner", {"owner": ""}),
    "underscore": ("lower case, dots and dashes", {"name": "court.some_orders.{jurisdiction}.v1"}),
    "capital": ("lower case, dots and dashes", {"name": "Court.orders.{jurisdiction}.v1"}),
    "no-version": ("lower case, dots and dashes", {"name": "court.orders.{jurisdiction}"}),
    "version-zero": ("lower case, dots and dashes", {"name": "court.orders.v0"}),
    "unknown-scope": ("lower case, dots and dashes", {"name": "court.orders.{court}.v1"}),
    "no-partitions": ("between 1 and 64", {"partitions": 0}),
    "partitions-by-word": ("'lists'", {"partitions": "many"}),
    "bad-duration": ("durations are", {"retention": "a month"}),
    "no-retention": ("needs a retention", {"retention": None}),
    "lag-without-compaction": ("has no compaction lag", {"compaction_lag": "1d"}),
    "compacted-with-retention": ("needs a compaction lag", {"cleanup": "compact"}),
    "compacted-without-key": (
        "only what has a key", {"cleanup": "compact", "retention": None, "compaction_lag": "1d", "key": None}
    ),
    "unknown-cleanup": ("'compact' or 'delete'", {"cleanup": "never"}),
    "schemas-of-originals": ("original bytes", {"personal_data": "original"}),
    "no-schemas": ("original bytes", {"schemas": []}),
    "sealed-in-the-clear": ("only in schemas with the field `sealed`", {"personal_data": "sealed"}),
    "unknown-clock": ("'create', 'day' or 'append'", {"timestamps": "mine"}),
}  # fmt: skip
SOUND = {
    "name": "court.orders.{jurisdiction}.v1",
    "description": "Orders of courts, for a test of the catalogue.",
    "owner": "the publisher",
    "schemas": ["list-record"],
    "key": "order id",
    "producers": ["publisher"],
    "consumers": ["agency"],
    "personal_data": "pseudonymous",
    "partitions": 3,
    "cleanup": "delete",
    "retention": "30d",
    "timestamps": "create",
}


def written(folder: Path, changes: dict[str, object], file: str | None = None) -> Path:
    content = {**SOUND, **changes}
    stem = str(content["name"]).split(".{")[0].removesuffix(".v0").removesuffix(".v1")
    (folder / (file or f"{stem}.yaml")).write_text(yaml.safe_dump(content))
    return folder


def test_the_sound_file_that_the_broken_ones_are_made_from_is_sound(tmp_path: Path) -> None:
    (family,) = load_catalogue(written(tmp_path, {}))
    assert family.topic("js") == "court.orders.js.v1"


@pytest.mark.parametrize("rule", BROKEN)
def test_a_file_that_breaks_a_rule_is_refused_with_its_reason(tmp_path: Path, rule: str) -> None:
    reason, changes = BROKEN[rule]
    with pytest.raises(CatalogueBroken) as refused:
        load_catalogue(written(tmp_path, changes))
    assert reason in refused.value.message
    assert ".yaml" in refused.value.message


@pytest.mark.parametrize("field", [name for name in SOUND if name != "retention"])
def test_no_field_may_be_missing(tmp_path: Path, field: str) -> None:
    content = {name: value for name, value in SOUND.items() if name != field}
    (tmp_path / "court.orders.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(CatalogueBroken, match=f"{field}: Field required"):
        load_catalogue(tmp_path)


def test_a_file_is_called_as_its_family(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match=r"called court\.orders\.yaml"):
        load_catalogue(written(tmp_path, {}, "orders.yaml"))


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "court.orders.yaml").write_text("name: [")
    with pytest.raises(CatalogueBroken, match=r"court\.orders\.yaml: not YAML"):
        load_catalogue(tmp_path)


def test_every_topic_the_code_names_is_in_the_catalogue_and_no_other() -> None:
    places = [names.debtor_list, names.orders, names.relief, names.heads, names.interceptions, names.feedback]
    places += [names.asset_events, names.whereabouts_events, names.enforcement_counts, names.supervision_acts]
    places += [names.notary_reports, names.court_notices]
    by_code = {place("js") for place in places} | {names.commands("railway-js"), names.dead_letters("railway-js")}
    by_code |= {names.RECEIPTS, names.KEYS}
    scope = TopicScope(frozenset({"js"}), frozenset({"railway-js"}))
    assert set(expand(FAMILIES.values(), scope, load_settings())) == by_code


def test_every_schema_travels_somewhere_or_inside_another_one() -> None:
    sealed = {
        "asset-report",
        "feedback-detail",
        "interception-detail",
        "notice-detail",
        "sealed-envelope",
        "watch-order",
        "whereabouts-report",
    }
    travelling = {schema for family in FAMILIES.values() for schema in family.schemas}
    assert travelling | sealed == {schema.name for schema in load_schemas()}
    assert not travelling & sealed


def test_only_what_is_sealed_tells_that_somebody_is_looked_for() -> None:
    for name in ("control.commands", "control.feedback", "asset.events", "whereabouts.events", "agency.interceptions"):
        assert FAMILIES[name].personal_data == "sealed"
        assert "random handle" in (FAMILIES[name].key or "")


def test_one_writer_per_list() -> None:
    for name in ("court.debtor-list", "court.orders", "court.relief"):
        assert set(FAMILIES[name].producers) == {"publisher", "notary"}


def test_topics_are_made_for_each_jurisdiction_and_agency() -> None:
    scope = TopicScope(frozenset({"js", "cq"}), frozenset({"railway-js"}))
    made = expand(FAMILIES.values(), scope, load_settings())
    assert {"court.debtor-list.js.v1", "court.debtor-list.cq.v1", "control.commands.railway-js.v1"} <= set(made)
    assert set(expand(FAMILIES.values(), TopicScope(), load_settings())) == {names.RECEIPTS, names.KEYS}


def test_the_lists_keep_the_evidence_and_let_it_go_afterwards() -> None:
    settings = load_settings(partitions=7, replication_factor=3, min_insync=2)
    state = FAMILIES["court.debtor-list"].state(settings)
    assert (state.partitions, state.replication_factor) == (7, 3)
    assert state.configuration == {
        "cleanup.policy": "compact",
        "min.insync.replicas": "2",
        "unclean.leader.election.enable": "false",
        "message.timestamp.type": "CreateTime",
        "retention.ms": "-1",
        "min.compaction.lag.ms": str(400 * 86_400_000),
        "max.compaction.lag.ms": str(440 * 86_400_000),
        "segment.ms": str(7 * 86_400_000),
    }


def test_evidence_lasts_as_long_as_the_settings_say() -> None:
    lasting = load_settings(evidence_days=800)
    assert FAMILIES["agency.receipts"].state(lasting).configuration["retention.ms"] == str(800 * 86_400_000)
    brief = FAMILIES["court.orders"].state(load_settings(evidence_days=2 / 86_400)).configuration
    assert (brief["min.compaction.lag.ms"], brief["segment.ms"]) == ("2000", "1000")


def test_sealed_data_is_gone_soon_after_its_time() -> None:
    configuration = FAMILIES["whereabouts.events"].state(load_settings()).configuration
    assert int(configuration["retention.ms"]) == 14 * 86_400_000
    assert int(configuration["segment.ms"]) * 10 <= int(configuration["retention.ms"])


@pytest.mark.parametrize(
    ("topic", "ours"),
    [
        ("court.orders.js.v1", True), ("court.orders.railway-js.v1", True), ("court.orders.js.v2", False),
        ("court.orders.v1", False), ("court.orders.js.x.v1", False), ("xcourt.orders.js.v1", False), ("courtxorders.js.v1", False),
    ],
)  # fmt: skip
def test_a_family_knows_its_topics(topic: str, ours: bool) -> None:
    assert FAMILIES["court.orders"].matches(topic) is ours


def test_every_file_of_the_catalogue_is_a_family() -> None:
    assert sorted(f"{name}.yaml" for name in FAMILIES) == sorted(path.name for path in CATALOGUE_DIR.iterdir())


def test_a_family_cannot_be_changed_in_flight() -> None:
    family: TopicFamily = FAMILIES["court.orders"]
    with pytest.raises(ValueError, match="frozen"):
        family.partitions = 9  # type: ignore[misc]


def test_settings_decide_partitions_of_lists_only() -> None:
    settings: Settings = load_settings(partitions=9)
    assert FAMILIES["court.orders"].state(settings).partitions == 9
    assert FAMILIES["court.relief"].state(settings).partitions == 1
