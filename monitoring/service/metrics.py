"""The ledger as Prometheus metrics, computed when somebody scrapes."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ...topics.keys.signed_register import RegisterProblem
from ...topics.metrics import definitions
from ...topics.metrics.recorder import Gauge, safe_label
from ..status.document import StatusQuery
from .status_source import StatusSource

_NODE = {
    definitions.AGENCY_FRESHNESS: "age_seconds",
    definitions.AGENCY_LAG_RECORDS: "lag_records",
    definitions.AGENCY_LAG_SECONDS: "lag_seconds",
    definitions.AGENCY_RECEIPTS_MISSING: "receipts_missing",
    definitions.AGENCY_OPAQUE: "opaque",
}


class LedgerCollector(Collector):
    """One sample per agency, node and jurisdiction; nodes that no longer serve have none."""

    def __init__(self, source: StatusSource) -> None:
        self._source = source

    def describe(self) -> Iterable[Metric]:
        """Return the families without samples, so that registering computes nothing."""
        return _families().values()

    def collect(self) -> Iterable[Metric]:
        """Return all samples as of now."""
        with self._source.current() as status:
            document = status.document(StatusQuery())
        families = _families()
        found = {finding["kind"] for finding in document["findings"]}
        for problem in RegisterProblem:
            families[definitions.KEY_REGISTER_PROBLEM].add_metric([problem.value], problem.value in found)
        for kind, count in sorted(Counter(finding["kind"] for finding in document["findings"]).items()):
            families[definitions.FINDINGS].add_metric([kind], count)
        for agency in document["agencies"]:
            late = families[definitions.AGENCY_LATE_UPDATES]
            late.add_metric([safe_label(agency["agency"])], agency["late_updates"])
            for node in agency["nodes"]:
                if node["serving"]:
                    _add(families, [agency["agency"], node["node"], node["jurisdiction"]], node)
        return families.values()


def _add(families: dict[Gauge, GaugeMetricFamily], labels: list[str], node: dict[str, Any]) -> None:
    safe = [safe_label(label) for label in labels]
    for gauge, field in _NODE.items():
        families[gauge].add_metric(safe, node[field])
    if node["proof"]["state"] != "none":
        families[definitions.AGENCY_PROVEN].add_metric(safe, node["proof"]["state"] == "equal")


def _families() -> dict[Gauge, GaugeMetricFamily]:
    others = definitions.AGENCY_LATE_UPDATES, definitions.KEY_REGISTER_PROBLEM, definitions.FINDINGS
    gauges = (*_NODE, definitions.AGENCY_PROVEN, *others)
    return {gauge: GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels) for gauge in gauges}
