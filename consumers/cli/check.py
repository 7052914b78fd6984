"""`liandong check`: one decision, by the agency's local store or by a node's API. The number comes by stdin or prompt."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import LiandongError, Unavailable, WrongUsage
from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, print_json, say

if TYPE_CHECKING:
    from ...topics.settings import Settings

CALLER = "command-line"


def mount(app: typer.Typer) -> None:
    """Add `check` to the root command."""
    app.command("check")(check)


def check(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    agency: Annotated[str, typer.Option(metavar="ID", help="Participant id of the agency.")],
    transaction: Annotated[str, typer.Option(metavar="KIND", help="What they want to do, such as air-ticket.")],
    certificate: Annotated[
        str, typer.Option(metavar="TYPE", help="CN_ID, PASSPORT, USCC …; the number comes by stdin.")
    ],
    name: Annotated[str, typer.Option(help="Name as on the certificate.")],
    country: Annotated[str | None, typer.Option(help="Issuer of a passport (ISO 3166-1 alpha-3).")] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(metavar="K=V", help="Attribute of the transaction; repeatable.")
    ] = None,
    site: Annotated[str, typer.Option(help="Where it is asked.")] = "",
    node: Annotated[str, typer.Option(help="Node whose copy of the list is asked.")] = "1",
    url: Annotated[str | None, typer.Option(help="Ask a node's check API instead.")] = None,
    token_file: Annotated[Path | None, typer.Option(help="File with the token for --url.", exists=True)] = None,
    as_json: JsonOption = False,
) -> None:
    """Decide whether a person may do something. The answer is the one the check API gives.

    Example: liandong check --agency railway-js --transaction rail-ticket --certificate CN_ID --name 王测试 --attribute
    train_type=G < number.txt
    """
    from ...topics.cli.console import settings_of

    settings = settings_of(ctx)
    subject = {"certificates": [_certificate(certificate, country, settings.lang)], "name": name}
    attributes = _attributes(attribute or [])
    document = {"transaction": transaction, "site": site, "subject": subject, "attributes": attributes}
    if url is not None:
        answer = _ask(url, token_file, document, settings.lang)
    else:
        answer = _decide(settings, agency, node, document)
    _show(answer, settings.lang, as_json=as_json)


def _certificate(kind: str, country: str | None, lang: Language) -> dict[str, str]:
    written = {"type": kind, "number": _read_number(lang)}
    return written | {"country": country} if country else written


def _read_number(lang: Language) -> str:
    """Read the number, from a prompt that does not echo or from the first line of stdin."""
    if sys.stdin.isatty():
        return str(typer.prompt({"en": "certificate number", "zh": "证件号码"}[lang], hide_input=True))
    return sys.stdin.readline().strip()


def _attributes(written: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in written]
    if not all(separator and key for key, separator, _ in pairs):
        raise WrongUsage(
            "ATTRIBUTE_FORM",
            "an attribute is not written as key=value",
            "write --attribute train_type=G",
            "属性没有写成“名称=值”",
            "请写成 --attribute train_type=G",
        )
    return {key.strip(): value.strip() for key, _, value in pairs}


def _ask(url: str, token_file: Path | None, document: dict[str, Any], lang: str) -> dict[str, Any]:
    """Ask a node's API. Raises API_UNREACHABLE, or the problem the API answered with."""
    import httpx

    headers = {"accept-language": lang}
    if token_file is not None:
        headers["authorization"] = f"Bearer {token_file.read_text(encoding='ascii').strip()}"
    try:
        response = httpx.post(f"{url.rstrip('/')}/v1/checks", json=document, headers=headers, timeout=30)
        answer: dict[str, Any] = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        remedy = "compare --url with the address the node logged when it started"
        raise Unavailable(
            "API_UNREACHABLE",
            f"no check API answers at {url}: {type(error).__name__}",
            remedy,
            f"{url} 没有核查接口应答：{type(error).__name__}",
            "请将 --url 与节点启动时记下的地址核对",
        ) from error
    if response.status_code != 200:
        refused = WrongUsage if response.status_code in (400, 401, 403, 422) else LiandongError
        raise refused(answer.get("code", "API_ERROR"), answer.get("title", ""), answer.get("remedy", ""))
    return answer


def _decide(settings: "Settings", agency: str, node: str, document: dict[str, Any]) -> dict[str, Any]:
    """Decide by the store on this machine, through the code the API runs."""
    import msgspec

    from ...schemas.dates import date_of_ms
    from ...schemas.problems import FactProblem
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..api.requests import CheckIn, to_request
    from ..interceptions.rendering import shown_answer
    from ..node.desk import Machine, visiting
    from ..store.power import boot_id

    register = partial(KafkaSubscriber, settings, client_id=f"{agency}-check")
    machine = Machine(clock_of(settings), SystemChance(), boot_id())
    with visiting(settings, agency, node, register, machine) as desk:
        try:
            at = desk.context.clock.now()
            request = to_request(msgspec.convert(document, CheckIn), date_of_ms(at))
            answer = desk.checks.decide(request, at, CALLER)
        except FactProblem as problem:
            raise WrongUsage(problem.code, *problem.in_language(settings.lang)) from None
        desk.checks.keep([answer])
        shown: dict[str, Any] = msgspec.to_builtins(shown_answer(answer, settings.lang))
        return shown


def _show(answer: dict[str, Any], lang: Language, *, as_json: bool) -> None:
    """Print an answer for people or for machines."""
    from .answer_words import ACTIONS_ZH, DECISIONS_ZH, MATCHES_ZH, named_measure

    if as_json:
        print_json(answer)
        return
    decision, action, check_id = (answer[each] for each in ("decision", "action", "check_id"))
    english = f"{decision} {action}  ({check_id})"
    say(lang, english, f"{decision} {action}（{DECISIONS_ZH[decision]}，{ACTIONS_ZH[action]}）  {check_id}")
    for hit in answer["measures"]:
        english = f"- {hit['id']}: {hit['effect']} {hit['match']} {hit['entry_id']}"
        effect = f"{DECISIONS_ZH.get(hit['effect'], hit['effect'])}，{MATCHES_ZH.get(hit['match'], hit['match'])}"
        say(lang, english, f"- {named_measure(hit['id'])}：{effect}  {hit['entry_id']}")
        typer.echo(f"  {hit['court']} {hit['case_number']}  {hit['since']} – {hit['until'] or '…'}")
        typer.echo(f"  {hit['legal_basis']}\n  {hit['contest']}")
    if reason := answer.get("reason"):
        typer.echo(f"{reason['code']}: {reason['message']}\n  {reason['remedy']}")
    stand = answer["list"]
    stale, stale_zh = (" STALE", "（已过期）") if stand["stale"] else ("", "")
    barrier, fresh, rules = stand["barrier"], stand["fresh_as_of"], answer["rule_version"]
    english = f"list: barrier {barrier}, fresh as of {fresh or 'never'}{stale}; rules {rules}"
    say(lang, english, f"名单：校验点 {barrier}，数据截至 {fresh or '从未'}{stale_zh}；规则 {rules}")
