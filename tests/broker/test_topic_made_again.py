"""The case `topic_made_again` on a real Kafka: a list is deleted and made again while a node and a notary run."""

from pathlib import Path

import httpx
import pytest

from liandong.tests.broker.test_agency_node import HEADER, PATIENCE, ROW, said
from liandong.tests.worlds.cases import case
from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.waiting import until
from liandong.topics.catalogue import names
from liandong.topics.transport.kafka import KafkaAdmin, KafkaSubscriber
from liandong.topics.transport.ports import TopicPartition

LIST = names.debtor_list("js")
NOT_FOR_CERTAIN = {"REVIEW", "UNKNOWN"}


def delete(town: Installation, topic: str) -> None:
    """Delete a topic as an operator's slip does."""
    name, admin = town.settings.physical(topic), KafkaAdmin(town.settings)
    admin._client.delete_topics([name])[name].result(30)


def state(api: httpx.Client) -> dict[str, object]:
    """What the node's status says about its list."""
    told: dict[str, object] = api.get("/v1/status").json()["lists"]["js"]
    return told


def kinds(town: Installation) -> set[str]:
    """What `status` names; a monitor that has just read the log for the first time holds the next head against it."""
    return {one["kind"] for one in town.status(code=1)["findings"]}


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_a_list_deleted_and_made_again_leaves_the_last_proven_copy_serving_until_it_is_filled(
    installation: Installation, tmp_path: Path
) -> None:
    assert LIST in case("topic_made_again").read_text(encoding="utf-8")
    run, port = installation.run, installation.ports[1]
    (tmp_path / "list.csv").write_text(HEADER + ROW, encoding="utf-8")
    notary = installation.start("monitor", "notary", "--jurisdiction", "js")
    installation.start("agency", "run", "railway-js", "--port", str(port))
    run("court", "publish", str(tmp_path / "list.csv"), "--court", "court-su0505")
    token = run("agency", "token", "add", "railway-js", "desk").strip()
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as api:
        # an entry blocks before a head proves the copy; only what was proven once can be missed later
        until(lambda: said(api) == "BLOCK" and state(api)["proven"], PATIENCE)
        delete(installation, LIST)
        until(lambda: _made(installation), PATIENCE)
        until(lambda: state(api)["finding"] == "LIST_SHRUNK", PATIENCE)
        assert said(api) in NOT_FOR_CERTAIN
        notary.terminate()
        notary.wait(60)
        _another_notary(installation)
        assert said(api) in NOT_FOR_CERTAIN
        assert state(api)["finding"] == "LIST_SHRUNK"
        until(lambda: "list-shrunk" in kinds(installation), PATIENCE)
        run("court", "resend")
        until(lambda: said(api) == "BLOCK", PATIENCE)
        assert state(api)["finding"] is None


def _another_notary(town: Installation) -> None:
    """Put a notary without memory of the old list in the first one's place, and wait until it has signed heads."""
    town.run("participant", "retire", "notary-js-1")
    town.run("participant", "new", "notary-js-2", "--kind", "notary", "--jurisdiction", "js")
    town.run("topics", "apply")
    town.run("participant", "publish", "--all")
    town.start("monitor", "notary", "--jurisdiction", "js", "--as", "notary-js-2")
    heads = KafkaSubscriber(town.settings, client_id="test-heads")
    at = TopicPartition(names.heads("js"), 0)
    end = heads.watermarks(at).high
    until(lambda: heads.watermarks(at).high > end + 3, PATIENCE)
    heads.close()


def _made(town: Installation) -> bool:
    """Whether `topics apply` could make the topic again; a deleted one may be refused by its name while it goes."""
    try:
        town.run("topics", "apply")
    except AssertionError:
        return False
    return True
