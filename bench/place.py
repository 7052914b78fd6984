"""Where a measurement runs: the cluster, the corpus, the scratch folder. Travels to child processes as JSON."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..topics.settings import Settings, load_settings

PARTITIONS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """One installation per size of the list: its topics have a prefix of their own."""

    bootstrap: str
    work: str
    """Scratch folder of the run."""
    entries: int
    """Entries on the list."""
    amount: int
    """Operations a case of this scale does, where it is not the whole list."""

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Place":
        """Read what `as_dict` wrote."""
        return cls(**document)

    def as_dict(self) -> dict[str, Any]:
        """Write the place for the child process."""
        return asdict(self)

    @property
    def folder(self) -> Path:
        """Scratch folder."""
        return Path(self.work)

    @property
    def corpus(self) -> Path:
        """Names the corpus of this size; there once it is written whole."""
        return self.folder / f"corpus-{self.entries}"

    @property
    def settings(self) -> Settings:
        """Settings of the installation that has the corpus."""
        return self.settings_for(self.corpus.read_text(encoding="ascii"))

    def settings_for(self, topic_prefix: str) -> Settings:
        """Make settings with topics of their own."""
        return load_settings(bootstrap=self.bootstrap, topic_prefix=topic_prefix, state_dir=self.folder / "state")
