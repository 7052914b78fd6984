"""The real bundle, installed in an empty network namespace: `make bundle-test` builds it and runs this."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from liandong import __version__
from liandong.bundle.parts import DEMO, pins
from liandong.topics.embedded.runtime import KAFKA_VERSION, jars_folder

BUNDLE = os.environ.get("LIANDONG_BUNDLE")

pytestmark = [
    pytest.mark.bundle,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not BUNDLE, reason="LIANDONG_BUNDLE names no archive; `make bundle-test` makes one and names it"
    ),
]

ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS: up
names = [name for _, name in socket.if_nameindex()]
assert names == ["lo"], names
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Runs a command in a new network namespace: nothing there but this machine itself."""


@pytest.fixture(scope="module")
def namespace() -> list[str]:
    """The words before a command that shall have no network."""
    if shutil.which("unshare") is None:
        pytest.skip("no network namespaces here (Linux with util-linux)")
    words = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    tried = subprocess.run([*words, sys.executable, "-c", ALONE, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine allows no network namespace: {tried.stderr.strip()[-200:]}")
    return [*words, sys.executable, "-c", ALONE]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with tarfile.open(str(BUNDLE)) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"liandong-bundle-{__version__}"


def alone(namespace: list[str], home: Path, *command: str, code: int = 0) -> str:
    """Run a command as somebody without network, settings and caches."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        [*namespace, *command], env=environment, cwd=home, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_it_installs_and_plays_the_demo_without_network(namespace: list[str], unpacked: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    said = alone(namespace, tmp_path, str(unpacked / "install.sh"), str(target))
    assert f"联动 {__version__} 已安装到 {target}" in said
    assert f"Liandong {__version__} is installed in {target}" in said
    shutil.move(unpacked, tmp_path / "away")  # what is installed needs it no more
    played = alone(namespace, tmp_path, str(target / "bin" / "liandong"), "demo")
    shutil.move(tmp_path / "away", unpacked)
    held, promises = re.findall(r"^(\d+) of (\d+) promises held", played, re.MULTILINE)[-1]
    assert held == promises
    assert not (tmp_path / ".cache" / "liandong").exists(), "nothing was fetched"


def test_installing_again_mends_what_was_damaged(namespace: list[str], unpacked: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    alone(namespace, tmp_path, str(unpacked / "install.sh"), str(target))
    broker = jars_folder(target) / f"kafka_2.13-{KAFKA_VERSION}.jar"
    module = next(target.glob("lib/python*/site-packages/liandong/__main__.py"))
    broker.unlink()
    module.unlink()
    alone(namespace, tmp_path, str(unpacked / "install.sh"), str(target))
    assert broker.exists()
    assert module.exists()


def test_it_holds_exactly_what_the_lock_says_for_this_machine(unpacked: Path) -> None:
    held = dict(re.findall(r"^(\S+)==(\S+) --hash", (unpacked / "requirements.lock").read_text(), re.MULTILINE))
    assert held == {"liandong": __version__} | {pin.name: pin.version for pin in pins(DEMO, here=True)}
    assert len(list((unpacked / "wheels").iterdir())) == len(held)
    assert (unpacked / "documents" / "docs" / "licences.md").exists()
    assert (unpacked / f"liandong-{__version__}.cdx.json").exists()
