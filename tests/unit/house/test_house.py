"""The root of the repository is the package: that holds for copies, zips, editable installs and wheels."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import liandong
from liandong.tests.worlds.make import make

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("schemas", "topics", "producers", "consumers", "monitoring")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".typing", "__pycache__", "dist", "build", ".*_cache", ".hypothesis", "*.so"
)
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
BEHAVIOUR = (
    "tests/property/test_copy.py",
    "tests/property/test_digest.py",
    "tests/property/test_fast_paths.py",
    "tests/property/test_gate.py",
    "tests/property/test_intake_files.py",
    "tests/property/test_leading_fields.py",
    "tests/property/test_life_cycle.py",
    "tests/unit/schemas/test_certificates.py",
    "tests/unit/consumers/test_check_api.py",
    "tests/unit/consumers/test_check_api_refusals.py",
    "tests/unit/consumers/copy/test_copying_in_memory.py",
    "tests/unit/consumers/test_gate.py",
    "tests/unit/producers/test_intake_certificates.py",
    "tests/unit/producers/test_intake_dirty.py",
    "tests/unit/producers/test_intake_json.py",
    "tests/unit/producers/test_intake_rejects.py",
    "tests/unit/producers/test_intake_rules.py",
    "tests/unit/producers/test_publishing.py",
    "tests/unit/producers/test_reading_ahead.py",
    "tests/unit/consumers/copy/test_replicator.py",
    "tests/unit/consumers/copy/test_replicator_unreadable.py",
)
"""Tests of what runs through compiled modules."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as somebody gets it who unpacks a zip into a folder of another name."""
    base = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT, base / "source", ignore=LEFT_OUT)
    archive = shutil.make_archive(str(base / "liandong-main"), "zip", base / "source")
    shutil.rmtree(base / "source")
    shutil.unpack_archive(archive, base / "another name (1)")
    return base / "another name (1)"


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the source distribution, not compiled: that takes a minute."""
    return built(checkout, tmp_path_factory.mktemp("dist"), "no")


@pytest.fixture(scope="module")
def compiled_wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the source distribution, as package indexes get it."""
    return built(checkout, tmp_path_factory.mktemp("compiled-dist"), "yes")


@pytest.fixture(scope="module")
def compiled(compiled_wheel: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree with the wheel's compiled modules beside their sources."""
    base = tmp_path_factory.mktemp("compiled")
    with zipfile.ZipFile(compiled_wheel) as archive:
        archive.extractall(base, [name for name in archive.namelist() if name.endswith(SUFFIX)])
    shutil.copytree(checkout, base / "compiled")
    shutil.copytree(base / "liandong", base / "compiled", dirs_exist_ok=True)
    return base / "compiled"


def built(checkout: Path, dist: Path, compiles: str) -> Path:
    environment = os.environ | {"LIANDONG_COMPILE": compiles}
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist), str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = dist.glob("*.whl")
    return wheel


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Environment:
    """A virtual environment that sees the dependencies of this one, but not its editable `liandong`."""

    def __init__(self, path: Path) -> None:
        venv.create(path, with_pip=False, symlinks=True)
        names = {"base": str(path), "platbase": str(path)}
        self.python = Path(sysconfig.get_path("scripts", "venv", names)) / Path(sys.executable).name
        self.site = Path(sysconfig.get_path("purelib", "venv", names))
        # a path line is not itself searched for path lines, so this environment's own `liandong` stays unseen
        (self.site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        self._before = self.names()

    def names(self) -> set[str]:
        return {entry.name for entry in self.site.iterdir()}

    def install(self, *what: str) -> set[str]:
        """Install without network; what appeared in site-packages."""
        pip = (sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet")
        run(*pip, "--no-deps", "--no-index", "--no-build-isolation", *what)
        return self.names() - self._before


def works_from(environment: Environment, elsewhere: Path) -> None:
    python = str(environment.python)
    assert "Usage: liandong" in run(python, "-m", "liandong", "--help", cwd=elsewhere)
    script = environment.python.with_name("liandong" + environment.python.suffix)
    assert run(str(script), "--version", cwd=elsewhere).strip() == f"liandong {liandong.__version__}"
    run(python, "-c", "from liandong import LiandongError; import liandong.topics.settings", cwd=elsewhere)
    for room in ROOMS:
        bare = subprocess.run(
            [python, "-c", f"import {room}"], cwd=elsewhere, capture_output=True, text=True, check=False
        )
        assert f"No module named '{room}'" in bare.stderr


def test_an_unpacked_zip_of_another_name_installs_editable(checkout: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "env")
    version = liandong.__version__
    assert environment.install("--editable", str(checkout)) == {"_liandong.pth", f"liandong-{version}.dist-info"}
    works_from(environment, tmp_path)
    where = run(str(environment.python), "-c", "import liandong; print(liandong.__file__)", cwd=tmp_path)
    assert Path(where.strip()) == checkout / "__init__.py"


def test_the_wheel_from_the_sdist_brings_liandong_and_nothing_else(wheel: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "env")
    assert environment.install(str(wheel)) == {"liandong", f"liandong-{liandong.__version__}.dist-info"}
    works_from(environment, tmp_path)


def test_the_wheel_holds_every_file_of_the_rooms_and_no_tests(wheel: Path, checkout: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name.removeprefix("liandong/") for name in archive.namelist() if name.startswith("liandong/")}
    rooms = {
        file.relative_to(checkout).as_posix()
        for room in ROOMS
        for file in (checkout / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert inside == rooms | {"__init__.py", "__main__.py", "py.typed"}
    assert "-none-any" in wheel.name


NEEDS_COMPILER = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here (Debian: gcc)")


@NEEDS_COMPILER
@pytest.mark.long
def test_the_wheel_compiles_the_modules_that_say_so_in_their_first_line_and_no_other(compiled_wheel: Path) -> None:
    with zipfile.ZipFile(compiled_wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith("liandong/")]
        sources = {name: archive.read(name).decode() for name in names if name.endswith(".py")}
    marked = {name.removesuffix(".py") for name, text in sources.items() if text.startswith("# mypyc: compile\n")}
    # a mark that is misspelt or has slipped down would leave its module slow, silently
    assert {name.removesuffix(".py") for name, text in sources.items() if "# mypyc" in text} == marked
    assert len(marked) > 20
    assert "-none-any" not in compiled_wheel.name
    assert {name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)} == marked | {
        "liandong/schemas/compiled__mypyc"  # what they share
    }


def test_make_clean_removes_what_was_compiled_in_place_wherever_it_lies(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = [tmp_path / name for name in ("producers/lane.py", ".git/hooks/native.so")]
    gone = [tmp_path / f"{room}/deep/module{suffix}" for room in ROOMS for suffix in (SUFFIX, ".cp311-win_amd64.pyd")]
    for file in kept + gone:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    make("clean", cwd=tmp_path)
    assert [file for file in kept + gone if file.exists()] == kept


@NEEDS_COMPILER
@pytest.mark.long
def test_the_compiled_wheel_behaves_as_its_sources(
    compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (compiled / f"consumers/replication/apply/applying{SUFFIX}").is_file()
    monkeypatch.setenv("PYTHONPATH", str(compiled / ".pkg"))
    where = "import liandong.consumers.replication.apply.applying as module; print(module.__file__)"
    assert run(sys.executable, "-c", where, cwd=tmp_path).strip().endswith(SUFFIX)
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *BEHAVIOUR, cwd=compiled)


@NEEDS_COMPILER
@pytest.mark.long
def test_the_simulated_town_writes_the_same_log_compiled_and_interpreted(
    compiled: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--seed", "3", "--worlds", "2", "--steps", "60", "--verbose")
    told = []
    for place in (compiled, checkout):
        monkeypatch.setenv("PYTHONPATH", str(place / ".pkg"))
        command = [sys.executable, "-m", "liandong.tests.simulation", *asked]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
        told.append(re.findall(r"^log (\w+)", done.stdout, re.MULTILINE))
    assert told[0] == told[1]
    assert len(set(told[0])) == 2


def test_no_module_compiled_in_place_is_older_than_its_source() -> None:
    """An edit would change nothing: `make compile` again, or `make clean`."""
    built = {
        Path(str(file).removesuffix(SUFFIX) + ".py"): file for room in ROOMS for file in (ROOT / room).rglob("*.so")
    }
    assert not [
        source for source, file in built.items() if source.exists() and source.stat().st_mtime > file.stat().st_mtime
    ]


def test_every_public_name_resolves_and_others_say_so() -> None:
    for name in liandong.__all__:
        assert getattr(liandong, name) is not None
    assert sorted(liandong._HOMES) == sorted(set(liandong.__all__) - {"__version__"})
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(liandong, "no_such_name")  # noqa: B009  a plain attribute would be a useless expression


def test_importing_the_package_imports_no_client_library() -> None:
    loaded = run(sys.executable, "-c", "import liandong, sys; print(*sorted(sys.modules))").split()
    assert not {"confluent_kafka", "pydantic", "typer", "lmdb", "sqlalchemy"} & set(loaded)


def test_help_loads_no_heavy_library() -> None:
    code = "import sys; from liandong.__main__ import app; print(*sorted(sys.modules))"
    loaded = run(sys.executable, "-c", code).split()
    heavy = {"confluent_kafka", "pydantic", "lmdb", "sqlalchemy", "numpy", "fastavro", "httpx", "jgo", "granian"}
    assert heavy & set(loaded) == set()
