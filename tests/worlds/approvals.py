"""Two people of a court and their keys, a superior court that reads, and what an approval needs of the register of keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from liandong.producers.approvals.policy import DEFAULT_POLICY, ApprovalPolicy
from liandong.producers.approvals.proposal import Proposal
from liandong.producers.approvals.signatures import Approver
from liandong.producers.court import Court
from liandong.producers.publishing.approving import ApprovalDesk
from liandong.producers.publishing.organ_notices import SealedNotices
from liandong.producers.upkeep.book import UpkeepBook
from liandong.producers.upkeep.guard import SigningGuard
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.sealing import Recipient, SealingKey
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey
from liandong.tests.worlds.court import PublishingCourt
from liandong.tests.worlds.intake_rows import ENTRY
from liandong.tests.worlds.records import Keys
from liandong.topics.keys.keyrings import NoSealingKey

SUPERIOR = "js-gaoyuan"
APPROVER = "approver-gusu"
TOWNSHIP = ENTRY | {
    "name": "示例镇人民政府",
    "kind": "ENTITY",
    "certificate_type": "USCC",
    "certificate_number": "11320505MB1000555N",
    "debtor_category": "STATE_ORGAN",
}


@dataclass
class CourtKeys(Keys):
    """The register of keys as a court's desk reads it."""

    sealing: dict[str, SealingKey] = field(default_factory=dict)
    places: dict[str, frozenset[str]] = field(default_factory=dict)

    def __init__(self, *keys: PublicKey) -> None:
        super().__init__(*keys)
        self.sealing, self.places = {}, {}

    def add(self, key: PublicKey, superior: str = "") -> None:
        """Register a key."""
        self.known[key.key_id] = key
        if superior:
            self.superiors[key.participant] = [superior]

    def recipients(self, participant: str, retention: str) -> list[Recipient]:
        """Return the one sealing key of a court."""
        if participant not in self.sealing:
            raise NoSealingKey(participant, retention)
        key = self.sealing[participant]
        return [Recipient(key.key_id, key.public_key, key.suite)]

    def serving(self, _kind: str) -> Mapping[str, frozenset[str]]:
        """Return the courts that have keys."""
        return self.places


def second(name: str = APPROVER) -> Approver:
    """Somebody with a key of their own."""
    return Approver(name, Ed25519Signer(name.encode().ljust(32, b".")))


def key_of(approver: Approver, kind: str = "approver") -> PublicKey:
    """Their registered key."""
    signer = approver.signer
    return PublicKey(signer.key_id, approver.participant, kind, "js", "sign", signer.public_key)


class TwoKeys:
    """A court with an approver and a superior court, over the register of a `PublishingCourt`."""

    def __init__(self, court: PublishingCourt, policy: ApprovalPolicy = DEFAULT_POLICY) -> None:
        self.court, self.keys = court, CourtKeys(*court.keys.known.values())
        self.keys.superiors[court.court] = [SUPERIOR]
        self.keys.sealing[SUPERIOR] = SealingKey(b"s" * 32)
        self.keys.places[SUPERIOR] = frozenset({"js"})
        self.second = second()
        self.keys.add(key_of(self.second), court.court)
        self.policy = policy

    @property
    def opened(self) -> Court:
        """The court as its commands open it."""
        court = self.court
        guard = SigningGuard(UpkeepBook(court.register, "js"), court.clock, (), court.signer.key_id)
        return Court(court.register, court.identity, court.clock, guard, policy=self.policy)

    def desk(self, notice_court: str = "") -> ApprovalDesk:
        """The desk as a process opens it."""
        return ApprovalDesk(self.opened, self.keys, SealedNotices(self.opened, self.keys, notice_court))

    def waiting(self, batch: str) -> Proposal:
        """What stands under a batch now."""
        [found] = self.opened.approvals.named(self.court.court, batch)
        return found

    def notices(self) -> list[dict[str, Any]]:
        """Notices in the outbox, headers only."""
        rows = self.court.register.outbox.unsent("events", 0, 1000)
        return [from_wire(row.record.value or b"") for row in rows]
