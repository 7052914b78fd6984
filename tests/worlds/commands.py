"""`liandong …` in the process of the test: the same command, environment, input, output and exit code, without a start."""

import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from liandong.__main__ import main


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command that has ended leaves behind."""

    code: int
    out: str
    err: str


class _Pipe(io.TextIOWrapper):
    """A standard stream that is no terminal; its text can be read however the command left it."""

    def __init__(self, text: str = "") -> None:
        self.bytes = io.BytesIO(text.encode())
        super().__init__(self.bytes, encoding="utf-8", newline="", write_through=True)

    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode()


def liandong(*words: str, typed: str = "", environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end; `environment` replaces every LIANDONG_ variable there is, `typed` is its input."""
    out, err = _Pipe(), _Pipe()
    with pytest.MonkeyPatch.context() as patch:
        if environment is not None:
            for name in [name for name in os.environ if name.startswith("LIANDONG_")]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
        patch.setattr(sys, "stdin", _Pipe(typed))
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(list(words))
    return Ended(int(ended.value.code or 0), out.text(), err.text())
