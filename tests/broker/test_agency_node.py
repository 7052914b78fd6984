"""The main job by commands alone, on a real Kafka: publish, refuse, free, prove, stop."""

import json
import signal
from pathlib import Path

import httpx
import pytest

from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.waiting import until

PATIENCE = 90.0
LISTED = "110199195210117115"
HEADER = (
    "kind,name,certificate_type,certificate_number,case_number,decision_number,filing_date,grounds,performance,"
    "initiated_by,signed_by,signed_on,served_on,warned_on\n"
)
BEGAN = "EX_OFFICIO,示例院长,2026-06-01,2026-06-03,2026-05-20"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ROW = f"NATURAL,余测试,CN_ID,{LISTED},（2026）苏0505执3号,（2026）苏0505执3号决定书,2026-05-11,G1,NONE,{BEGAN}\n"


def checked(town: Installation, name: str = "余测试") -> dict[str, object]:
    """`liandong check` about whoever is listed."""
    options = ("--transaction", "rail-ticket", "--certificate", "CN_ID", "--attribute", "train_type=G", "--json")
    answer: dict[str, object] = json.loads(
        town.run("check", "--agency", "railway-js", "--name", name, *options, typed=LISTED)
    )
    return answer


def said(api: httpx.Client) -> str:
    subject = {"certificates": [{"type": "CN_ID", "number": LISTED}], "name": "余测试"}
    asked = {"transaction": "rail-ticket", "subject": subject, "attributes": {"train_type": "G"}}
    try:
        answer = api.post("/v1/checks", json=asked, headers={"traceparent": TRACEPARENT})
        return str(answer.json()["decision"])
    except httpx.TransportError:
        return "no answer yet"


def traces(installation: Installation) -> set[str]:
    """The traces of what the court was told with the first batch, as it reads them."""
    read: list[dict[str, str]] = []

    def told() -> bool:
        lines = installation.run("court", "inbox", "--court", "court-su0505", "--json").splitlines()
        read.extend(map(json.loads, lines))
        return any(each["outcome"] == "REFUSED" for each in read)

    until(told, PATIENCE)
    return {each["traceparent"] for each in read}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_whoever_is_published_is_refused_and_whoever_is_revoked_goes_on(
    installation: Installation, tmp_path: Path
) -> None:
    run, port = installation.run, installation.ports[1]
    installation.more["LIANDONG_INTERCEPTIONS_EVERY_SECONDS"] = "1"
    (tmp_path / "list.csv").write_text(HEADER + ROW, encoding="utf-8")
    installation.start("monitor", "notary", "--jurisdiction", "js")
    node = installation.start("agency", "run", "railway-js", "--port", str(port))
    run("court", "publish", str(tmp_path / "list.csv"), "--court", "court-su0505")
    token = run("agency", "token", "add", "railway-js", "desk").strip()
    api = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}, timeout=30)
    until(lambda: said(api) == "BLOCK", PATIENCE)
    assert traces(installation) == {TRACEPARENT}
    measures = checked(installation)["measures"]
    assert isinstance(measures, list)
    assert measures[0]["match"] == "CERTIFICATE_AND_NAME"
    assert checked(installation, name="于测试")["decision"] == "REVIEW"
    run("court", "revoke", measures[0]["entry_id"], "--reason", "WRONG_PERSON")
    until(lambda: said(api) == "ALLOW", PATIENCE)
    api.close()
    node.send_signal(signal.SIGTERM)
    assert node.wait(30) == 0
    logs = [path.read_bytes() for path in installation.settings.state_dir.glob("*.log")]
    assert len(logs) == 2
    assert LISTED.encode() not in b"".join(logs)
