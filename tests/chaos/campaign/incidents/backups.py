"""Backups that are put back while the world has gone on: of the court's register, an agency's acts, a notary."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import AGENCY, NOTARY, Yard
from liandong.tests.worlds.court_office import COURT


def _put_back(yard: Yard, participant: str, processes: Sequence[str]) -> None:
    folder = _back_up(yard, participant)
    yard.traffic(3)
    yard.watch()
    yard.watch()
    yard.until_answered()
    for name in processes:
        yard.end(name)
    yard.run("restore", participant, str(folder), "--replace")
    for name in processes:
        yard.begin(name)
    yard.traffic(3)


def _register(yard: Yard) -> None:
    folder = _back_up(yard, "publisher-js")
    yard.traffic(3)
    yard.until_right()
    for name in ("relay", "monitor", "inbox"):
        yard.end(name)
    yard.run("restore", "publisher-js", str(folder), "--replace")
    refused = yard.typed_listing()
    assert refused.code != 0, refused.out
    assert "REGISTER_NOT_COMPARED" in refused.out + refused.err, refused
    for name in ("relay", "monitor", "inbox"):
        yard.begin(name)
    yard.until_named("register-behind")
    behind = yard.typed_listing()
    assert "REGISTER_BEHIND_LOG" in behind.out + behind.err, behind
    yard.run("court", "register", "recover", "--court", COURT)
    yard.until_let()
    yard.traffic(3)


def _back_up(yard: Yard, participant: str) -> Path:
    folder = yard.settings.state_dir.parent / f"backup-{yard.settings.topic_prefix}{participant}"
    yard.run("backup", participant, str(folder))
    return folder


ROWS = (
    Row("an older register of the court is put back", _register, named=frozenset(("register-behind",))),
    Row(
        "an older state of the agency is put back",
        partial(_put_back, participant=AGENCY, processes=("node", "monitor")),
    ),
    Row(
        "an older state of the notary is put back",
        partial(_put_back, participant=NOTARY, processes=("monitor",)),
        named=frozenset(("notary-restored",)),
        left=frozenset(("notary-restored",)),
    ),
)
