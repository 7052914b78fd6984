"""What the status says of an update where its court's inbox is: enforced, beside what everybody can see."""

from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from liandong.consumers.inbox.enforcement import note_interception
from liandong.consumers.inbox.store import InboxStore, Item
from liandong.monitoring.ledger.rules import LedgerUpdate
from liandong.monitoring.status.positions import DeliveryProgress, DeliverySources, LatenessLimits
from liandong.monitoring.status.register_counts import Deliveries
from liandong.monitoring.status.text import StatusText
from liandong.producers.register.rows import Update
from liandong.schemas import ids
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.catalogue import names

RECORD = Update(
    b"u" * 16, b"e" * 16, 1, "court-su0505", names.debtor_list("js"), 1, "bat_1", Change.INCLUDE, 1, None, NOW, b""
)  # fmt: skip


class OneUpdate:
    """A register with one update in it."""

    jurisdiction = "js"
    register = SimpleNamespace(update=lambda _: RECORD, updates_of_entry=lambda _: [RECORD])

    def for_ledger(self, record: Update) -> LedgerUpdate:
        return LedgerUpdate(
            record.update_id, record.entry_id, record.version, frees=False, jurisdiction="js", accepted_at=NOW
        )

    def newest_updates(self, _count: int, _per_batch: int) -> list[Update]:
        return [RECORD]


@pytest.fixture
def progress(tmp_path: Path) -> DeliveryProgress:
    inbox, room = tmp_path / "inbox.db", WatchRoom(tmp_path)
    store = InboxStore(inbox)
    item = Item(b"i" * 16, "interception", b"", "railway-js", NOW, NOW, "", None, 0)
    record = {"agency": "railway-js", "day": "2026-11-27", "outcome": "REFUSED", "rule_version": "1", "record_class": 0}
    content: dict[str, Any] = {"entry_id": b"e" * 16, "entry_version": 1, "measure": "rail-gd-all", "notary": ""}
    content |= {"barrier": 1, "check_id": "chk_1", "occurred_at": NOW}
    with store.engine.begin() as connection:
        note_interception(connection, item, record, content)
    store.close()
    obliged = {"railway-js": frozenset({"js"}), "hotel-js": frozenset({"js"})}
    deliveries = [cast("Deliveries", OneUpdate())]
    sources = DeliverySources(room.view, obliged, deliveries, {}, None, lambda court: inbox.with_name(f"{court}.db"))
    inbox.rename(inbox.with_name("court-su0505.db"))
    return DeliveryProgress(sources, LatenessLimits(NOW, 60_000, 60_000, 60_000), [])


def test_the_court_of_an_update_sees_who_enforced_it(progress: DeliveryProgress) -> None:
    agencies = ["hotel-js", "railway-js"]
    update = progress.update(ids.text("upd", RECORD.update_id), agencies)
    assert {each["agency"]: each["enforced_on"] for each in update["agencies"]} == {
        "hotel-js": None,
        "railway-js": "2026-11-27",
    }
    assert progress.entry(ids.text("ent", RECORD.entry_id), agencies) == [update]
    document = {
        "jurisdictions": [],
        "agencies": [],
        "enforcement": [],
        "batches": [],
        "updates": [update],
        "findings": [],
        "on_the_way": [],
        "unsent": [],
        "uncounted": [],
        "evidence": {"code": None},
    }
    for lang, words in (("en", "enforced 2026-11-27"), ("zh", "已拦截 2026-11-27")):
        console = Console(file=StringIO(), width=200)
        StatusText(document, lang).print(console)  # type: ignore[arg-type]
        assert cast("StringIO", console.file).getvalue().count(words) == 1


def test_what_is_shown_to_everybody_does_not_say_enforced(progress: DeliveryProgress) -> None:
    progress._sources = replace(progress._sources, inboxes=None)
    asked = progress.update(ids.text("upd", RECORD.update_id), ["railway-js"])
    assert [(each["state"], each["enforced_on"]) for each in asked["agencies"]] == [("pending", None)]
    (update,) = progress.newest_updates(1, 1, ["railway-js"])
    assert [set(each) for each in update["agencies"]] == [{"agency", "state", "level", "since", "after_seconds"}]
