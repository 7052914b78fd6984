"""Makes editable installs find the repository root as the package `liandong`."""

from pathlib import Path

_root = Path(__file__).resolve().parents[2]
__path__ = [str(_root)]
__file__ = str(_root / "__init__.py")
exec(compile((_root / "__init__.py").read_bytes(), __file__, "exec"))  # noqa: S102  our own file
