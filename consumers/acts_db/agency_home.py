"""An agency on this machine: its manifest and its folder."""

from pathlib import Path

from ...schemas.errors import WrongUsage
from ...topics.keys.kind_words import KIND_WORDS
from ...topics.keys.manifest import Participant
from ...topics.keys.participants import Participants
from ...topics.settings import Settings


def agency_folder(settings: Settings, agency: str) -> Path:
    """Return the folder with everything an agency keeps on this machine: acts, tokens, limits, a folder for each node."""
    return settings.state_dir / "agencies" / agency


def load_agency(settings: Settings, agency: str) -> Participant:
    """Load the manifest of an agency of this machine. Raises PARTICIPANT_UNKNOWN, AGENCY_UNKNOWN."""
    manifest = Participants(settings).load(agency)
    if manifest.kind != "agency":
        raise WrongUsage(
            "AGENCY_UNKNOWN",
            f"{agency} is no agency but {manifest.kind}",
            "name an agency",
            f"{agency} 不是协助单位，其身份是{KIND_WORDS[manifest.kind].zh}",
            "请指定协助单位",
        )
    return manifest


def load_agency_with_kind(settings: Settings, agency: str) -> Participant:
    """Load the manifest of an agency that decides checks. Raises as `load_agency`, and AGENCY_KIND_MISSING."""
    manifest = load_agency(settings, agency)
    if not manifest.agency_kind:
        remedy = "make it with `liandong participant new … --agency-kind`; `liandong agency list` shows the kinds"
        raise WrongUsage(
            "AGENCY_KIND_MISSING",
            f"the manifest of {agency} names no kind of agency",
            remedy,
            f"{agency} 的登记中没有单位类别",
            "请用 `liandong participant new … --agency-kind` 建立；类别见 `liandong agency list`",
        )
    return manifest
