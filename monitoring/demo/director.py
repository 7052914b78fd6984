"""Setting the demo up: Kafka, participants, topics, files and processes; and taking everything down again."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from ...consumers.acts_db.agency_home import agency_folder
from ...consumers.api.tokens import Grant, TokenFile
from ...consumers.gate.rules import LIMITS_FILE
from ...producers.synthetic.rows import LIST_COLUMNS, Row, SyntheticRequest, list_rows
from ...schemas.dates import date_of_ms
from ...schemas.phrases import Phrase
from ...topics.catalogue.plan import apply
from ...topics.embedded import cluster, ports
from ...topics.keys.key_records import publish_keys
from ...topics.keys.participants import registered_scope
from ...topics.keys.registrar import Registrar
from ...topics.private_files import write_private
from ...topics.settings import Settings, load_settings
from ...topics.transport.kafka import KafkaPublisher
from ...topics.transport.kafka.location import bootstrap_of
from ...topics.transport.process_clock import clock_of
from ...topics.transport.registry import registered
from ...topics.workers.chance import SystemChance
from .cast import Cast, Person, choose
from .play import CheckClient, Play
from .setting import AGENCIES, COURT, HOTEL, JURISDICTION, LIMIT, OTHER_COURT, POLICE, REGISTRY, Files, onboard
from .stage import Stage
from .texts import DemoTexts

STALE_AFTER = 6.0
MEASURED = 20
"""Debtors whose acts are timed."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo is to be played."""

    folder: Path
    count: int
    seed: int
    attach: bool
    """On the configured cluster instead of an embedded one."""


def settings_for(options: DemoOptions, base: Settings) -> Settings:
    """Make the settings of all processes: a state directory and topic names of the demo's own."""
    prefix = f"{base.topic_prefix}demo-{SystemChance().raw(3).hex()}." if options.attach else base.topic_prefix
    return load_settings(
        bootstrap=bootstrap_of(base) if options.attach else None,
        topic_prefix=prefix,
        registry_url=base.registry_url,
        state_dir=options.folder / "state",
        stale_after_seconds=STALE_AFTER,
        barrier_interval_seconds=0.5,
        interceptions_every_seconds=1.0,
    )


@contextmanager
def staged(options: DemoOptions, base: Settings, console: Console) -> Iterator[Play]:
    """Start everything and wait until it is ready; stop it at the end, whatever happens."""
    options.folder.mkdir(parents=True, exist_ok=True)
    settings, texts = settings_for(options, base), DemoTexts(base.lang)
    if not options.attach:
        with console.status(texts("starting Apache Kafka")):
            bootstrap = cluster.up(settings.kafka_dir, port=ports.some_free(1)[0]).bootstrap
        settings = settings.model_copy(update={"bootstrap": bootstrap})
    stage, files = Stage(options.folder, _variables(settings)), Files(options.folder)
    try:
        with console.status(texts("participants, keys, topics, debtors")):
            cast = _prepare(options, settings, files)
        monitor_port, *agency_ports = ports.some_free(len(AGENCIES) + 1)
        counters = {
            agency: CheckClient(agency, port, _token(settings, agency))
            for agency, port in zip(AGENCIES, agency_ports, strict=True)
        }
        play = Play(stage, console, settings, files, cast, counters, options.count, monitor_port, texts)
        _start(play)
        yield play
    finally:
        stage.close()
        if not options.attach:
            cluster.down(settings.kafka_dir)


def _variables(settings: Settings) -> dict[str, str]:
    chosen = {
        "bootstrap",
        "topic_prefix",
        "registry_url",
        "state_dir",
        "stale_after_seconds",
        "barrier_interval_seconds",
        "interceptions_every_seconds",
    }
    values = settings.model_dump(include=chosen, exclude_none=True)
    return {f"LIANDONG_{name.upper()}": str(value) for name, value in values.items()}


def _token(settings: Settings, agency: str) -> str:
    return TokenFile(agency_folder(settings, agency) / "tokens.yaml").add(
        Grant("demo"), clock=clock_of(settings), chance=SystemChance()
    )


def _prepare(options: DemoOptions, settings: Settings, files: Files) -> Cast:
    ids = onboard(settings)
    apply(settings, registered_scope(settings))
    publisher, participants = (
        KafkaPublisher(settings, client_id="demo"),
        Registrar(settings, clock_of(settings), SystemChance()),
    )
    registry = registered(settings, "participant-key", "key-register", "root-change")
    publish_keys(publisher, participants, *ids, registry=registry)
    publisher.close()
    today = date_of_ms(clock_of(settings).now())
    rows = list(list_rows(SyntheticRequest(options.seed, options.count, today)))
    addition = list(list_rows(SyntheticRequest(options.seed + 1, 200, today)))
    _write_list(files.listing, rows)
    _write_list(files.addition, addition)
    cast = choose(rows, addition, options.seed + 2, MEASURED)
    _write_orders(files, cast.debtor, cast.debtor_case, today.year)
    limits = agency_folder(settings, HOTEL) / LIMITS_FILE
    limits.parent.mkdir(parents=True, exist_ok=True)
    limits.write_text(LIMIT, encoding="utf-8")
    return cast


def _write_list(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, LIST_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _write_orders(files: Files, person: Person, case: str, year: int) -> None:
    files.document.write_text(f"协助执行通知书（示例）{case}\n", encoding="utf-8")
    for agency, kinds, purpose in (
        (POLICE, ["HOTEL_STAY"], "LOCATE_DEBTOR"),
        (REGISTRY, ["REAL_ESTATE"], "FIND_ASSETS"),
    ):
        order = {
            "command": "watch",
            "agency": agency,
            "case_number": case,
            "document": files.document.name,
            "document_number": f"{case}之一",
            "judge": "示例法官",
            "purpose": purpose,
            "kinds": kinds,
            "until": f"{year + 1}-03-31",
            "subject": person.subject(),
        }
        write_private(files.watch(agency), yaml.safe_dump(order, allow_unicode=True))


def _start(play: Play) -> None:
    stage = play.stage
    with play.scene("Processes: notary and monitor, the publisher's relay, four agencies, two courts' inboxes"):
        stage.start("monitor", "monitor", "serve", "--port", str(play.monitor_port))
        stage.start("relay", "court", "relay", "--jurisdiction", JURISDICTION)
        for name, court in (("inbox", COURT), ("other-inbox", OTHER_COURT)):
            stage.start(name, "court", "inbox", "--court", court, "--follow", "--json")
        for agency, counter in play.counters.items():
            stage.start(agency, "agency", "run", agency, "--port", str(counter.port))
        seconds = max(
            stage.wait_for(Phrase(f"{agency} being ready", f"{agency} 就绪"), counter.ready)
            for agency, counter in play.counters.items()
        )
        play.fact("every agency serves by a proven copy", f"{seconds:.1f} s")
