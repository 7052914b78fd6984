"""docs/errors.md: `python -m liandong.docs.generators.errors` prints it, a test holds the page to it."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ...consumers.api.problems import RequestProblem
from ...producers.acts.reasons import REASONS
from ...schemas.wire.feedback import FEEDBACK_TEXTS
from .codes import GAP, ROOMS, Code, collect, modules

INTAKE = "producers/intake/"
REQUESTS = "consumers/api/problems.py"
_HEADER = """\
# Codes

Generated from the sources by `python -m liandong.docs.generators.errors`; change the texts where they stand, not here.

Every error has a code that never changes and is the same in every language; texts may change. `‹name›` and … stand where a
text names something. No text ever holds a certificate number.

- The command line prints `error CODE: what happened` and `what to do: …` to stderr; with `--json`, `{"error": {"code", "message",
  "remedy"}}` to stdout. Exit codes: 0 done or healthy, 1 failed or degraded, 2 wrong usage, 3 done but some input was rejected.
- HTTP answers are problem details (RFC 9457) with `code` and `remedy`, in the language of `Accept-Language` (zh, en).
- *exit* below is what a command ends with. *row*: a row of a file or a field of a request is rejected or noted, the others go on
  (exit 3, HTTP 422). *again*: trying again later can help (HTTP 503).
"""
_ROOM_TITLES = {
    "schemas": "certificates, dates, case numbers, signatures, watches",
    "topics": "Kafka, topics, participants, keys, settings",
    "producers": "publishing, acts and commands of courts",
    "consumers": "list store, gate, check API, events, effects",
    "monitoring": "notary, ledger, status, demo",
    "__main__.py": "the command line itself",
}
_SHOWN = {"error": "1", "usage": "2", "unavailable": "1, again", "text": "row"}
_FAILURE_MEANING = "the reason stands with the message"
SCHEMA_RULES = {
    "BACKWARD": "the newer version cannot read what the older one wrote",
    "FORWARD": "the older version cannot read what the newer one writes",
    "APPENDED": "a field moved, changed or went; new fields go to the end",
    "NUMBERED": "version numbers have a hole",
    "NO_ENUM": "an enum; use an int and document its values",
    "RELEASED": "a released version is missing or was changed",
}
"""What `liandong schemas check` can find."""


def page() -> str:
    """Return docs/errors.md as it must read."""
    return _HEADER + "".join(_sections(collect(modules())))


def _sections(codes: list[Code]) -> Iterator[str]:
    errors = [one for one in codes if one.kind != "failure"]
    for room in (*ROOMS, "__main__.py"):
        own = [one for one in errors if one.source.split("/")[0] == room and not one.source.startswith(INTAKE)]
        yield f"\n## `{room}`: {_ROOM_TITLES[room]}\n\n" + _table(own)
    yield (
        "\n## Intake: what is wrong with a file or a row\n\n`liandong court publish` writes rejected rows with these codes to"
        " `--rejects FILE`; correct them there and publish that file. Codes that begin with CERTIFICATE_ or QUARANTINED_ mean that"
        " it is in doubt who is meant: nobody is matched by such a row.\n\n"
    ) + _table(one for one in errors if one.source.startswith(INTAKE))
    yield from _failures(codes)
    yield from _others()


def _table(codes: Iterable[Code]) -> str:
    head = "| code | exit | what happened | what to do |\n|---|---|---|---|\n"
    ordered = sorted(codes, key=lambda one: one.code)
    return head + "".join(_row(code, list(same)) for code, same in groupby(ordered, key=lambda one: one.code))


def _row(code: str, same: list[Code]) -> str:
    exits = ", ".join(dict.fromkeys(_ending(one) for one in same))
    happened = _lines(text for one in same for text in (one.message, one.message_zh))
    remedy = _lines(text for one in same for text in (one.remedy, one.remedy_zh))
    return f"| `{code}` | {exits} | {happened} | {remedy} |\n"


def _ending(one: Code) -> str:
    status = RequestProblem.statuses.get(one.code) if one.source == REQUESTS else None
    return f"HTTP {status}" if status else _SHOWN[one.kind]


def _lines(texts: Iterable[str]) -> str:
    """Put different texts one per line of a cell."""
    shown = ("it is said in place" if text == GAP else text for text in texts if text)
    return "<br>".join(dict.fromkeys(_cell(text) for text in shown))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _failures(codes: list[Code]) -> Iterator[str]:
    yield (
        "\n## Why a message became a dead letter\n\n`liandong dead-letters list --agency ID` shows them with their original bytes;"
        " after the cause is mended `liandong dead-letters redrive` handles them again.\n\n| failure | meaning |\n|---|---|\n"
    )
    failures = sorted((one for one in codes if one.kind == "failure"), key=lambda one: one.code)
    for code, same in groupby(failures, key=lambda one: one.code):
        meanings = dict.fromkeys(_FAILURE_MEANING if one.message == GAP else one.message for one in same)
        yield f"| `{code}` | {'<br>'.join(map(_cell, meanings))} |\n"


def _others() -> Iterator[str]:
    yield (
        "\n## Feedback of an agency to a command\n\n00 to 11 answer the command and count in the feedback rate; 20 and 21 do not.\n\n"
        "| code | name | meaning | |\n|---|---|---|---|\n"
    )
    for code, (english, chinese) in FEEDBACK_TEXTS.items():
        yield f"| `{code.value}` | {code.name} | {english} | {chinese} |\n"
    yield (
        "\n## Reasons of a court's acts\n\nGiven with `--reason`; they travel with the record.\n\n| act | reason | meaning | |\n|---|---|---|---|\n"
    )
    for change, reasons in REASONS.items():
        for reason, (english, chinese) in reasons.items():
            yield f"| {change.name.lower()} | `{reason}` | {english} | {chinese} |\n"
    yield "\n## Rules of `liandong schemas check`\n\n| rule | broken when |\n|---|---|\n"
    for rule, meaning in SCHEMA_RULES.items():
        yield f"| `{rule}` | {meaning} |\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  this is the program's output
