"""Installs Liandong from this folder into a Python environment of its own, without network; install.sh calls it.

Uses Python's standard library alone. Exit codes: 0 installed, 1 not installed, 2 wrong usage.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent


class NotInstalled(Exception):
    """Why it cannot be installed, in both languages."""

    def __init__(self, chinese: str, english: str, code: int = 1) -> None:
        """Keep the texts and the exit code."""
        super().__init__(chinese, english)
        self.chinese = chinese
        self.english = english
        self.code = code


def main() -> None:
    """Check everything before anything is written, install, and say what to type next."""
    try:
        target = _target(sys.argv[1:])
        machine = _verified(HERE)
        _fits(machine)
        _install(HERE, target, machine)
    except NotInstalled as problem:
        print(f"错误：{problem.chinese}\nerror: {problem.english}", file=sys.stderr)
        sys.exit(problem.code)
    print(
        _NEXT.format(target=target, documents=target / "share" / "liandong" / "documents", version=machine["version"])
    )


_NEXT = """
联动 {version} 已安装到 {target}。接下来：
  {target}/bin/liandong demo      在本机启动 Kafka 并演示主要业务，约一分钟，自行结束
  {target}/bin/liandong --help
  文档：{documents}/README.zh-CN.md

Liandong {version} is installed in {target}. Next:
  {target}/bin/liandong demo      starts a Kafka here and plays the main job; ends by itself after a minute
  {target}/bin/liandong --help
  Documents: {documents}/README.md"""


def _target(words: list[str]) -> Path:
    if len(words) != 1 or words[0].startswith("-"):
        raise NotInstalled("用法：./install.sh 目标文件夹", "usage: ./install.sh FOLDER", 2)
    target = Path(words[0]).expanduser().absolute()
    if target.exists() and not target.is_dir():
        raise NotInstalled(f"{target} 不是文件夹", f"{target} is not a folder", 2)
    if target.is_dir() and any(target.iterdir()) and not (target / "pyvenv.cfg").exists():
        raise NotInstalled(
            f"{target} 已有其他内容，请换一个空文件夹或新文件夹",
            f"{target} holds something else; name an empty folder or a new one",
            2,
        )
    return target


def _verified(folder: Path) -> dict[str, str]:
    """Return what the bundle says of itself, once every file is known to be the one that was packed."""
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise _damaged("SHA256SUMS") from None
    sums = {name: wanted for line in lines for wanted, _, name in [line.partition("  ")]}
    for name, wanted in sums.items():
        if not (folder / name).is_file() or _sha256(folder / name) != wanted:
            raise _damaged(name)
    present = {"install.py", "machine.json", "requirements.lock"}
    for place in (*folder.glob("wheels/*"), *folder.glob("kafka-*/*")):
        present.add(place.relative_to(folder).as_posix())
    for name in sorted(present - set(sums)):
        raise _damaged(name)
    machine: dict[str, str] = json.loads((folder / "machine.json").read_text(encoding="utf-8"))
    return machine


def _damaged(name: str) -> NotInstalled:
    return NotInstalled(
        f"{name} 缺失、损坏或者不属于本安装包：请核对压缩包的 SHA-256，重新复制并解压",
        f"{name} is missing, damaged or not of this bundle: compare the archive's SHA-256, copy and unpack it again",
    )


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _fits(machine: dict[str, str]) -> None:
    here = (f"{sys.version_info[0]}.{sys.version_info[1]}", sys.platform, platform.machine())
    wanted = (machine["python"], machine["system"], machine["machine"])
    if here != wanted:
        raise NotInstalled(
            f"安装包适用于 Python {' '.join(wanted)}，本机是 Python {' '.join(here)}：请取与本机相符的安装包",
            f"the bundle is for Python {' '.join(wanted)}, this is Python {' '.join(here)}: get the one for this machine",
        )
    if machine["glibc"] and _numbers(_glibc()) < _numbers(machine["glibc"]):
        raise NotInstalled(
            f"需要 glibc {machine['glibc']} 或更新版本，本机是 {_glibc() or '其他 C 库'}：请换用较新的操作系统",
            f"this needs glibc {machine['glibc']} or newer, here is {_glibc() or 'another C library'}: use a newer system",
        )
    if sys.prefix == sys.base_prefix and not find_spec("ensurepip"):
        raise NotInstalled(
            f"本机的 Python 没有 venv 的组成部分 ensurepip（Debian 系统：软件包 python{here[0]}-venv）",
            f"this Python lacks ensurepip, a part of venv (on Debian: the package python{here[0]}-venv)",
        )


def _glibc() -> str:
    """Return the version of glibc; empty where the C library is another one."""
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")[2]
    except (AttributeError, OSError, ValueError):
        return ""


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _install(folder: Path, target: Path, machine: dict[str, str]) -> None:
    python = target / "bin" / "python"
    share = target / "share" / "liandong"
    try:
        venv.create(target, with_pip=True, symlinks=True)
        wheels = ("--no-index", "--find-links", str(folder / "wheels"), "--no-deps", "--force-reinstall")
        locked = ("--require-hashes", "--requirement", str(folder / "requirements.lock"))
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wheels, *locked)
        _run(python, "-m", "pip", "check", "--disable-pip-version-check")
        _replace(folder / f"kafka-{machine['kafka']}", share / f"kafka-{machine['kafka']}")
        _replace(folder / "documents", share / "documents")
        _run(target / "bin" / "liandong", "--version")
    except subprocess.CalledProcessError as failed:
        said = (failed.stderr or failed.output or b"").decode(errors="replace").strip()
        raise NotInstalled(f"安装失败：{said}", f"installing failed: {said}") from failed
    except OSError as failed:
        raise NotInstalled(f"无法写入 {target}：{failed}", f"{target} cannot be written: {failed}") from failed


def _run(program: Path, *words: str) -> None:
    """Run a program of the new environment, whatever this user has set for other Pythons."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    subprocess.run([program, *words], env=kept | {"PIP_CONFIG_FILE": os.devnull}, check=True, capture_output=True)


def _replace(source: Path, target: Path) -> None:
    """Copy a folder so that it is there whole or not at all."""
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


if __name__ == "__main__":
    main()
