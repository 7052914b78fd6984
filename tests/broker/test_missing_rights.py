"""On a Kafka that knows users: a right that is taken away is named with its topic, the part waits, and goes on when it is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AclOperation

from liandong.consumers.inbox.assembly import InboxMachine, open_inbox
from liandong.consumers.node.assembly import NodeConnections
from liandong.producers.commands.sent import open_commands
from liandong.producers.relay.relay import Relay, new_owner
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.people import LI, WANG, invented
from liandong.tests.worlds.rights import admit, rights_of, without
from liandong.tests.worlds.running_node import Place, Running
from liandong.tests.worlds.town_members import COURT, RAILWAY
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.catalogue.families import Role
from liandong.topics.embedded import cluster
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.settings import KafkaSecurity, Settings, load_settings
from liandong.topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.threads import Workers

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]
READ, WRITE = AclOperation.READ, AclOperation.WRITE
NODE = (
    ("register", READ, names.KEYS),
    ("acts", READ, names.supervision_acts("js")),
    ("list", READ, names.debtor_list("js")),
    ("relief", READ, names.relief("js")),
    ("effects", READ, names.commands(RAILWAY)),
    ("effects", READ, ""),
    ("relay", WRITE, names.feedback("js")),
)
INBOX = (("register", READ, names.KEYS), ("inbox", READ, names.whereabouts_events("js")))


@pytest.fixture(scope="module")
def operator(secure_state: Path) -> Settings:
    found = cluster.status(secure_state / "kafka")
    assert found.password_file is not None
    security = KafkaSecurity(protocol="SASL_PLAINTEXT", username="admin", password_file=Path(found.password_file))
    return load_settings(bootstrap=found.bootstrap, kafka_security=security)


@pytest.fixture
def wire(operator: Settings, topic_prefix: str) -> Iterator[KafkaWire]:
    made = KafkaWire(operator.model_copy(update={"topic_prefix": topic_prefix}))
    yield made
    made.close()


@pytest.fixture
def place(wire: KafkaWire, tmp_path: Path) -> Place:
    return Place(tmp_path / "town", wire)


def settings_of(place: Place, wire: KafkaWire, user: str, role: Role) -> Settings:
    topics = [*place.town.all_topics(), names.RECEIPTS]
    return admit(wire.settings, place.town.directory, user, rights_of(user, role), topics)


def names_it(waiting: dict[str, dict[str, str]], part: str, right: str) -> bool:
    """Whether a part waits and says which right is missing on what."""
    trouble = waiting.get(part, {"code": "", "message": ""})
    return trouble["code"] == "AUTHORIZATION_FAILED" and right in trouble["message"]


def right_on(wire: KafkaWire, operation: AclOperation, topic: str) -> str:
    if not topic:
        return f"READ on group {RAILWAY}"
    return f"{operation.name} on topic {wire.settings.physical(topic)}"


def test_a_node_names_the_right_its_part_lacks_and_its_gate_goes_on(place: Place, wire: KafkaWire) -> None:
    own = settings_of(place, wire, RAILWAY, "agency")
    wires = NodeConnections(
        subscriber=lambda group, client: KafkaSubscriber(own, group=group, client_id=client),
        publisher=lambda client: KafkaPublisher(own, client_id=client),
        relay=lambda outbox, publisher, clock: Relay(outbox, publisher, clock, new_owner(CHANCE)),
    )
    place.listed(LI)
    place.barrier()
    with place.node(wires=wires) as running:
        running.until(lambda: (running.said(LI), running.said(WANG)) == ("BLOCK", "ALLOW"))
        running.until(lambda: waiting_parts(running) == {})
        for number, (part, operation, topic) in enumerate(NODE):
            with without(wire.settings, RAILWAY, operation, topic):
                if part == "relay":
                    place.town.court.watch(invented(number))
                right = right_on(wire, operation, topic)
                until(lambda part=part, right=right: names_it(waiting_parts(running), part, right))  # type: ignore[misc]
                assert (running.said(LI), running.said(WANG)) == ("BLOCK", "ALLOW")
                assert running.client.get("/healthz").status_code == 200
            running.until(lambda: waiting_parts(running) == {})
        until(lambda: place.town.codes() == ["00"])
    assert running.ended is None


def waiting_parts(running: Running) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = running.client.get("/v1/status").json()["waiting"]
    return found


def test_an_inbox_names_the_right_it_lacks_and_goes_on(place: Place, wire: KafkaWire) -> None:
    own = settings_of(place, wire, COURT, "court")

    def subscriber(name: str) -> KafkaSubscriber:
        return KafkaSubscriber(own, client_id=f"{COURT}-{name}")

    directory = KeyDirectory(place.town.participants.root_public_key, subscriber("register"), SystemClock())
    opened = open_inbox(InboxMachine(place.town.settings, SystemClock(), subscriber, open_commands), COURT, directory)
    workers = Workers()
    workers.start(opened.parts())
    try:
        until(lambda: opened.box.caught_up)
        for part, operation, topic in INBOX:
            with without(wire.settings, COURT, operation, topic):
                right = right_on(wire, operation, topic)
                until(
                    lambda part=part, right=right: names_it(  # type: ignore[misc]
                        {name: trouble._asdict() for name, trouble in workers.troubles().items()}, part, right
                    )
                )
            until(lambda: workers.troubles() == {})
        assert workers.alive()
    finally:
        workers.stop.set()
        workers.wait(10)
