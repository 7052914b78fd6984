"""YAML that people write by hand, read so that it means what it says: every scalar is the text that stands there.

YAML 1.1 makes another number of 012345670 (it is octal) and another word of NO; a key that stands twice is taken as its
last, and an alias can make a file of a kilobyte a document of gigabytes. None of that is in `plain_yaml`.
"""

from collections.abc import Hashable
from typing import Any

import yaml

from .json_values import with_single_keys


class _PlainLoader(yaml.BaseLoader):
    """Scalars are text, keys stand once, nothing is an alias."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias stands where a value is wanted")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        pairs = [(self.construct_object(key, deep=True), value) for key, value in node.value]
        if not all(isinstance(key, str) for key, _ in pairs):
            raise yaml.YAMLError("a key is no text")
        return {key: self.construct_object(value, deep=deep) for key, value in with_single_keys(pairs).items()}


def own_yaml(raw: bytes) -> Any:
    """Return what stands in a file that this product or its operator wrote: numbers and dates are what YAML makes of them.

    Raises ValueError for whatever is no YAML in UTF-8, in which values are what they seem, nested as deep as a reader can follow.
    """
    try:
        return yaml.safe_load(raw.decode())
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
    """Return what stands in a document: text, lists and mappings by text. Raises yaml.YAMLError, KeyTwice, RecursionError."""
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a loader of text alone
