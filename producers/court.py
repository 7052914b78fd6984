"""A court's place at the publisher of its jurisdiction, opened from the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..schemas.dates import date_of_ms
from ..schemas.errors import WrongUsage
from ..schemas.law.listing import Change
from ..topics.keys.directory import KeyDirectory
from ..topics.keys.key_book import KeyBook
from ..topics.keys.kind_words import KIND_WORDS
from ..topics.keys.manifest import Participant
from ..topics.keys.opening import read_directory
from ..topics.keys.participants import Participants
from ..topics.settings import Settings
from ..topics.transport.ports import Publisher, Subscriber
from ..topics.transport.registry import registered
from ..topics.workers.chance import Chance
from ..topics.workers.clock import Clock
from ..topics.workers.threads import work_until
from ..topics.workers.worker import Part
from .acts.acts import Acts
from .acts.requests import ActRequest
from .approvals.book import ApprovalBook, Proposed
from .approvals.policy import DEFAULT_POLICY, ApprovalPolicy
from .approvals.problems import ApprovalNeeded
from .approvals.proposal import Intent
from .register.register import Register, Update, open_register
from .relay.checkpoints import Checkpoints, publisher_checkpoints
from .relay.relay import Relay, new_owner
from .updates.updates import CourtIdentity
from .upkeep.book import UpkeepBook
from .upkeep.guard import SigningGuard
from .upkeep.keeper import KeeperPlace, LogKeeper

_PATIENCE = 60.0
"""Seconds a command gives to comparing the register with the log."""


@dataclass(frozen=True, slots=True)
class Court:
    """An open court: the register is its jurisdiction's, the identity its own."""

    register: Register
    identity: CourtIdentity = field(repr=False)
    clock: Clock
    guard: SigningGuard
    checkpoints: Checkpoints | None = None
    """Those of its jurisdiction's publisher, where its key is on this machine."""
    policy: ApprovalPolicy = DEFAULT_POLICY
    """What needs a second approval here."""

    @property
    def acts(self) -> Acts:
        """Its single acts."""
        return Acts(self.register, self.identity, self.clock, self.policy)

    @property
    def approvals(self) -> ApprovalBook:
        """What waits for a second approval, or did."""
        return ApprovalBook(self.register)

    def perform(self, request: ActRequest) -> Update | Proposed:
        """Perform an act; one that is lawful and needs a second approval is proposed. Raises what the act raises, APPROVAL_REFUSED."""
        try:
            return request.perform(self.acts)
        except ApprovalNeeded:
            return self._propose(request)

    def _propose(self, request: ActRequest) -> Proposed:
        now, court = self.clock.now(), self.identity.court
        with self.register.engine.begin() as connection:
            self.register.claim(connection, court, numbered=False)
            whole = self.register.whole_entry(connection, request.entry_id)
            assert whole is not None  # noqa: S101  the act was held against it
            content = request.content(date_of_ms(now), whole.entry.version)
            content["instrument"] = int(whole.entry.instrument)
            intent = Intent("act", request.entry_id, content)
            return self.approvals.propose(connection, self.identity, intent, self.policy, now)

    def keeper(
        self,
        directory: KeyDirectory,
        subscriber: Subscriber,
        courts: frozenset[str] = frozenset(),
        relief: Subscriber | None = None,
    ) -> LogKeeper:
        """Return the keeper of its jurisdiction's lists, which takes `subscriber` for its own; `courts` are others on this machine.
        With a subscriber for the `relief` lane, it looks through that as well.

        Nothing is signed in this process before it has compared the register with the log.
        """
        own = courts | {self.identity.court}
        place = KeeperPlace(self.identity.jurisdiction, own, directory, self.clock)
        self.guard.keeper = LogKeeper(self.guard.book, place, subscriber, relief)
        return self.guard.keeper

    def parts(self, publisher: Publisher) -> list[Part]:
        """Return what must run for that what is accepted reaches the log: the relay of the register's outbox."""
        owner = new_owner(self.identity.chance)
        relay = Relay(self.register.outbox, publisher, self.clock, owner, checkpoints=self.checkpoints)
        return [Part("relay", relay, relay.wait)]


def any_court(settings: Settings) -> str | None:
    """Return a court of the only register on this machine, None without one or with several: what is done for all needs none named."""
    courts = [each for each in Participants(settings).list() if each.kind == "court" and not each.retired_at]
    return courts[0].id if len({each.jurisdictions[0] for each in courts}) == 1 else None


def court_named(settings: Settings, court: str | None) -> Participant:
    """Return the court of this id, or the only one on this machine. Raises COURT_NEEDED, NOT_A_COURT, COURT_RETIRED."""
    participants = Participants(settings)
    if court is None:
        courts = [each for each in participants.list() if each.kind == "court" and not each.retired_at]
        if len(courts) != 1:
            make = "`liandong participant new ID --kind court`"
            known = ", ".join(each.id for each in courts) or f"none yet: {make}"
            known_zh = "、".join(each.id for each in courts) or f"尚无，请用 {make} 建立"
            raise WrongUsage(
                "COURT_NEEDED",
                "which court acts?",
                f"name it with --court; on this machine: {known}",
                "未指明由哪家法院办理",
                f"请用 --court 指定；本机的法院：{known_zh}",
            )
        return courts[0]
    participant = participants.load(court)
    if participant.kind != "court":
        raise WrongUsage(
            "NOT_A_COURT",
            f"{court} is registered as {participant.kind}",
            "name a court with --court",
            f"{court} 登记的身份是{KIND_WORDS[participant.kind].zh}",
            "请用 --court 指定法院",
        )
    if participant.retired_at:
        raise WrongUsage(
            "COURT_RETIRED",
            f"{court} is retired",
            "its cases go on at another court, under that court's id",
            f"{court} 已终止",
            "其案件由其他法院继续办理，请使用该院的编号",
        )
    return participant


def policy_of(settings: Settings) -> ApprovalPolicy:
    """Return what needs a second approval by the settings."""
    acts = frozenset(Change[name.upper()] for name in settings.second_approval)
    shared = settings.corps_and_military_courts == "shared"
    return ApprovalPolicy(settings.state_organ_listing, acts, settings.approval_days, shared)


@contextmanager
def open_court(settings: Settings, court: str | None, clock: Clock, chance: Chance) -> Iterator[Court]:
    """Open the register for a court and close it."""
    participant = court_named(settings, court)
    participants = Participants(settings)
    identity = CourtIdentity(
        participant.id,
        participant.name,
        participant.jurisdictions[0],
        participants.signer(participant.id),
        tuple(participants.matching_keys()),
        chance,
        registered(settings, "list-record", "control-command", "court-notice"),
        participant.court_token,
    )
    keys = KeyBook(participants.file(participant.id, "keys.yaml")).entries()
    register = open_register(settings, identity.jurisdiction, clock)
    try:
        book = UpkeepBook(register, identity.jurisdiction, identity.registry)
        guard = register.before_signing = SigningGuard(book, clock, keys, identity.signer.key_id)
        checkpoints = publisher_checkpoints(settings, identity.jurisdiction, register, clock, chance)
        yield Court(register, identity, clock, guard, checkpoints, policy_of(settings))
    finally:
        register.close()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A register under comparison with the log, and the keys the comparison asks."""

    keeper: LogKeeper
    directory: KeyDirectory

    def is_over(self) -> bool:
        """Return whether the register is compared, or cannot be now."""
        return self.keeper.compared or self.keeper.failure is not None


@contextmanager
def comparing(settings: Settings, court: Court, client_id: str) -> Iterator[Comparison]:
    """Compare the register with the log before the block signs anything, for a command that is about to act.

    Raises the TransportError of the register of keys; what else keeps it from comparing is told when the block signs.
    """
    from ..topics.transport.kafka import KafkaSubscriber

    participants = Participants(settings)
    courts = frozenset(one.id for one in participants.list() if one.kind == "court")
    reader = KafkaSubscriber(settings, client_id=f"{client_id}-keys")
    directory = read_directory(settings, reader, court.clock)
    keeper = court.keeper(directory, KafkaSubscriber(settings, client_id=client_id), courts)
    comparison = Comparison(keeper, directory)
    try:
        work_until(Part("keeper", keeper, keeper.wait), comparison.is_over, _PATIENCE)
        yield comparison
    finally:
        keeper.close()
        directory.close()
