"""Metric names and how they leave the process."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry

from liandong.topics.metrics import definitions
from liandong.topics.metrics.definitions import CHECKS, LIST_FRESHNESS, SIGNALS, Counter, Histogram, Signals
from liandong.topics.metrics.exposition import metrics_page, serve_metrics
from liandong.topics.metrics.recorder import Label, safe_label

METRICS_PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_the_page_of_metrics_is_the_one_generated_from_the_module() -> None:
    assert METRICS_PAGE.read_text(encoding="utf-8") == metrics_page()


def test_every_metric_of_the_module_is_listed_once() -> None:
    names = [value.name for value in vars(definitions).values() if isinstance(value, definitions.Signal)]
    assert sorted(signal.name for signal in SIGNALS) == sorted(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_names_and_labels_follow_the_rules_of_prometheus(signal: definitions.Signal) -> None:
    assert signal.name.startswith("liandong_")
    assert signal.name.endswith("_total") == isinstance(signal, Counter)
    assert not isinstance(signal, Histogram) or signal.name.endswith("_seconds")
    assert set(signal.labels) <= set(get_args(Label))
    assert signal.help.endswith(".")


def test_no_label_can_name_a_person_an_entry_or_a_certificate() -> None:
    forbidden: Sequence[str] = ("name", "number", "certificate", "surrogate", "entry", "entry_id", "case", "subject")
    assert not set(get_args(Label)) & set(forbidden)


@pytest.mark.parametrize("value", ["44052418800101001X", "440524188001010", "E12345678", "张三", "a b", "x" * 97])
def test_a_label_value_that_could_be_personal_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ValueError, match="could be personal") as refused:
        Signals().counter(CHECKS, agency="railway-js", node="n1", decision=value)
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    "value", ["railway-js", "court-su0505", "court.debtor-list.js.v1", "CERTIFICATE_AND_NAME", "", "0"]
)
def test_ids_topics_and_codes_are_labels(value: str) -> None:
    assert safe_label(value) == value


def test_a_process_serves_its_metrics_while_it_runs() -> None:
    registry = CollectorRegistry()
    process = Signals(registry)
    process.counter(CHECKS, agency="railway-js", node="n1", decision="BLOCK").inc(3)
    process.counter(CHECKS, agency="railway-js", node="n1", decision="ALLOW").inc()
    process.gauge(LIST_FRESHNESS, agency="railway-js", node="n1", jurisdiction="js").set(1.5)
    with serve_metrics(0, registry) as port, urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    assert 'liandong_checks_total{agency="railway-js",decision="BLOCK",node="n1"} 3.0' in text
    assert 'liandong_list_freshness_seconds{agency="railway-js",jurisdiction="js",node="n1"} 1.5' in text


def test_a_missing_label_is_an_error() -> None:
    with pytest.raises(ValueError, match="label"):
        Signals().counter(CHECKS, agency="railway-js", node="n1")
