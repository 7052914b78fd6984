"""docs/errors.md and docs/zh/errors.md: `python -m liandong.docs.generators.errors` prints one, by its language (en, zh); a test
holds both to it.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

from ...consumers.api.problems import RequestProblem
from ...producers.acts.reasons import REASONS
from ...schemas.law.listing import CHANGES_ZH
from ...schemas.problems import Language
from ...schemas.wire.feedback import FEEDBACK_TEXTS
from . import errors_words as words
from .codes import GAP, ROOMS, Code, collect, modules
from .marked import cell

INTAKE = "producers/intake/"
REQUESTS = "consumers/api/problems.py"
SCHEMA_RULES: dict[str, tuple[str, str]] = {
    "BACKWARD": ("the newer version cannot read what the older one wrote", "新版本读不出旧版本写入的内容"),
    "FORWARD": ("the older version cannot read what the newer one writes", "旧版本读不出新版本写入的内容"),
    "APPENDED": (
        "a field moved, changed or went; new fields go to the end",
        "字段有移动、修改或者删除；新字段应当追加在末尾",
    ),
    "NUMBERED": ("version numbers have a hole", "版本号不连续"),
    "NO_ENUM": ("an enum; use an int and document its values", "使用了枚举；应当用整数并写明各值"),
    "RELEASED": ("a released version is missing or was changed", "已发布的版本缺失或者被修改"),
}
"""What `liandong schemas check` can find."""


def page(lang: Language) -> str:
    """Return the page as it must read in a language."""
    return words.HEADER[lang] + "".join(_sections(_collected(), lang))


@cache
def _collected() -> list[Code]:
    """Read the sources once for both languages."""
    return collect(modules())


def _sections(codes: list[Code], lang: Language) -> Iterator[str]:
    errors = [one for one in codes if one.kind != "failure"]
    colon = "：" if lang == "zh" else ": "
    for room in (*ROOMS, "__main__.py"):
        own = [one for one in errors if one.source.split("/")[0] == room and not one.source.startswith(INTAKE)]
        yield f"\n## `{room}`{colon}{words.ROOM_TITLES[lang][room]}\n\n" + _table(own, lang)
    yield words.INTAKE[lang] + _table((one for one in errors if one.source.startswith(INTAKE)), lang)
    yield from _failures(codes, lang)
    yield from _others(lang)


def _table(codes: Iterable[Code], lang: Language) -> str:
    ordered = sorted(codes, key=lambda one: one.code)
    rows = (_row(code, list(same), lang) for code, same in groupby(ordered, key=lambda one: one.code))
    return words.CODE_HEAD[lang] + "".join(rows)


def _row(code: str, same: list[Code], lang: Language) -> str:
    comma = "、" if lang == "zh" else ", "
    exits = comma.join(dict.fromkeys(_ending(one, lang) for one in same))
    happened = _lines((_said(one.message, one.message_zh, lang) for one in same), lang)
    remedy = _lines((_said(one.remedy, one.remedy_zh, lang) for one in same), lang)
    return f"| `{code}` | {exits} | {happened} | {remedy} |\n"


def _said(english: str, chinese: str, lang: Language) -> str:
    """Return what is said in a language; what has no Chinese is said in English."""
    return chinese if lang == "zh" and chinese else english


def _ending(one: Code, lang: Language) -> str:
    status = RequestProblem.statuses.get(one.code) if one.source == REQUESTS else None
    return f"HTTP {status}" if status else words.ENDINGS[lang][one.kind]


def _lines(texts: Iterable[str], lang: Language) -> str:
    """Put different texts one per line of a cell."""
    shown = (words.IN_PLACE[lang] if text == GAP else text for text in texts if text)
    return "<br>".join(dict.fromkeys(cell(text) for text in shown))


def _failures(codes: list[Code], lang: Language) -> Iterator[str]:
    yield words.FAILURES[lang]
    failures = sorted((one for one in codes if one.kind == "failure"), key=lambda one: one.code)
    for code, same in groupby(failures, key=lambda one: one.code):
        said = (_said(one.message, one.message_zh, lang) for one in same)
        meanings = dict.fromkeys(words.WITH_THE_MESSAGE[lang] if text == GAP else text for text in said)
        yield f"| `{code}` | {'<br>'.join(map(cell, meanings))} |\n"


def _others(lang: Language) -> Iterator[str]:
    here = int(lang == "zh")
    yield words.FEEDBACK[lang]
    for code, texts in FEEDBACK_TEXTS.items():
        yield f"| `{code.value}` | {code.name} | {texts[here]} |\n"
    yield words.REASONS_OF_ACTS[lang]
    for change, reasons in REASONS.items():
        for reason, meanings in reasons.items():
            act = CHANGES_ZH[change] if here else change.name.lower()
            yield f"| {act} | `{reason}` | {meanings[here]} |\n"
    yield words.SCHEMA_RULES[lang]
    for rule, broken in SCHEMA_RULES.items():
        yield f"| `{rule}` | {broken[here]} |\n"


if __name__ == "__main__":
    print(page("zh" if sys.argv[1:] == ["zh"] else "en"), end="")  # noqa: T201  this is the program's output
