"""What the proof of an entry proves: a state at a barrier, and what its later records say."""

from dataclasses import dataclass, field
from typing import Any

from ...schemas.dates import rfc3339
from ...schemas.law.listing import Change, Status
from ...schemas.problems import Language
from .problems import ProofProblem


def shown_time(at: int) -> str:
    """Write a time for people, whatever number somebody signed; ms UTC."""
    try:
        return rfc3339(at)
    except (OverflowError, ValueError, OSError):
        return str(at)


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """One record of an entry, without anything about the person."""

    version: int
    status: int
    change: int
    court: str
    recorded_at: int
    term_until: int
    """ms UTC, 0 for none."""
    key_revoked_at: int
    """When the key under it was revoked, 0 if it was not: what was signed before still counts."""

    @property
    def state(self) -> str:
        """The name of its status; a status this release does not know is a number."""
        return Status(self.status).name.lower() if self.status in set(Status) else str(self.status)

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "version": self.version,
            "state": self.state,
            "change": Change(self.change).name.lower() if self.change in set(Change) else str(self.change),
            "court": self.court,
            "recorded_at": shown_time(self.recorded_at),
            "term_until": shown_time(self.term_until) if self.term_until else None,
            "key_revoked_at": shown_time(self.key_revoked_at) if self.key_revoked_at else None,
        }


@dataclass(frozen=True, slots=True)
class ProvenState:
    """What is proven."""

    entry: str
    jurisdiction: str
    notary: str
    barrier: int
    at: int
    """When the barrier was issued, ms UTC."""
    is_live: bool
    record: EntryVersion | None
    """What stood in the list at the barrier; of an entry that was not live, how it had ended, if the file has it."""
    later: tuple[EntryVersion, ...]

    @property
    def state(self) -> str:
        """The state at the barrier: active, shielded, or not-live."""
        return self.record.state if self.is_live and self.record else "not-live"


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What verifying one file gave. Nothing is proven as soon as one check failed."""

    root: str
    """Key id of the root that was trusted, hexadecimal."""
    proven: ProvenState | None
    problems: list[ProofProblem] = field(default_factory=list)

    def as_dict(self, lang: Language) -> dict[str, Any]:
        """Return the document of `--json`."""
        found = self.proven
        document: dict[str, Any] = {"proven": found is not None, "root": self.root}
        if found is not None:
            document |= {
                "entry": found.entry,
                "jurisdiction": found.jurisdiction,
                "notary": found.notary,
                "barrier": found.barrier,
                "at": shown_time(found.at),
                "state": found.state,
                "record": found.record.as_dict() if found.record else None,
                "later": [each.as_dict() for each in found.later],
            }
        texts = [(each.code, *each.in_language(lang)) for each in self.problems]
        return document | {"problems": [dict(zip(("code", "message", "remedy"), each, strict=True)) for each in texts]}
