"""YAML that people write by hand, read so that it means what it says: every scalar is the text that stands there.

YAML 1.1 makes another number of 012345670 (it is octal) and another word of NO; a key that stands twice is taken as its
last, and an alias can make a file of a kilobyte a document of gigabytes. None of that is in `plain_yaml`.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml
from yaml.composer import ComposerError


def _compose(loader: yaml.BaseLoader | yaml.SafeLoader, compose: Callable[[], yaml.Node | None]) -> yaml.Node | None:
    """Compose a node; in a mapping keys are scalars and stand once, and nothing is an alias. Raises ComposerError with its line."""
    if loader.check_event(yaml.AliasEvent):
        event = loader.peek_event()  # type: ignore[no-untyped-call]
        raise ComposerError(None, None, "an alias stands where a value is wanted", event.start_mark)
    node = compose()
    keys: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if not isinstance(key, yaml.ScalarNode):
            raise ComposerError(None, None, "a key is no text", key.start_mark)
        if key.value in keys:
            raise ComposerError(None, None, "a key stands twice", key.start_mark)
        keys.add(key.value)
    return node


class _PlainLoader(yaml.BaseLoader):
    """Scalars are text, keys stand once, nothing is an alias."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        return _compose(self, partial(super().compose_node, parent, index))


class _OwnLoader(yaml.SafeLoader):
    """Besides text there are whole numbers, numbers with a point, truth values and null, as people write them and no others.

    All of it is of YAML 1.1 too, so what `yaml.safe_dump` writes is read as it was.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  the base declares it so

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        return _compose(self, partial(super().compose_node, parent, index))


for _tag, _form, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", list("-+0123456789")),
):
    _OwnLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), _first)


def own_yaml(raw: bytes) -> Any:
    """Return what stands in a file that this product or its operator wrote: text, numbers, truth values, null, lists, mappings.

    Days and times stay text, for whoever knows that one is wanted; 0600, 0x1F, 10:00, 1_000, 1e3, NO and on are text too. A
    key that stands twice and an alias are refused. Raises ValueError for whatever is no such YAML in UTF-8.
    """
    try:
        return yaml.load(raw.decode(), Loader=_OwnLoader)  # noqa: S506  a SafeLoader
    except (
        yaml.YAMLError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as broken:
        raise ValueError(str(broken) or type(broken).__name__) from broken


def plain_yaml(text: str) -> Any:
    """Return what stands in a document: text, lists and mappings by text. Raises yaml.YAMLError, RecursionError."""
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a loader of text alone


def plain_node(text: str) -> yaml.Node | None:
    """Return the document of `plain_yaml` as nodes, which know their lines; None for an empty one. Raises the same."""
    return yaml.compose(text, Loader=_PlainLoader)
