"""`make fuzz`: each target for a while, led by what its code covers (Atheris, which is libFuzzer); crashers are kept.

Every target runs in a process of its own, since libFuzzer ends its own. What a run learns stays under `.fuzz`; only what crashes
comes into the corpus, as `crash-…`, with the words it crashed with: mend the function, keep the file.
"""

import argparse
import subprocess
import sys
from pathlib import Path

_CORPUS = Path(__file__).parent / "corpus"
_LEARNT = Path(".fuzz")
_ONE = "--one"


def main() -> int:
    """Fuzz the targets that were named, all if none was; return how many crashed."""
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=…")
    parser.add_argument("targets", nargs="*", help="names as in tests/fuzz/targets.py; all without any")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    asked = parser.parse_args()
    names = asked.targets or sorted(path.name for path in _CORPUS.iterdir())
    crashed = [name for name in names if not _survives(name, asked.seconds)]
    print(f"{len(names)} targets, {len(crashed)} crashed {' '.join(crashed)}")
    return len(crashed)


def _survives(name: str, seconds: int) -> bool:
    learnt = _LEARNT / name
    learnt.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={_CORPUS / name}/", "-timeout=20", "-rss_limit_mb=3000"]
    words = [sys.executable, "-m", "liandong.tests.fuzz", _ONE, name, str(learnt), str(_CORPUS / name), *options]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    counted = [line for line in run.stderr.splitlines() if line.startswith("Done ")]
    print(f"{name}: {counted[-1] if counted else run.stderr[-3000:]}", flush=True)
    return run.returncode == 0


def _one(name: str, arguments: list[str]) -> None:
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed by `make fuzz` alone

    # nothing of the product is imported before: what is not instrumented tells nothing of what it covers
    with atheris.instrument_imports(include=["liandong"]):
        from liandong.tests.fuzz.targets import BY_NAME

    target = BY_NAME[name]
    target.play(b"")  # founds the world it is played in, which takes its time
    atheris.Setup([sys.argv[0], *arguments], target.play)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == [_ONE]:
        _one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
