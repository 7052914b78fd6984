"""A clerk who sends a file: rehearsed first, then published, through what `liandong court publish` calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liandong.producers.intake.files.reading import Format, format_of
from liandong.producers.publishing.report import PublishReport, PublishRequest, document_of
from liandong.producers.publishing.run import publish_file, rehearse_file
from liandong.producers.register.register import open_register
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.court import TODAY, noon
from liandong.tests.worlds.kept_keys import keep_keys
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings, load_settings

COURT, JURISDICTION, COURT_NAME = "court-su0505", "js", "苏州市示例区人民法院"


@dataclass(frozen=True)
class SendingClerk:
    """A clerk of a court that has published nothing yet; the day is that of the intake rows."""

    folder: Path
    settings: Settings
    clock: HandClock

    @classmethod
    def new(cls, folder: Path) -> "SendingClerk":
        """Registers the court, whose day of take-over is this one: what it sends is stock, unless a test says otherwise."""
        desk = cls(folder, load_settings(state_dir=folder / "state"), noon())
        registrar = Registrar(desk.settings, desk.clock, CHANCE)
        registrar.new(COURT, "court", name=COURT_NAME, jurisdictions=[JURISDICTION], takeover_on=TODAY.isoformat())
        keep_keys(registrar, COURT)
        return desk

    def send(self, path: Path, file_format: Format | None = None, **options: Any) -> "Sent":
        """Publishes a file after a dry run that said the same."""
        rejects = self.folder / f"{path.name}.rejects{path.suffix}"
        request = PublishRequest(path, file_format or format_of(path), rejects, "en", **{"is_stock": True} | options)
        rehearsed = rehearse_file(self.settings, request, COURT, self.clock)
        first = rejects.read_bytes() if rejects.exists() else b""
        published = publish_file(self.settings, request, COURT, None, self.clock, CHANCE)
        second = rejects.read_bytes() if rejects.exists() else b""
        assert _said(rehearsed) == _said(published)
        assert first == second or path.suffix == ".xlsx"  # a workbook says when it was made
        return Sent(published, second, tuple(self._entries()))

    def _entries(self) -> Iterator[dict[str, Any]]:
        with _register(self) as found:
            yield from found


@dataclass(frozen=True)
class Sent:
    """What came of a file: the report, the rejects file, and what stands in the register."""

    report: PublishReport
    rejects: bytes
    entries: tuple[dict[str, Any], ...]

    @property
    def counts(self) -> tuple[int, int]:
        """Entries that are new, rows that were rejected."""
        return self.report.batch.accepted, self.report.batch.rejected

    @property
    def codes(self) -> dict[str, int]:
        """How often each code was told."""
        return dict(self.report.codes)


def _said(report: PublishReport) -> dict[str, object]:
    told = document_of(report)
    return {key: value for key, value in told.items() if key not in ("batch", "dry_run", "sent", "same_file_as")}


@contextmanager
def _register(clerk: SendingClerk) -> Iterator[list[dict[str, Any]]]:
    register = open_register(clerk.settings, JURISDICTION, clerk.clock)
    try:
        yield [from_wire(one.whole_body) for one in register.find(COURT)]
    finally:
        register.close()
