"""`make chaos`: every incident happens to an installation on a real Kafka; a matrix of what was seen; exit 1 if a row does not hold."""

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from liandong.tests.chaos.campaign import incidents
from liandong.tests.chaos.campaign.row import Row, Seen, play
from liandong.topics.embedded import cluster, ports
from liandong.topics.settings import Settings


def rows(wanted: Sequence[str] = ()) -> list[Row]:
    """Return the rows whose names have one of these words in them; all without words."""
    modules = [import_module(f"{incidents.__name__}.{one.name}") for one in iter_modules(incidents.__path__)]
    found = [row for module in modules for row in module.ROWS]
    return [row for row in found if not wanted or any(word in row.name for word in wanted)]


def main() -> int:
    """Play the rows that were asked for."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("words", nargs="*", help="only rows with one of these in their name")
    reading.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    reading.add_argument("--json", type=Path, help="write what was seen to this file")
    reading.add_argument("--list", action="store_true", help="name the rows, play none")
    given = reading.parse_args()
    chosen = rows(given.words)
    if given.list:
        print("\n".join(row.name for row in chosen))
        return 0
    print(f"seed {given.seed}", flush=True)
    seen, broken = [], 0
    with tempfile.TemporaryDirectory(prefix="liandong-chaos-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else where we are root
        kafka = Path(folder) / "kafka"
        bootstrap = cluster.up(kafka, port=ports.some_free(1)[0]).bootstrap
        try:
            for number, row in enumerate(chosen):
                settings = Settings(
                    state_dir=Path(folder) / str(number), bootstrap=bootstrap, topic_prefix=f"chaos{number}."
                )
                settings.state_dir.mkdir()
                try:
                    one = play(row, settings, kafka, given.seed)
                    seen.append(one.as_json())
                    broken += bool(one.failures)
                    print(told(one), flush=True)
                except AssertionError as error:
                    broken += 1
                    seen.append({"row": row.name, "seed": given.seed, "failures": [str(error)]})
                    print(f"BROKEN  {row.name}\n{error}\n" + "\n".join(error.__notes__), flush=True)
        finally:
            cluster.down(kafka)
    if given.json:
        given.json.write_text(json.dumps(seen, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(chosen) - broken} of {len(chosen)} rows held")
    return 1 if broken else 0


def told(seen: Seen) -> str:
    """Return a row of the matrix as text."""
    count, verdict = seen.count, seen.verdict
    lines = [
        f"{'HELD  ' if not seen.failures else 'BROKEN'}  {seen.row.name} ({seen.seconds:.0f} s)",
        f"        {count.accepted} updates, {count.lost} lost, {count.doubled} doubled, {count.foreign} of others in the log",
        f"        {verdict.answers} answers, {len(verdict.wrong)} wrong, {verdict.doubtful} left to a person",
        f"        {seen.unanswered} calls without an answer",
        f"        released in calm after {_spread(verdict.wrongful)}; meanwhile after {_spread(verdict.wrongful_meanwhile)}",
        f"        status named: {', '.join(seen.named) or 'nothing'}",
        *(f"        {note}" for note in seen.notes),
        *(f"        NOT HELD: {failure}" for failure in seen.failures),
    ]
    return "\n".join(lines)


def _spread(seconds: Sequence[float]) -> str:
    """Return median and longest of some durations."""
    if not seconds:
        return "nothing"
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2]:.2f} s, at most {ordered[-1]:.2f} s ({len(ordered)})"


if __name__ == "__main__":
    sys.exit(main())
