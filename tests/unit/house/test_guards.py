"""What must stay in order: no metric that is never set, no setting that is never read, no name for two things.

Each guard is a function over parsed sources; beside each stands a bad example that it must find.
"""

import ast
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("schemas", "topics", "producers", "consumers", "monitoring")
METRICS = "topics/metrics/definitions.py"
SETTINGS = "topics/settings.py"
PRIVATE_FILES = "topics/private_files.py"
KINDS_OF_METRICS = {"Counter", "Gauge", "Histogram"}
HOLDERS_OF_SETTINGS = ("settings", "security")
"""What a variable, attribute or function is called that gives a `Settings` or a `KafkaSecurity`, at its end."""
TWO_THINGS: set[str] = set()
"""Class names that may stand twice."""
THREADS = ("topics/workers/", "topics/transport/kafka/")
"""Where threads may wait for an event; what else works in steps."""
WAITERS = {"consumers/store/environment.py": "readers, while the map is moved by another thread"}
"""Modules that wait for an event all the same, and for what."""

Trees = Mapping[str, ast.Module]


@pytest.fixture(scope="module")
def product() -> Trees:
    files = [
        ROOT / "__init__.py",
        ROOT / "__main__.py",
        *(path for room in ROOMS for path in (ROOT / room).rglob("*.py")),
    ]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(files)}


def parsed(sources: Mapping[str, str]) -> Trees:
    return {name: ast.parse(source) for name, source in sources.items()}


def unset_metrics(trees: Trees) -> list[str]:
    """Metrics of the definitions that no other module names outside its imports."""
    defined = {
        node.target.id
        for node in trees[METRICS].body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call)
        if isinstance(node.value.func, ast.Name) and node.value.func.id in KINDS_OF_METRICS
    }
    others = [node for name, tree in trees.items() if name != METRICS for node in ast.walk(tree)]
    named = {node.id for node in others if isinstance(node, ast.Name)}
    named |= {node.attr for node in others if isinstance(node, ast.Attribute)}
    return sorted(defined - named)


def unread_settings(trees: Trees) -> list[str]:
    """Fields of the settings' classes that nobody reads from something called settings."""
    classes = [node for node in trees[SETTINGS].body if isinstance(node, ast.ClassDef)]
    fields = {
        statement.target.id
        for kind in classes
        for statement in kind.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    read = {
        node.attr
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _gives_settings(node.value)
    }
    return sorted(fields - read)


def _gives_settings(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "settings_of"
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith(HOLDERS_OF_SETTINGS)


def doubled_classes(trees: Trees, allowed: set[str]) -> dict[str, list[str]]:
    """Names of classes that stand more than once, and where."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{name}:{node.lineno}")
    return {name: where for name, where in places.items() if len(where) > 1 and name not in allowed}


def private_writers(trees: Trees) -> list[str]:
    """Places that make private files or folders by hand: by a mode, or with flags that make a file."""
    return [
        f"{name}:{line}"
        for name, tree in trees.items()
        if name != PRIVATE_FILES
        for line in sorted(node.lineno for node in ast.walk(tree) if _sets_a_mode(node))
    ]


def _sets_a_mode(node: ast.AST) -> TypeGuard[ast.expr]:
    if isinstance(node, ast.Attribute):
        return node.attr in {"O_CREAT", "fsync", "chmod", "fchmod"}
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return node.func.attr in {"mkdir", "touch"} and any(keyword.arg == "mode" for keyword in node.keywords)


def event_waits(trees: Trees) -> list[str]:
    """Places outside the drawers of threads that wait for a `threading.Event` or `Condition`."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        if not name.startswith(THREADS)
        for events in [{each for node in ast.walk(tree) for each in _events_bound(node)}]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "wait"
        if _last_name(node.func.value) in events
    ]


def _events_bound(node: ast.AST) -> list[str]:
    """Names that a statement or a parameter gives to an event."""
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None and _is_event(node.annotation):
        return [node.arg if isinstance(node, ast.arg) else _last_name(node.target)]
    if not isinstance(node, ast.Assign):
        return []
    target, value = node.targets[0], node.value
    pairs = (
        zip(target.elts, value.elts, strict=False)
        if isinstance(value, ast.Tuple) and isinstance(target, ast.Tuple)
        else [(target, value)]
    )
    return [_last_name(to) for to, made in pairs if isinstance(made, ast.Call) and _is_event(made.func)]


def _is_event(node: ast.expr) -> bool:
    return ast.unparse(node).removeprefix("threading.") in {"Event", "Condition"}


def unlike_logs(trees: Trees) -> list[str]:
    """Functions that run until they are stopped and leave their log to whatever the libraries make of it."""
    return [
        f"{name}: {node.name}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "until_stopped" in (called := _called(node))
        if "configure_logging" not in called
    ]


def _called(node: ast.AST) -> set[str]:
    return {_last_name(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_every_metric_is_set_somewhere(product: Trees) -> None:
    assert unset_metrics(product) == []


def test_a_metric_that_is_only_defined_or_imported_is_found() -> None:
    definitions = (
        'SENT: Final = Counter("a", (), "")\nLEFT: Final = Gauge("b", (), "")\nAGE: Final = Gauge("c", (), "")'
    )
    sources = {
        METRICS: f"{definitions}\nALL = (SENT, LEFT, AGE)",
        "producers/relay.py": "from ..definitions import SENT, LEFT\nsignals.counter(SENT).inc()",
        "monitoring/metrics.py": "signals.gauge(definitions.AGE).set(1)",
    }
    assert unset_metrics(parsed(sources)) == ["LEFT"]


def test_every_setting_is_read_somewhere(product: Trees) -> None:
    assert unread_settings(product) == []


def test_a_setting_that_nobody_reads_is_found() -> None:
    settings = "class Settings:\n    port: int = 1\n    lang: str\n    colour: str\n    depth: int\n    user: str\n"
    sources = {
        SETTINGS: settings,
        "topics/one.py": "a = settings.port + self._settings.user\nb = settings_of(ctx).lang",
        "topics/two.py": "c = paint.colour\nsettings.depth = 3",
    }
    assert unread_settings(parsed(sources)) == ["colour", "depth"]


def test_no_class_name_stands_twice_in_the_product(product: Trees) -> None:
    assert doubled_classes(product, TWO_THINGS) == {}


def test_a_class_name_that_stands_for_two_things_is_found() -> None:
    sources = {
        "a.py": "class Head: ...\nclass Scope: ...\nclass Seen: ...",
        "b/c.py": "def f():\n    class Head: ...\nclass Seen: ...",
    }
    assert doubled_classes(parsed(sources), {"Seen"}) == {"Head": ["a.py:1", "b/c.py:2"]}


def test_private_files_are_written_in_one_place(product: Trees) -> None:
    assert PRIVATE_FILES in product
    assert private_writers(product) == []


def test_a_private_file_written_by_hand_is_found() -> None:
    sources = {
        PRIVATE_FILES: "os.open(path, os.O_CREAT, 0o600)",
        "a.py": "os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)\npath.mkdir(parents=True)\npath.mkdir(mode=0o700)",
        "b.py": "path.touch(mode=0o600)\nos.fsync(descriptor)",
    }
    assert private_writers(parsed(sources)) == ["a.py:1", "a.py:3", "b.py:1", "b.py:2"]


def test_threads_wait_in_the_drawers_of_threads(product: Trees) -> None:
    assert {place.partition(":")[0] for place in event_waits(product)} == set(WAITERS)


def test_a_wait_for_an_event_is_found() -> None:
    sources = {
        "topics/workers/threads.py": "stop = threading.Event()\nstop.wait(1)",
        "a.py": "def run(stop: threading.Event, worker: Part):\n    worker.wait(1)\n    stop.wait(1)",
        "b.py": "self._rung = Event()\nself._rung.wait()\npause, logged = threading.Event(), ''\npause.wait(2)\nlogged.wait()",
        "c.py": "class A:\n    changed: threading.Condition\nself.changed.wait()\nprocess.wait()",
    }
    assert event_waits(parsed(sources)) == ["a.py:3", "b.py:2", "b.py:4", "c.py:3"]


def test_what_runs_until_it_is_stopped_logs_as_configured(product: Trees) -> None:
    commands = {name: tree for name, tree in product.items() if "cli" in name}
    running = {name for name, tree in commands.items() if "until_stopped" in _called(tree)}
    assert running >= {"monitoring/cli.py", "producers/cli/relay.py", "consumers/cli/inbox.py"}
    assert unlike_logs({name: tree for name, tree in commands.items() if name in running}) == []


def test_a_process_that_logs_in_a_way_of_its_own_is_found() -> None:
    sources = {
        "cli.py": "def serve():\n    until_stopped([part])",
        "log.py": "def go():\n    configure_logging(s)\n    until_stopped()",
    }
    assert unlike_logs(parsed(sources)) == ["cli.py: serve"]
