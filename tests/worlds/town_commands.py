"""`liandong …` typed by somebody of the town, on a real Kafka."""

from liandong.tests.worlds.commands import Ended, liandong
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.wires import KafkaWire


def typed(town: Town, *words: str, lang: str = "en") -> Ended:
    """Run a command with the town's keys and its Kafka."""
    assert isinstance(town.wire, KafkaWire)
    environment = {
        "LIANDONG_STATE_DIR": str(town.directory),
        "LIANDONG_BOOTSTRAP": town.wire.settings.bootstrap or "",
        "LIANDONG_TOPIC_PREFIX": town.wire.settings.topic_prefix,
    }
    return liandong("--lang", lang, *words, environment=environment)
