"""Every kind of finding that the code knows has a next step, in both languages; none is left that nothing finds."""

import ast
import re
from pathlib import Path

import pytest

import liandong
from liandong.monitoring.notary.findings import FindingKind
from liandong.monitoring.page.words import Words
from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.evidence_age import EvidenceAge
from liandong.monitoring.status.next_steps import NEXT_STEPS, case_of
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits
from liandong.monitoring.status.text import WORDS, escalation
from liandong.tests.simulation.remedies.hands import check
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.keys.signed_register import RegisterProblem

FOLDER = Path(liandong.__file__).parent / "monitoring" / "status"
CASES = {"silent", "late-silent", "doubted", "live-surplus", "evidence-unkept", "kafka-down"}
"""Next steps that are not called as the kind of their finding."""


def kinds() -> set[str]:
    """Kinds that stand in the code as `{"kind": "…"}`, or as members of what others name."""
    found = {kind.value for kind in (*FindingKind, *RegisterProblem)}
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                found |= {
                    constant.value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value == "kind"
                    for constant in ast.walk(value)
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
                }
    return found


def test_each_kind_has_a_next_step_words_and_a_sentence_and_there_are_no_others() -> None:
    assert kinds() | CASES == NEXT_STEPS.keys()
    for kind in kinds():
        assert all(WORDS[kind])
        for lang in ("en", "zh"):
            assert Words(lang)(f"say_{kind}", **dict.fromkeys(PLACES, "x"))


PLACES = (
    "agency", "node", "jurisdiction", "notary", "participant", "court", "list", "entry", "updates", "count", "months_left",
    "seconds", "low", "high", "place", "what", "since", "lanes", "hashes", "below", "incarnations", "witnesses", "published", "highest",
    "version", "lane", "key", "at",
)  # fmt: skip


@pytest.mark.parametrize("case", NEXT_STEPS)
def test_each_command_is_one_and_names_whom_to_tell(case: str) -> None:
    step = NEXT_STEPS[case]
    names = {name: f"{name}-1" for name in re.findall(r"{(\w+)}", step.command)}
    check(step.command.format(**names))
    finding = {**dict.fromkeys(PLACES, "x"), "escalate": step.escalate or None}
    assert bool(escalation(finding, "en")) is bool(escalation(finding, "zh")) is bool(step.escalate)


@pytest.mark.parametrize(
    ("code", "case"),
    [
        ("DATABASE_FULL", "evidence-unkept"),
        ("AUTHORIZATION_FAILED", "evidence-unread"),
        ("BROKER_UNREACHABLE", "kafka-away"),
        ("KAFKA_NOT_RUNNING", "kafka-down"),
    ],
)
def test_evidence_that_stands_still_says_why_and_since_when(tmp_path: Path, code: str, case: str) -> None:
    sources = DeliverySources(WatchRoom(tmp_path).view, {}, [], {}, evidence=EvidenceAge(NOW, code, NOW))
    document = StatusDocument(sources, LatenessLimits(NOW, 60_000, 60_000, 60_000)).document(StatusQuery())
    (finding,) = document["findings"]
    assert (finding["what"], case_of(finding), document["healthy"]) == (code, case, False)
