"""Documents that show themselves masked, whoever shows them."""

from typing import Any


class Masked:
    """Stands before `msgspec.Struct` where `repr` is masked: rich, and tracebacks drawn by it, ask a Struct for its fields."""

    __slots__ = ()

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What `repr` says."""
        return [("masked", repr(self))]
