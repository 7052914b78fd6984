"""Files of commands: YAML or JSON, one command or a list, as a clerk writes them or a court's system exports them.

Certificate numbers stand in the file, never on a command line. The legal document is named by its path, beside the file
if it is not absolute; only its SHA-256 travels.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ...schemas.dates import CHINA, DateProblem, end_of_day_ms, parse_date
from ...schemas.errors import WrongUsage
from ...schemas.files.encoding import decoded
from ...schemas.files.excel import unwrapped, without_mark
from ...schemas.files.json_values import with_single_keys
from ...schemas.files.plain_yaml import plain_yaml
from ...schemas.ids import parse
from ...schemas.law.case_number import parse_case_number
from ...schemas.law.watch import WatchOrder, WatchProblem, kinds_of
from ...schemas.people.certificates import Certificate, CertificateType, normalise
from ...schemas.people.names import display_form
from ...schemas.phrases import listed
from ...schemas.problems import FactProblem, Text
from ...schemas.spelling import hides_text
from ...schemas.wire.control import STOP_WATCH, WATCH

DUE_HOURS = 24.0
"""Default time for the agency's answer. The SPC's work norm (法〔2015〕321号) has times of its own for each kind: set
`due_hours`.
"""
MAX_BYTES = 4_000_000
REJECT_KEY = "reject"
"""What a rejects file adds to a command; passed over when it is read again."""


class CommandProblem(FactProblem):
    """A command that cannot be read."""

    texts: ClassVar[dict[str, Text]] = {
        "COMMAND_KIND": Text(
            "{command} is no command",
            "use command: watch or command: stop-watch",
            "没有名为 {command} 的指令",
            "请使用 command: watch 或 stop-watch",
        ),
        "COMMAND_FIELD_MISSING": Text(
            "{field} is missing",
            "fill it in; `liandong court command --template` shows a complete file",
            "缺少 {field}",
            "请补充；完整样例见 `liandong court command --template`",
        ),
        "COMMAND_FIELD_UNKNOWN": Text(
            "a command has no field {field}",
            "correct or remove it; `liandong court command --template` shows all fields",
            "指令没有 {field} 字段",
            "请更正或删除；全部字段见 `liandong court command --template`",
        ),
        "COMMAND_TEXT_CONTROL": Text(
            "a text holds control characters or ones that turn the direction of writing",
            "write it anew: what people read would not be what stands there",
            "文本含有控制字符或改变书写方向的字符",
            "请重新书写：人看到的内容会与实际内容不同",
        ),
        "COMMAND_DOCUMENT": Text(
            "the legal document {file} cannot be read",
            "give the path of the document, beside the command file or absolute",
            "无法读取法律文书 {file}",
            "请填写法律文书文件的路径（相对于指令文件或绝对路径）",
        ),
        "COMMAND_CERTIFICATE_TYPE": Text(
            "there is no such type of certificate",
            "use one of {known}",
            "没有这种证件类型",
            "可用类型：{known}",
        ),
    }


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """A watch a court wants."""

    agency: str
    order: WatchOrder = field(repr=False)
    due_ms: int
    """Time for the answer, in milliseconds."""


@dataclass(frozen=True, slots=True)
class StopRequest:
    """A watch a court wants to end."""

    stops: bytes
    due_ms: int


Request = WatchRequest | StopRequest
_WATCH_FIELDS = frozenset(
    [
        "command",
        "agency",
        "case_number",
        "document",
        "document_number",
        "judge",
        "purpose",
        "kinds",
        "until",
        "due_hours",
        "subject",
        "ref",
        REJECT_KEY,
    ]
)
_STOP_FIELDS = frozenset(("command", "stops", "due_hours", "ref", REJECT_KEY))


def read_command_file(path: Path) -> list[Mapping[str, Any]]:
    """Read the commands of a file as they stand there. Raises COMMAND_FILE_UNREADABLE."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WrongUsage(
                "COMMAND_FILE_UNREADABLE",
                f"{path} is over {MAX_BYTES} bytes",
                "split it",
                f"{path} 超过 {MAX_BYTES} 字节",
                "请拆分文件",
            )
        text = decoded(path.read_bytes())
        is_json = path.suffix.lower() == ".json"
        content = json.loads(text, object_pairs_hook=with_single_keys) if is_json else plain_yaml(text)
        json.dumps(content, ensure_ascii=False).encode()  # half a character, which JSON can carry, is no text
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as broken:
        raise WrongUsage(
            "COMMAND_FILE_UNREADABLE",
            f"{path} cannot be read: {type(broken).__name__}",  # its text may hold numbers
            "write YAML or JSON in UTF-8 or GB 18030, each key once, no aliases; `liandong court command --template` shows how",
            f"{path} 无法读取：{type(broken).__name__}",
            "请用 UTF-8 或 GB 18030 编写 YAML 或 JSON，每个键只写一次，不用别名；格式见 `liandong court command --template`",
        ) from None
    commands = content if isinstance(content, list) else [content]
    return [each if isinstance(each, dict) else {} for each in commands]


def request_of(command: Mapping[str, Any], folder: Path) -> Request:
    """Make a checked request of one command of a file in `folder`. Raises a FactProblem or ID_INVALID."""
    _check_texts(command)
    kind = str(command.get("command") or "nothing")
    if kind == STOP_WATCH:
        _check_fields(command, _STOP_FIELDS)
        return StopRequest(parse(str(_needed(command, "stops")), "cmd"), _due(command))
    if kind != WATCH:
        raise CommandProblem("COMMAND_KIND", command=kind[:40])
    _check_fields(command, _WATCH_FIELDS)
    return WatchRequest(str(_needed(command, "agency")), _order(command, folder), _due(command))


def _order(command: Mapping[str, Any], folder: Path) -> WatchOrder:
    subject = _needed(command, "subject")
    if not isinstance(subject, Mapping) or not isinstance(subject.get("certificates"), list):
        raise WatchProblem("WATCH_SUBJECT")
    kinds = command.get("kinds")
    return WatchOrder(
        case_number=parse_case_number(str(_needed(command, "case_number"))).key,
        document_number=str(_needed(command, "document_number")).strip(),
        document_hash=_hash(folder / str(_needed(command, "document"))),
        judge=str(_needed(command, "judge")).strip(),
        purpose=str(_needed(command, "purpose")).strip().upper(),
        kinds=kinds_of(str(each) for each in (kinds if isinstance(kinds, list) else [kinds] if kinds else [])),
        until=_until(_needed(command, "until")),
        name=display_form(_text(subject.get("name"))),
        certificates=tuple(_certificate(each) for each in subject["certificates"]),
    )


def _check_texts(value: Any) -> None:
    """Refuse texts that are not what they seem to be, wherever they stand in a command."""
    if isinstance(value, str) and hides_text(value):
        raise CommandProblem("COMMAND_TEXT_CONTROL")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for each in inner:
        _check_texts(each)


def _check_fields(command: Mapping[str, Any], known: frozenset[str]) -> None:
    for each in command:
        if each not in known:
            raise CommandProblem("COMMAND_FIELD_UNKNOWN", field=str(each)[:40])


def _needed(command: Mapping[str, Any], name: str) -> Any:
    value = command.get(name)
    if value is None or value == "" or (isinstance(value, list | dict) and name != "subject"):
        raise CommandProblem("COMMAND_FIELD_MISSING", field=name)
    return value


def _due(command: Mapping[str, Any]) -> int:
    try:
        hours = float(command.get("due_hours", DUE_HOURS))
    except (TypeError, ValueError):
        hours = 0.0
    if not 0 < hours <= 24 * 365:
        raise CommandProblem("COMMAND_FIELD_MISSING", field="due_hours")
    return int(hours * 3_600_000)


def _hash(document: Path) -> bytes:
    try:
        with document.open("rb") as file:
            return file_digest(file, "sha256").digest()
    except OSError:
        raise CommandProblem("COMMAND_DOCUMENT", file=document.name) from None


def _until(value: Any) -> int:
    """Return an exclusive end in ms UTC: a day counts to its midnight in China, a time is itself."""
    text = str(value).strip()
    try:
        return end_of_day_ms(parse_date(text))
    except DateProblem:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise DateProblem("DATE_UNREADABLE") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).timestamp() * 1000)


def _certificate(certificate: Any) -> Certificate:
    if not isinstance(certificate, Mapping):
        raise WatchProblem("WATCH_SUBJECT")
    try:
        kind = CertificateType[str(certificate.get("type") or "").strip().upper()]
    except KeyError:
        raise CommandProblem("COMMAND_CERTIFICATE_TYPE", known=listed(each.name for each in CertificateType)) from None
    number = without_mark(unwrapped(_text(certificate.get("number")).strip()))
    return normalise(kind, number, _text(certificate.get("country")) or None)


def _text(value: Any) -> str:
    """Return a value of the file as text; what is none is as if it were not there."""
    return value if isinstance(value, str) else ""
