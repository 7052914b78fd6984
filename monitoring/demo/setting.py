"""Where the demo plays: participants, ports, settings, files."""

from dataclasses import dataclass
from pathlib import Path

from ...topics.keys.manifest import ManifestFields
from ...topics.keys.participants import Participants
from ...topics.settings import Settings

JURISDICTION = "js"
COURT, SUPERIOR, OTHER_COURT = "court-su0505", "court-su05", "court-su0506"
RAILWAY, HOTEL, REGISTRY, POLICE = "railway-js", "hotel-js", "registry-js", "police-js"
AGENCIES = (RAILWAY, HOTEL, REGISTRY, POLICE)
NOTARY = "notary-js-1"

_COURTS = {
    SUPERIOR: ("苏州市示例中级人民法院", ""),
    COURT: ("苏州市示例区人民法院", SUPERIOR),
    OTHER_COURT: ("苏州市样例区人民法院", SUPERIOR),
}
_AGENCIES = {
    RAILWAY: ("示例铁路客运", "railway"),
    HOTEL: ("示例宾馆", "hotel"),
    REGISTRY: ("示例不动产登记中心", "real-estate-registry"),
    POLICE: ("示例公安旅馆业系统", "police-lodging"),
}
LIMIT = """hotel-price-per-night:
  amount: "400.00"
  basis: {zh: 示例财政部门差旅住宿限额标准, en: "Example travel allowance of the finance bureau"}
  valid_from: 2024-01-01
"""


@dataclass(frozen=True, slots=True)
class Files:
    """The files the demo writes for the courts to use."""

    folder: Path

    @property
    def listing(self) -> Path:
        """The debtors, as a court would export them."""
        return self.folder / "debtors.csv"

    @property
    def addition(self) -> Path:
        """Some more debtors, published later."""
        return self.folder / "addition.csv"

    @property
    def document(self) -> Path:
        """The legal document a watch rests on."""
        return self.folder / "assistance-notice.txt"

    def watch(self, agency: str) -> Path:
        """The order to one agency."""
        return self.folder / f"watch-{agency}.yaml"


def onboard(settings: Settings) -> list[str]:
    """Makes every participant that is not there yet; their ids."""
    participants = Participants(settings)
    known = {one.id for one in participants.list()}
    wanted: dict[str, tuple[str, ManifestFields]] = {
        NOTARY: ("notary", {"name": "示例公证节点", "jurisdictions": [JURISDICTION]})
    }
    for court, (name, superior) in _COURTS.items():
        wanted[court] = ("court", {"name": name, "jurisdictions": [JURISDICTION], "superior": superior})
    for agency, (name, kind) in _AGENCIES.items():
        wanted[agency] = ("agency", {"name": name, "jurisdictions": [JURISDICTION], "agency_kind": kind})
    for id_, (kind, fields) in wanted.items():
        if id_ not in known:
            participants.new(id_, kind, **fields)  # type: ignore[arg-type]
    return list(wanted)
