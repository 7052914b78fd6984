"""Settings: precedence, refusal of unknown keys, and a reference file that is complete."""

import pickle
from pathlib import Path

import pytest
import yaml

from liandong.schemas.errors import WrongUsage
from liandong.topics.settings import KafkaSecurity, Settings, load_settings
from liandong.topics.transport.kafka.location import bootstrap_of

ROOT = Path(__file__).resolve().parents[3]


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "liandong.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "topic_prefix: file.\npartitions: 7\n")
    monkeypatch.setenv("LIANDONG_TOPIC_PREFIX", "variable.")
    settings = load_settings(file)
    assert settings.topic_prefix == "variable."
    assert settings.partitions == 7
    assert settings.min_insync == 1


def test_nested_keys_merge_from_variable_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "kafka_security:\n  protocol: SASL_SSL\n  username: court-js\n")
    monkeypatch.setenv("LIANDONG_KAFKA_SECURITY__USERNAME", "court-cq")
    security = load_settings(file).kafka_security
    assert (security.protocol, security.username) == ("SASL_SSL", "court-cq")


@pytest.mark.parametrize("text", ["topic_prefixx: a.\n", "kafka_security:\n  pasword_file: x\n"])
def test_an_unknown_key_in_the_file_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        load_settings(written(tmp_path, text))
    assert caught.value.code == "SETTINGS_INVALID"
    assert text.split(":")[-2].rsplit(maxsplit=1)[-1] in caught.value.message


def test_a_wrong_value_is_named_by_key_and_never_shown(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage) as caught:
        load_settings(written(tmp_path, "kafka_security:\n  password_file: [hunter2]\n"))
    assert "kafka_security.password_file" in caught.value.message
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [1\n", "just words\n"])
def test_a_file_that_is_no_mapping_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        load_settings(written(tmp_path, text))
    assert "liandong.yaml" in caught.value.message


def test_a_file_of_comments_changes_nothing(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "# partitions: 7\n")) == load_settings()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="SETTINGS_UNREADABLE"):
        load_settings(tmp_path / "none.yaml")


def test_settings_can_be_handed_to_another_process(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "partitions: 7\n"))
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301


def test_an_unknown_variable_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_OF_ANOTHER_PROGRAM", "x")
    assert load_settings().topic_prefix == ""


def test_a_prefix_no_topic_may_have_is_refused() -> None:
    with pytest.raises(WrongUsage, match="topic_prefix"):
        load_settings(topic_prefix="Upper_case")


def test_the_state_directory_is_absolute_and_home_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_STATE_DIR", "~/somewhere")
    settings = load_settings()
    assert settings.state_dir == Path.home() / "somewhere"
    assert settings.kafka_dir == settings.state_dir / "kafka"


def test_without_any_kafka_the_error_says_how_to_get_one() -> None:
    with pytest.raises(Exception, match="liandong kafka up"):
        bootstrap_of(load_settings())


def test_the_reference_file_lists_every_key_with_its_default() -> None:
    documented = yaml.safe_load((ROOT / "docs" / "reference-config.yaml").read_text(encoding="utf-8"))
    assert set(documented) == set(Settings.model_fields)
    assert set(documented["kafka_security"]) == set(KafkaSecurity.model_fields)
    defaults = Settings.model_construct().model_dump(mode="json")
    assert documented == defaults


def test_every_key_of_the_reference_file_is_explained() -> None:
    lines = (ROOT / "docs" / "reference-config.yaml").read_text(encoding="utf-8").splitlines()
    pairs = zip(["", *lines], lines, strict=False)
    assert [line for above, line in pairs if ":" in line.split("#")[0] and "#" not in above + line] == []


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgres://clerk@db/outbox", "give one of these forms"),
        ("mysql://clerk@db/outbox", "give one of these forms"),
        ("just words", "give one of these forms"),
        ("sqlite://file.db", "three slashes"),
        ("sqlite:///", "three slashes"),
        ("postgresql://clerk@db:70000/outbox", "the port"),
        ("postgresql://clerk@db", "name of the database"),
        ("postgresql://clerk@db/outbox?password=hunter2", "file of its own"),
    ],
)
def test_a_database_url_of_another_form_is_refused_at_the_start_and_not_shown(url: str, problem: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        load_settings(outbox_url=url)
    assert caught.value.code == "SETTINGS_INVALID"
    assert "outbox_url" in caught.value.message
    assert problem in caught.value.message
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////folder/js.db",
        "sqlite:///js.db",
        "postgresql://clerk@db:5432/outbox",
        "postgresql+psycopg://clerk@db/outbox_{jurisdiction}",
        "postgresql:///outbox?host=/run/postgresql",
    ],
)
def test_a_database_url_of_a_form_that_is_taken_stays_as_it_is(url: str) -> None:
    assert load_settings(outbox_url=url).outbox_url == url


@pytest.mark.parametrize("url", [None, "sqlite:////folder/js.db", "postgresql://clerk:hunter2@db/outbox"])
def test_a_password_file_without_a_postgresql_that_lacks_a_password_is_refused(url: str | None) -> None:
    with pytest.raises(WrongUsage) as caught:
        load_settings(outbox_url=url, outbox_password_file="/run/secrets/outbox")
    assert "outbox_password_file" in caught.value.message
    assert "hunter2" not in str(caught.value)
