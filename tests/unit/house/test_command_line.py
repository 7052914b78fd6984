"""The root command: exit codes, errors as text and as JSON, global options."""

import json
from pathlib import Path

import pytest
import structlog
import typer

from liandong import __main__ as root
from liandong.schemas.errors import LiandongError, Unavailable, WrongUsage
from liandong.topics.cli.console import Invocation, JsonOption, invocation_of, settings_for
from liandong.topics.transport.errors import BrokerUnreachable


def ended(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        root.main(arguments)
    code = caught.value.code
    assert isinstance(code, int)
    return code


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[LiandongError]:
    """A command `fail` that raises what the test puts into the list."""
    raised: list[LiandongError] = []
    app = typer.Typer(pretty_exceptions_enable=False)
    app.callback()(root.root)

    @app.command()
    def fail(ctx: typer.Context, as_json: JsonOption = False) -> None:
        typer.echo(f"lang={invocation_of(ctx).lang} json={as_json}", err=True)
        raise raised[0]

    monkeypatch.setattr(root, "app", app)
    return raised


@pytest.mark.parametrize(("error", "code"), [(LiandongError, 1), (Unavailable, 1), (WrongUsage, 2)])
def test_an_error_is_told_with_its_remedy_and_exit_code(
    failing: list[LiandongError], capsys: pytest.CaptureFixture[str], error: type[LiandongError], code: int
) -> None:
    failing.append(error("BROKEN", "it broke", "mend it"))
    assert ended(["--lang", "zh", "fail"]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert "lang=zh" in told.err
    assert "错误 BROKEN：it broke\n处理办法：mend it\n" in told.err
    assert ended(["fail"]) == code
    assert "error BROKEN: it broke\nwhat to do: mend it\n" in capsys.readouterr().err


def test_an_error_that_has_texts_in_both_languages_is_told_in_that_of_the_call(
    failing: list[LiandongError], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing.append(BrokerUnreachable("nobody at 127.0.0.1:1"))
    assert ended(["--lang", "zh", "fail"]) == 1
    assert (
        "错误 BROKER_UNREACHABLE：无法连接 Kafka：原文“nobody at 127.0.0.1:1”\n处理办法：请检查"
        in capsys.readouterr().err
    )
    monkeypatch.setenv("LIANDONG_LANG", "zh")
    assert ended(["fail", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["message"].startswith("无法连接 Kafka")
    assert ended(["--lang", "en", "fail"]) == 1
    assert "error BROKER_UNREACHABLE: nobody at" in capsys.readouterr().err


def test_with_json_the_error_is_one_document_on_standard_output(
    failing: list[LiandongError], capsys: pytest.CaptureFixture[str]
) -> None:
    failing.append(LiandongError("BROKEN", "坏了", "mend it"))
    assert ended(["fail", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"error": {"code": "BROKEN", "message": "坏了", "remedy": "mend it"}}


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["kafka", "up", "--no-such-option"], ["kafka", "up", "--nodes", "2"]]
)
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    assert ended(arguments) == 2


def test_help_and_version_end_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["--help"]) == 0
    assert ended(["--version"]) == 0
    assert "kafka" in capsys.readouterr().out


def test_a_wrong_settings_file_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["--config", "no-such-file.yaml", "kafka", "status"]) == 2
    assert "SETTINGS_UNREADABLE" in capsys.readouterr().err


def test_status_without_a_cluster_is_degraded() -> None:
    assert ended(["kafka", "status", "--json"]) == 1


def test_a_json_after_the_end_of_options_is_an_argument_and_no_wish() -> None:
    assert root._wants_json(["trace", "--json"])
    assert not root._wants_json(["trace", "--", "--json"])


def test_an_error_holds_its_parts_when_it_crosses_processes() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(WrongUsage("CODE", "what", "do")))  # noqa: S301
    assert isinstance(error, WrongUsage)
    assert error.as_dict() == {"code": "CODE", "message": "what", "remedy": "do"}
    assert error.http_status == 400


def test_what_a_command_logs_does_not_stand_in_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANDONG_STATE_DIR", str(tmp_path))
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.reset_defaults()
    try:
        settings_for(Invocation())
        structlog.get_logger("a store").warning("cannot be counted", code="DATABASE_DAMAGED")
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)
    out, err = capsys.readouterr()
    assert out == ""
    assert "DATABASE_DAMAGED" in err
