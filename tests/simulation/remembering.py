"""What comes out the same every time is worked out once for all worlds: compiled SQL, parsed YAML, checked signatures.

Every process opens its databases and reads its files anew; without this a world spends half of its time on that. Nothing here
depends on what the process may have lost: each is a function of its arguments alone.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache, lru_cache
from importlib.metadata import entry_points
from typing import Any
from unittest import mock

import yaml
from nacl.signing import VerifyKey
from sqlalchemy import URL, Engine, create_engine

from liandong.consumers.adapters import registry
from liandong.schemas.wire import intl
from liandong.topics.storage import database

_MOST = 100_000
_parsed, _entry_points = cache(yaml.safe_load), cache(entry_points)


@contextmanager
def remembering() -> Iterator[None]:
    """Work these out once while a `with` block lasts, and remember them for the next one."""
    with ExitStack() as patches:
        for module, name, instead in (
            (database, "create_engine", _sharing_statements),
            (registry, "entry_points", _entry_points),
            (intl, "VerifyKey", _RememberingKey),
            (yaml, "safe_load", lambda text: deepcopy(_parsed(text))),
        ):
            patches.enter_context(mock.patch.object(module, name, instead))
        yield


@cache
def _first(backend: str) -> Engine:
    """An engine that has connected once, so that its dialect knows the library beneath."""
    engine = create_engine(f"{backend}://", query_cache_size=_MOST)
    engine.connect().close()
    return engine


def _sharing_statements(url: URL, **options: Any) -> Engine:
    engine, first = create_engine(url, **options), _first(url.get_backend_name())
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


class _RememberingKey(VerifyKey):
    """A public key that checks no signature twice that was right."""

    def verify(self, smessage: bytes, signature: bytes | None = None, *_: Any) -> bytes:
        return _verified(bytes(self), bytes(smessage), signature)


@lru_cache(_MOST)
def _verified(key: bytes, message: bytes, signature: bytes | None) -> bytes:
    return VerifyKey(key).verify(message, signature)
