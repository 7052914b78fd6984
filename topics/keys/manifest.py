"""Who takes part: the manifest of a court, a publisher, an agency, an approver, a notary or a supervisor."""

import re
from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...schemas.law.case_number import is_court_token
from ...schemas.phrases import Phrase
from .kind_words import KIND_WORDS
from .takeover import takeover_day

Kind = Literal["court", "publisher", "agency", "approver", "notary", "supervisor"]
RESERVED = frozenset({"escrow", "root"})
"""Ids of the installation itself."""
_ID = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_JURISDICTION = re.compile(r"[a-z][a-z0-9]{1,15}\Z")


class Participant(BaseModel):
    """A manifest: who takes part, in which role, and where it acts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=_ID.pattern, max_length=63)
    kind: Kind
    name: str = ""
    """Official name."""
    jurisdictions: tuple[str, ...] = ()
    """Provinces or cities: a court's own one, those an agency obeys."""
    superior: str = ""
    """Participant id; what is sealed to this one is sealed to its superior too."""
    agency_kind: str = ""
    """Kind of agency, as in the catalogue of agency kinds."""
    region_code: str = ""
    """Six digits (GB/T 2260)."""
    contact: str = ""
    """Whom to call; an office, not a person."""
    court_token: str = ""
    """Of a court: its token in the numbers of its cases, as 苏0505; without it they are held against no court."""
    takeover_on: str = ""
    """Of a court: the day in China on which its list came here, as 2026-11-22; what was published later is never stock."""
    created_at: int = 0
    """Milliseconds UTC."""
    retired_at: int = 0
    """Milliseconds UTC; 0 = active."""

    @model_validator(mode="after")
    def _acts_somewhere(self) -> "Participant":
        """Require one jurisdiction of a court or publisher and at least one of agencies, notaries and supervisors."""
        if self.id in RESERVED:
            raise ValueError(Phrase(f"the id {self.id} is taken by the installation", f"编号 {self.id} 由系统保留"))
        wrong = [one for one in self.jurisdictions if not _JURISDICTION.match(one)]
        if wrong:
            raise ValueError(
                Phrase(
                    f"{wrong[0]!r} is not a jurisdiction: lower-case letters and digits, as js, cq or su05",
                    f"{wrong[0]} 不是辖区代码：应为小写字母和数字，如 js、cq、su05",
                )
            )
        if self.court_token and (self.kind != "court" or not is_court_token(self.court_token)):
            raise ValueError(
                Phrase(
                    f"{self.court_token!r} is no court's token in case numbers, as 苏0505 is",
                    f"{self.court_token} 不是案号中的法院代字（如苏0505）",
                )
            )
        if self.takeover_on and (self.kind != "court" or takeover_day(self.takeover_on) is None):
            raise ValueError(
                Phrase(
                    f"{self.takeover_on!r} is no court's day of take-over, as 2026-11-22 is",
                    f"{self.takeover_on} 不是法院的接管日（如 2026-11-22）",
                )
            )
        if self.kind in ("court", "publisher") and len(self.jurisdictions) != 1:
            raise ValueError(
                Phrase(f"a {self.kind} has exactly one jurisdiction", f"{KIND_WORDS[self.kind].zh}有且仅有一个辖区")
            )
        if self.kind in ("agency", "notary", "supervisor") and not self.jurisdictions:
            raise ValueError(
                Phrase(
                    f"this {self.kind} needs the jurisdictions it serves",
                    f"{KIND_WORDS[self.kind].zh}须填写其服务的辖区",
                )
            )
        return self


class ManifestFields(TypedDict, total=False):
    """What `Participants.new` takes beside id and kind."""

    name: str
    jurisdictions: list[str] | tuple[str, ...]
    superior: str
    agency_kind: str
    region_code: str
    contact: str
    court_token: str
    takeover_on: str
