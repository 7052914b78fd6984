"""The changes of the root that its own machine keeps, one file each, and what is wrong with files of that kind."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from ...schemas.phrases import Phrase
from ...schemas.problems import BilingualError, Text
from ...schemas.wire.avro_schemas import current_schema
from ...schemas.wire.codec import Undecodable, decode
from .roots import SCHEMA


class RootBooksBroken(BilingualError):
    """A file beside the root's key does not hold what the root wrote into it."""

    texts: ClassVar[dict[str, Text]] = {
        "ROOT_BOOKS_BROKEN": Text(
            "{path} is not what the root wrote: {problem}",
            "put back its newest copy; without one remove it: the number of register.yaml goes on behind the highest on the topic of "
            "keys, and a change of the root that was published stands there",
            "{path} 不是根密钥写入的内容：{problem}",
            "请恢复其最新副本；如没有副本请将其删除：register.yaml 的序号会接着密钥主题上的最高值，已公布的根密钥变更仍在该主题上",
        ),
    }

    def __init__(self, path: Path, problem: object) -> None:
        super().__init__("ROOT_BOOKS_BROKEN", path=str(path), problem=str(problem))


class KeptRootChange(NamedTuple):
    """A record by which one root took another's place."""

    record: Mapping[str, Any]
    body: bytes


def changes_of_roots(root_folder: Path) -> Sequence[KeptRootChange]:
    """Return the changes of the root that are kept in its folder, oldest first. Raises ROOT_BOOKS_BROKEN."""
    return [_change(path) for path in sorted((root_folder / "changes").glob("*.hex"))]


def _change(path: Path) -> KeptRootChange:
    try:
        body = bytes.fromhex(path.read_text(encoding="ascii"))
        return KeptRootChange(decode(current_schema(SCHEMA).fingerprint, body), body)
    except ValueError:
        raise RootBooksBroken(path, Phrase("not hexadecimal text", "不是十六进制文字")) from None
    except Undecodable as broken:
        raise RootBooksBroken(path, Phrase(broken.message, broken.message_zh)) from broken
