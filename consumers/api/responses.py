"""Answers as bytes, and in which language."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from ...schemas.problems import Language
from ..interceptions.rendering import ShownAnswer

JSON = "application/json"
encode = msgspec.json.Encoder().encode


class Response(msgspec.Struct, frozen=True):
    """What goes back."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Decided(msgspec.Struct):
    """A check of a batch and its answer."""

    ref: str | int | None
    result: ShownAnswer


class Undecided(msgspec.Struct):
    """A check of a batch nothing could be decided for, and its problem details."""

    ref: str | int | None
    problem: Mapping[str, object]


Result = Decided | Undecided


class Results(msgspec.Struct):
    """The answer to a batch, in its order."""

    results: list[Result]


def ok(document: object) -> Response:
    """Answer 200 with a JSON document."""
    return Response(200, encode(document))


@lru_cache(maxsize=1024)
def language_of(accepted: str | None, default: Language) -> Language:
    """Return the better of zh and en by an Accept-Language header (RFC 9110 §12.5.4), else the default."""
    best: tuple[float, Language] = (0.0, default)
    for part in (accepted or "").split(","):
        tag, _, weight = part.strip().partition(";")
        lang = tag.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if quality > best[0] and lang in {"zh", "en"}:
            best = (quality, "zh" if lang == "zh" else "en")
    return best[1]


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
