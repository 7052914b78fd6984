"""What a status says, it says everywhere: command line, exit code, page, metrics, log, runbook."""

from collections import Counter
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from rich.console import Console
from structlog.testing import capture_logs

import liandong
from liandong.monitoring.cli import FailOn, fails
from liandong.monitoring.page.summary import sentences
from liandong.monitoring.page.words import Words
from liandong.monitoring.service.finding_log import FindingLog
from liandong.monitoring.service.metrics import LedgerCollector
from liandong.monitoring.status.next_steps import SILENT, case_of
from liandong.monitoring.status.text import WORDS, StatusText, escalation
from liandong.tests.worlds.clock import VirtualClock

if TYPE_CHECKING:
    from liandong.schemas.problems import Language
    from liandong.tests.simulation.watchers import MonitorProcess

_RUNBOOK = (Path(liandong.__file__).parent / "docs" / "runbook.md").read_text(encoding="utf-8")
_HEADINGS = {
    name for line in _RUNBOOK.splitlines() if line.startswith("### ") for name in line.removeprefix("### ").split(", ")
}
_SETTLES_SECONDS = 61


def agree(monitor: "MonitorProcess", document: Mapping[str, Any]) -> None:
    """Hold everything that tells of the status to the document. AssertionError."""
    findings: list[Mapping[str, Any]] = document["findings"]
    kinds = Counter(finding["kind"] for finding in findings)
    assert kinds.keys() <= _HEADINGS, "the runbook does not know it"
    for at, lang in enumerate(("en", "zh")):
        _is_told(document, lang, at)  # type: ignore[arg-type]
    assert document["healthy"] is not bool(findings)
    assert fails(document) is bool(findings)
    unread = bool(kinds.keys() & {"kafka-away", "evidence-unread"})
    assert [fails(document, [each]) for each in FailOn] == [unread or each.value in kinds for each in FailOn]
    source = monitor.source
    registry = CollectorRegistry()
    registry.register(LedgerCollector(source))
    for kind, count in kinds.items():
        assert registry.get_sample_value("liandong_findings", {"kind": kind}) == count
    assert Counter(_logged(monitor)) == kinds


def _is_told(document: Mapping[str, Any], lang: "Language", at: int) -> None:
    """Whether text and page say of each finding what it is, what to type and whom to tell."""
    file = StringIO()
    StatusText(document, lang).print(Console(file=file, width=80))
    printed, findings = file.getvalue(), document["findings"]
    on_page = {each.key: each for each in sentences(document, Words(lang)) if not each.key.startswith("dead/")}
    assert len(on_page) == len(findings)
    assert (WORDS["findings"][at] in printed) is bool(findings)
    for finding, told in zip(findings, on_page.values(), strict=True):
        assert WORDS[finding["kind"]][at] in printed
        assert f"{WORDS['next'][at]}: {finding['next']}\n" in printed
        assert told.command == finding["next"]
        if case_of(finding) == SILENT:
            assert told.text == Words(lang)(f"say_{SILENT}", **finding)
        if whom := escalation(finding, lang):
            assert f"  {whom}\n" in printed
            assert told.text.endswith(whom)


def _logged(monitor: "MonitorProcess") -> list[str]:
    """The kinds that the log of a monitor would have warned of by now."""
    clock = VirtualClock()
    log = FindingLog(monitor.source, clock)
    with capture_logs() as lines:
        log.step()
        assert not [line for line in lines if line["log_level"] == "warning"], "a start is no finding yet"
        clock.pass_seconds(_SETTLES_SECONDS)
        log.step()
        log.step()
    return [line["kind"] for line in lines if line["log_level"] == "warning"]
