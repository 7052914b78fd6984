"""The ledger as Prometheus metrics, computed when somebody scrapes."""

from collections.abc import Iterable
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

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

    def __init__(self, looker: StatusSource) -> None:
        self._looker = looker

    def describe(self) -> Iterable[Metric]:
        """Names only, so that registering does not look at anything."""
        return [_family(each) for each in (*_NODE, definitions.AGENCY_PROVEN, definitions.AGENCY_LATE_UPDATES)]

    def collect(self) -> Iterable[Metric]:
        """All samples as of now."""
        with self._looker.look() as status:
            document = status.document(StatusQuery())
        families = {
            each: _family(each) for each in (*_NODE, definitions.AGENCY_PROVEN, definitions.AGENCY_LATE_UPDATES)
        }
        for agency in document["agencies"]:
            late = families[definitions.AGENCY_LATE_UPDATES]
            late.add_metric([safe_label(agency["agency"])], agency["late_updates"])
            for node in agency["nodes"]:
                if node["serving"]:
                    _add(families, [agency["agency"], node["node"], node["jurisdiction"]], node)
        return families.values()


def _add(families: dict[Gauge, GaugeMetricFamily], labels: list[str], node: dict[str, Any]) -> None:
    safe = [safe_label(each) for each in labels]
    for signal, field in _NODE.items():
        families[signal].add_metric(safe, node[field])
    if node["proof"]["state"] != "none":
        families[definitions.AGENCY_PROVEN].add_metric(safe, node["proof"]["state"] == "equal")


def _family(signal: Gauge) -> GaugeMetricFamily:
    return GaugeMetricFamily(signal.name, signal.help, labels=signal.labels)
