"""Compiles the hottest modules ahead of time with mypyc, which makes extension modules of the same Python.

A module asks for it by its first line, `# mypyc: compile`. Only functions and plain classes can be compiled: mypyc does
not know msgspec.Struct.

Wheels get them where a C compiler is; without one they are as right and slower. LIANDONG_COMPILE=yes refuses to build
without, =no leaves it out. A checkout is not compiled, so that what is edited is what runs; `make compile` does it in place.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MARK = "# mypyc: compile"
"""The first line of a module that is to be compiled."""

_HERE = Path(__file__).resolve().parent
_SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup

options = ["--no-site-packages", "--ignore-missing-imports", "--follow-imports=silent", "--cache-dir=" + sys.argv[2]]
modules = mypycify([*options, *sys.argv[3:]], group_name="liandong.schemas.compiled", opt_level="3", debug_level="0")
setup(ext_modules=modules, script_args=["--quiet", "build_ext", "--build-lib", sys.argv[1], "--build-temp", sys.argv[2]])
"""


class CompiledModules(BuildHookInterface[BuilderConfig]):
    """Adds the compiled modules beside their sources to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before a wheel is put together; an editable install stays as it is."""
        wish = os.environ.get("LIANDONG_COMPILE", "auto")
        if version == "editable" or wish == "no":
            return
        self._folder = tempfile.mkdtemp(prefix="liandong-compiled-")
        try:
            built = compiled(Path(self.root), Path(self._folder))
        except (subprocess.CalledProcessError, OSError) as failed:
            if wish == "yes":
                raise RuntimeError(_output_of(failed)) from failed
            reason = _output_of(failed).rpartition("\n")[2]
            self.app.display_warning(f"the wheel is not compiled and will be slower: {reason}")
            return
        build_data["force_include"] |= {str(file): str(name) for name, file in built.items()}
        build_data |= {"pure_python": False, "infer_tag": True}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  the interface
        """Remove what was compiled when the wheel is there."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder)


def marked(root: Path) -> list[str]:
    """Find the modules below `root` that ask to be compiled, among what a wheel brings."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    places = [root / place for place in project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]]
    files = [file for place in places for file in place.rglob("*.py")]
    return sorted(file.relative_to(root).as_posix() for file in files if _first_line(file) == MARK)


def compiled(root: Path, folder: Path) -> dict[Path, Path]:
    """Make extension modules of the marked files below `root`; given by where they belong in it."""
    (folder / "liandong").symlink_to(root, target_is_directory=True)
    target = folder / "out" / "liandong"
    sources = [f"liandong/{module}" for module in marked(root)]
    command = [sys.executable, "-c", _SETUP, str(target.parent), str(folder / "temporary"), *sources]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603  our own code
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return {file.relative_to(target): file for file in target.rglob(f"*{suffix}")}


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as text:
        return text.readline().rstrip()


def _output_of(failed: Exception) -> str:
    """Return what the compiler wrote; mypyc writes it on the standard output."""
    return (failed.stdout + failed.stderr).strip() if isinstance(failed, subprocess.CalledProcessError) else str(failed)


def _in_place() -> None:
    with tempfile.TemporaryDirectory(prefix="liandong-compiled-") as folder:
        try:
            built = compiled(_HERE, Path(folder))
        except (subprocess.CalledProcessError, OSError) as failed:
            sys.exit(_output_of(failed))
        for name, file in built.items():
            shutil.copy(file, _HERE / name)


if __name__ == "__main__":
    _in_place()
