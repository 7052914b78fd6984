"""List records an adversary makes: new entries, and versions of real ones, under keys that are not the entry's own court's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change, Instrument, Status
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode
from liandong.tests.simulation.deeds.pen import handle, signed, write
from liandong.tests.simulation.founding import JURISDICTION, founding
from liandong.tests.simulation.people import townspeople
from liandong.tests.simulation.proofs import CANARY, REAL, list_of
from liandong.tests.simulation.truth import SaidVersion
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

LIST, RELIEF = "list", "relief"
TOP, OVER = 1 << 62, (1 << 62) + 1
"""So far ahead that it is as high as the key may say, or one higher."""
_YEAR_MS = 365 * 86_400_000
_TEXTS: tuple[str, ...] = (
    "reason",
    "batch_id",
    "court_name",
    "case_number",
    "decision_number",
    "term_start",
    "term_end",
)
_TEXTS += ("filing_date", "publish_date", "basis_number", "basis_maker", "claim_amount", "related_entity")


@dataclass(frozen=True)
class Guise:
    """What a forged list record pretends: whose key is under it, whose it says it is, what it means, when it was made."""

    by: str
    court: str = ""
    """Empty: whoever signed it."""
    canary: bool = False
    seconds: int = 0
    """How far from now it says it was recorded."""
    lane: str = LIST
    partition: int | None = None
    """None: where its key leads."""

    def __str__(self) -> str:
        kind = "a canary" if self.canary else "a record"
        claims = f" in the name of {self.court}" if self.court else ""
        when = f" dated {self.seconds:+d} s" if self.seconds else ""
        where = "" if self.partition is None else f" [{self.partition}]"
        return f"{kind} with {self.by}{claims}{when} on the {self.lane}{where}"


@dataclass(frozen=True)
class ForgesEntry:
    """A new entry names one of the townspeople, by number among everybody."""

    guise: Guise
    person: int
    number: int
    """Makes the entry's id."""
    instrument: Instrument = Instrument.LIST_ENTRY
    skips: int = 0
    """How many numbers of the court's sequence it leaves out."""

    def __str__(self) -> str:
        return f"the adversary lists person {self.person} by {self.guise}"

    def do(self, world: "World") -> None:
        court = self.guise.court or self.guise.by
        said = [each for history in world.truth.versions.values() for each in history if each.court == court]
        taken = [each.sequence for each in said if each.instrument == self.instrument]
        fields = dict.fromkeys(_TEXTS, "") | {
            "entry_id": handle(self.number),
            "version": 1,
            "court_sequence": max(taken, default=0) + 1 + self.skips,
            "instrument": int(self.instrument),
            "status": int(Status.ACTIVE),
            "person_role": 0,
            "effective_from": world.time.now() - _YEAR_MS,
            "effective_until": 0,
            "update_id": handle(self.number + 1),
            "change": int(Change.INCLUDE),
            "grounds": [1],
            "performance": 0,
        }
        world.count("forged entries")
        _put(world, self.guise, {**fields, **_meaning(world, self.person)})


@dataclass(frozen=True)
class ForgesVersion:
    """A higher version of the entry of this number (in order of inclusion): it ends, blocks somebody, or does both in one."""

    guise: Guise
    entry: int
    person: int | None = None
    """Whom it blocks from now on, by number among everybody; None: it ends the entry."""
    ahead: int = 1
    """How far above the version that stands."""
    shielded: bool = False
    """It names them, and suspends what it says."""

    def __str__(self) -> str:
        does = "ends it" if self.person is None else f"means person {self.person}"
        high = f"{self.ahead:+d} versions on"
        if self.ahead >= TOP:
            high = "one higher than the key may say" if self.ahead == OVER else "as high as the key may say"
        return f"the adversary writes entry {self.entry} {high}: it {does}, by {self.guise}"

    def do(self, world: "World") -> None:
        newest = _seen(world, self.entry)
        if newest is None:
            return
        fields = decode(current_schema("list-record").fingerprint, newest.body)
        version = max(1, newest.version + self.ahead)
        if self.ahead >= TOP:
            version = world.register.highest(founding().signers[self.guise.by].key_id) + self.ahead - TOP
        fields |= {"version": version, "update_id": handle(self.entry)}
        if self.person is None:
            nobody = {"name": "", "identities": [], "grounds": [], "person_kind": 0, "effective_from": 0}
            fields |= nobody | {"status": int(Status.REVOKED), "change": int(Change.REVOKE), "effective_until": 0}
        else:
            fields |= _meaning(world, self.person)
            status = Status.SHIELDED if self.shielded else Status.ACTIVE
            fields |= {"status": int(status), "change": int(Change.CORRECT), "grounds": [1]}
            fields |= {"effective_from": world.time.now() - _YEAR_MS, "effective_until": 0}
        world.count("forged versions")
        _put(world, self.guise, fields)


def _seen(world: "World", entry: int) -> SaidVersion | None:
    """The newest version of an entry that stands in the log: of what does not the adversary knows nothing."""
    history = world.truth.versions[world.truth.entry(entry)] if entry < len(world.truth.versions) else []
    seen = [said for said in history if (list_of(said.instrument), said.body) in world.log.records]
    return seen[-1] if seen else None


def _meaning(world: "World", person: int) -> dict[str, Any]:
    """The fields of a record that say whom it means."""
    somebody = townspeople().everybody[person]
    keys = world.machines["publisher-js"].participants.matching_keys()
    return {"person_kind": 1, "name": somebody.name, "identities": somebody.identities(keys=keys)}


def _put(world: "World", guise: Guise, fields: dict[str, Any]) -> None:
    made_at = world.time.now() + guise.seconds * 1000
    fields |= {
        "court": guise.court or guise.by,
        "record_class": CANARY if guise.canary else REAL,
        "changed_on": date_of_ms(world.time.now()).isoformat(),
        "recorded_at": made_at,
    }
    context = names.state_topic(fields["instrument"], JURISDICTION)
    topic = context if guise.lane == LIST else names.relief(JURISDICTION)
    body = signed(world, guise.by, "list-record", fields, context)
    write(world, "list-record", body, topic, fields["entry_id"], guise.partition)
    world.forged_by.add(guise.by)
