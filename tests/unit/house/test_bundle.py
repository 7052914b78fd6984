"""The installer of the bundle, on a small one: it installs, or says in both languages why not and leaves nothing."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.bundle import archive, machine

WHEEL = "liandong-9.9-py3-none-any.whl"
WHEEL_FILES = {
    "liandong.py": "def main():\n    print('liandong 9.9')\n",
    "liandong-9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: liandong\nVersion: 9.9\n",
    "liandong-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "liandong-9.9.dist-info/entry_points.txt": "[console_scripts]\nliandong = liandong:main\n",
}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class Bundle:
    """A small bundle that fits this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("wheels", "kafka-1", "documents"):
            (folder / name).mkdir(parents=True)
        with zipfile.ZipFile(folder / "wheels" / WHEEL, "w") as wheel:
            for name, text in {**WHEEL_FILES, "liandong-9.9.dist-info/RECORD": ""}.items():
                wheel.writestr(name, text)
        (folder / "requirements.lock").write_text(archive._lock(folder / "wheels"), encoding="utf-8")
        (folder / "kafka-1" / "kafka.jar").write_bytes(b"jar")
        (folder / "documents" / "README.zh-CN.md").write_text("联动\n", encoding="utf-8")
        for file in archive.INSTALLER.glob("install.*"):
            shutil.copy(file, folder)
        self.describe()

    def describe(self, **other: str) -> None:
        """Say what machine it is for, and sign everything off."""
        said = {"version": "9.9", "kafka": "1", "python": PYTHON, "system": sys.platform}
        said |= {"machine": platform.machine(), "glibc": "2.5"} | other
        (self.folder / "SHA256SUMS").unlink(missing_ok=True)
        (self.folder / "machine.json").write_text(json.dumps(said, indent=2), encoding="utf-8")
        (self.folder / "SHA256SUMS").write_text(archive._sums(self.folder), encoding="utf-8")

    def install(self, *words: str, code: int) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHON": sys.executable, "PIP_INDEX_URL": "no-such-place:", "PYTHONPATH": "/none"}
        command = [str(self.folder / "install.sh"), *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle(tmp_path / "a bundle")


def test_it_installs_checks_itself_and_says_what_to_type_next(bundle: Bundle, tmp_path: Path) -> None:
    target = tmp_path / "target"
    said = bundle.install(str(target), code=0).stdout
    assert said.count(f"{target}/bin/liandong demo") == 2
    assert "接下来" in said
    assert "Next:" in said
    installed = subprocess.run([target / "bin" / "liandong"], capture_output=True, text=True, check=True)
    assert installed.stdout == "liandong 9.9\n"
    assert (target / "share/liandong/kafka-1/kafka.jar").read_bytes() == b"jar"
    assert (target / "share/liandong/documents/README.zh-CN.md").exists()


def _cut(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda folder: _cut(folder, f"wheels/{WHEEL}"), WHEEL),
        (lambda folder: _cut(folder, "kafka-1/kafka.jar"), "kafka.jar"),
        (lambda folder: _cut(folder, "requirements.lock"), "requirements.lock"),
        (lambda folder: (folder / "documents/README.zh-CN.md").unlink(), "README.zh-CN.md"),
        (lambda folder: (folder / "kafka-1/more.jar").touch(), "more.jar"),
        (lambda folder: (folder / "wheels/more.whl").touch(), "more.whl"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "SHA256SUMS"),
        (lambda folder: (folder / "SHA256SUMS").write_text(""), "install.py"),
    ],
)
def test_a_damaged_bundle_is_refused_before_anything_is_written(
    bundle: Bundle, tmp_path: Path, damage: Callable[[Path], None], named: str
) -> None:
    damage(bundle.folder)
    said = bundle.install(str(tmp_path / "target"), code=1).stderr
    assert said.startswith("错误：")
    assert "\nerror: " in said
    assert said.count(named) == 2
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"python": "3.99"}, "Python 3.99"),
        ({"machine": "another"}, "another"),
        ({"system": "plan9"}, "plan9"),
        ({"glibc": "2.999"}, "glibc 2.999"),
    ],
)
def test_another_machine_is_refused_and_told_what_is_needed(
    bundle: Bundle, tmp_path: Path, other: dict[str, str], named: str
) -> None:
    bundle.describe(**other)
    said = bundle.install(str(tmp_path / "target"), code=1).stderr
    chinese, english = said.splitlines()[-2:]
    assert chinese.startswith("错误：")
    assert english.startswith("error: ")
    assert named in chinese
    assert named in english
    assert not (tmp_path / "target").exists()


def test_a_folder_with_something_else_is_left_alone(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    assert "something else" in bundle.install(str(tmp_path / "mine"), code=2).stderr
    assert "not a folder" in bundle.install(str(tmp_path / "mine" / "letter.txt"), code=2).stderr
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("words", [[], ["one", "two"], ["--help"]])
def test_without_one_folder_it_says_how_it_is_used(bundle: Bundle, words: list[str]) -> None:
    assert "用法：./install.sh 目标文件夹\nerror: usage: ./install.sh FOLDER" in bundle.install(*words, code=2).stderr


def test_what_cannot_be_installed_says_what_pip_said(bundle: Bundle, tmp_path: Path) -> None:
    (bundle.folder / "requirements.lock").write_text("liandong==9.9 --hash=sha256:" + "0" * 64, encoding="utf-8")
    bundle.describe()
    assert "HASHES" in bundle.install(str(tmp_path / "target"), code=1).stderr


def test_the_archive_has_the_bundle_as_nobodys_and_a_checksum(bundle: Bundle, tmp_path: Path) -> None:
    packed = tmp_path / "dist" / "bundle.tar.gz"
    archive.pack(bundle.folder, packed)
    with tarfile.open(packed) as tar:
        entries = {entry.name: entry for entry in tar.getmembers()}
    assert {(entry.uid, entry.gid) for entry in entries.values()} == {(0, 0)}
    assert entries[f"{archive.NAME}/install.sh"].mode == 0o755
    assert entries[f"{archive.NAME}/SHA256SUMS"].mode == 0o644
    checksum = packed.with_name("bundle.tar.gz.sha256").read_text(encoding="utf-8")
    assert checksum == f"{archive._sha256(packed)}  bundle.tar.gz\n"


@pytest.mark.parametrize(
    ("wheels", "glibc"),
    [
        (["a-1-py3-none-any.whl"], None),
        (["a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl"], "2.17"),
        (["a-1-cp311-cp311-manylinux1_x86_64.whl", "b-1-cp311-abi3-manylinux_2_28_x86_64.whl"], "2.28"),
    ],
)
def test_the_glibc_a_bundle_needs_is_the_oldest_that_every_wheel_takes(
    tmp_path: Path, wheels: list[str], glibc: str | None
) -> None:
    for name in wheels:
        (tmp_path / name).touch()
    assert machine.needed(tmp_path).glibc == glibc


def test_a_wheel_built_here_needs_the_glibc_its_modules_were_linked_with(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a-1-cp311-cp311-linux_x86_64.whl", "w") as wheel:
        wheel.writestr("a.so", b"\0GLIBC_2.2.5\0GLIBC_2.14\0")
        wheel.writestr("text.py", b"GLIBC_2.99")
    assert machine.needed(tmp_path).glibc == "2.14"
