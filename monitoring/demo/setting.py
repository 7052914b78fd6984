"""The demo's participants and files."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...topics.keys.manifest import Kind, ManifestFields
from ...topics.keys.registrar import Registrar
from ...topics.settings import Settings
from ...topics.transport.process_clock import clock_of
from ...topics.workers.chance import SystemChance

JURISDICTION = "js"
COURT, SUPERIOR, OTHER_COURT = "court-su0505", "court-su05", "court-su0506"
RAILWAY, HOTEL, REGISTRY, POLICE = "railway-js", "hotel-js", "registry-js", "police-js"
AGENCIES = (RAILWAY, HOTEL, REGISTRY, POLICE)
NOTARY = "notary-js-1"
PUBLISHER = "publisher-js"


class _Registration(NamedTuple):
    kind: Kind
    fields: ManifestFields


def _court(name: str, superior: str, court_token: str) -> _Registration:
    fields: ManifestFields = {"name": name, "superior": superior, "court_token": court_token}
    return _Registration("court", {**fields, "jurisdictions": [JURISDICTION]})


def _agency(name: str, agency_kind: str) -> _Registration:
    return _Registration("agency", {"name": name, "jurisdictions": [JURISDICTION], "agency_kind": agency_kind})


_PARTICIPANTS = {
    NOTARY: _Registration("notary", {"name": "示例见证节点", "jurisdictions": [JURISDICTION]}),
    PUBLISHER: _Registration("publisher", {"name": "示例名单发布方", "jurisdictions": [JURISDICTION]}),
    SUPERIOR: _court("苏州市示例中级人民法院", "", "苏05"),
    COURT: _court("苏州市示例区人民法院", SUPERIOR, "苏0505"),
    OTHER_COURT: _court("苏州市样例区人民法院", SUPERIOR, "苏0506"),
    RAILWAY: _agency("示例铁路客运", "railway"),
    HOTEL: _agency("示例宾馆", "hotel"),
    REGISTRY: _agency("示例不动产登记中心", "real-estate-registry"),
    POLICE: _agency("示例公安旅馆业系统", "police-lodging"),
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
        """Return the path of the order to one agency."""
        return self.folder / f"watch-{agency}.yaml"


def onboard(settings: Settings) -> list[str]:
    """Make every participant that is not there yet; return the ids of all."""
    participants = Registrar(settings, clock_of(settings), SystemChance())
    present = {participant.id for participant in participants.list()}
    for id_, (kind, fields) in _PARTICIPANTS.items():
        if id_ not in present:
            participants.new(id_, kind, **fields)
    return list(_PARTICIPANTS)
