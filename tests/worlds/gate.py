"""A gate to test with: a list in memory, an agency's acts, and its check API on a real server."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.database import OUTBOX_LANES, open_acts
from liandong.consumers.acts_db.idempotency import KeyedRequest
from liandong.consumers.acts_db.tables import outbox
from liandong.consumers.adapters.registry import find_adapter
from liandong.consumers.api.app import Api
from liandong.consumers.api.context import EndpointContext
from liandong.consumers.api.endpoints import Endpoints
from liandong.consumers.api.limits import RateLimiter
from liandong.consumers.api.server import ApiServer, ListenAddress
from liandong.consumers.api.tokens import SCOPES, Grant, TokenFile
from liandong.consumers.events.intake import publish_events
from liandong.consumers.gate.gate import Gate
from liandong.consumers.gate.rules import load_rules
from liandong.consumers.interceptions.checks import CheckCounters, Checks
from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import ENDED_FROM
from liandong.schemas.law.watch_kinds import held_by
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.problems import Language
from liandong.schemas.wire.codec import GatePrefix, decode, decode_prefix
from liandong.schemas.wire.sealing import Recipient, SealingKey
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.people import KEY, Person
from liandong.tests.worlds.records import FINGERPRINT, CourtScribe, Keys
from liandong.topics.embedded.ports import some_free
from liandong.topics.keys.keyrings import NoSealingKey
from liandong.topics.metrics.recorder import Signals
from liandong.topics.serving import ServingLimits
from liandong.topics.storage.database import sqlite_url
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.workers.chance import Chance


@dataclass
class EntryInMemory:
    """An entry as a view gives it."""

    body: bytes
    opaque: bool = False
    jurisdiction: str = "js"
    fingerprint: bytes = FINGERPRINT

    @property
    def prefix(self) -> GatePrefix:
        return decode_prefix(self.body)

    @property
    def entry_id(self) -> bytes:
        return self.prefix["entry_id"]

    def record(self) -> dict[str, Any]:
        return decode(self.fingerprint, self.body)


@dataclass
class FixedPosition:
    barrier: int = 7
    digest: str = "d" * 64
    fresh_as_of: int = NOW
    notary: str = "notary-js-1"
    proven: bool = True
    barrier_at: int = 0
    examined: bool = True


@dataclass
class MemoryView:
    """A view of bodies in memory: newest version of an entry, nothing clever; `distrusted` fail verification."""

    bodies: dict[bytes, bytes] = field(default_factory=dict)
    distrusted: set[bytes] = field(default_factory=set)
    opaque: set[bytes] = field(default_factory=set)
    stand: FixedPosition = field(default_factory=FixedPosition)
    verified: list[bytes] = field(default_factory=list)

    def apply(self, body: bytes) -> bytes:
        prefix = decode_prefix(body)
        known = self.bodies.get(prefix["entry_id"])
        if known is None or decode_prefix(known)["version"] < prefix["version"]:
            self.bodies[prefix["entry_id"]] = body
        return prefix["entry_id"]

    def find(self, surrogates: Sequence[bytes]) -> list[EntryInMemory]:
        wanted, found = set(surrogates), []
        for entry_id, body in self.bodies.items():
            prefix = decode_prefix(body)
            mine = {one["surrogate"] for one in prefix["identities"]}
            if prefix["status"] < ENDED_FROM and mine & wanted:
                found.append(EntryInMemory(body, entry_id in self.opaque))
        return found

    def known_surrogates(self, surrogates: Sequence[bytes]) -> set[bytes]:
        return {each for each in surrogates if self.find((each,))}

    def position(self, jurisdiction: str | None = None) -> FixedPosition:  # noqa: ARG002  one stand for all
        return self.stand

    def trust(self, found: EntryInMemory) -> Trust:
        self.verified.append(found.entry_id)
        return Trust.NOBODYS if found.entry_id in self.distrusted else Trust.PROVEN


class CourtKeys(Keys):
    """Keys of courts that can be sealed to; `silent` ones have no sealing key."""

    def __init__(self, *keys: PublicKey) -> None:
        super().__init__(*keys)
        self.sealing = SealingKey(b"c" * 32)
        self.silent: set[str] = set()

    def recipients(self, participant: str, retention: str) -> list[Recipient]:
        if participant in self.silent:
            raise NoSealingKey(participant, retention)
        return [Recipient(self.sealing.key_id, self.sealing.public_key)]


class OneSealingKey:
    """A participant with one sealing key for everything."""

    def __init__(self, seed: bytes) -> None:
        self._key = SealingKey(seed)

    def __iter__(self) -> Iterator[SealingKey]:
        return iter((self._key,))

    def were_erased(self, key_ids: Iterable[bytes]) -> bool:  # noqa: ARG002
        return False

    def newest(self, retention: str, period: str) -> SealingKey:  # noqa: ARG002
        return self._key


class CheckDesk:
    """The check desk of one agency: its gate, acts store and API."""

    def __init__(
        self,
        directory: Path,
        kind: str = "railway",
        *,
        keys: Sequence[MatchingKey] = (KEY,),
        chance: Chance = CHANCE,
        engine: Engine | None = None,
    ) -> None:
        self.directory, self.kind = directory, kind
        self.clock = HandClock()
        self.court = CourtScribe()
        self.view = MemoryView()
        self.court_keys = CourtKeys(self.court.public_key)
        self.engine = engine or open_acts(sqlite_url(directory / "acts.db"))
        store = SqlOutbox(self.engine, OUTBOX_LANES, tables=outbox, clock=self.clock)
        self.outbox = store
        signer = Ed25519Signer(b"a" * 32)
        self.context = AgencyContext(
            f"{kind}-js",
            frozenset({"js"}),
            held_by(kind),
            signer,
            OneSealingKey(b"z" * 32),
            self.court_keys,
            keys,
            store,
            self.clock,
            chance,
            interceptions_every_seconds=1.0,
        )
        self.rules = load_rules(kind, directory, 60_000)
        self.gate = Gate(self.view, self.rules, keys, self.clock, chance)
        self.registry = CollectorRegistry()
        self.signals = Signals(self.registry)
        meters = CheckCounters(self.signals, self.context.agency, "1")
        self.checks = Checks(self.gate, find_adapter(self.rules.kind.adapter), self.engine, self.context, meters)
        self.tokens = TokenFile(directory / "tokens.yaml")
        self.ready_reason: dict[str, object] | None = {"stale": False}

    def listed(self, who: Person, **fields: Any) -> bytes:
        """A live entry of a person; its id."""
        link = fields.pop("link", 0)
        return self.view.apply(self.court.include(identities=who.identities(link=link), name=who.name, **fields))

    def token(self, caller: str, *scopes: str) -> str:
        """A token for a caller; without a scope it is for all."""
        return self.tokens.add(Grant(caller, scopes or SCOPES), clock=self.clock, chance=self.context.chance)

    # what the API asks of a node
    def status(self) -> dict[str, object]:
        return {"agency": self.context.agency}

    def ready(self) -> dict[str, object] | None:
        return self.ready_reason

    def alive(self) -> bool:
        return True

    def publish_events(
        self, payload: Mapping[str, Any], keyed: KeyedRequest | None, traceparent: str, lang: Language
    ) -> Mapping[str, Any]:
        return publish_events(self.engine, self.context, payload, keyed, traceparent, lang)

    def api(self, *, rate: float = 1e6, burst: float = 2e6) -> Api:
        """The application."""
        limiter = RateLimiter(rate, burst, time.monotonic)
        writer = ThreadPoolExecutor(1)
        wiring = EndpointContext(
            checks=self.checks,
            node=self,
            matching_keys=self.context.matching_keys,
            agency=self.context.agency,
            node_name="1",
            limiter=limiter,
            signals=self.signals,
            registry=self.registry,
            clock=self.clock,
            writer=writer,
        )
        return Api(Endpoints(wiring).routes(), self.tokens, "en", self.clock, self.context.chance)


class ApiCaller:
    """A client with a token, and the desk behind it."""

    def __init__(self, desk: CheckDesk, client: httpx.Client, token: str) -> None:
        self.desk, self.plain = desk, client
        self.headers = {"authorization": f"Bearer {token}"}

    def post(self, document: Any, path: str = "/v1/checks", **headers: str) -> httpx.Response:
        return self.plain.post(path, json=document, headers=self.headers | headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.plain.get(path, headers=self.headers | headers)


@contextmanager
def served(api: Api, *, socket_file: Path | None = None, limits: ServingLimits | None = None) -> Iterator[httpx.Client]:
    """The API on a real server, and a client without a token."""
    stop, listening = threading.Event(), ListenAddress(port=some_free(1)[0], socket_file=socket_file)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            ApiServer(api, listening, limits or ServingLimits()).run(stop)
        except BaseException as error:  # noqa: BLE001  shown in the test's own thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with httpx.Client(base_url=listening.url, timeout=30) as client:
            _wait(client, failed)
            yield client
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def _wait(client: httpx.Client, failed: list[BaseException]) -> None:
    for _ in range(400):
        if failed:
            raise failed[0]
        try:
            client.get("/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the API did not come up")
