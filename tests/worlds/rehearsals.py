"""A court whose files hold every kind of row: new, corrected, repeated, contradicting, ended, corrected away, wrong."""

import csv
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.acts.correction import correct
from liandong.producers.court import open_court
from liandong.producers.intake.rows.columns import COLUMN_NAMES
from liandong.producers.publishing.report import PublishReport, PublishRequest
from liandong.producers.publishing.run import publish_file, rehearse_file
from liandong.schemas.dates import date_of_ms
from liandong.schemas.errors import LiandongError
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.court import ENTRY, people
from liandong.tests.worlds.intake_rows import begun
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings, load_settings
from liandong.topics.storage import database
from liandong.topics.workers.clock import SystemClock

COURT, JURISDICTION = "js-gusu", "js"
TODAY = date_of_ms(SystemClock().now())
Row = dict[str, str]
_PEOPLE = people(3)
_CASES = ("（2024）苏0505执1号", "（2024）苏0505执2号")
_ID, _PASSPORT, _PERMIT = "CN_ID", "PASSPORT", "HK_MACAU_PERMIT"
"""The stronger one first: an entry's own key is that of its strongest certificate."""


@dataclass(frozen=True)
class Act:
    """An act on one of the court's entries, the `at`-th of those there are."""

    kind: str
    at: int


Step = list[Row] | Act


def _certificates(person: int, held: Sequence[str]) -> Row:
    numbers = {_ID: _PEOPLE[person]["certificate_number"], _PASSPORT: f"E1234567{person}", _PERMIT: f"H1234567{person}"}
    columns: Row = {"certificate_type": "", "certificate_number": ""}
    for prefix, kind in zip(("certificate", "certificate_2"), held, strict=False):
        columns[f"{prefix}_type"] = kind
        columns[f"{prefix}_number"] = numbers[kind]
        columns[f"{prefix}_country"] = "CHN" if kind == _PASSPORT else ""
    return columns


def row(person: int, case: str, held: Sequence[str], **values: str) -> Row:
    """A row about a person in a case."""
    name = {"name": _PEOPLE[person]["name"], "case_number": case, "publish_date": TODAY.isoformat()}
    return ENTRY | name | _certificates(person, held) | values


def _mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The usual value in nearly every row, as in real files."""
    return st.sampled_from([usual] * 3 * len(others) + list(others))


_rows = st.builds(
    row,
    _mostly(0, 1, 2),
    _mostly(*_CASES),
    st.sampled_from(
        [(_ID,)] * 4 + [(_ID, _PASSPORT), (_ID, _PERMIT), (_PASSPORT, _PERMIT), (_PASSPORT,), (_PERMIT,), ()]
    ),
    instrument=_mostly("LIST_ENTRY", "CONSUMPTION_ORDER"),
    decision_number=_mostly("决定一", "决定二", ""),
    claim_amount=st.sampled_from(["1.00", "2.00", "3.00"]),
    performance=_mostly("NONE", "不明"),
    publish_date=_mostly(TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat(), ""),
    legal_representative=_mostly("", "示例乙"),
    initiated_by=_mostly("", "EX_OFFICIO", "CREDITOR"),
    previous_case_number=_mostly("", *_CASES),
    source_id=_mostly("1", "2"),
)
_acts = st.builds(
    Act,
    st.sampled_from(["revoke", "delete D1", "delete D3", "delete D3", "shield", "renumber", "recase"]),
    st.integers(0, 5),
)


@dataclass(frozen=True)
class Scenario:
    """What happened at a court, and the file that comes now."""

    history: list[Step]
    listed: list[Row]


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Files of few different rows, so that they meet each other and what was published before."""
    pool = st.sampled_from(draw(st.lists(_rows, min_size=4, max_size=8)))
    files = st.lists(pool, min_size=2, max_size=8)
    begun: list[Step] = draw(
        st.sampled_from([0, 1, 1, 1]).flatmap(lambda count: st.lists(files, min_size=count, max_size=count))
    )
    return Scenario(begun + draw(st.lists(_acts | _acts | files, max_size=4)), draw(files))


@dataclass(frozen=True)
class ClerksDesk:
    """A court on a machine of its own, in a folder."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> "ClerksDesk":
        """A court that has published nothing yet."""
        desk = cls(folder)
        Registrar(desk.settings, SystemClock(), CHANCE).new(
            COURT, "court", name="示例区人民法院", jurisdictions=[JURISDICTION]
        )
        return desk

    @property
    def settings(self) -> Settings:
        """Settings of its machine."""
        return load_settings(state_dir=self.folder / "state")

    @property
    def register_file(self) -> Path:
        """The file of its register."""
        return self.folder / "state" / "publisher" / f"{JURISDICTION}.db"

    @staticmethod
    @contextmanager
    def careless() -> Iterator[None]:
        """Lets SQLite off waiting for the disk, which takes nearly all of the time; nobody pulls a plug here."""
        real = database._prepare_sqlite

        def prepare(page_bytes: int, connection: Any, record: object) -> None:
            real(page_bytes, connection, record)
            connection.execute("PRAGMA synchronous=OFF")

        with mock.patch.object(database, "_prepare_sqlite", prepare):
            yield

    def live_through(self, history: Iterable[Step]) -> None:
        """Publishes files and acts, one after the other; what the law or the state of an entry forbids does not happen."""
        for step in history:
            if isinstance(step, Act):
                self._act(step)
            else:
                self.publish(step, 3)

    def _act(self, act: Act) -> None:
        with open_court(self.settings, COURT, SystemClock(), CHANCE) as court, suppress(LiandongError):
            entries = [each for case in _CASES for each in court.register.find(COURT, case_number=case)]
            if not entries:
                return
            entry_id = entries[act.at % len(entries)].entry.entry_id
            kind, _, reason = act.kind.partition(" ")
            if kind in ("renumber", "recase"):
                other = {"certificate_number": _PEOPLE[act.at % 3]["certificate_number"], "certificate_type": "CN_ID"}
                values = other if kind == "renumber" else {"case_number": _CASES[act.at % 2]}
                correct(court.acts, entry_id, values, CourtRuling("DATA_WRONG"))
            else:
                ruling = CourtRuling(reason or {"revoke": "NO_GROUND", "shield": "DATA_DOUBT"}[kind])
                getattr(court.acts, kind)(entry_id, ruling)

    def publish(self, listed: Iterable[Row], chunk: int) -> "Outcome":
        """Publishes rows in chunks of a size."""
        return self._run(listed, chunk, is_dry_run=False)

    def rehearse(self, listed: Iterable[Row], chunk: int) -> "Outcome":
        """A dry run over rows in chunks of a size."""
        return self._run(listed, chunk, is_dry_run=True)

    def _run(self, listed: Iterable[Row], chunk: int, *, is_dry_run: bool) -> "Outcome":
        path, rejects = self.folder / "rows.csv", self.folder / "rejects.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMN_NAMES, restval="")
            writer.writeheader()
            writer.writerows(begun(one) for one in listed)
        request = PublishRequest(path, "csv", rejects, "en")
        with mock.patch("liandong.producers.publishing.run.CHUNK", chunk):
            if is_dry_run:
                report = rehearse_file(self.settings, request, COURT, SystemClock())
            else:
                report = publish_file(self.settings, request, COURT, None, SystemClock(), CHANCE)
        return Outcome(report, rejects.read_bytes() if rejects.exists() else b"")

    def dump(self) -> list[str]:
        """Everything in the register's database, nothing if there is none."""
        if not self.register_file.exists():
            return []
        with sqlite3.connect(self.register_file) as connection:
            return list(connection.iterdump())


@dataclass(frozen=True)
class Outcome:
    """What was reported of a file, and its rejects file."""

    report: PublishReport
    rejects: bytes


__all__ = ["Act", "ClerksDesk", "Outcome", "Row", "Scenario", "Step", "row", "scenarios"]
