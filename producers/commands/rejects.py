"""The rejects file of commands: what was refused, as it stood, with what to correct; it is given again as it is."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...schemas.errors import WrongUsage
from ...schemas.phrases import reason_of
from ...topics.private_files import PrivateFile, telling_full
from .files import REJECT_KEY


def write_rejects(path: Path, source: Path, given: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Write, of commands with what became of each, those that have a `problem`. Readable by its owner alone: numbers stand in it.

    A document is named by its path from the source file, so the rejects belong beside it. Raises FILE_UNWRITABLE, DISK_FULL.
    """
    if path == source:
        raise WrongUsage(
            "REJECTS_OVER_INPUT",
            "the rejects file is the input",
            "name another file with --rejects",
            "退回文件与输入文件是同一文件",
            "请用 --rejects 指定其他文件",
        )
    rejected = [
        {**written, REJECT_KEY: {"number": result["number"], **result["problem"]}}
        for written, result in given
        if "problem" in result
    ]
    try:
        with telling_full(path), PrivateFile(path) as file:
            file.stream.write(json.dumps(rejected, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise WrongUsage(
            "FILE_UNWRITABLE",
            f"{path}: {error.strerror}",
            "name a writable file with --rejects",
            f"{path}：{reason_of(error).zh}",
            "请用 --rejects 指定可写的文件",
        ) from error
