"""The case `topic_made_again` on a real Kafka: a list is deleted and made again while a node and a notary run."""

import json
from pathlib import Path

import httpx
import pytest

from liandong.tests.broker.test_agency_node import HEADER, PATIENCE, ROW, said
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


def finding(api: httpx.Client) -> object:
    return api.get("/v1/status").json()["lists"]["js"]["finding"]


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_a_list_deleted_and_made_again_leaves_the_last_proven_copy_serving_until_it_is_filled(
    installation: Installation, tmp_path: Path
) -> None:
    run, port = installation.run, installation.ports[1]
    (tmp_path / "list.csv").write_text(HEADER + ROW, encoding="utf-8")
    notary = installation.start("monitor", "notary", "--jurisdiction", "js")
    installation.start("agency", "run", "railway-js", "--port", str(port))
    run("court", "publish", str(tmp_path / "list.csv"), "--court", "court-su0505")
    token = run("agency", "token", "add", "railway-js", "desk").strip()
    api = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}, timeout=30)
    until(lambda: said(api) == "BLOCK", PATIENCE)
    delete(installation, LIST)
    until(lambda: _made(installation), PATIENCE)
    until(lambda: finding(api) == "LIST_SHRUNK", PATIENCE)
    assert said(api) in NOT_FOR_CERTAIN
    notary.terminate()
    notary.wait(60)
    run("participant", "retire", "notary-js-1")
    run("participant", "new", "notary-js-2", "--kind", "notary", "--jurisdiction", "js")
    run("topics", "apply")
    run("participant", "publish", "--all")
    installation.start("monitor", "notary", "--jurisdiction", "js", "--as", "notary-js-2")
    heads = KafkaSubscriber(installation.settings, client_id="test-heads")
    at = TopicPartition(names.heads("js"), 0)
    end = heads.watermarks(at).high
    until(lambda: heads.watermarks(at).high > end + 3, PATIENCE)
    heads.close()
    assert said(api) in NOT_FOR_CERTAIN
    assert finding(api) == "LIST_SHRUNK"
    kinds = {one["kind"] for one in json.loads(run("status", "--json"))["findings"]}
    assert "list-shrunk" in kinds
    run("court", "resend")
    until(lambda: said(api) == "BLOCK", PATIENCE)
    assert finding(api) is None
    api.close()


def _made(town: Installation) -> bool:
    """Whether `topics apply` could make the topic again; a deleted one may be refused by its name while it goes."""
    try:
        town.run("topics", "apply")
    except AssertionError:
        return False
    return True
