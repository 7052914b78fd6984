"""Inputs that broke the product once, kept under tests/cases: each with what has to come of it in words beside it."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "cases"


def case(name: str) -> Path:
    """The file of a case."""
    (path,) = (each for each in FOLDER.glob(f"{name}.*") if each.suffix != ".expect")
    assert path.with_suffix(".expect").read_text(encoding="utf-8").strip()
    return path


def all_cases() -> list[str]:
    """The names of all cases."""
    return sorted(path.stem for path in FOLDER.glob("*.expect"))
