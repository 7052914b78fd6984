"""Targets of files: what courts and agencies hand in, and what an operator may have written by hand or copied badly."""

import tempfile
from contextlib import closing
from functools import cache
from io import BytesIO
from pathlib import Path

from liandong.consumers.api.tokens import TokenFile
from liandong.consumers.events.files import EventFile, Form
from liandong.consumers.events.intake import read_event
from liandong.consumers.gate.rules import load_limits
from liandong.monitoring.transparency.tiled_log import TiledLog
from liandong.producers.commands.files import read_command_file, request_of
from liandong.producers.intake import Format, parse_row, read_listings
from liandong.producers.intake.files.workbook_file import workbook_template
from liandong.producers.intake.mapping.mapping_file import mapping_of, read_mapping
from liandong.schemas.errors import LiandongError
from liandong.schemas.files.excel import unwrapped, wrapped
from liandong.schemas.law.watch_kinds import Domain
from liandong.schemas.wire.signed_note import NoteKey
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.fuzz.target import CODED, FuzzTarget
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.documents import DOCS
from liandong.tests.worlds.intake_rows import CONTEXT
from liandong.tests.worlds.workbooks import repacked
from liandong.topics.embedded.state import Folder
from liandong.topics.keys.erasure import erased_keys
from liandong.topics.keys.key_book import KeyBook
from liandong.topics.keys.key_files import read_key, read_seed
from liandong.topics.keys.participants import Participants
from liandong.topics.keys.sealing_file import SealingFile
from liandong.topics.settings import Settings, load_settings

TEMPLATE = workbook_template("zh")
MAPPING = read_mapping(DOCS / "court-mapping.yaml")
EXPORT = (Path(__file__).parent / "corpus" / "court-export" / "two").read_bytes()


@cache
def folder() -> Path:
    """Where inputs become files."""
    return Path(tempfile.mkdtemp(prefix="liandong-fuzz-"))


def written(name: str, data: bytes) -> Path:
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def listings(data: bytes, file_format: Format) -> None:
    """A court's file; every row is a listing or a reject with a code."""
    with closing(read_listings(data, file_format)) as rows:
        for raw in rows:
            row = parse_row(raw, CONTEXT)
            assert (row.listing is None) == bool(row.rejects)


def mapping(data: bytes) -> None:
    """A court's mapping, and an export it is held against."""
    try:
        read = mapping_of(data, "mapping.yaml")
        with closing(read_listings(EXPORT, "csv", "en", read)) as rows:
            for raw in rows:
                parse_row(raw, CONTEXT)
    except CODED:
        return


def export(data: bytes) -> None:
    """A court's own export, read by the mapping of the documents."""
    with closing(read_listings(data, "csv", "en", MAPPING)) as rows:
        for raw in rows:
            row = parse_row(raw, CONTEXT)
            assert (row.listing is None) == bool(row.rejects)


def sheet(data: bytes) -> None:
    """A court's workbook, or what stands in its first sheet."""
    is_packed = data.startswith(b"PK")
    listings(data if is_packed else repacked(TEMPLATE, "xl/worksheets/sheet1.xml", lambda _: data), "xlsx")


def events(data: bytes, form: Form) -> None:
    """An agency's file of events."""
    for row in EventFile(BytesIO(data), form, Domain.WHEREABOUTS.value, len(data)):
        try:
            sighting = read_event(row.event, NOW)
        except CODED:
            continue
        sighting.fingerprint()
        f"{sighting.name}{sighting.fields}{sighting.source}".encode()


def events_sheet(data: bytes) -> None:
    """An agency's workbook of events, or what stands in its first sheet."""
    is_packed = data.startswith(b"PK")
    events(data if is_packed else repacked(TEMPLATE, "xl/worksheets/sheet1.xml", lambda _: data), "xlsx")


def commands(data: bytes, name: str) -> None:
    """A clerk's file of commands."""
    written("ruling.pdf", b"the ruling")
    for command in read_command_file(written(name, data)):
        try:
            request_of(command, folder())
        except LiandongError as problem:
            f"{problem}".encode()


def cell(data: bytes) -> None:
    """A cell of a spreadsheet goes out and comes back."""
    text = data.decode(errors="replace")
    unwrapped(text)
    assert unwrapped(wrapped(text)) == text


def limits(data: bytes) -> None:
    """What an agency set for itself."""
    load_limits(written("limits.yaml", data))


def tokens(data: bytes) -> None:
    """The callers of a check API."""
    file = TokenFile(written("tokens.yaml", data))
    file.tokens()
    file.caller("ldt_")


def settings(data: bytes) -> None:
    """A file of settings."""
    load_settings(written("liandong.yaml", data))


def manifest(data: bytes) -> None:
    """A participant as it stands in its folder, and its keys."""
    participants = Participants(Settings(state_dir=folder() / "state"))
    written("state/participants/court-su0505/manifest.yaml", data)
    participants.load("court-su0505")


def key_book(data: bytes) -> None:
    """The public halves of a participant's keys."""
    for entry in KeyBook(written("keys.yaml", data)).entries():
        assert entry.key_id


def key(data: bytes) -> None:
    """A key in a file."""
    path = written("signing.key", data)
    read_key(path)
    read_seed(path)


def sealing_keys(data: bytes) -> None:
    """The private halves a participant opens with."""
    file = SealingFile(written("sealing.key", data))
    file.lines()
    file.newest("command", "2026-11")


def erased(data: bytes) -> None:
    """What a participant erased."""
    written("erased/erasures.yaml", data)
    erased_keys(folder() / "erased")


def cluster(data: bytes) -> None:
    """What describes an embedded Kafka."""
    written("kafka/cluster.json", data)
    Folder(folder() / "kafka").read()


def log_state(data: bytes) -> None:
    """How far a transparency log says it reaches."""
    written("log.json", data)
    signer = Ed25519Signer(b"n" * 32)
    TiledLog(folder() / "log", NoteKey("example.com/log", signer.public_key), signer).close()


TARGETS = (
    FuzzTarget("court-csv", lambda data: listings(data, "csv"), "a court's CSV file"),
    FuzzTarget("court-xlsx", sheet, "a court's workbook"),
    FuzzTarget("court-mapping", mapping, "a court's mapping of its own export"),
    FuzzTarget("court-export", export, "a court's own export"),
    FuzzTarget("court-jsonl", lambda data: listings(data, "jsonl"), "a court's JSON lines"),
    FuzzTarget("court-zxgk", lambda data: listings(data, "zxgk"), "rows of the public site"),
    FuzzTarget("events-csv", lambda data: events(data, "csv"), "an agency's CSV file of events"),
    FuzzTarget("events-jsonl", lambda data: events(data, "jsonl"), "an agency's JSON lines of events"),
    FuzzTarget("events-xlsx", events_sheet, "an agency's workbook of events"),
    FuzzTarget("commands-yaml", lambda data: commands(data, "commands.yaml"), "a clerk's commands"),
    FuzzTarget("commands-json", lambda data: commands(data, "commands.json"), "a court system's commands"),
    FuzzTarget("spreadsheet-cell", cell, "a cell of a spreadsheet"),
    FuzzTarget("limits", limits, "limits.yaml of an agency"),
    FuzzTarget("tokens", tokens, "tokens.yaml of an agency"),
    FuzzTarget("settings", settings, "a file of settings"),
    FuzzTarget("manifest", manifest, "a participant's manifest"),
    FuzzTarget("key-book", key_book, "a participant's public keys"),
    FuzzTarget("key-file", key, "a private key"),
    FuzzTarget("sealing-file", sealing_keys, "private sealing keys"),
    FuzzTarget("erased-keys", erased, "the list of erased keys"),
    FuzzTarget("log-state", log_state, "the state of a transparency log"),
    FuzzTarget("cluster", cluster, "the description of an embedded Kafka"),
)
