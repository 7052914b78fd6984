"""What programs ask of the monitor's port, without a browser."""

import httpx
import pytest

from liandong.monitoring.page.site import preferred
from liandong.monitoring.serving import _listen
from liandong.schemas.errors import Unavailable

from .conftest import Stage
from .documents import UPDATE


def leads_to(url: str, languages: str) -> str:
    answer = httpx.get(url, headers={"Accept-Language": languages})
    assert answer.status_code == 307
    return answer.headers["Location"]


def test_it_is_ready_when_all_evidence_was_read_once(stage: Stage) -> None:
    early = httpx.get(f"{stage.url}/healthz")
    assert (early.status_code, early.json()) == (503, {"ready": False})
    stage.gathering.rounds = 1
    ready = httpx.get(f"{stage.url}/healthz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "degraded": 1, "findings": ["late", "stale"]})


def test_a_monitor_that_cannot_say_what_it_watches_is_degraded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> None:
        raise Unavailable("DATABASE_FULL", "no room", "make room")

    stage.gathering.rounds = 1
    monkeypatch.setattr(stage.site._source, "current", failing)
    told = httpx.get(f"{stage.url}/healthz")
    assert (told.status_code, told.json()) == (
        200,
        {"ready": True, "degraded": 1, "findings": None, "code": "DATABASE_FULL"},
    )


def test_an_unknown_path_is_refused_as_a_program_reads_it(stage: Stage) -> None:
    refused = httpx.get(f"{stage.url}/v2/status")
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")
    in_chinese = httpx.get(f"{stage.url}/nothing", headers={"accept-language": "zh-CN"}).json()
    assert (in_chinese["message"], in_chinese["code"]) == ("此处没有 /nothing", "NOT_FOUND")
    unserved = httpx.post(stage.url, headers={"accept-language": "zh-CN"})
    assert (unserved.status_code, unserved.json()["remedy"]) == (405, "请用 GET 查询：监控不作任何更改")
    log = httpx.get(f"{stage.url}/tlog/js/nobody/checkpoint", headers={"accept-language": "zh-CN"}).json()
    assert (log["message"], log["code"]) == ("此处没有透明日志的这个文件", "NOT_FOUND")


def test_the_page_is_found_in_the_language_asked_for(stage: Stage) -> None:
    assert leads_to(f"{stage.url}/", "zh-CN,zh;q=0.9,en;q=0.8") == "/zh"
    assert leads_to(f"{stage.url}/", "fr") == "/en"
    assert leads_to(f"{stage.url}/?find={UPDATE}", "zh") == f"/zh?find={UPDATE}"
    assert leads_to(f"{stage.url}/?find=//elsewhere.example", "zh") == "/zh"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de,en-GB;q=0.7,zh-TW;q=0.2", "en"),
        ("en;q=0.1, zh;q=0.5", "zh"),
        ("fr, de", "zh"),
        ("en;q=0", "zh"),
        ("en;q=nonsense", "zh"),
        ("", "zh"),
    ],
)
def test_the_language_liked_best_is_taken_else_that_of_the_settings(accepted: str, language: str) -> None:
    assert preferred(accepted, "zh") == language


def test_a_taken_port_is_said_to_be_taken() -> None:
    with _listen("127.0.0.1", 0) as mine, pytest.raises(Unavailable, match="is taken") as refused:
        _listen("127.0.0.1", mine.getsockname()[1])
    assert refused.value.code == "MONITOR_PORT_IN_USE"
