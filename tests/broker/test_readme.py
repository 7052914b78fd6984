"""The README's steps, done as a newcomer does them: in one shell, in an empty folder, on a real Kafka."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from liandong.topics.embedded.ports import some_free
from liandong.topics.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]


def steps() -> list[str]:
    """The shell blocks of the step-by-step part."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    first = next(at for at, block in enumerate(blocks) if "LIANDONG_STATE_DIR" in block)
    return blocks[first:]


class Shell:
    """One bash that blocks are pasted into; gives what each printed."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        command = ["bash", "--noprofile", "--norc", "-m"]
        self._bash = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", bufsize=1,
        )  # fmt: skip

    def paste(self, block: str) -> str:
        (self._folder / "block.sh").write_text(block, encoding="utf-8")
        stdin, stdout = self._pipes()
        stdin.write(". ./block.sh < /dev/null; echo '::: done'\n")
        stdin.flush()
        printed: list[str] = []
        for line in stdout:
            if line == "::: done\n":
                return "".join(printed)
            printed.append(line)
        raise AssertionError(f"the shell ended: {''.join(printed)}")

    def until(self, block: str, *wanted: str) -> str:
        """Pastes again and again, as a newcomer is told to, until everything wanted is said."""
        deadline = time.monotonic() + PATIENCE
        while True:
            said = self.paste(block)
            if all(each in said for each in wanted):
                return said
            assert time.monotonic() < deadline, said

    def close(self) -> None:
        stdin, stdout = self._pipes()
        stdin.write("kill -9 $(jobs -p) 2> /dev/null; exit\n")
        stdin.close()
        self._bash.wait(30)
        stdout.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        return self._bash.stdin, self._bash.stdout


@pytest.fixture
def shell(settings: Settings, tmp_path: Path) -> Iterator[Shell]:
    programs, folder = tmp_path / "bin", tmp_path / "try"
    programs.mkdir()
    folder.mkdir()
    program = programs / "liandong"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m liandong "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LIANDONG_BOOTSTRAP": str(settings.bootstrap),
        "LIANDONG_TOPIC_PREFIX": settings.topic_prefix,
    }
    opened = Shell(folder, environment)
    yield opened
    opened.close()


def test_the_steps_of_the_readme_lead_where_it_says(shell: Shell, tmp_path: Path) -> None:
    api, monitor = some_free(2)
    blocks = [block.replace("8801", str(api)) for block in steps()]
    assert len(blocks) == 6
    founding, starting, publishing, asking, freeing, stopping = blocks
    # Kafka is there already; that these two start and stop one is tested by test_embedded
    assert "liandong kafka up\n" in founding
    assert "liandong kafka down\n" in stopping

    said = shell.paste(founding.replace("liandong kafka up\n", ""))
    assert said.count("created ") == 16
    assert said.endswith("keys published: court-su0505, notary-js-1, publisher-js, railway-js\n")
    assert (tmp_path / "try" / "state" / "root" / "signing.key").exists()

    shell.paste(starting.replace("monitor serve", f"monitor serve --port {monitor}"))
    first, _, second = shell.paste(publishing).partition("all of it is in the log")
    assert "  2  new entries" in first
    assert "  2  unchanged" in second
    assert "  0  new entries" in second

    said = shell.until(asking, "BLOCK REFUSE", "Everything accepted is applied, fresh and proven.")
    for part in (
        "rail-gd-all",
        "（2024）苏0505执1234号",
        "苏州市示例区人民法院",
        "发改财金〔2018〕384号",
        "apply in writing",
    ):
        assert part in said
    assert re.search(r"equal @ \d+", said)
    assert "railway-js 2" in said

    # the Chinese README quotes what the same commands say in its language
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    again = publishing.splitlines(keepends=True)[-1]
    said = shell.paste(f"export LIANDONG_LANG=zh\n{again}{asking}export LIANDONG_LANG=en\n")
    for quoted in ("2  无变化", "全部更新已生效，数据新鲜且已证明一致。", "一致", "BLOCK REFUSE"):
        assert f"`{quoted}`" in chinese
        assert quoted in said

    said = shell.paste(freeing)
    assert "is DELETED" in said
    shell.until(freeing[freeing.index("liandong check") :], "ALLOW PROCEED")

    shell.paste(stopping.replace("liandong kafka down\n", "wait"))
    assert shell.paste("jobs -r") == ""
    assert "node stopped" in (tmp_path / "try" / "railway.log").read_text(encoding="utf-8")
