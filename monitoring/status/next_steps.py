"""The next step for every kind of finding: a command that mends it, or whom to turn to and with the output of which command."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ...topics.keys.register_problems import NEXT_COMMAND
from ...topics.keys.signed_register import RegisterProblem


class NextStep(NamedTuple):
    """What to do about a finding."""

    command: str
    """To be typed as it stands; several are joined by ` && `."""
    escalate: str = ""
    """Whom to turn to with what the command prints, a key of `text.WHOM`; empty: the command mends it."""


_EVIDENCE = "liandong status --json"
_OF_AGENCY = "liandong status --agency {agency} --json"
_RESIGN = "liandong court resign --court {court} --all"
_REGISTER_ESCALATED = {RegisterProblem.ROOT_FORKED: "root", RegisterProblem.NOT_KEPT: "machine"}
SILENT, UNHEARD, DOUBTED, SURPLUS = "silent", "late-silent", "doubted", "live-surplus"
DISK, EMBEDDED = "evidence-unkept", "kafka-down"
"""Cases of `stale`, `late`, `unequal`, `live-differs`, `evidence-unread`, `kafka-away`: no node was ever heard of, twice; all copies differ
from what one notary signs; the log holds more live entries than the publisher knows; the database takes no evidence; the embedded Kafka is down.
"""
_CASES: Mapping[str, NextStep] = {
    "kafka-away": NextStep("liandong topics check", "kafka"),
    EMBEDDED: NextStep("liandong kafka up"),
    "evidence-unread": NextStep("liandong topics check", "kafka"),
    DISK: NextStep("df -h", "machine"),
    "unexamined": NextStep(_OF_AGENCY, "agency"),
    "effects-paused": NextStep(_OF_AGENCY, "agency"),
    "disk-full": NextStep("df -h", "machine"),
    "not-sent": NextStep("liandong court relay --jurisdiction {jurisdiction}"),
    "unreadable": NextStep(_OF_AGENCY, "agency"),
    "dead-letters": NextStep("liandong dead-letters list --agency {agency}", "agency"),
    "parked": NextStep("liandong parked list --agency {agency}", "agency"),
    "records-refused": NextStep(_OF_AGENCY, "kafka"),
    "stolen-outbid": NextStep("liandong court resign --court {court} --acknowledge"),
    "agency-clock": NextStep("timedatectl set-ntp true"),
    "notary-clock": NextStep("timedatectl set-ntp true"),
    "lost-tail": NextStep("liandong court resend --court {court}"),
    "live-differs": NextStep("liandong court resend --court {court}"),
    SURPLUS: NextStep(_EVIDENCE, "publisher"),
    "list-shrunk": NextStep("liandong court resend"),
    "sequence-gap": NextStep("liandong topics check --jurisdiction {jurisdiction}", "publisher"),
    "sequence-duplicate": NextStep(_EVIDENCE, "publisher"),
    "version-conflict": NextStep(_EVIDENCE, "publisher"),
    "foreign-record": NextStep(_EVIDENCE, "publisher"),
    "notary-twin": NextStep(_EVIDENCE, "root"),
    "notary-restored": NextStep(_EVIDENCE, "notary"),
    "split-view": NextStep(_EVIDENCE, "root"),
    "later-finding": NextStep(_EVIDENCE, "supplier"),
    "head-expired": NextStep("liandong monitor notary --jurisdiction {jurisdiction} --as {notary}"),
    "register-behind": NextStep("liandong court register recover --court {court}"),
    "refused-record": NextStep(_RESIGN),
    "stolen-version": NextStep(_RESIGN),
    "taken-entry": NextStep("liandong court resign --court {court} --for {below} --all"),
    "strange-entry": NextStep("liandong court resign --court {court} --end-strangers"),
    "contested-entry": NextStep("liandong trace entry {entry} --jurisdiction {jurisdiction} --json", "kafka"),
    "relief-unread": NextStep("liandong topics check --jurisdiction {jurisdiction}", "kafka"),
    "publisher-clock": NextStep("timedatectl set-ntp true"),
    "command-unanswered": NextStep("liandong court command --resend --court {court}"),
    "keys-run-out": NextStep("liandong participant renew {participant} && liandong participant publish {participant}"),
    "late": NextStep("liandong agency run {agency} --node {node}"),
    SILENT: NextStep("liandong agency run {agency}"),
    UNHEARD: NextStep("liandong agency run {agency}"),
    "stale": NextStep("liandong agency run {agency} --node {node}"),
    "unproven": NextStep("liandong monitor notary --jurisdiction {jurisdiction}"),
    "unequal": NextStep("liandong agency run {agency} --node {node} --rebuild"),
    DOUBTED: NextStep(_EVIDENCE, "notary"),
    "twins": NextStep(_OF_AGENCY, "agency"),
    "receipts-missing": NextStep(_OF_AGENCY, "agency"),
    **{
        problem.value: NextStep(command, _REGISTER_ESCALATED.get(problem, ""))
        for problem, command in NEXT_COMMAND.items()
    },
}
NEXT_STEPS = MappingProxyType(_CASES)
"""By case: the kind of a finding, or what `case_of` says instead."""


def case_of(finding: Mapping[str, Any]) -> str:
    """Return which case of its kind a finding is."""
    kind = str(finding["kind"])
    if kind in {"stale", "late"} and finding["node"] is None:
        return SILENT if kind == "stale" else UNHEARD
    if kind == "evidence-unread" and finding["what"].startswith("DATABASE_"):
        return DISK
    if kind == "kafka-away" and finding["what"] == "KAFKA_NOT_RUNNING":
        return EMBEDDED
    if kind == "live-differs" and finding["count"] < 0:
        return SURPLUS
    return DOUBTED if kind == "unequal" and finding.get("doubted") else kind


def with_next_step(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding with `next`, what to type, and `escalate`, whom to turn to with its output or None."""
    step = NEXT_STEPS[case_of(finding)]
    return {**finding, "next": step.command.format(**finding), "escalate": step.escalate or None}
