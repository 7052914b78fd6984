"""Documents that show themselves masked, whoever shows them."""

from typing import Any


class Masked:
    """Stands before `msgspec.Struct` where `repr` is masked: rich, and tracebacks drawn by it, ask a Struct for its fields."""

    __slots__ = ()

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Give rich the masked text of `repr` instead of the fields."""
        return [("masked", repr(self))]
