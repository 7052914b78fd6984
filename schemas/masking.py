"""Documents that show themselves masked, whoever shows them."""

from collections.abc import Iterator

import msgspec


class Masked(msgspec.Struct):
    """Base of the documents whose `repr` is masked: rich, and tracebacks drawn by it, ask a Struct for its fields instead."""

    def __rich_repr__(self) -> Iterator[str]:
        """What `repr` says."""
        yield repr(self)
