"""A list is deleted and made again under the same name while everything runs."""

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.court_office import JURISDICTION
from liandong.tests.worlds.waiting import eventually
from liandong.topics.catalogue import names
from liandong.topics.transport.kafka import KafkaAdmin


def _strike(yard: Yard) -> None:
    yard.made_again = True
    name = yard.settings.physical(names.debtor_list(JURISDICTION))
    admin = KafkaAdmin(yard.settings)
    admin._client.delete_topics([name])[name].result(30)
    assert eventually(lambda: _made(yard), pace=0.2), "the topic cannot be made again"
    yard.until_named("list-shrunk")
    yard.traffic(1)
    yard.run("court", "resend")


def _made(yard: Yard) -> bool:
    """Whether the topic could be made again; a deleted one may be refused by its name while it goes."""
    return liandong("topics", "apply", environment=yard.variables).code == 0


ROWS = (Row("the list's topic is deleted and made again", _strike, frozenset(("list-shrunk",))),)
