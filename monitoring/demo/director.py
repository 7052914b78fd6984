"""Puts the demo on the stage: Kafka, participants, topics, files and processes; takes everything down again."""

import csv
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml
from rich.console import Console

from ...consumers.acts_db.agency_home import agency_folder
from ...consumers.api.tokens import SCOPES, TokenFile
from ...consumers.gate.rules import LIMITS_FILE
from ...producers.synthetic.rows import LIST_COLUMNS, Row, SyntheticRequest, list_rows
from ...schemas.dates import CHINA
from ...topics.catalogue.plan import apply
from ...topics.embedded import cluster, ports
from ...topics.keys.directory import publish_keys
from ...topics.keys.participants import Participants, registered_scope
from ...topics.settings import Settings, load_settings
from ...topics.transport.kafka import KafkaPublisher
from ...topics.transport.kafka.location import bootstrap_of
from ...topics.transport.registry import registered
from .cast import Cast, Person, choose
from .play import CheckClient, Play
from .setting import AGENCIES, COURT, HOTEL, JURISDICTION, LIMIT, OTHER_COURT, POLICE, REGISTRY, Files, onboard
from .stage import Stage

STALE_AFTER = 6.0
SLEEPERS = 20


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo is to be played."""

    folder: Path
    count: int
    seed: int
    attach: bool
    """On the configured cluster instead of an embedded one."""


def settings_for(wish: DemoOptions, base: Settings) -> Settings:
    """Settings of all processes: a state directory and topic names of the demo's own."""
    prefix = f"{base.topic_prefix}demo-{secrets.token_hex(3)}." if wish.attach else base.topic_prefix
    return load_settings(
        bootstrap=bootstrap_of(base) if wish.attach else None,
        topic_prefix=prefix,
        registry_url=base.registry_url,
        state_dir=wish.folder / "state",
        stale_after_seconds=STALE_AFTER,
        barrier_interval_seconds=0.5,
    )


@contextmanager
def staged(wish: DemoOptions, base: Settings, console: Console) -> Iterator[tuple[Play, Files, Settings]]:
    """Everything running and ready; stopped afterwards, whatever happens."""
    settings = settings_for(wish, base)
    if not wish.attach:
        with console.status("starting Apache Kafka"):
            bootstrap = cluster.up(settings.kafka_dir, port=ports.some_free(1)[0]).bootstrap
        settings = settings.model_copy(update={"bootstrap": bootstrap})
    stage = Stage(wish.folder, _variables(settings))
    try:
        with console.status("participants, keys, topics, debtors"):
            files, cast = _prepare(wish, settings)
        free = ports.some_free(len(AGENCIES) + 1)
        tokens = {
            agency: TokenFile(agency_folder(settings, agency) / "tokens.yaml").add("demo", SCOPES, None)
            for agency in AGENCIES
        }
        counters = {
            agency: CheckClient(agency, port, tokens[agency]) for agency, port in zip(AGENCIES, free[1:], strict=True)
        }
        play = Play(stage, console, cast, counters, wish.count, free[0])
        _start(play)
        yield play, files, settings
    finally:
        stage.close()
        if not wish.attach:
            cluster.down(settings.kafka_dir)


def _variables(settings: Settings) -> dict[str, str]:
    chosen = {
        "bootstrap",
        "topic_prefix",
        "registry_url",
        "state_dir",
        "stale_after_seconds",
        "barrier_interval_seconds",
    }
    given = settings.model_dump(include=chosen, exclude_none=True)
    return {f"LIANDONG_{name.upper()}": str(value) for name, value in given.items()}


def _prepare(wish: DemoOptions, settings: Settings) -> tuple[Files, Cast]:
    ids = onboard(settings)
    apply(settings, registered_scope(settings))
    publisher, participants = KafkaPublisher(settings, client_id="demo"), Participants(settings)
    registry = registered(settings, "participant-key")
    for id_ in ids:
        publish_keys(publisher, participants, id_, registry=registry)
    publisher.close()
    files = Files(wish.folder)
    today = datetime.now(CHINA).date()
    rows = list(list_rows(SyntheticRequest(wish.seed, wish.count, today)))
    addition = list(list_rows(SyntheticRequest(wish.seed + 1, 200, today)))
    for path, content in ((files.listing, rows), (files.addition, addition)):
        _write(path, content)
    cast = choose(rows, addition, wish.seed + 2, SLEEPERS)
    _write_orders(files, cast.debtor, cast.debtor_case, today.year)
    limits = agency_folder(settings, HOTEL) / LIMITS_FILE
    limits.parent.mkdir(parents=True, exist_ok=True)
    limits.write_text(LIMIT, encoding="utf-8")
    return files, cast


def _write(path: Path, rows: Sequence[Row]) -> None:
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
            "subject": {
                "name": person.name,
                "certificates": [{"type": person.certificate_type, "number": person.number}],
            },
        }
        path = files.watch(agency)
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(order, allow_unicode=True), encoding="utf-8")


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
            stage.wait_for(f"{agency} being ready", counter.ready) for agency, counter in play.counters.items()
        )
        play.fact("every agency serves by a proven copy", f"{seconds:.1f} s")
