"""docs/asyncapi.json: `python -m liandong.docs.generators.asyncapi` prints it, a test holds the file to the command.

The settings are the defaults whatever the environment says, so that the file is the same on every machine.
"""

from ...topics.catalogue.asyncapi import asyncapi_text
from ...topics.settings import Settings


def page() -> str:
    """Return docs/asyncapi.json as it must read."""
    return asyncapi_text(Settings.model_construct())


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  this is the program's output
