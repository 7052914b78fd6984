"""On a Kafka that knows users: a supervisor can do what the catalogue lets one do, and nothing more; and so can a court."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from liandong.tests.suites.recount import RecountSuite
from liandong.tests.worlds.commands import Ended, liandong
from liandong.tests.worlds.rights import admit, rights_of
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.tests.worlds.traffic import Outcomes
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.catalogue.families import Role
from liandong.topics.embedded import cluster
from liandong.topics.settings import KafkaSecurity, Settings, load_settings
from liandong.topics.transport.errors import AuthorizationFailed
from liandong.topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from liandong.topics.transport.ports import BEGINNING, Delivered, OutgoingRecord, TopicPartition

pytestmark = [pytest.mark.broker, pytest.mark.slow]
SUPERVISOR = "supervisor-js"
READS = {
    names.KEYS,
    names.interceptions("js"),
    names.enforcement_counts("js"),
    names.supervision_acts("js"),
}
"""All that a recount reads, and all that a supervisor may."""


@pytest.fixture(scope="module")
def operator(secure_state: Path) -> Settings:
    found = cluster.status(secure_state / "kafka")
    assert found.password_file is not None
    file = Path(found.password_file)
    security = KafkaSecurity(protocol="SASL_PLAINTEXT", username="admin", password_file=file)
    return load_settings(bootstrap=found.bootstrap, kafka_security=security)


@pytest.fixture
def wire(operator: Settings, topic_prefix: str) -> Iterator[KafkaWire]:
    made = KafkaWire(operator.model_copy(update={"topic_prefix": topic_prefix}))
    yield made
    made.close()


@pytest.fixture
def town(wire: KafkaWire, tmp_path: Path) -> Town:
    town = Town(wire, tmp_path / "town")
    town.join(SUPERVISOR, "supervisor", jurisdictions=("js",))
    return town


def settings_of(town: Town, user: str, role: Role) -> Settings:
    assert isinstance(town.wire, KafkaWire)
    operator = town.wire.settings.model_copy(update={"state_dir": town.directory})
    return admit(operator, town.directory, user, rights_of(user, role), town.all_topics())


def test_a_supervisor_recounts_with_the_rights_of_one(town: Town) -> None:
    RecountSuite().counted(town, TownAgency(town, RAILWAY))
    own = settings_of(town, SUPERVISOR, "supervisor")
    told = typed(own, "recount", "--period", "2026-12", "--json")
    assert told.code == 0, told.err
    assert [(one["found"], one["equal"]) for one in json.loads(told.out)["counts"]] == [(7, True), (3, True)]
    elsewhere = typed(own, "recount", "--period", "2026-12", place="cq", lang="zh")
    assert elsewhere.code == 2


@pytest.mark.parametrize(("user", "role"), [(SUPERVISOR, "supervisor"), (COURT, "court"), (RAILWAY, "agency")])
def test_nobody_writes_or_reads_what_is_not_theirs(town: Town, user: str, role: Role) -> None:
    town.send(*(OutgoingRecord(topic, b"k", b"v") for topic in town.all_topics()))
    own, access = settings_of(town, user, role), rights_of(user, role)
    written, read = written_by(own, town.all_topics()), read_by(own, town.all_topics())
    assert written == {topic for topic in town.all_topics() if access.may_write(user, topic)}
    assert read == {topic for topic in town.all_topics() if access.may_read(user, topic)}
    if role == "supervisor":
        assert (written, read) == ({names.supervision_acts("js")}, READS)
    assert names.enforcement_counts("js") in read
    assert (names.enforcement_counts("js") in written) == (role == "court")
    assert (names.interceptions("js") in read) == (role != "agency")
    assert not [topic for topic in written | read if ".cq." in topic]


def typed(own: Settings, *words: str, place: str = "js", lang: str = "en") -> Ended:
    """What a supervisor types, as the cluster's user."""
    security = own.kafka_security
    environment = {
        "LIANDONG_STATE_DIR": str(own.state_dir),
        "LIANDONG_BOOTSTRAP": own.bootstrap or "",
        "LIANDONG_TOPIC_PREFIX": own.topic_prefix,
        "LIANDONG_KAFKA_SECURITY__PROTOCOL": security.protocol,
        "LIANDONG_KAFKA_SECURITY__USERNAME": security.username or "",
        "LIANDONG_KAFKA_SECURITY__PASSWORD_FILE": str(security.password_file),
    }
    common = ("--as", SUPERVISOR, "--jurisdiction", place, "--decision", "苏政法〔2026〕12号")
    return liandong("--lang", lang, "supervise", *words, *common, environment=environment)


def written_by(own: Settings, topics: list[str]) -> set[str]:
    """The topics that take a record of somebody; whatever else refuses one must be the access rule."""
    publisher, taken = KafkaPublisher(own, client_id="rights"), set[str]()
    outcomes: dict[str, Outcomes] = {topic: Outcomes() for topic in topics}
    for topic in topics:
        publisher.send(OutgoingRecord(topic, b"k", b"v"), outcomes[topic].append)
    assert publisher.flush(30) == 0
    for topic, (outcome,) in outcomes.items():
        if isinstance(outcome, Delivered):
            taken.add(topic)
        else:
            assert isinstance(outcome, AuthorizationFailed), outcome
    publisher.close()
    return taken


def read_by(own: Settings, topics: list[str]) -> set[str]:
    """The topics, all with a record in them, of which somebody gets one."""
    return {topic for topic in topics if _reads(own, topic)}


def _reads(own: Settings, topic: str) -> bool:
    deadline = time.monotonic() + 10
    with closing(KafkaSubscriber(own, client_id=f"{own.kafka_security.username}-rights")) as subscriber:
        try:
            numbers = subscriber.partitions(topic)
            subscriber.assign({TopicPartition(topic, number): BEGINNING for number in numbers})
            while time.monotonic() < deadline:
                if subscriber.poll(1, 0.2):
                    return True
        except AuthorizationFailed:
            return False
    raise AssertionError(f"neither a record of {topic} nor a refusal")
