"""What a superior court's inbox makes of notices: once each, only for it, and only from the court that signed."""

from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.cli.inbox import as_dict
from liandong.consumers.cli.inbox_lines import as_line
from liandong.consumers.inbox.inbox import Inbox, OpenedItem
from liandong.producers.approvals.signatures import Approver
from liandong.producers.court import Court
from liandong.producers.intake.rows.model import IntakeContext, RawRow
from liandong.producers.publishing.approving import ApprovalDesk
from liandong.producers.publishing.organ_notices import DETAIL, SCHEMA, SealedNotices
from liandong.producers.publishing.publication import Publication
from liandong.producers.register.rows import new_batch
from liandong.producers.updates.updates import CourtIdentity
from liandong.producers.upkeep.book import UpkeepBook
from liandong.producers.upkeep.guard import SigningGuard
from liandong.schemas import ids
from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.retention import COMMAND
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import seal
from liandong.schemas.wire.signing import Signer, encode_signed
from liandong.tests.worlds.approvals import TOWNSHIP
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.intake_rows import begun
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import (
    COURT,
    FOREIGN_COURT,
    HIGH_COURT,
    OTHER_COURT,
    RAILWAY,
    TownCourt,
    caught_up,
)
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord

APPROVER = "approver-su0505"
NOTHING = {
    "entry_id": bytes(16),
    "entry_version": 1,
    **dict.fromkeys(
        ("name", "code", "court_name", "case_number", "decision_number", "grounds", "publish_date"), "示例"
    ),
}


class Above:
    """A town whose court has a superior, and that superior's inbox."""

    def __init__(self, directory: Path) -> None:
        self.town = Town(MemoryWire(), directory)
        self.high = TownCourt(self.town, HIGH_COURT)

    def signer(self, participant: str) -> Signer:
        """Somebody's key."""
        return self.town.participants.signer(participant)

    def notice(
        self, signer: str = COURT, handle: bytes = b"n" * 16, sealed_as: bytes = b"n" * 16, **header: Any
    ) -> OutgoingRecord:
        """A notice as one's key signs it, with any field of its header changed before that."""
        now = self.town.clock.now()
        readers = self.town.key_directory().recipients(header.get("readable_by", HIGH_COURT), COMMAND)
        sealed = seal(DETAIL, NOTHING, sealing_context(SCHEMA, sealed_as), readers)
        record: dict[str, Any] = {
            "notice_id": handle,
            "jurisdiction": "js",
            "court": HIGH_COURT,
            "sender": COURT,
            "kind": "state-organ-listed",
        }
        record |= {"issued_at": now, "sealed": sealed} | {
            name: each for name, each in header.items() if name != "readable_by"
        }
        body = encode_signed(SCHEMA, record, SCHEMA, self.signer(signer))
        topic, event_id = names.court_notices("js"), ids.text("evt", handle)
        return outgoing(SCHEMA, body, topic, handle, event_id=event_id, source=signer, time_ms=now)

    def inbox(self) -> Inbox:
        """Its inbox, read to the end."""
        inbox = self.high.inbox()
        caught_up(inbox)
        return inbox

    def items(self) -> list[OpenedItem]:
        return self.inbox().all_items()

    def listed(self) -> bytes:
        """Lets the court list a township and an approver approve it; the entry's id."""
        town, clock = self.town, self.town.clock
        town.join(APPROVER, "approver", superior=COURT)
        register = town.court.register
        matching = tuple(town.participants.matching_keys())
        identity = CourtIdentity(COURT, "示例区人民法院", "js", self.signer(COURT), matching, CHANCE)
        court = Court(
            register, identity, clock, SigningGuard(UpkeepBook(register, "js"), clock, (), identity.signer.key_id)
        )
        context = IntakeContext(date_of_ms(clock.now()), COURT, identity.court_name)
        row = begun(TOWNSHIP | {"publish_date": ""}, context.today)
        publication = Publication(register, identity, clock, new_batch(COURT, "rows", "", clock.now(), CHANCE), context)
        publication.run([RawRow(2, row, row)])
        [proposed] = publication.proposed
        directory = town.key_directory()
        desk = ApprovalDesk(court, directory, SealedNotices(court, directory))
        [update] = desk.approve(proposed.proposal, Approver(APPROVER, self.signer(APPROVER))).updates
        town.court.relay()
        return update.entry_id


@pytest.fixture
def above(tmp_path: Path) -> Above:
    return Above(tmp_path)


def test_the_superior_is_told_of_the_organ_and_what_to_do(above: Above) -> None:
    entry_id = above.listed()
    [item] = above.items()
    shown = as_dict(item)
    assert (shown["sender"], shown["entry_id"], shown["name"]) == (COURT, entry_id.hex(), TOWNSHIP["name"])
    for lang, duty in (("en", "notify its superior unit"), ("zh", "请通报其上级单位")):
        line = as_line(shown, lang)
        assert duty in line
        assert TOWNSHIP["name"] in line
        assert COURT in line
    assert above.town.court.inbox().all_items() == []


def test_the_same_notice_again_is_shown_once(above: Above) -> None:
    notice = above.notice()
    above.town.send(notice, notice)
    assert len(above.items()) == 1
    above.town.send(notice)
    inbox = above.high.inbox()
    assert caught_up(inbox) == 0
    assert len(inbox.all_items()) == 1


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"signer": RAILWAY}, "SIGNER_MISMATCH"),
        ({"signer": OTHER_COURT}, "SIGNER_MISMATCH"),
        ({"signer": RAILWAY, "sender": RAILWAY}, "SIGNER_MISMATCH"),
        ({"sealed_as": b"o" * 16}, "ENVELOPE_UNREADABLE"),
        ({"readable_by": OTHER_COURT}, "ENVELOPE_UNREADABLE"),
        ({"sealed": b"garbage"}, "ENVELOPE_UNREADABLE"),
        ({"issued_at": 1}, "SIGNATURE_INVALID"),
    ],
)
def test_what_no_court_signed_for_it_is_refused_and_shown_as_that(
    above: Above, forged: dict[str, Any], reason: str
) -> None:
    above.town.send(above.notice(**forged), above.notice())
    items = above.items()
    assert sorted(each.item.refused for each in items) == ["", reason]
    [refused] = [each for each in items if each.item.refused]
    assert refused.content == {}
    assert reason in as_line(as_dict(refused), "en")


def test_what_is_for_another_court_is_not_shown(above: Above) -> None:
    above.town.send(above.notice(court=COURT), above.notice(court=FOREIGN_COURT))
    assert above.items() == []


def test_what_a_stolen_key_says_after_it_was_revoked_is_refused(above: Above) -> None:
    now = above.town.clock.now()
    thief = above.notice(issued_at=now + 60_000)
    above.town.clock.time += 90_000
    above.town.participants.rotate(COURT, compromised_since=now + 30_000)
    above.town.publish(COURT)
    above.town.send(thief, above.notice(handle=b"l" * 16, sealed_as=b"l" * 16))
    assert sorted(each.item.refused for each in above.items()) == ["", "SIGNATURE_INVALID"]
