"""The next command that helps, by kind of finding: printed beside it wherever findings are shown."""

from collections.abc import Mapping
from typing import Any

_COMMANDS = {
    "kafka-away": "liandong topics check",
    "evidence-unread": "liandong topics check",
    "not-sent": "liandong court relay --jurisdiction {jurisdiction}",
    "unreadable": "liandong --version",
    "dead-letters": "liandong dead-letters list --agency {agency}",
    "parked": "liandong parked list --agency {agency}",
    "lost-tail": "liandong topics check",
    "live-differs": "liandong status --json",
    "sequence-gap": "liandong court relay --jurisdiction {jurisdiction}",
    "sequence-duplicate": "liandong court register recover --court {court}",
    "version-conflict": "liandong court register recover --court {court}",
    "notary-twin": "liandong participant rotate-key {notary}",
    "split-view": "liandong participant rotate-key {notary}",
    "later-finding": "liandong status --json",
    "head-expired": "liandong monitor notary --jurisdiction {jurisdiction} --as {notary}",
    "silent": "liandong agency run {agency}",
    "stale": "liandong agency run {agency} --node {node}",
    "register-behind": "liandong court register recover --court {court}",
    "refused-record": "liandong court resign --court {court}",
    "stolen-version": "liandong court resign --court {court}",
    "strange-entry": "liandong court resign --court {court} --end-strangers",
    "stolen-outbid": "liandong court resign --court {court} --acknowledge",
    "contested-entry": "liandong trace {entry}",
    "twins": "liandong agency run {agency} --node NAME",
    "command-unanswered": "liandong court command --resend --court {court}",
    "list-shrunk": "liandong court resend",
    "publisher-clock": "timedatectl status",
    "agency-clock": "timedatectl status",
    "notary-clock": "timedatectl status",
    "unproven": "liandong monitor notary --jurisdiction {jurisdiction}",
    "keys-run-out": "liandong participant renew {participant}",
}
"""What else there is, the agency's status says more about."""


def next_command(finding: Mapping[str, Any]) -> str:
    """Return what to type about a finding."""
    kind = finding["kind"]
    if "next" in finding:
        return str(finding["next"])
    if kind == "stale" and finding["node"] is None:
        kind = "silent"
    return _COMMANDS.get(kind, "liandong status --agency {agency}").format(**finding)
