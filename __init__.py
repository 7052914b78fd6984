"""Liandong (联动): courts publish, agencies enforce, and everyone can prove that it happened.

The names in `__all__` are what an agency developer needs. They are imported on first use (PEP 562), so that
`import liandong` opens nothing, reads nothing and stays fast.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "LiandongError": ".schemas.errors",
}
"""Public name → the module that defines it."""

__all__ = ["LiandongError", "__version__"]


def __getattr__(name: str) -> object:
    """Import a public name from its home on first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, imported or not."""
    return sorted(__all__)
